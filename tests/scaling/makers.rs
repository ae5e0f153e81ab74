//! Makers whose work takes virtual time, one step at a time for each worker, and whose workers may die of it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use protovideo::domain::script::{Sentence, WordTime};
use protovideo::domain::units::{Fps, Size};
use protovideo::ports::{
    FilmFacts, FilmJob, Films, Pictures, PortResult, SceneJob, SoundtrackFacts, SoundtrackJob, Sources, Speech, Spoken,
    StepContext, Voice,
};
use protovideo::recipe::Digest;
use protovideo::recipe::steps::{PictureRecipe, SpeechRecipe, VoicePin};
use protovideo::testing::standins::StandIns;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::durations::{Durations, Step};

/// Films here are so many times shorter than those that they stand for, which saves memory; what their steps take is
/// reckoned with the whole length.
const SHORTER: u32 = 10;
/// A spoken letter lasts so many samples at 24 kHz: 70 ms, shortened.
const LETTER: f64 = 70.0 * 24.0 / SHORTER as f64;
/// Speech of the same letters is up to so much shorter or longer.
const PACE: f64 = 0.12;
/// Half a second after each sentence, shortened.
const PAUSE_MS: u32 = 500 / SHORTER;

/// What was done, by all workers.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// How often each step was begun.
    begun: HashMap<String, u32>,
    /// How many executions of steps were begun in all.
    executions: usize,
    ended: HashSet<String>,
    /// When each step ended for the first time, and what it took: the work that was of use.
    pub(crate) done: Vec<(Instant, Duration)>,
    /// How often a worker died.
    pub(crate) crashes: usize,
}

/// What all workers share.
#[derive(Debug)]
pub(crate) struct Works {
    durations: Durations,
    pub(crate) ledger: Mutex<Ledger>,
}

impl Works {
    pub(crate) fn new(durations: Durations) -> Self {
        Self { durations, ledger: Mutex::default() }
    }

