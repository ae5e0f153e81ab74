//! What an engine is: phoneme ids in, sound and durations out.

use crate::ports::PortResult;

/// One unit of a model's durations, in samples (25 ms).
pub(super) const UNIT: usize = 600;

/// What a model made of one run of ids.
pub(super) struct Utterance {
    /// Mono, 24 kHz; as many as the durations' sum times [`UNIT`].
    pub(super) samples: Vec<f32>,
    /// How many units each id lasts, the pads at both ends among them.
    pub(super) durations: Vec<i64>,
}

/// A family of voices that one model speaks.
pub(super) trait Engine: Send + Sync {
    /// The most ids that one run may have, its two pads not counted.
    fn longest(&self) -> usize;

    /// Speaks ids, which stand between two pads, with a voice and at a pace (1.0 is the voice's own, 2.0 twice as fast).
    /// The same call gives the same samples. Blocks.
    fn run(&self, ids: &[i64], voice: &str, speed: f32) -> PortResult<Utterance>;
}
