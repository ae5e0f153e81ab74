//! A whole run's processor time against what nobody can leave out of it: encoding the same frames and the same sound
//! with the same settings, and running the same networks on the same sentences.
//!
//! The limit is measured on the very jobs of the film: the request goes through the pipeline once more, in a world
//! whose studio and speaker do the bare work, and measure it, before they do the rest.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::figure::{Figure, Goal};
use super::meter::{Processor, Ran, protovideo, run};
use super::requests;
use crate::assets::Assets;
use crate::cli::world::Station;
use crate::cli::{Failure, progress, task};
use crate::config::Config;
use crate::cost::prices;
use crate::domain::request::{Draft, Origin};
use crate::domain::script::Sentence;
use crate::domain::units::{Fps, Size};
use crate::local::memory::Budget;
use crate::local::runner;
use crate::makers;
use crate::media::{SOUND, Studio, mix};
use crate::ports::{
    Class, FilmFacts, FilmJob, Films, PortError, PortResult, SceneJob, SoundtrackFacts, SoundtrackJob, Speech, Spoken,
    StepContext, Voice,
};
use crate::recipe::Digest;
use crate::recipe::steps::{SpeechRecipe, VoicePin};
use crate::speech::Speaker;

/// Memory of a Lambda function, in GB, that comes with one processor (AWS Lambda's developer guide: 1769 MB).
const VCPU_GB: f64 = 1769.0 / 1024.0;

/// How often the whole run and the limit are measured in turn; the machine's pace drifts.
const ROUNDS: usize = 2;

/// Processor seconds of the bare work, and of drawing all frames.
#[derive(Clone, Copy, Debug, Default)]
struct Bare {
    video: f64,
    sound: f64,
    inference: f64,
    drawing: f64,
    frames: u32,
}

impl Bare {
    fn sum(self) -> f64 {
        self.video + self.sound + self.inference
    }
}

pub(super) async fn measure(config: &Config, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let request = requests::harbour()?;
    let (mut whole, mut wall, mut bare) = (0.0, 0.0, Bare::default());
    for round in 0..ROUNDS {
        let folder = folder.join(format!("limit-{round}"));
        let ran = whole_run(&folder, &request)?;
        whole += ran.processor / ROUNDS as f64;
        wall += ran.wall / ROUNDS as f64;
        let measured = bare_run(config, &folder.join("bare"), request.clone()).await?;
        bare.video += measured.video / ROUNDS as f64;
        bare.sound += measured.sound / ROUNDS as f64;
        bare.inference += measured.inference / ROUNDS as f64;
        bare.drawing += measured.drawing / ROUNDS as f64;
        bare.frames = measured.frames;
    }
    let frame_ms = 1000.0 * bare.drawing / f64::from(bare.frames);
    // Of the example's length, at its frame rate.
    let minutes = f64::from(bare.frames) / f64::from(Fps::DEFAULT.get()) / 60.0;
    let usd = whole / minutes * VCPU_GB * prices::gb_second("x86_64");
    Ok(vec![
        Figure::plain("the example, nothing cached, wall time", wall, "s"),
        Figure::plain("the example, nothing cached, processor time", whole, "s"),
        Figure::plain("  raw x264 of the same frames", bare.video, "s"),
        Figure::plain("  raw AAC of the same sound", bare.sound, "s"),
        Figure::plain("  raw inference of the same sentences", bare.inference, "s"),
        Figure::new("the whole run against the raw work", whole / bare.sum(), "x", Goal::AtMost(1.15)),
        Figure::new("a minute of it: processor time at Lambda's list price", usd, "$", Goal::AtMost(0.0018)),
        Figure::new("a frame of 1080x1920 with motion and captions, drawn", frame_ms, "ms", Goal::AtMost(2.0)),
    ])
}

/// As a user would run it.
fn whole_run(folder: &Path, request: &Value) -> Result<Ran, Failure> {
    requests::write(folder, "request.json", request)?;
    run(&mut protovideo(folder, &["render", "request.json", "-o", "film.mp4"])?, false)
}

/// The same film, one step after the other, with the bare work measured.
async fn bare_run(config: &Config, folder: &Path, request: Value) -> Result<Bare, Failure> {
    let config = Config { cache_dir: folder.to_owned(), cache_enabled: true, ..config.clone() };
    let id = task::new_id();
    let bare = Arc::new(Mutex::new(Bare::default()));
    let studio = makers::films(&config)?;
    let station = Station::open(&config, None, Some(&id), progress::quiet())?.with(|bare_world| {
        bare_world.films = Arc::new(BareStudio { studio, bare: Arc::clone(&bare) });
        let speaker = Speaker::new(Assets::at(config.assets.clone()), 1);
        bare_world.speech = Arc::new(BareSpeaker { speaker, bare: Arc::clone(&bare) });
    });
    let submitted = station.pipeline.submit(&Draft::of(&request, Origin::CommandLine), &id).await?;
    let limits =
        runner::Limits { workers: 1, memory: Budget { warning: u64::MAX, critical: u64::MAX }, resident: || 0 };
    let queue = Arc::clone(&station.pipeline.world().queue);
    let task = runner::run(&station.pipeline, &queue, &submitted.task, limits, &CancellationToken::new()).await?;
    if let Some(error) = &task.error {
        return Err(Failure::of_task(error));
    }
    let bare = *bare.lock().await;
    Ok(bare)
}

