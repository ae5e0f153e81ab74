//! What an engine is: phoneme ids in, sound and durations out.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::ports::PortResult;

/// One unit of a model's durations, in samples (25 ms).
pub(super) const UNIT: usize = 600;

/// What a model made of one run of ids.
pub(super) struct Utterance {
    /// Mono, 24 kHz; as many as the durations' sum times [`UNIT`].
    pub(super) samples: Vec<f32>,
    /// How many units each id lasts, the pads at both ends among them.
    pub(super) durations: Vec<i64>,
    /// Processor time of the network alone: what speaking costs at the least.
    pub(super) inference: Duration,
}

/// A family of voices that one model speaks.
pub(super) trait Engine: Send + Sync {
    /// The most ids that one run may have, its two pads not counted.
    fn longest(&self) -> usize;

    /// Makes a session, so that the first sentence does not wait for it. Blocks.
    fn warm(&self) -> PortResult<()> {
        Ok(())
    }

    /// Drops the sessions that nobody uses.
    fn shrink(&self) {}

    /// Speaks ids, which stand between two pads, with a voice and at a pace (1.0 is the voice's own, 2.0 twice as fast).
    /// The same call gives the same samples. Blocks.
    fn run(&self, ids: &[i64], voice: &str, speed: f32) -> PortResult<Utterance>;
}

/// What `work` answers, and the processor time that the calling thread spent on it.
pub(super) fn clocked<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
    };
    let began = now();
    let done = work();
    (done, now().saturating_sub(began))
}