    pub(crate) fn note<T>(&self, note: impl FnOnce(&mut Ledger) -> T) -> T {
        note(&mut self.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One worker's makers.
pub(crate) struct Makers {
    quick: StandIns,
    works: Arc<Works>,
    /// A worker does one step at a time.
    core: tokio::sync::Mutex<()>,
    spent: Mutex<Duration>,
    /// Told when the worker dies.
    pub(crate) death: Notify,
}

impl Makers {
    pub(crate) fn new(works: &Arc<Works>) -> Self {
        let works = Arc::clone(works);
        Self {
            quick: StandIns::default(),
            works,
            core: tokio::sync::Mutex::default(),
            spent: Mutex::default(),
            death: Notify::new(),
        }
    }

    /// What was spent on steps since this was asked last.
    pub(crate) fn take_spent(&self) -> Duration {
        std::mem::take(&mut self.spent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn work(&self, step: Step, what: &str, seconds: f64) {
        let _turn = self.core.lock().await;
        let name = format!("{step:?} {what}");
        let (number, before) = self.works.note(|ledger| {
            let begun = ledger.begun.entry(name.clone()).or_default();
            *begun += 1;
            ledger.executions += 1;
            (*begun, ledger.executions - 1)
        });
        let execution = self.works.durations.execution(step, what, seconds, number, before);
        if let Some(after) = execution.dies_after {
            tokio::time::sleep(after).await;
            self.works.note(|ledger| ledger.crashes += 1);
            self.death.notify_one();
            return std::future::pending().await;
        }
        tokio::time::sleep(execution.takes).await;
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) += execution.takes;
        self.works.note(|ledger| {
            if ledger.ended.insert(name) {
                ledger.done.push((Instant::now(), execution.takes));
            }
        });
    }
}

/// Seconds of the film that so many frames stand for.
fn seconds(frames: u32, fps: Fps) -> f64 {
    f64::from(frames * SHORTER) / f64::from(fps.get())
}

/// What a file is named for: the key of what lies in it.
fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[async_trait]
impl Speech for Makers {
    fn voices(&self) -> Vec<Voice> {
        self.quick.voices()
    }

    fn voice(&self, name: Option<&str>) -> PortResult<VoicePin> {
        self.quick.voice(name)
    }

    fn script(&self, text: &str, voice: &VoicePin, pronunciations: &[(String, String)]) -> PortResult<Vec<Sentence>> {
        let sentences = self.quick.script(text, voice, pronunciations)?;
        Ok(sentences.into_iter().map(|sentence| Sentence { pause_ms: PAUSE_MS, ..sentence }).collect())
    }

    fn unsayable(&self, pronunciations: &[(String, String)]) -> Vec<(String, String)> {
        self.quick.unsayable(pronunciations)
    }

    async fn speak(&self, recipe: &SpeechRecipe, _: &StepContext) -> PortResult<Spoken> {
        let text = recipe.words.join(" ");
        self.work(Step::Speech, &text, 0.0).await;
        let pace = 1.0 + PACE * (2.0 * self.works.durations.rng(&format!("pace {text}")).f64() - 1.0);
        let mut end = 0;
        let mut time = |word: &String| {
            let start = end;
            end += (word.len() as f64 * LETTER * pace) as u32;
            WordTime { start, end }
        };
        let words = recipe.words.iter().map(&mut time).collect();
        Ok(Spoken { samples: vec![0.1; end as usize], words })
    }
}

#[async_trait]
impl Pictures for Makers {
    fn provider(&self, name: Option<&str>) -> PortResult<(String, String)> {
        self.quick.provider(name)
    }

    fn lead(&self, provider: &str, first_prompt: &str) -> Option<String> {
        self.quick.lead(provider, first_prompt)
    }

    async fn make(&self, recipe: &PictureRecipe, context: &StepContext) -> PortResult<Vec<u8>> {
        if let PictureRecipe::Prompt { prompt, seed, .. } = recipe {
            self.work(Step::Picture, &format!("{prompt} {seed}"), 0.0).await;
        }
        self.quick.make(recipe, context).await
    }

    fn check(&self, bytes: &[u8]) -> PortResult<Size> {
        self.quick.check(bytes)
    }
}

#[async_trait]
impl Sources for Makers {
    async fn picture(&self, source: &str, context: &StepContext) -> PortResult<Vec<u8>> {
        self.quick.picture(source, context).await
    }
}

#[async_trait]
impl Films for Makers {
    fn encoder(&self, size: Size, fps: Fps) -> String {
        self.quick.encoder(size, fps)
    }

    async fn tools(&self) -> PortResult<Digest> {
        self.quick.tools().await
    }

    async fn version(&self) -> PortResult<String> {
        self.quick.version().await
    }

    fn fonts(&self) -> PortResult<Digest> {
        self.quick.fonts()
    }

    async fn scene(&self, job: &SceneJob, out: &Path, context: &StepContext) -> PortResult<()> {
        let what = format!("{} {}", name(&job.picture), job.frames);
        self.work(Step::Scene, &what, seconds(job.frames, job.fps)).await;
        self.quick.scene(job, out, context).await
    }

    async fn splice(&self, parts: &[(PathBuf, u32)], fps: Fps, out: &Path, context: &StepContext) -> PortResult<()> {
        // The scenes of the simulation are too short to be cut.
        self.quick.splice(parts, fps, out, context).await
    }

    async fn soundtrack(&self, job: &SoundtrackJob, out: &Path, context: &StepContext) -> PortResult<SoundtrackFacts> {
        let what = job.speech.first().map_or_else(String::new, |first| name(&first.wav));
        let seconds = job.samples as f64 * f64::from(SHORTER) / 48_000.0;
        self.work(Step::Soundtrack, &what, seconds).await;
        self.quick.soundtrack(job, out, context).await
    }

    async fn film(&self, job: &FilmJob, out: &Path, context: &StepContext) -> PortResult<FilmFacts> {
        let frames = job.scenes.iter().map(|(_, frames)| frames).sum();
        self.work(Step::Film, &name(&job.soundtrack), seconds(frames, job.fps)).await;
        self.quick.film(job, out, context).await
    }

    async fn poster(&self, picture: &Path, size: Size, out: &Path, context: &StepContext) -> PortResult<()> {
        self.work(Step::Poster, &name(picture), 0.0).await;
        self.quick.poster(picture, size, out, context).await
    }
}
