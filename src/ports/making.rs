//! The ports that make things: speech, pictures, films, and what users point at.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::{PortResult, Used};
use crate::domain::captions::{CaptionStyle, Cue};
use crate::domain::motion::Motion;
use crate::domain::script::{Sentence, WordTime};
use crate::domain::units::{Fps, Size};
use crate::recipe::Digest;
use crate::recipe::steps::{PictureRecipe, SpeechRecipe, VoicePin};

/// What a step has while it runs: where it may write, until when, and how it learns that it should stop.
#[derive(Clone)]
pub struct StepContext {
    /// Set when the task was cancelled; long work looks at it and ends with [`Class::Cancelled`](super::Class::Cancelled).
    pub cancel: CancellationToken,
    /// When the step has to have ended.
    pub deadline: Instant,
    /// An empty folder of the step's own, removed after it.
    pub work: PathBuf,
    /// Told how many frames are done so far; cheap, may be called for every frame.
    pub frames_done: Arc<dyn Fn(u32) + Send + Sync>,
    /// Counts what the step uses; whoever works for it does so within [`Used::clocked`].
    pub used: Used,
}

/// A voice that can be named in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// `heart`, `af_heart`.
    pub name: String,
    /// `hibari`, `kokoro`.
    pub engine: String,
    /// `en-US`, `en-GB`.
    pub language: String,
    /// Whether all that it needs is installed.
    pub installed: bool,
}

/// A sentence that was spoken.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    /// Mono, 24 kHz, full scale at 1.0, silence trimmed to some 40 ms at both ends.
    pub samples: Vec<f32>,
    /// One for each word of the recipe, in order.
    pub words: Vec<WordTime>,
}

/// Sound from text.
#[async_trait]
pub trait Speech: Send + Sync {
    /// All voices by name, the default first.
    fn voices(&self) -> Vec<Voice>;

    /// The voice of that name (the default for `None`), pinned. Reads no model.
    fn voice(&self, name: Option<&str>) -> PortResult<VoicePin>;

    /// Where the voice's network runs: `cpu`, or `cuda` for an NVIDIA GPU.
    fn device(&self, voice: &VoicePin) -> &'static str {
        let _ = voice;
        "cpu"
    }

    /// A text as sentences of words, normalised for that voice; pure. `pronunciations` maps a word
    /// to `/phonemes/` or to a respelling. A text without a speakable word is refused (`NOTHING_TO_SAY`), and so is
    /// markup with phonemes that there are not (`UNSAYABLE`).
    fn script(&self, text: &str, voice: &VoicePin, pronunciations: &[(String, String)]) -> PortResult<Vec<Sentence>>;

    /// The entries of `pronunciations` that cannot be said: each word, with what is wrong and what is allowed; pure.
    fn unsayable(&self, pronunciations: &[(String, String)]) -> Vec<(String, String)>;

    /// Loads what speaking in that voice needs, so that the first sentence does not wait for it.
    async fn warm(&self, voice: &VoicePin) -> PortResult<()> {
        let _ = voice;
        Ok(())
    }

    /// Bytes that a sentence takes while it is spoken, beside what every process takes: an estimate.
    fn memory(&self, recipe: &SpeechRecipe) -> u64 {
        let _ = recipe;
        0
    }

    /// Gives back what is held for sentences that may come, but for what takes long to load.
    fn shrink(&self) {}

    /// Gives back all that is kept only so that later sentences need not wait for it.
    fn release(&self) {}

    /// Speaks one sentence. The same recipe gives the same samples on the same machine.
    async fn speak(&self, recipe: &SpeechRecipe, context: &StepContext) -> PortResult<Spoken>;
}

/// Pictures from prompts.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// The provider of that name (the configured default for `None`): its name and model, as they stand in recipes.
    fn provider(&self, name: Option<&str>) -> PortResult<(String, String)>;

    /// What of the film's first prompt leads the look of its other pictures, in as few words as will do: it stands in
    /// their recipes, so that an edit of the first prompt which leaves the look alone costs one picture.
    fn lead(&self, provider: &str, first_prompt: &str) -> Option<String>;

    /// Makes the picture of a [`PictureRecipe::Prompt`]: an encoded PNG, JPEG or WebP.
    async fn make(&self, recipe: &PictureRecipe, context: &StepContext) -> PortResult<Vec<u8>>;

    /// Checks that bytes are a picture we can work with, by decoding all of it; its size in pixels. Blocks.
    fn check(&self, bytes: &[u8]) -> PortResult<Size>;
}

