//! What goes on side by side, and how much of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::future::join_all;
use tokio::sync::Barrier;

use super::*;
use crate::domain::script::Sentence;
use crate::domain::units::{Fps, Size};
use crate::ports::{
    FilmFacts, FilmJob, Films, SceneJob, SoundtrackFacts, SoundtrackJob, Speech, Spoken, StepContext, Voice,
};
use crate::recipe::Digest;
use crate::recipe::steps::{SpeechRecipe, VoicePin};

/// Films that say how many scenes were encoded at once.
struct Counted {
    inner: Arc<dyn Films>,
    running: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl Films for Counted {
    fn encoder(&self, size: Size, fps: Fps) -> String {
        self.inner.encoder(size, fps)
    }

    async fn tools(&self) -> PortResult<Digest> {
        self.inner.tools().await
    }

    async fn version(&self) -> PortResult<String> {
        self.inner.version().await
    }

    fn fonts(&self) -> PortResult<Digest> {
        self.inner.fonts()
    }

    async fn scene(&self, job: &SceneJob, out: &Path, context: &StepContext) -> PortResult<()> {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        // All others get as far as they can meanwhile.
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        self.running.fetch_sub(1, Ordering::SeqCst);
        self.inner.scene(job, out, context).await
    }

    async fn splice(&self, parts: &[(PathBuf, u32)], fps: Fps, out: &Path, context: &StepContext) -> PortResult<()> {
        self.inner.splice(parts, fps, out, context).await
    }

    async fn soundtrack(&self, job: &SoundtrackJob, out: &Path, context: &StepContext) -> PortResult<SoundtrackFacts> {
        self.inner.soundtrack(job, out, context).await
    }

    async fn film(&self, job: &FilmJob, out: &Path, context: &StepContext) -> PortResult<FilmFacts> {
        self.inner.film(job, out, context).await
    }

    async fn poster(&self, picture: &Path, size: Size, out: &Path, context: &StepContext) -> PortResult<()> {
        self.inner.poster(picture, size, out, context).await
    }
}

#[tokio::test]
async fn no_more_encoders_run_at_once_than_are_allowed() {
    for encoders in [1, 3] {
        let stage = Stage::new();
        let mut world = stage.world();
        let films = Counted { inner: world.films, running: AtomicUsize::new(0), most: AtomicUsize::new(0) };
        let films = Arc::new(films);
        world.films = films.clone();
        let settings = Settings { encoders, ..stage.pipeline().settings().clone() };
        let pipeline = Pipeline::new(world, settings, Arc::new(Quiet));
        let scene = |n: u32| json!({"type": "image", "promptImage": format!("view {n}"), "duration": 1.0});
        submit(&pipeline, &json!({"scenes": (0..8).map(scene).collect::<Vec<_>>()}), "t").await;
        let (messages, cancel) = (stage.memory.queue.messages(), CancellationToken::new());
        let work = (0..).zip(&messages).map(|(lane, message)| pipeline.handle(message, 1, lane, &cancel));
        assert!(join_all(work).await.into_iter().all(|handled| handled.unwrap() == Handled::Done));
        assert_eq!(films.most.load(Ordering::SeqCst), encoders);
    }
}

/// Speech whose sentences take so much memory, and that counts how many of them are spoken at once; each of them waits
/// until so many are, where that is wanted.
struct Watched {
    inner: Arc<dyn Speech>,
    bytes: u64,
    together: Option<Barrier>,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl Watched {
    fn over(inner: Arc<dyn Speech>, bytes: u64, together: Option<usize>) -> Arc<Self> {
        let (running, most) = Default::default();
        Arc::new(Self { inner, bytes, together: together.map(Barrier::new), running, most })
    }
}

#[async_trait]
impl Speech for Watched {
    fn voices(&self) -> Vec<Voice> {
        self.inner.voices()
    }

    fn voice(&self, name: Option<&str>) -> PortResult<VoicePin> {
        self.inner.voice(name)
    }

    fn script(&self, text: &str, voice: &VoicePin, how: &[(String, String)]) -> PortResult<Vec<Sentence>> {
        self.inner.script(text, voice, how)
    }

    fn unsayable(&self, pronunciations: &[(String, String)]) -> Vec<(String, String)> {
        self.inner.unsayable(pronunciations)
    }

    fn memory(&self, _: &SpeechRecipe) -> u64 {
        self.bytes
    }

    async fn speak(&self, recipe: &SpeechRecipe, context: &StepContext) -> PortResult<Spoken> {
        self.most.fetch_max(self.running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        if let Some(together) = &self.together {
            together.wait().await;
        }
        let spoken = self.inner.speak(recipe, context).await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        spoken
    }
}

#[tokio::test]
async fn no_more_is_spoken_at_once_than_there_are_cores_and_memory_for() {
    let memory = 1_000_000_000;
    for (cores, bytes, at_once) in [(8, 1, 8), (3, 1, 3), (8, 300_000_000, 2), (8, 3_000_000_000, 1)] {
        let stage = Stage::new();
        let mut world = stage.world();
        let speech = Watched::over(world.speech, bytes, None);
        world.speech = speech.clone();
        let settings = Settings { cores, memory, ..stage.pipeline().settings().clone() };
        let pipeline = Pipeline::new(world, settings, Arc::new(Quiet));
        let text = (0..12).map(|n| format!("Line {n}.")).collect::<Vec<_>>().join(" ");
        let scene = json!({"type": "image", "promptImage": "a", "narration_text": text});
        submit(&pipeline, &json!({"scenes": [scene]}), "t").await;
        stage.drain(&pipeline).await.unwrap();
        let task = stage.task("t").await;
        assert_eq!(speech.most.load(Ordering::SeqCst), at_once, "{cores} cores, {bytes} bytes a sentence");
        let told = &task.result.unwrap()["performance_report"]["adaptation"][0]["speech"];
        let why = if at_once == cores { "one a core" } else { "1000 MB hold no more" };
        assert_eq!(*told, json!({"count": at_once, "why": why}));
    }
}

#[tokio::test]
async fn a_scene_s_sentences_are_spoken_side_by_side() {
    let stage = Stage::new();
    let mut world = stage.world();
    world.speech = Watched::over(world.speech, 0, Some(3));
    let pipeline = stage.pipeline_in(world);
    let scene = json!({"type": "image", "promptImage": "a", "narration_text": "One. Two. Three."});
    submit(&pipeline, &json!({"scenes": [scene]}), "t").await;
    let all = tokio::time::timeout(Duration::from_mins(1), stage.drain(&pipeline)).await;
    all.expect("each sentence waits for the others, which are never begun").unwrap();
    assert_eq!(stage.task("t").await.status, crate::domain::task::Status::Finished);
}
