//! Words with times become cues: what stands on the screen together.

use super::{CaptionStyle, Cue, CueWord};
use crate::domain::units::{Fps, Size};

/// A word and when it sounds, in film samples from the start of whatever the cues belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedWord {
    /// As written.
    pub text: String,
    /// Its first sample.
    pub start: u64,
    /// One past its last sample.
    pub end: u64,
    /// Whether a sentence ends here; a cue never runs over it.
    pub last: bool,
}

/// How much fits on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Characters a line.
    pub chars: usize,
    /// Words a line; 0 for any number.
    pub words: usize,
    /// Lines.
    pub lines: usize,
}

/// A cue stays on the screen at most so long where nothing follows it closely.
const HOLD_MS: u64 = 300;
/// A pause shorter than this does not clear the screen.
const BRIDGE_MS: u64 = 600;
/// At most so many characters a line, whatever fits (the broadcasters' subtitle guidelines).
const LINE_CHARS: usize = 42;
/// A letter's mean width in thousandths of the type's height, for a bold sans.
const LETTER_MILLI: u32 = 620;
/// The safe area's width in thousandths of the frame's.
const SAFE_MILLI: u32 = 860;

impl Fit {
    /// What fits in a frame of that size in that style.
    #[must_use]
    pub fn of(style: &CaptionStyle, size: Size) -> Self {
        let type_px = (style.size_milli * size.width.min(size.height) / 1000).max(1);
        let chars = size.width * SAFE_MILLI / (type_px * LETTER_MILLI).max(1);
        Self {
            chars: (chars as usize).clamp(4, LINE_CHARS),
            words: style.words_a_line as usize,
            lines: style.lines.max(1) as usize,
        }
    }

    /// Broadcast subtitles: two lines of 42.
    #[must_use]
    pub const fn plain() -> Self {
        Self { chars: LINE_CHARS, words: 0, lines: 2 }
    }
}

/// Groups words into cues. Every word is in exactly one cue, in order; cues do not overlap. `end` is the
/// length of what they belong to, in frames: nothing stands longer.
#[must_use]
pub fn cues(words: &[TimedWord], fit: Fit, fps: Fps, end: u32) -> Vec<Cue> {
    let frame = |sample: u64| ((sample / fps.samples_per_frame()) as u32).min(end);
    let mut groups: Vec<Vec<Vec<&TimedWord>>> = Vec::new();
    let mut fresh = true;
    for word in words {
        let placed = !fresh && groups.last_mut().is_some_and(|cue| place(cue, word, fit));
        if !placed {
            groups.push(vec![vec![word]]);
        }
        fresh = word.last;
    }
    let starts: Vec<u64> = groups.iter().map(|cue| cue[0][0].start).collect();
    groups
        .iter()
        .enumerate()
        .map(|(i, lines)| {
            let said = lines.iter().flatten().map(|w| w.end).max().unwrap_or(0);
            let next = starts.get(i + 1).copied();
            let out = match next {
                Some(next) if next.saturating_sub(said) <= ms(BRIDGE_MS) => frame(next),
                Some(next) => frame((said + ms(HOLD_MS)).min(next)),
                None => frame(said + ms(HOLD_MS)),
            };
            cue(lines, frame, out)
        })
        .collect()
}

const fn ms(ms: u64) -> u64 {
    ms * (crate::domain::units::FILM_RATE as u64 / 1000)
}

/// Adds the word to the cue's last line, or to a new line of it; false where it does not fit.
fn place<'a>(cue: &mut Vec<Vec<&'a TimedWord>>, word: &'a TimedWord, fit: Fit) -> bool {
    let lines = cue.len();
    let Some(line) = cue.last_mut() else { return false };
    let chars: usize = line.iter().map(|w| w.text.chars().count() + 1).sum::<usize>() + word.text.chars().count();
    if chars <= fit.chars && (fit.words == 0 || line.len() < fit.words) {
        line.push(word);
    } else if lines < fit.lines {
        cue.push(vec![word]);
    } else {
        return false;
    }
    true
}