/// Encodes everything once more by itself.
struct BareStudio {
    studio: Studio,
    bare: Arc<Mutex<Bare>>,
}

impl BareStudio {
    /// The processor time of an ffmpeg that works in the step's folder.
    async fn ffmpeg(&self, arguments: &str, context: &StepContext) -> PortResult<f64> {
        let before = Processor::now();
        self.studio.ffmpeg()?.run(arguments.split_whitespace(), context).await?;
        Ok(Processor::now().children - before.children)
    }
}

#[async_trait]
impl Films for BareStudio {
    fn encoder(&self, size: Size, fps: Fps) -> String {
        self.studio.encoder(size, fps)
    }

    async fn tools(&self) -> PortResult<Digest> {
        self.studio.tools().await
    }

    async fn version(&self) -> PortResult<String> {
        self.studio.version().await
    }

    fn fonts(&self) -> PortResult<Digest> {
        self.studio.fonts()
    }

    async fn scene(&self, job: &SceneJob, out: &Path, context: &StepContext) -> PortResult<()> {
        let frames = context.work.join("frames.yuv");
        let before = Processor::now();
        self.studio.frames(job, &mut std::io::sink(), context)?;
        let drawing = Processor::now().own - before.own;
        let mut file = std::fs::File::create(&frames).map_err(|e| PortError::io("create", &frames, e))?;
        self.studio.frames(job, &mut file, context)?;
        let (size, rate, encoder) = (job.size, job.fps.get(), &job.encoder);
        let arguments =
            format!("-f rawvideo -pix_fmt yuv420p -s {size} -r {rate} -i frames.yuv {encoder} -y raw-scene.ts");
        let video = self.ffmpeg(&arguments, context).await?;
        {
            let mut bare = self.bare.lock().await;
            bare.video += video;
            bare.drawing += drawing;
            bare.frames += job.frames;
        }
        std::fs::remove_file(&frames).map_err(|e| PortError::io("remove", &frames, e))?;
        std::fs::rename(context.work.join("raw-scene.ts"), out).map_err(|e| PortError::io("name", out, e))
    }

    async fn splice(&self, parts: &[(PathBuf, u32)], fps: Fps, out: &Path, context: &StepContext) -> PortResult<()> {
        self.studio.splice(parts, fps, out, context).await
    }

    async fn soundtrack(&self, job: &SoundtrackJob, out: &Path, context: &StepContext) -> PortResult<SoundtrackFacts> {
        mix(job, &context.work.join("raw.wav"), context).await?;
        self.bare.lock().await.sound += self.ffmpeg(&format!("-i raw.wav {SOUND} -f adts -y raw.aac"), context).await?;
        self.studio.soundtrack(job, out, context).await
    }

    async fn film(&self, job: &FilmJob, out: &Path, context: &StepContext) -> PortResult<FilmFacts> {
        self.studio.film(job, out, context).await
    }

    async fn poster(&self, picture: &Path, size: Size, out: &Path, context: &StepContext) -> PortResult<()> {
        self.studio.poster(picture, size, out, context).await
    }
}

/// Adds up what the networks cost.
struct BareSpeaker {
    speaker: Speaker,
    bare: Arc<Mutex<Bare>>,
}

#[async_trait]
impl Speech for BareSpeaker {
    fn voices(&self) -> Vec<Voice> {
        self.speaker.voices()
    }

    fn voice(&self, name: Option<&str>) -> PortResult<VoicePin> {
        self.speaker.voice(name)
    }

    fn script(&self, text: &str, voice: &VoicePin, pronunciations: &[(String, String)]) -> PortResult<Vec<Sentence>> {
        self.speaker.script(text, voice, pronunciations)
    }

    fn unsayable(&self, pronunciations: &[(String, String)]) -> Vec<(String, String)> {
        self.speaker.unsayable(pronunciations)
    }

    async fn speak(&self, recipe: &SpeechRecipe, _: &StepContext) -> PortResult<Spoken> {
        let (speaker, recipe) = (self.speaker.clone(), recipe.clone());
        let spoken = tokio::task::spawn_blocking(move || speaker.cost(&recipe)).await;
        let (spoken, cost) = spoken.map_err(|e| PortError::permanent(Class::Internal, "PANIC", e.to_string()))??;
        self.bare.lock().await.inference += cost.inference.as_secs_f64();
        Ok(spoken)
    }
}
