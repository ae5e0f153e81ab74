//! A sentence of any length on an engine that takes so many ids at once.

use super::alphabet::{PAD, WordIds};
use super::engine::Engine;
use super::timing::{joined, timed};
use crate::ports::{Class, PortError, PortResult, Spoken};

/// Speaks words with a voice, in several runs cut between words where they are too long for one. Blocks.
/// `go_on` is asked before each run; its error ends the work.
pub(super) fn speak(
    engine: &dyn Engine,
    words: &[WordIds],
    space: i64,
    voice: &str,
    speed: f32,
    go_on: impl Fn() -> PortResult<()>,
) -> PortResult<Spoken> {
    if words.iter().all(|word| word.ids.is_empty()) {
        let message = "the sentence has no sound that the voice knows: give it a word of letters or digits";
        return Err(PortError::permanent(Class::Request, "NOTHING_TO_SAY", message));
    }
    let mut parts = Vec::new();
    for run in runs(words, engine.longest()) {
        go_on()?;
        parts.push(timed(engine.run(&padded(&run, space), voice, speed)?, &run));
    }
    Ok(joined(parts))
}

/// Words in runs of at most `longest` ids, spaces between them counted. A single word that is longer is cut off;
/// no written word is. A run of silent words only joins its neighbour.
fn runs(words: &[WordIds], longest: usize) -> Vec<Vec<WordIds>> {
    let mut runs: Vec<Vec<WordIds>> = vec![Vec::new()];
    let mut length = 0;
    for word in words {
        let mut word = word.clone();
        word.ids.truncate(longest);
        word.first = word.first.min(word.ids.len());
        word.end = word.end.min(word.ids.len());
        let more = word.ids.len();
        if length > 0 && more > 0 && length + 1 + more > longest {
            runs.push(Vec::new());
            length = 0;
        }
        length += more + usize::from(length > 0 && more > 0);
        runs.last_mut().into_iter().for_each(|run| run.push(word.clone()));
    }
    runs
}

/// The ids of a run with a space between words and silence at both ends.
fn padded(run: &[WordIds], space: i64) -> Vec<i64> {
    let mut ids = vec![PAD];
    for word in run.iter().filter(|word| !word.ids.is_empty()) {
        if ids.len() > 1 {
            ids.push(space);
        }
        ids.extend(&word.ids);
    }
    ids.push(PAD);
    ids
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::engine::{UNIT, Utterance};
    use super::*;

    /// Takes ten ids; each lasts five units and sounds.
    struct Ten;

    impl Engine for Ten {
        fn longest(&self) -> usize {
            10
        }

        fn run(&self, ids: &[i64], _: &str, _: f32) -> PortResult<Utterance> {
            assert!(ids.len() <= 12, "{ids:?}");
            let samples = vec![0.5; ids.len() * 5 * UNIT];
            Ok(Utterance { samples, durations: vec![5; ids.len()], inference: Duration::ZERO })
        }
    }

    fn words(lengths: &[usize]) -> Vec<WordIds> {
        lengths.iter().map(|&n| WordIds { ids: vec![50; n], first: 0, end: n }).collect()
    }

    #[test]
    fn long_sentences_are_cut_between_words() {
        let spoken = speak(&Ten, &words(&[4, 5, 0, 3, 25, 1]), 16, "", 1.0, || Ok(())).expect("spoken");
        assert_eq!(spoken.words.len(), 6);
        assert!(spoken.words.is_sorted_by_key(|time| (time.start, time.end)));
        // 0 4 _ 5 0 | 0 3 0 | 0 10 0 | 0 1 0, each run with its pads
        assert_eq!(spoken.samples.len(), (12 + 5 + 12 + 3) * 5 * UNIT);
    }

    #[test]
    fn silent_words_make_no_run() {
        assert_eq!(padded(&words(&[0, 2, 0, 1]), 16), [0, 50, 50, 16, 50, 0]);
        let refused = speak(&Ten, &words(&[0, 0]), 16, "", 1.0, || Ok(())).expect_err("nothing to say");
        assert_eq!(refused.code, "NOTHING_TO_SAY");
    }

    #[test]
    fn it_stops_when_told_to() {
        let stop = || Err(PortError::permanent(Class::Cancelled, "CANCELLED", "stop"));
        let refused = speak(&Ten, &words(&[3]), 16, "", 1.0, stop).expect_err("stopped");
        assert_eq!(refused.class, Class::Cancelled);
    }
}
