//! What a sentence costs beside what its network alone costs, for benchmarks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::alphabet::Alphabet;
use super::engine::{Engine, Utterance, clocked};
use super::{Speaker, sentence};
use crate::ports::{PortResult, Spoken};
use crate::recipe::steps::SpeechRecipe;

/// Processor times of one spoken sentence. What is loaded once in a process is not in them, if a sentence of the same
/// voice was spoken before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// From words to phoneme ids.
    pub phonemes: Duration,
    /// The network alone.
    pub inference: Duration,
    /// From ids to trimmed samples and word times: the network, the waveform, and all between.
    pub speech: Duration,
}

impl Speaker {
    /// Speaks a sentence on the calling thread, and says what it cost.
    ///
    /// # Errors
    /// As [`Speech::speak`](crate::ports::Speech::speak).
    pub fn cost(&self, recipe: &SpeechRecipe) -> PortResult<(Spoken, Cost)> {
        let shared = &self.shared;
        let alphabet = shared.alphabet.get(|| Alphabet::load(&shared.assets))?;
        let engine = shared.engine(&recipe.voice.engine)?;
        let engine = Metered { engine: &*engine, nanos: AtomicU64::new(0) };
        let (words, phonemes) = clocked(|| shared.words(&alphabet, recipe));
        let words = words?;
        let speed = recipe.speed_milli as f32 / 1000.0;
        let speak = || sentence::speak(&engine, &words, alphabet.space(), &recipe.voice.name, speed, || Ok(()));
        let (spoken, speech) = clocked(speak);
        let inference = Duration::from_nanos(engine.nanos.into_inner());
        Ok((spoken?, Cost { phonemes, inference, speech }))
    }
}

/// An engine whose networks' times are added up.
struct Metered<'a> {
    engine: &'a dyn Engine,
    nanos: AtomicU64,
}

impl Engine for Metered<'_> {
    fn longest(&self) -> usize {
        self.engine.longest()
    }

    fn run(&self, ids: &[i64], voice: &str, speed: f32) -> PortResult<Utterance> {
        let utterance = self.engine.run(ids, voice, speed)?;
        self.nanos.fetch_add(utterance.inference.as_nanos() as u64, Ordering::Relaxed);
        Ok(utterance)
    }
}
