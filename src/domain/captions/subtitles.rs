//! Cues for the files beside the film, as broadcasters set them: whoever reads them may see nothing else of the script.
//!
//! Where to break is weighed over the whole script, since a cue that is filled to the brim may leave one word for the
//! next, which then stands too shortly to be read.

use std::ops::Add;

use super::Cue;
use super::cues::{LINE_CHARS, Lines, TimedWord, chars};
use super::screen::Screen;
use crate::domain::units::Fps;

/// Lines of a cue.
const LINES: usize = 2;
/// A cue stands at least 5/6 of a second, where the speech leaves it so much time.
const LEAST: (u32, u32) = (5, 6);
/// A cue stands at most so many seconds, where it has more than one word.
const MOST: u32 = 7;

/// What is wrong with some cues, the worst first.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    /// Cues that stand too shortly or too long.
    hurried: usize,
    /// Sentences that end inside a cue.
    run_over: usize,
    /// Characters that would still have fitted, squared, so that cues of one sentence are equally long.
    uneven: usize,
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            hurried: self.hurried + other.hurried,
            run_over: self.run_over + other.run_over,
            uneven: self.uneven + other.uneven,
        }
    }
}

/// Groups words into cues of at most two lines of at most 42 characters (a longer word has a line of its own). Every
/// word is in exactly one cue, in order; cues do not overlap. As few of them as the speech allows stand for less than
/// 5/6 of a second or for more than seven. `end` is the length of what they belong to, in frames.
#[must_use]
pub fn subtitles(words: &[TimedWord], fps: Fps, end: u32) -> Vec<Cue> {
    let words: Vec<&TimedWord> = words.iter().collect();
    let screen = Screen { fps, end, least: (LEAST.0 * fps.get()).div_ceil(LEAST.1) };
    // For each word: what the cues from it on cost at the least, and where the first of them ends.
    let mut best = vec![(Cost::default(), words.len()); words.len() + 1];
    for from in (0..words.len()).rev() {
        let ends = (from + 1..=words.len()).take_while(|&to| to == from + 1 || fits(&words[from..to]));
        let costs = ends.map(|to| (cost(&words, from, to, screen) + best[to].0, to));
        best[from] = costs.min().unwrap_or(best[from]);
    }
    let mut groups = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let to = best[from].1;
        groups.push(lines(&words[from..to]));
        from = to;
    }
    screen.show(groups)
}

fn cost(words: &[&TimedWord], from: usize, to: usize, screen: Screen) -> Cost {
    let cue = &words[from..to];
    let said = cue.iter().map(|word| word.end).max().unwrap_or(0);
    let stands = screen.out(cue[0], said, words.get(to).copied()).saturating_sub(screen.start(cue[0]));
    let bearable = screen.least..=MOST * screen.fps.get();
    Cost {
        hurried: usize::from(!bearable.contains(&stands)),
        run_over: cue[..cue.len() - 1].iter().filter(|word| word.last).count(),
        uneven: (LINES * LINE_CHARS).saturating_sub(chars(cue)).pow(2),
    }
}

/// Whether words fit into a cue's lines.
fn fits(words: &[&TimedWord]) -> bool {
    breaks(words).is_some()
}

/// Sets words in as few lines as they need, equally long as far as that is possible.
fn lines<'a>(words: &[&'a TimedWord]) -> Lines<'a> {
    match breaks(words) {
        Some(at) if at < words.len() => vec![words[..at].to_vec(), words[at..].to_vec()],
        _ => vec![words.to_vec()],
    }
}