/// A cue's words run on to each other, so that one word is highlighted at any time.
fn cue(lines: &[Vec<&TimedWord>], frame: impl Fn(u64) -> u32, out: u32) -> Cue {
    let flat: Vec<&&TimedWord> = lines.iter().flatten().collect();
    let start = frame(flat[0].start);
    let out = out.max(start);
    let mut place = 0;
    let lines = lines
        .iter()
        .map(|line| {
            line.iter()
                .map(|word| {
                    place += 1;
                    let from = frame(word.start).clamp(start, out);
                    let to = flat.get(place).map_or(out, |next| frame(next.start).clamp(from, out));
                    CueWord { text: word.text.clone(), start: from, end: to }
                })
                .collect()
        })
        .collect();
    Cue { start, end: out, lines }
}

/// The cues of a part of the film, in that part's own frames; what stands on the cut is cut.
#[must_use]
pub fn window(cues: &[Cue], start: u32, frames: u32) -> Vec<Cue> {
    let end = start + frames;
    let shift = |f: u32| f.clamp(start, end) - start;
    cues.iter()
        .filter(|cue| cue.start < end && cue.end > start)
        .map(|cue| Cue {
            start: shift(cue.start),
            end: shift(cue.end),
            lines: cue
                .lines
                .iter()
                .map(|line| {
                    let word = |w: &CueWord| CueWord { text: w.text.clone(), start: shift(w.start), end: shift(w.end) };
                    line.iter().map(word).collect()
                })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(text: &str) -> Vec<TimedWord> {
        let words: Vec<_> = text.split_whitespace().collect();
        let word = |(i, text): (usize, &&str)| TimedWord {
            text: (*text).to_owned(),
            start: i as u64 * 12_000,
            end: i as u64 * 12_000 + 10_000,
            last: text.ends_with('.'),
        };
        words.iter().enumerate().map(word).collect()
    }

    #[test]
    fn lines_fill_and_cues_end_with_their_sentence() {
        let cues =
            cues(&said("The old keeper climbed. Up he went."), Fit { chars: 12, words: 0, lines: 2 }, Fps::DEFAULT, 60);
        let text = |cue: &Cue| {
            let line = |l: &Vec<CueWord>| l.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
            cue.lines.iter().map(line).collect::<Vec<_>>().join("/")
        };
        let texts: Vec<_> = cues.iter().map(text).collect();
        assert_eq!(texts, ["The old/keeper", "climbed.", "Up he went."]);
        assert_eq!((cues[0].start, cues[0].end, cues[1].start), (0, 22, 22));
        assert_eq!(cues[0].lines[0][1], CueWord { text: "old".into(), start: 7, end: 15 });
    }

    #[test]
    fn a_long_pause_clears_the_screen() {
        let mut words = said("One. Two.");
        words[1].start += 96_000;
        words[1].end += 96_000;
        let cues = cues(&words, Fit::plain(), Fps::DEFAULT, 200);
        assert_eq!((cues[0].end, cues[1].start), (15, 67));
    }

    #[test]
    fn a_window_shifts_and_cuts() {
        let cues = cues(&said("One two three four."), Fit::plain(), Fps::DEFAULT, 60);
        let part = window(&cues, 10, 10);
        assert_eq!((part[0].start, part[0].end), (0, 10));
        assert_eq!(part[0].lines[0][1], CueWord { text: "two".into(), start: 0, end: 5 });
        assert!(window(&cues, 50, 10).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_word_is_lost_and_no_cue_overlaps(
            texts in prop::collection::vec("[a-zA-Z]{1,30}[.]?", 1..60), gaps in prop::collection::vec(0u64..90_000, 60),
            chars in 4usize..42, per_line in 0usize..5, lines in 1usize..4
        ) {
            let mut at = 0;
            let words: Vec<_> = texts.iter().zip(gaps).map(|(text, gap)| {
                at += gap;
                let start = at;
                at += 6_000;
                TimedWord { text: text.clone(), start, end: at, last: text.ends_with('.') }
            }).collect();
            let end = Fps::DEFAULT.frames_for(at + 20_000);
            let cues = cues(&words, Fit { chars, words: per_line, lines }, Fps::DEFAULT, end);
            let shown: Vec<_> = cues.iter().flat_map(|c| c.lines.iter().flatten()).map(|w| w.text.clone()).collect();
            prop_assert_eq!(shown, texts);
            for pair in cues.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
            for cue in &cues {
                prop_assert!(cue.start <= cue.end && cue.end <= end && cue.lines.len() <= lines);
                for word in cue.lines.iter().flatten() {
                    prop_assert!(cue.start <= word.start && word.start <= word.end && word.end <= cue.end);
                }
            }
        }
    }
}
