//! Workers that die: what the work of all loses by it, and how long one film waits.

use std::time::Duration;

use super::durations::Mishaps;
use super::scenario::{Run, Scenario};

/// A stream keeps its workers busy for such a share of their time.
const LOAD: f64 = 0.9;

/// A stream of films, one after another as fast as the workers can follow, with and without what goes wrong.
pub(crate) struct Stream {
    pub(crate) calm: Run,
    pub(crate) rough: Run,
}

/// Plays it twice.
pub(crate) fn stream(films: usize, scenes: usize, workers: usize, mishaps: Mishaps) -> Stream {
    let at_once = Scenario::calm(films, scenes, workers);
    let each = at_once.run().work() / films as u32;
    let calm = Scenario { every: each.div_f64(workers as f64 * LOAD), ..at_once };
    Stream { calm: calm.run(), rough: Scenario { mishaps, ..calm }.run() }
}

impl Stream {
    /// The share of all work that was done when, without mishaps, all of it would have been.
    pub(crate) fn useful_throughput(&self) -> f64 {
        let done = self.rough.work_within(self.calm.makespan()).min(self.rough.work());
        done.as_secs_f64() / self.rough.work().as_secs_f64()
    }

    /// The share of the workers' busy time that made something of use.
    pub(crate) fn useful_time(&self) -> f64 {
        self.rough.work().as_secs_f64() / self.rough.busy().as_secs_f64()
    }

    /// How much longer films took, at the median and at most.
    pub(crate) fn delays(&self) -> (Duration, Duration) {
        let calm = self.calm.took();
        let mut delays: Vec<_> = self.rough.took().iter().map(|(task, took)| took.saturating_sub(calm[task])).collect();
        delays.sort_unstable();
        (delays[delays.len() / 2], delays[delays.len() - 1])
    }
}

/// How long one film is delayed when one worker dies, at each of its steps in turn: the longest such time, and the
/// number of steps.
pub(crate) fn longest_delay(scenes: usize, workers: usize) -> (Duration, usize) {
    let calm = Scenario::calm(1, scenes, workers);
    let undisturbed = calm.run();
    let delay = |step| {
        let run = Scenario { mishaps: Mishaps { one_crash: Some(step), ..Mishaps::default() }, ..calm }.run();
        assert!(run.all_made() && run.crashes == 1, "step {step}");
        run.makespan().saturating_sub(undisturbed.makespan())
    };
    let steps = undisturbed.steps.len();
    ((0..steps).map(delay).max().unwrap_or_default(), steps)
}
