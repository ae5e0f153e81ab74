//! The port's implementation: voices, scripts, and speech of several sentences at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::alphabet::{Alphabet, WordIds};
use super::device::Device;
use super::engine::Engine;
use super::hibari::Hibari;
use super::kokoro::{self, Kokoro};
use super::loads::Loads;
use super::phonemes::Phonemizer;
use super::unknown::Unknown;
use super::{script, sentence, voices};
use crate::assets::Assets;
use crate::domain::script::Sentence;
use crate::ports::{Class, PortError, PortResult, Speech, Spoken, StepContext, Voice};
use crate::recipe::steps::{SpeechRecipe, VoicePin};

/// Speaks with the installed models. What it loaded stays loaded; clones share it.
#[derive(Clone)]
pub struct Speaker {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) assets: Assets,
    device: Device,
    cores: usize,
    pub(super) alphabet: Lazy<Alphabet>,
    american: Lazy<Phonemizer>,
    british: Lazy<Phonemizer>,
    hibari: Lazy<Hibari>,
    kokoro: Lazy<Kokoro>,
    loads: Loads,
}

impl Speaker {
    /// A speaker that uses at most so many cores. Loads nothing yet.
    pub fn new(assets: Assets, cores: usize) -> Self {
        Self::on(Device::Cpu, assets, cores)
    }

    /// A speaker whose larger networks run on a device. Loads nothing yet.
    pub fn on(device: Device, assets: Assets, cores: usize) -> Self {
        let shared = Shared {
            assets,
            device,
            cores: cores.max(1),
            alphabet: Lazy::default(),
            american: Lazy::default(),
            british: Lazy::default(),
            hibari: Lazy::default(),
            kokoro: Lazy::default(),
            loads: Loads::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// How many sessions were made in this process, and how long that took altogether.
    pub fn loads(&self) -> (u64, Duration) {
        self.shared.loads.so_far()
    }
}

#[async_trait]
impl Speech for Speaker {
    fn voices(&self) -> Vec<Voice> {
        voices::all(&self.shared.assets, self.shared.device)
    }

    fn voice(&self, name: Option<&str>) -> PortResult<VoicePin> {
        voices::pin(&self.shared.assets, self.shared.device, name)
    }

    fn device(&self, voice: &VoicePin) -> &'static str {
        voices::device(&voice.name, self.shared.device).name()
    }

    fn memory(&self, recipe: &SpeechRecipe) -> u64 {
        match voices::device(&recipe.voice.name, self.shared.device) {
            Device::Cpu if recipe.voice.engine == voices::KOKORO => kokoro::memory(recipe),
            _ => 0,
        }
    }

    fn script(&self, text: &str, _: &VoicePin, pronunciations: &[(String, String)]) -> PortResult<Vec<Sentence>> {
        script::script(text, pronunciations)
    }

    fn unsayable(&self, pronunciations: &[(String, String)]) -> Vec<(String, String)> {
        script::unsayable(pronunciations)
    }

    async fn warm(&self, voice: &VoicePin) -> PortResult<()> {
        let (shared, voice) = (Arc::clone(&self.shared), voice.clone());
        let warming = tokio::task::spawn_blocking(move || {
            let alphabet = shared.alphabet.get(|| Alphabet::load(&shared.assets))?;
            let hello = SpeechRecipe { words: vec!["hello".to_owned()], voice, speed_milli: 1000 };
            shared.words(&alphabet, &hello)?;
            shared.engine(&hello.voice.engine)?.warm()
        });
        warming.await.unwrap_or_else(|broken| Err(broke_off(&broken)))
    }

    fn shrink(&self) {
        if let Some(hibari) = self.shared.hibari.loaded() {
            hibari.shrink();
        }
        if let Some(kokoro) = self.shared.kokoro.loaded() {
            kokoro.shrink();
        }
    }

    fn release(&self) {
        self.shared.hibari.clear();
        self.shared.kokoro.clear();
    }

    async fn speak(&self, recipe: &SpeechRecipe, context: &StepContext) -> PortResult<Spoken> {
        let (shared, recipe, context) = (Arc::clone(&self.shared), recipe.clone(), context.clone());
        let speech = tokio::task::spawn_blocking(move || context.used.clocked(|| shared.speak(&recipe, &context)));
        speech.await.unwrap_or_else(|broken| Err(broke_off(&broken)))
    }
}

impl Shared {
    fn speak(&self, recipe: &SpeechRecipe, context: &StepContext) -> PortResult<Spoken> {
        go_on(context)?;
        let now = voices::pin(&self.assets, self.device, Some(&recipe.voice.name))?;
        if now != recipe.voice {
            return Err(self.changed(&recipe.voice));
        }
        let alphabet = self.alphabet.get(|| Alphabet::load(&self.assets))?;
        let words = self.words(&alphabet, recipe)?;
        let engine = self.engine(&recipe.voice.engine)?;
        let speed = recipe.speed_milli as f32 / 1000.0;
        sentence::speak(&*engine, &words, alphabet.space(), &recipe.voice.name, speed, || go_on(context))
    }

