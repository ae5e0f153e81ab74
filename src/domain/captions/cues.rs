//! Words with times become cues: what stands on the screen together.

use super::screen::Screen;
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
    /// Whether a sentence ends here.
    pub last: bool,
}

impl TimedWord {
    /// Whether nothing is said for it: it stands with a neighbour, and has no time of its own.
    pub(super) const fn is_silent(&self) -> bool {
        self.start == self.end
    }
}

/// Words in lines, before they have their frames.
pub(super) type Lines<'a> = Vec<Vec<&'a TimedWord>>;

/// How much fits on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Characters a line.
    pub chars: usize,
    /// Spoken words a line; 0 for any number. What is not spoken (a dash, an emoji) stands beside what is.
    pub words: usize,
    /// Lines.
    pub lines: usize,
}

/// At most so many characters a line, whatever fits (the broadcasters' subtitle guidelines).
pub(super) const LINE_CHARS: usize = 42;
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
}

/// Groups words into cues for the screen; none runs over a sentence's end. Every word is in exactly one cue, in order;
/// cues do not overlap, and each stands for a frame at least. `end` is the length of what they belong to, in frames:
/// nothing stands longer.
#[must_use]
pub fn cues(words: &[TimedWord], fit: Fit, fps: Fps, end: u32) -> Vec<Cue> {
    let mut groups: Vec<Lines> = Vec::new();
    let mut fresh = true;
    for word in words {
        let placed = !fresh && groups.last_mut().is_some_and(|cue| place(cue, word, fit));
        if !placed {
            groups.push(vec![vec![word]]);
        }
        fresh = word.last;
    }
    Screen { fps, end, least: 1 }.show(groups)
}

/// Adds the word to the cue's last line, or to a new line of it; false where it does not fit.
fn place<'a>(cue: &mut Lines<'a>, word: &'a TimedWord, fit: Fit) -> bool {
    let lines = cue.len();
    let Some(line) = cue.last_mut() else { return false };
    let spoken = line.iter().filter(|w| !w.is_silent()).count() + usize::from(!word.is_silent());
    if chars(line) + 1 + chars(&[word]) <= fit.chars && (fit.words == 0 || spoken <= fit.words) {
        line.push(word);
    } else if lines < fit.lines {
        cue.push(vec![word]);
    } else {
        return false;
    }
    true
}

/// A line's characters, with one space between words.
pub(super) fn chars(line: &[&TimedWord]) -> usize {
    let letters: usize = line.iter().map(|word| word.text.chars().count()).sum();
    letters + line.len().saturating_sub(1)
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

    use super::super::tests::{text, well_formed, words};
    use super::*;

    const PLAIN: Fit = Fit { chars: LINE_CHARS, words: 0, lines: 2 };

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
        assert_eq!(cues.iter().map(text).collect::<Vec<_>>(), ["The old/keeper", "climbed.", "Up he went."]);
        assert_eq!((cues[0].start, cues[0].end, cues[1].start), (0, 22, 22));
        assert_eq!(cues[0].lines[0][1], CueWord { text: "old".into(), start: 7, end: 15 });
    }

    #[test]
    fn a_long_pause_clears_the_screen() {
        let mut words = said("One. Two.");
        words[1].start += 96_000;
        words[1].end += 96_000;
        let cues = cues(&words, PLAIN, Fps::DEFAULT, 200);
        assert_eq!((cues[0].end, cues[1].start), (15, 67));
    }

    #[test]
    fn a_window_shifts_and_cuts() {
        let cues = cues(&said("One two three four."), PLAIN, Fps::DEFAULT, 60);
        let part = window(&cues, 10, 10);
        assert_eq!((part[0].start, part[0].end), (0, 10));
        assert_eq!(part[0].lines[0][1], CueWord { text: "two".into(), start: 0, end: 5 });
        assert!(window(&cues, 50, 10).is_empty());
    }

    #[test]
    fn a_silent_word_stands_beside_a_spoken_one() {
        let mut words = said("— Now — 🎉 go. 🚀");
        for (silent, beside) in [(0, 1), (2, 4), (3, 4), (5, 4)] {
            (words[silent].start, words[silent].end) = (words[beside].start, words[beside].start);
        }
        words[4].last = false;
        let cues = cues(&words, Fit { chars: 20, words: 1, lines: 1 }, Fps::DEFAULT, 60);
        assert_eq!(cues.iter().map(text).collect::<Vec<_>>(), ["— Now — 🎉", "go. 🚀"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_word_is_lost_and_no_cue_overlaps(
            words in words(), chars in 4usize..42, per_line in 0usize..5, lines in 1usize..4,
        ) {
            let end = Fps::DEFAULT.frames_for(words.last().map_or(0, |word| word.end) + 20_000);
            let cues = cues(&words, Fit { chars, words: per_line, lines }, Fps::DEFAULT, end);
            well_formed(&cues, &words, end);
            for cue in &cues {
                prop_assert!(cue.lines.len() <= lines);
                let spoken = |line: &Vec<CueWord>| line.iter().filter(|word| word.text != "—").count();
                prop_assert!(per_line == 0 || cue.lines.iter().all(|line| spoken(line) <= per_line));
            }
        }

        #[test]
        fn more_words_than_frames_are_all_shown(count in 1usize..50, end in 1u32..10) {
            let words: Vec<_> = said(&"— ".repeat(count)).into_iter().map(|w| TimedWord { start: 0, end: 0, ..w }).collect();
            well_formed(&cues(&words, Fit { chars: 4, words: 1, lines: 1 }, Fps::DEFAULT, end), &words, end);
        }
    }
}