/// Where the second line begins, which is after the last word where there is none; `None` where two lines do not hold
/// the words.
fn breaks(words: &[&TimedWord]) -> Option<usize> {
    let whole = |line: &[&TimedWord]| line.len() <= 1 || chars(line) <= LINE_CHARS;
    if whole(words) {
        return Some(words.len());
    }
    let fitting = (1..words.len()).filter(|&at| whole(&words[..at]) && whole(&words[at..]));
    fitting.min_by_key(|&at| chars(&words[..at]).max(chars(&words[at..])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{text, well_formed, words};
    use super::*;

    /// Words of which each lasts so many milliseconds, a quarter of a second after each sentence.
    fn said(text: &str, ms: u64) -> Vec<TimedWord> {
        let mut at = 4_800;
        let word = |text: &str| {
            let (start, last) = (at, text.ends_with('.'));
            at += ms * 48;
            let end = at;
            at += if last { 12_000 } else { 0 };
            TimedWord { text: text.to_owned(), start, end, last }
        };
        text.split_whitespace().map(word).collect()
    }

    fn texts(words: &[TimedWord]) -> Vec<String> {
        let end = Fps::DEFAULT.frames_for(words.last().map_or(0, |word| word.end) + 20_000);
        subtitles(words, Fps::DEFAULT, end).iter().map(text).collect()
    }

    /// How many cues stand too shortly or too long.
    fn hurried(cues: &[Cue], fps: u32) -> usize {
        let bearable = |cue: &&Cue| (cue.end - cue.start) * 6 >= 5 * fps && cue.end - cue.start <= 7 * fps;
        cues.len() - cues.iter().filter(bearable).count()
    }

    #[test]
    fn no_word_is_left_alone_behind_a_full_cue() {
        let text = "The old keeper climbed the two hundred steps of the tower, as he had done on each evening.";
        assert_eq!(
            texts(&said(text, 300)),
            ["The old keeper climbed/the two hundred steps", "of the tower, as he had/done on each evening."]
        );
    }

    #[test]
    fn sentences_stand_alone_where_they_last_long_enough() {
        assert_eq!(texts(&said("Yes. No. Perhaps it is.", 900)), ["Yes.", "No.", "Perhaps it is."]);
        assert_eq!(texts(&said("Yes. No. Perhaps it is.", 200)), ["Yes. No.", "Perhaps it is."]);
        assert_eq!(texts(&said("Perhaps it is. No.", 200)), ["Perhaps it is. No."]);
    }

    #[test]
    fn slow_speech_is_broken_before_seven_seconds() {
        let words = said(&"word ".repeat(12), 1_500);
        let cues = subtitles(&words, Fps::DEFAULT, 600);
        assert_eq!(hurried(&cues, 30), 0, "{cues:?}");
    }

    #[test]
    fn a_word_longer_than_a_line_has_one_of_its_own() {
        let long = "x".repeat(60);
        assert_eq!(texts(&said(&format!("a {long} b"), 500)), [format!("a/{long}"), "b".to_owned()]);
    }

    /// The least number of hurried cues in any arrangement: all of them are tried.
    fn least_hurried(words: &[TimedWord], fps: Fps, end: u32) -> usize {
        let all: Vec<&TimedWord> = words.iter().collect();
        let arrangement = |breaks: u32| {
            let mut groups = vec![vec![all[0]]];
            for (i, word) in all.iter().enumerate().skip(1) {
                if breaks >> (i - 1) & 1 == 1 {
                    groups.push(Vec::new());
                }
                groups.last_mut()?.push(*word);
            }
            let fitting = groups.iter().all(|group| group.len() == 1 || fits(group));
            let screen = Screen { fps, end, least: (LEAST.0 * fps.get()).div_ceil(LEAST.1) };
            fitting.then(|| hurried(&screen.show(groups.iter().map(|group| lines(group)).collect()), fps.get()))
        };
        (0..1 << (words.len() - 1)).filter_map(arrangement).min().unwrap_or_default()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn every_cue_is_within_the_limits(words in words(), fps in prop::sample::select(Fps::ALLOWED.to_vec())) {
            let fps = Fps::try_from(fps).unwrap();
            let end = fps.frames_for(words.last().map_or(0, |word| word.end) + 20_000);
            let cues = subtitles(&words, fps, end);
            well_formed(&cues, &words, end);
            for cue in &cues {
                prop_assert!(cue.lines.len() <= 2, "{}", text(cue));
                for line in text(cue).split('/') {
                    prop_assert!(line.chars().count() <= 42 || !line.contains(' '), "{line}");
                }
            }
        }

        #[test]
        fn no_other_arrangement_hurries_fewer_cues(words in words()) {
            let words = &words[..words.len().min(10)];
            let end = Fps::DEFAULT.frames_for(words.last().map_or(0, |word| word.end) + 20_000);
            let ours = hurried(&subtitles(words, Fps::DEFAULT, end), 30);
            prop_assert_eq!(ours, least_hurried(words, Fps::DEFAULT, end));
        }
    }
}
