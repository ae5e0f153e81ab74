//! Written words get the times of what is said for them.

use super::cues::TimedWord;
use crate::domain::script::{Sentence, WordTime};
use crate::domain::units::{FILM_RATE, SPEECH_RATE};

/// The words of a narration with their times in film samples. `spoken` holds each sentence with the times of its
/// spoken words, `starts` where each sentence's sound starts. A word for which nothing is said stands with the next
/// one, or, at a sentence's end, with the one before.
#[must_use]
pub fn timed(spoken: &[(&Sentence, &[WordTime])], starts: &[u64]) -> Vec<TimedWord> {
    let mut out = Vec::new();
    for ((sentence, times), &start) in spoken.iter().zip(starts) {
        out.extend(sentence_words(sentence, times, start));
    }
    out
}

fn sentence_words(sentence: &Sentence, times: &[WordTime], start: u64) -> Vec<TimedWord> {
    let ratio = u64::from(FILM_RATE / SPEECH_RATE);
    let film = |t: &WordTime| (start + u64::from(t.start) * ratio, start + u64::from(t.end) * ratio);
    let end = times.last().map_or(start, |t| film(t).1);
    let mut next = 0;
    let count = sentence.words.len();
    let timed = sentence.words.iter().enumerate().map(|(i, word)| {
        let silent = word.spoken.is_empty();
        let (from, to) = match times.get(next).map(film) {
            Some((from, _)) if silent => (from, from),
            Some(both) => both,
            None => (end, end),
        };
        if !silent {
            next += 1;
        }
        TimedWord { text: word.written.clone(), start: from, end: to, last: i + 1 == count }
    });
    timed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::script::Word;

    #[test]
    fn silent_words_stand_with_their_neighbours() {
        let word = |written: &str, spoken: &str| Word { written: written.into(), spoken: spoken.into() };
        let words =
            vec![word("—", ""), word("$2", "two dollars"), word("🎉", ""), word("now.", "now."), word("🚀", "")];
        let sentence = Sentence { words, pause_ms: 0 };
        let times = [WordTime { start: 10, end: 20 }, WordTime { start: 30, end: 40 }];
        let timed = timed(&[(&sentence, &times)], &[1_000]);
        let spans: Vec<_> = timed.iter().map(|w| (w.text.as_str(), w.start, w.end, w.last)).collect();
        assert_eq!(
            spans,
            [
                ("—", 1_020, 1_020, false),
                ("$2", 1_020, 1_040, false),
                ("🎉", 1_060, 1_060, false),
                ("now.", 1_060, 1_080, false),
                ("🚀", 1_080, 1_080, true),
            ]
        );
    }
}
