//! How long each step takes: drawn, by a seed, from what was measured.

use std::time::Duration;

use protovideo::recipe::Digest;
use serde::Deserialize;

/// Samples of a real run, of 30 scenes with one sentence each at 1080x1920 and 30 frames a second, voice `heart`, the
/// built-in illustrator, on a core of an AMD EPYC that others used, too. `measure.py` says how to take them anew.
const MEASURED: &str = include_str!("measured.json");

/// A straggler takes so many times as long.
const STRAGGLES: f64 = 5.0;

/// Milliseconds; of scenes, sound and films, milliseconds for a second of film.
#[derive(Debug, Deserialize)]
struct Measured {
    speech_ms: Vec<f64>,
    picture_ms: Vec<f64>,
    scene_ms_a_second: Vec<f64>,
    soundtrack_ms_a_second: Vec<f64>,
    film_ms_a_second: Vec<f64>,
    poster_ms: Vec<f64>,
}

/// A step that makes an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Speech,
    Picture,
    Scene,
    Soundtrack,
    Film,
    Poster,
}

/// What goes wrong; the shares are of all executions of steps.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mishaps {
    /// The worker dies half way.
    pub(crate) crashes: f64,
    /// The step takes five times as long.
    pub(crate) stragglers: f64,
    /// Besides, the worker of the execution of that number, from 0, dies half way.
    pub(crate) one_crash: Option<usize>,
}

/// One execution of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Execution {
    /// How long it takes.
    pub(crate) takes: Duration,
    /// When its worker dies of it.
    pub(crate) dies_after: Option<Duration>,
}

/// Draws durations. The same seed and step give the same duration, whoever does it and when, so that the work of a film
/// does not depend on how it is shared out.
#[derive(Debug)]
pub(crate) struct Durations {
    measured: Measured,
    seed: u64,
    mishaps: Mishaps,
}

impl Durations {
    pub(crate) fn new(seed: u64, mishaps: Mishaps) -> Self {
        let measured = serde_json::from_str(MEASURED).expect("the measured durations can be read");
        Self { measured, seed, mishaps }
    }

    /// The `number`th execution of a step on `what`, which makes so many seconds of film; `before` executions of any step
    /// were begun earlier.
    pub(crate) fn execution(&self, step: Step, what: &str, seconds: f64, number: u32, before: usize) -> Execution {
        let (samples, amount) = match step {
            Step::Speech => (&self.measured.speech_ms, 1.0),
            Step::Picture => (&self.measured.picture_ms, 1.0),
            Step::Scene => (&self.measured.scene_ms_a_second, seconds),
            Step::Soundtrack => (&self.measured.soundtrack_ms_a_second, seconds),
            Step::Film => (&self.measured.film_ms_a_second, seconds),
            Step::Poster => (&self.measured.poster_ms, 1.0),
        };
        let ms = samples[self.rng(&format!("{step:?} {what}")).usize(..samples.len())] * amount;
        let mut mishap = self.rng(&format!("{step:?} {what} {number}"));
        let slower = if mishap.f64() < self.mishaps.stragglers { STRAGGLES } else { 1.0 };
        let takes = Duration::from_secs_f64(ms * slower / 1000.0);
        let dies_after = if self.mishaps.one_crash == Some(before) {
            Some(takes / 2)
        } else {
            (mishap.f64() < self.mishaps.crashes).then(|| takes.mul_f64(mishap.f64()))
        };
        Execution { takes, dies_after }
    }

    /// Chance of its own for each thing that is drawn.
    pub(crate) fn rng(&self, what: &str) -> fastrand::Rng {
        rng(self.seed, what)
    }
}

/// Chance that follows from a seed and a name.
pub(crate) fn rng(seed: u64, what: &str) -> fastrand::Rng {
    let digest = Digest::of(format!("{seed} {what}"));
    let first = digest.as_bytes().first_chunk::<8>().expect("a digest has 32 bytes");
    fastrand::Rng::with_seed(u64::from_le_bytes(*first))
}
