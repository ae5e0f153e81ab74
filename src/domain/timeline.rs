//! The film's time, in frames and samples. Lengths come from speech in samples and are rounded up to
//! whole frames once, at each scene's end; every offset after that is an integer.

use super::units::{FILM_RATE, Fps, SPEECH_RATE};

/// Silence before a spoken scene's speech, in milliseconds. The film's first such silence also holds
/// the 1,024 samples that the sound's encoder spends on priming.
pub const LEAD_MS: u32 = 100;

/// Silence after it.
pub const TAIL_MS: u32 = 400;

/// Film samples in so many milliseconds; exact, since the rate is a multiple of 1000.
#[must_use]
pub const fn samples(ms: u32) -> u64 {
    ms as u64 * (FILM_RATE as u64 / 1000)
}

/// One spoken sentence's length: its samples at [`SPEECH_RATE`], and the pause after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utterance {
    /// Samples at the speech rate.
    pub samples: u32,
    /// Silence before the next sentence, in milliseconds.
    pub pause_ms: u32,
}

/// Where sentences start in their narration, in film samples, and where the narration's sound ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narration {
    /// One start for each sentence, from the narration's own beginning, its lead included.
    pub starts: Vec<u64>,
    /// Its length, lead and tail included.
    pub length: u64,
}

impl Narration {
    /// Lays sentences one after the other. Without a sentence, the length is zero.
    #[must_use]
    pub fn lay(sentences: &[Utterance]) -> Self {
        if sentences.is_empty() {
            return Self { starts: Vec::new(), length: 0 };
        }
        let ratio = u64::from(FILM_RATE / SPEECH_RATE);
        let mut at = samples(LEAD_MS);
        let mut starts = Vec::with_capacity(sentences.len());
        for (i, sentence) in sentences.iter().enumerate() {
            starts.push(at);
            at += u64::from(sentence.samples) * ratio;
            if i + 1 < sentences.len() {
                at += samples(sentence.pause_ms);
            }
        }
        Self { starts, length: at + samples(TAIL_MS) }
    }
}

/// How long a scene lasts, before speech was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// As long as its own narration, but at least so many milliseconds.
    Spoken {
        /// The least length.
        least_ms: u32,
    },
    /// So many milliseconds.
    Fixed {
        /// The length.
        ms: u32,
    },
    /// An even share of the film's narration.
    Share {
        /// The scene's place, from 0.
        index: u32,
        /// The number of scenes.
        of: u32,
    },
}

impl Length {
    /// The scene's frames, from the narration that it follows (its own, or the film's). At least one.
    #[must_use]
    pub fn frames(self, narration: &Narration, fps: Fps) -> u32 {
        match self {
            Self::Spoken { least_ms } => fps.frames_for(narration.length.max(samples(least_ms))).max(1),
            Self::Fixed { ms } => fps.frames_for(samples(ms)).max(1),
            Self::Share { index, of } => {
                let total = fps.frames_for(narration.length).max(of);
                share(total, index + 1, of) - share(total, index, of)
            }
        }
    }

    /// The film's frame on which the scene of a shared narration starts.
    #[must_use]
    pub fn shared_start(index: u32, of: u32, narration: &Narration, fps: Fps) -> u32 {
        share(fps.frames_for(narration.length).max(of), index, of)
    }
}

/// `total * index / of`, rounded down: the shares differ by one frame at most and add up to the whole.
fn share(total: u32, index: u32, of: u32) -> u32 {
    (u64::from(total) * u64::from(index) / u64::from(of.max(1))) as u32
}

/// The frame on which each scene starts, and, last, the film's length.
#[must_use]
pub fn starts(lengths: &[u32]) -> Vec<u32> {
    let mut at = 0;
    let mut starts = vec![0];
    for frames in lengths {
        at += frames;
        starts.push(at);
    }
    starts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fps() -> impl Strategy<Value = Fps> {
        prop::sample::select(Fps::ALLOWED.to_vec()).prop_map(|rate| Fps::try_from(rate).unwrap())
    }

    #[test]
    fn one_sentence_has_its_lead_and_its_tail() {
        let narration = Narration::lay(&[Utterance { samples: 24_000, pause_ms: 250 }]);
        assert_eq!(narration, Narration { starts: vec![4_800], length: 48_000 + 4_800 + 19_200 });
        assert_eq!(Length::Spoken { least_ms: 0 }.frames(&narration, Fps::DEFAULT), 45);
        assert_eq!(Length::Spoken { least_ms: 2_000 }.frames(&narration, Fps::DEFAULT), 60);
    }

    #[test]
    fn a_fixed_length_is_rounded_up_to_a_frame() {
        let silence = Narration::lay(&[]);
        assert_eq!(Length::Fixed { ms: 1_001 }.frames(&silence, Fps::DEFAULT), 31);
        assert_eq!(Length::Fixed { ms: 0 }.frames(&silence, Fps::DEFAULT), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn sentences_neither_overlap_nor_leave_the_narration(
            lengths in prop::collection::vec((1u32..400_000, 0u32..1_000), 1..30), fps in fps()
        ) {
            let said: Vec<_> = lengths.iter().map(|&(samples, pause_ms)| Utterance { samples, pause_ms }).collect();
            let narration = Narration::lay(&said);
            for (i, sentence) in said.iter().enumerate() {
                let end = narration.starts[i] + 2 * u64::from(sentence.samples);
                let limit = narration.starts.get(i + 1).copied().unwrap_or(narration.length - samples(TAIL_MS));
                let pause = if i + 1 < said.len() { samples(sentence.pause_ms) } else { 0 };
                prop_assert_eq!(end + pause, limit);
            }
            let frames = u64::from(Length::Spoken { least_ms: 0 }.frames(&narration, fps));
            prop_assert!(frames * fps.samples_per_frame() >= narration.length);
            prop_assert!((frames - 1) * fps.samples_per_frame() < narration.length);
        }

        #[test]
        fn shares_cover_the_film_without_gap(total in 1u32..2_000_000, of in 1u32..200, fps in fps()) {
            let narration = Narration { starts: vec![0], length: u64::from(total) };
            let shares: Vec<_> = (0..of).map(|index| Length::Share { index, of }.frames(&narration, fps)).collect();
            let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
            prop_assert!(most - least <= 1 && *least >= 1);
            let starts = starts(&shares);
            for index in 0..of {
                prop_assert_eq!(starts[index as usize], Length::shared_start(index, of, &narration, fps));
            }
            prop_assert_eq!(starts[of as usize], fps.frames_for(u64::from(total)).max(of));
        }
    }
}