    /// Why a voice that a task was planned with cannot be spoken here.
    fn changed(&self, VoicePin { name, model, .. }: &VoicePin) -> PortError {
        let (here, other) = (self.device.name(), self.device.other());
        if voices::model(&self.assets, other, name).is_ok_and(|planned| planned == *model) {
            let other = other.name();
            let message = format!(
                "the voice `{name}` was planned for TTS_DEVICE={other}, and this process speaks with TTS_DEVICE={here}: \
                 one with {other} can go on"
            );
            // Whoever takes the work next may be one.
            return PortError::transient(Class::Provider, "OTHER_DEVICE", message);
        }
        let message = format!(
            "the voice `{name}` is not the one that the task was planned with: submit the request again, under another \
             task_id where it names one"
        );
        PortError::permanent(Class::Provider, "VOICE_CHANGED", message)
    }

    /// The words' phonemes, as ids.
    pub(super) fn words(&self, alphabet: &Alphabet, recipe: &SpeechRecipe) -> PortResult<Vec<WordIds>> {
        let british = voices::british(&recipe.voice.name);
        let slot = if british { &self.british } else { &self.american };
        let phonemizer =
            slot.get(|| Ok(Phonemizer::new(british, Unknown::load(&self.assets, self.device, self.cores)?)))?;
        Ok(phonemizer.read(&recipe.words).iter().map(|phonemes| alphabet.word(phonemes)).collect())
    }

    pub(super) fn engine(&self, name: &str) -> PortResult<Arc<dyn Engine>> {
        match name {
            voices::HIBARI => Ok(self.hibari.get(|| Hibari::load(&self.assets, self.device, self.loads.clone()))?),
            _ => Ok(self.kokoro.get(|| Kokoro::load(&self.assets, self.device, self.cores, self.loads.clone()))?),
        }
    }
}

fn broke_off(broken: &tokio::task::JoinError) -> PortError {
    PortError::permanent(Class::Internal, "SPEECH_BROKE_OFF", format!("a sentence's speech broke off: {broken}"))
}

/// Whether there is still somebody who waits for the sound.
fn go_on(context: &StepContext) -> PortResult<()> {
    if context.cancel.is_cancelled() {
        return Err(PortError::permanent(Class::Cancelled, "CANCELLED", "the speech was cancelled"));
    }
    if Instant::now() >= context.deadline {
        let message = "the time for a sentence ran out before it was spoken";
        return Err(PortError::transient(Class::Limit, "DEADLINE", message));
    }
    Ok(())
}

/// Something that is loaded when it is first needed, and tried again where that failed.
pub(super) struct Lazy<T>(Mutex<Option<Arc<T>>>);

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Lazy<T> {
    /// The loaded thing; who comes while another loads it waits for that one.
    pub(super) fn get(&self, load: impl FnOnce() -> PortResult<T>) -> PortResult<Arc<T>> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = &*slot {
            return Ok(Arc::clone(loaded));
        }
        Ok(Arc::clone(slot.insert(Arc::new(load()?))))
    }

    /// The loaded thing, where it was loaded.
    fn loaded(&self) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what was loaded; who uses it now keeps it so long.
    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
