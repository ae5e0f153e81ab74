//! What holds of every list of cues.

use proptest::prelude::*;

use super::cues::TimedWord;
use super::{Cue, CueWord};

/// Words as speech leaves them: short and long ones, pauses between them, some of them silent, some the last of a sentence.
pub(super) fn words() -> impl Strategy<Value = Vec<TimedWord>> {
    let text = prop_oneof![6 => "[a-zA-Z]{1,12}[.,]?", 1 => "[a-zA-Z]{30,60}", 1 => Just("—".to_owned())];
    let word = (text, 0u64..20_000, 500u64..40_000, prop::bool::weighted(0.05));
    prop::collection::vec(word, 1..60).prop_map(|words| {
        let mut at = 4_800;
        let word = |(text, gap, length, long_pause): (String, u64, u64, bool)| {
            at += gap + if long_pause { 90_000 } else { 0 };
            let start = at;
            at += if text == "—" { 0 } else { length };
            TimedWord { last: text.ends_with('.'), text, start, end: at }
        };
        words.into_iter().map(word).collect()
    })
}

/// A cue's text, with a slash between its lines.
pub(super) fn text(cue: &Cue) -> String {
    let line = |line: &Vec<CueWord>| line.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    cue.lines.iter().map(line).collect::<Vec<_>>().join("/")
}

/// No word is lost, all are in order, no cue overlaps another, none is empty in words or time or leaves the film.
#[track_caller]
pub(super) fn well_formed(cues: &[Cue], words: &[TimedWord], end: u32) {
    let shown: Vec<_> = cues.iter().flat_map(|cue| cue.lines.iter().flatten()).map(|word| &word.text).collect();
    assert_eq!(shown, words.iter().map(|word| &word.text).collect::<Vec<_>>());
    assert!(cues.windows(2).all(|pair| pair[0].end <= pair[1].start), "{cues:?}");
    for cue in cues {
        assert!(cue.start < cue.end && cue.end <= end, "{cue:?} of {end} frames");
        assert!(cue.lines.iter().all(|line| !line.is_empty()), "{cue:?}");
        for word in cue.lines.iter().flatten() {
            assert!(cue.start <= word.start && word.start <= word.end && word.end <= cue.end, "{cue:?}");
        }
    }
}