/// What users point at.
#[async_trait]
pub trait Sources: Send + Sync {
    /// The bytes behind a path, a data URL or an http(s) URL, within the limits for pictures.
    async fn picture(&self, source: &str, context: &StepContext) -> PortResult<Vec<u8>>;
}

/// One scene's silent video, described by what is known when the step runs.
#[derive(Clone, Debug)]
pub struct SceneJob {
    /// The encoded picture.
    pub picture: PathBuf,
    /// The frame's size.
    pub size: Size,
    /// The film's rate.
    pub fps: Fps,
    /// The scene's length.
    pub frames: u32,
    /// Those of its frames that are rendered: all, or a segment's.
    pub part: Range<u32>,
    /// How the picture moves.
    pub motion: Motion,
    /// Captions to burn, in frames of this scene; none where the list is empty.
    pub captions: Vec<Cue>,
    /// How they look; `None` where there are none.
    pub style: Option<CaptionStyle>,
    /// The encoder's whole settings, as [`Films::encoder`] gave them when the task was planned.
    pub encoder: String,
}

/// A piece of narration and where it stands.
#[derive(Clone, Debug)]
pub struct Placed {
    /// A WAV file: mono, 24 kHz, 16 bit.
    pub wav: PathBuf,
    /// Its first sample's place in the film, in samples at 48 kHz.
    pub at: u64,
}

/// The film's sound.
#[derive(Clone, Debug)]
pub struct SoundtrackJob {
    /// Narration in the order of `at`, not overlapping.
    pub speech: Vec<Placed>,
    /// The film's length in samples at 48 kHz.
    pub samples: u64,
    /// Integrated loudness to reach, in thousandths of LUFS (-14000); `None` leaves the mix alone.
    pub loudness_milli: Option<i32>,
}

/// What was measured on the finished mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundtrackFacts {
    /// Length in samples at 48 kHz.
    pub samples: u64,
    /// Integrated loudness in thousandths of LUFS; `None` for silence.
    pub loudness_milli: Option<i32>,
    /// True peak in thousandths of dBTP; `None` for silence.
    pub true_peak_milli: Option<i32>,
}

/// The film: scenes and sound joined by stream copy.
#[derive(Clone, Debug)]
pub struct FilmJob {
    /// The scenes' videos in order, with their lengths in frames.
    pub scenes: Vec<(PathBuf, u32)>,
    /// The soundtrack: MP4 with one track, AAC, stereo, 48 kHz.
    pub soundtrack: PathBuf,
    /// The film's rate.
    pub fps: Fps,
    /// The frame's size.
    pub size: Size,
}

/// What was verified on the finished film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilmFacts {
    /// Video frames.
    pub frames: u32,
    /// Bytes.
    pub bytes: u64,
}

/// Films from pictures and sound. Every output file is whole and verified when the call returns `Ok`, and absent otherwise.
#[async_trait]
pub trait Films: Send + Sync {
    /// The encoder's whole settings string for scenes of this size and rate; it stands in every scene's recipe.
    fn encoder(&self, size: Size, fps: Fps) -> String;

    /// The digest that stands for the tools (ffmpeg and its libraries). Fails with `FFMPEG_MISSING`.
    async fn tools(&self) -> PortResult<Digest>;

    /// How the tools name themselves, for reports: `ffmpeg version 5.1.9`.
    async fn version(&self) -> PortResult<String>;

    /// The digest of the fonts that captions may use.
    fn fonts(&self) -> PortResult<Digest>;

    /// Renders a scene's silent video, or a segment's, into `out` (MPEG-TS). Verifies the frame count.
    async fn scene(&self, job: &SceneJob, out: &Path, context: &StepContext) -> PortResult<()>;

    /// Joins a scene's segments, each with its length in frames, into `out` (MPEG-TS). Verifies the frame count.
    async fn splice(&self, parts: &[(PathBuf, u32)], fps: Fps, out: &Path, context: &StepContext) -> PortResult<()>;

    /// Mixes the film's sound and encodes it into `out` (MP4 with one track: AAC, stereo, 48 kHz).
    async fn soundtrack(&self, job: &SoundtrackJob, out: &Path, context: &StepContext) -> PortResult<SoundtrackFacts>;

    /// Joins scenes and sound into `out` (MP4), verified by demuxing.
    async fn film(&self, job: &FilmJob, out: &Path, context: &StepContext) -> PortResult<FilmFacts>;

    /// Writes a JPEG of the picture, covering a frame of that size, into `out`.
    async fn poster(&self, picture: &Path, size: Size, out: &Path, context: &StepContext) -> PortResult<()>;
}
