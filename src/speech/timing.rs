//! When each word sounds, from the model's own durations, and where its silence is cut.

use std::ops::Range;

use super::alphabet::WordIds;
use super::engine::{UNIT, Utterance};
use crate::domain::script::WordTime;
use crate::ports::Spoken;

/// The decoder starts a phoneme so many units before its place in the durations; Kokoro's own `join_timestamps` has
/// the same constant.
const LEAD: i64 = 3;
/// What counts as sound, as a part of the peak.
const AUDIBLE: f32 = 0.01;
/// What counts as the last word's sound: its last phoneme is given part of the silence after it.
const VOICED: f32 = 0.03;
/// What is kept of the silence at both ends, in samples (40 ms).
const MARGIN: usize = 960;

/// The utterance of these words with its silence cut and its words found.
///
/// With `cum[i]` the units before id `i`, a word of the ids `i..=j` sounds from `max(0, cum[i] - 3)` to
/// `max(0, cum[j + 1] - 3)`.
pub(super) fn timed(utterance: Utterance, words: &[WordIds]) -> Spoken {
    let Utterance { mut samples, durations, .. } = utterance;
    let kept = kept(&samples);
    let last_voiced = sounding(&samples, VOICED).end;
    let place = |sample: usize| sample.clamp(kept.start, kept.end) - kept.start;

    let mut before = vec![0_i64];
    before.extend(durations.iter().scan(0, |sum, units| {
        *sum += units;
        Some(*sum)
    }));
    let at = |id: usize| {
        let units = before.get(id).or(before.last()).copied().unwrap_or(0);
        usize::try_from(units - LEAD).unwrap_or(0) * UNIT
    };

    let mut first = 1; // past the pad
    let mut times = Vec::with_capacity(words.len());
    for word in words {
        let (start, end) = (at(first + word.first), at(first + word.end));
        times.push(place(start)..place(end));
        first += word.ids.len() + usize::from(!word.ids.is_empty());
    }
    if let Some(last) = times.iter_mut().rev().find(|time| time.start < time.end) {
        last.end = last.end.min(place(last_voiced)).max(last.start);
    }
    samples.truncate(kept.end);
    samples.drain(..kept.start);
    Spoken { samples, words: times.iter().map(word_time).collect() }
}

/// Speeches one after the other.
pub(super) fn joined(parts: Vec<Spoken>) -> Spoken {
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap_or_else(|| Spoken { samples: Vec::new(), words: Vec::new() });
    for part in parts {
        let offset = u32::try_from(whole.samples.len()).unwrap_or(u32::MAX);
        let moved = |time: WordTime| WordTime { start: time.start + offset, end: time.end + offset };
        whole.words.extend(part.words.into_iter().map(moved));
        whole.samples.extend(part.samples);
    }
    whole
}

fn word_time(range: &Range<usize>) -> WordTime {
    let samples = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    WordTime { start: samples(range.start), end: samples(range.end) }
}

/// The sound with its margins; empty where all is silent.
fn kept(samples: &[f32]) -> Range<usize> {
    let sound = sounding(samples, AUDIBLE);
    sound.start.saturating_sub(MARGIN)..(sound.end + MARGIN).min(samples.len())
}

/// From the first to the last sample that is louder than a part of the peak.
fn sounding(samples: &[f32], part: f32) -> Range<usize> {
    let peak = samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let loud = |x: &f32| x.abs() > peak * part;
    let start = samples.iter().position(loud).unwrap_or(0);
    start..samples.iter().rposition(loud).map_or(start, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn word(ids: usize, end: usize) -> WordIds {
        WordIds { ids: vec![50; ids], first: 0, end }
    }

    /// 20 units: silence but for 6 to 14.
    fn utterance() -> Utterance {
        let samples = (0..20 * UNIT).map(|i| if (6..14).contains(&(i / UNIT)) { 0.5 } else { 0.0 });
        // pad, two ids, space, two ids and a full stop, pad
        Utterance { samples: samples.collect(), durations: vec![9, 2, 2, 1, 2, 1, 2, 1], inference: Duration::ZERO }
    }

    #[test]
    fn words_sound_three_units_before_their_durations() {
        let spoken = timed(utterance(), &[word(2, 2), word(3, 2)]);
        let cut = 6 * UNIT - MARGIN;
        let time = |start: usize, end: usize| word_time(&(start * UNIT - cut..end * UNIT - cut));
        assert_eq!(spoken.words, [time(6, 10), time(11, 14)]);
        assert_eq!(spoken.samples.len(), 8 * UNIT + 2 * MARGIN);
    }

    #[test]
    fn a_word_without_sound_takes_no_time_and_no_space() {
        let spoken = timed(utterance(), &[word(0, 0), word(2, 2), word(0, 0), word(3, 2)]);
        assert_eq!(spoken.words.len(), 4);
        assert_eq!(spoken.words[0].start, spoken.words[0].end);
        assert_eq!(spoken.words[3], timed(utterance(), &[word(2, 2), word(3, 2)]).words[1]);
    }

    #[test]
    fn silence_stays_empty() {
        let silent = Utterance { samples: vec![0.0; 600], durations: vec![1], inference: Duration::ZERO };
        assert_eq!(timed(silent, &[word(1, 1)]).words, [WordTime { start: 0, end: 0 }]);
    }

    #[test]
    fn parts_follow_each_other() {
        let part = || timed(utterance(), &[word(2, 2), word(3, 2)]);
        let length = u32::try_from(part().samples.len()).expect("short");
        let whole = joined(vec![part(), part()]);
        assert_eq!(whole.samples.len(), 2 * part().samples.len());
        assert_eq!(whole.words[2].start, part().words[0].start + length);
    }
}
