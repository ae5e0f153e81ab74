//! The recipes: a typed, pure description of each step and all that can change its bytes.
//! No floats, paths, URLs, times or secrets stand in them. Inputs appear by id, tools and models by digest.

use serde::{Deserialize, Serialize};

use super::canonical::{CanonicalError, to_canonical};
use super::{ArtifactId, Digest, Kind};
use crate::domain::captions::CaptionStyle;
use crate::domain::motion::MotionKind;
use crate::domain::timeline::Length;
use crate::domain::units::{Fps, Size};

/// What every recipe can say of itself.
pub trait Recipe: Serialize + Sized {
    /// The kind of artifact that it makes.
    const KIND: Kind;

    /// Its canonical JSON: the manifest that is stored beside the artifact.
    ///
    /// # Errors
    /// Where a number in it is not an integer.
    fn manifest(&self) -> Result<String, CanonicalError> {
        to_canonical(self)
    }

    /// The name of the artifact that it makes: the digest of the manifest, under kind and version.
    ///
    /// # Errors
    /// As [`manifest`](Self::manifest).
    fn id(&self) -> Result<ArtifactId, CanonicalError> {
        let key = Digest::of(self.manifest()?);
        Ok(ArtifactId { kind: Self::KIND, version: Self::KIND.version(), key })
    }
}

/// Which voice speaks, pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoicePin {
    /// The engine's name: `hibari` or `kokoro`.
    pub engine: String,
    /// The voice's name: `heart`, `af_heart`.
    pub name: String,
    /// The digest of all that makes its sound: the model, the voice's own file, what reads the words, what runs it all.
    pub model: Digest,
}

/// One sentence of speech. Its artifact is a WAV file: mono, 24 kHz, 16 bit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeechRecipe {
    /// What is said, word by word, as [`Sentence::spoken`](crate::domain::script::Sentence::spoken) gives it.
    pub words: Vec<String>,
    /// Who says it.
    pub voice: VoicePin,
    /// How fast, in thousandths: 500 to 2000, 1000 is the voice's own pace.
    pub speed_milli: u32,
}

/// One picture: generated from a prompt, or pinned bytes that a user pointed at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum PictureRecipe {
    /// Made by a provider.
    Prompt {
        /// What to draw.
        prompt: String,
        /// What the film's first prompt says of the look of all its pictures, where the provider keeps to one.
        lead: Option<String>,
        /// The provider's name: `card`, `openai`.
        provider: String,
        /// The provider's model or version.
        model: String,
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Varies the picture.
        seed: u64,
    },
    /// The bytes with this digest, stored when the request was submitted.
    Pin {
        /// SHA-256 of the bytes.
        sha256: Digest,
    },
}

/// A sentence's place in a narration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The sentence's speech.
    pub speech: ArtifactId,
    /// Silence after it, in milliseconds.
    pub pause_ms: u32,
}

/// Captions burned into a scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptionRecipe {
    /// How they look.
    pub style: CaptionStyle,
    /// The written words, sentence by sentence; the times come with the speech.
    pub words: Vec<Vec<String>>,
    /// The digest of the fonts.
    pub fonts: Digest,
}

/// One scene's silent video, captions burned. Its artifact is an MPEG transport stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SceneRecipe {
    /// Its picture.
    pub picture: ArtifactId,
    /// The frame's size.
    pub size: Size,
    /// The frame rate.
    pub fps: Fps,
    /// How long it lasts.
    pub length: SceneLength,
    /// The narration that its length or its captions follow: its own, or the film's.
    pub narration: Vec<Said>,
    /// How the picture moves; `None` leaves the kind to the digest of the picture.
    pub motion: Option<MotionKind>,
    /// How far, in thousandths.
    pub motion_milli: u32,
    /// Burned captions.
    pub captions: Option<CaptionRecipe>,
    /// The encoder's whole settings.
    pub encoder: String,
    /// The digest of the tools.
    pub tools: Digest,
}

/// A part of a long scene's video. Its artifact is an MPEG transport stream. The scene's recipe says all but where it is
/// cut, which follows from its length by a [fixed rule](crate::domain::segment).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRecipe {
    /// The scene.
    pub scene: ArtifactId,
    /// Its first frame's number in the scene.
    pub first: u32,
    /// Its length in frames.
    pub frames: u32,
}

/// [`Length`] as it stands in a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum SceneLength {
    /// As long as its narration, at least so long.
    Speech {
        /// The least length in milliseconds.
        least_ms: u32,
    },
    /// So long.
    Time {
        /// The length in milliseconds.
        ms: u32,
    },
    /// An even share of the film's narration.
    Share {
        /// The scene's place, from 0.
        index: u32,
        /// The number of scenes.
        of: u32,
    },
}

impl From<SceneLength> for Length {
    fn from(length: SceneLength) -> Self {
        match length {
            SceneLength::Speech { least_ms } => Self::Spoken { least_ms },
            SceneLength::Time { ms } => Self::Fixed { ms },
            SceneLength::Share { index, of } => Self::Share { index, of },
        }
    }
}

/// A scene as the film's sound sees it: how long it is, and what is spoken in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// How long it lasts.
    pub length: SceneLength,
    /// Its own narration; empty where the film has one.
    pub narration: Vec<Said>,
}

/// The film's sound. Its artifact is an MP4 file with one track: AAC, stereo, 48 kHz.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundtrackRecipe {
    /// The frame rate, to which scenes' lengths are rounded.
    pub fps: Fps,
    /// The film's own narration.
    pub narration: Vec<Said>,
    /// The scenes in order.
    pub scenes: Vec<Spoken>,
    /// Loudness to reach, in thousandths of LUFS; `None` leaves the mix alone.
    pub loudness_milli: Option<i32>,
    /// The digest of the tools, which encode it.
    pub tools: Digest,
}

/// The film. Its artifact is an MP4 file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilmRecipe {
    /// The scenes' videos in order.
    pub scenes: Vec<ArtifactId>,
    /// The sound.
    pub soundtrack: ArtifactId,
    /// The digest of the tools, which write the container.
    pub tools: Digest,
}

/// The film's still: the first scene's picture, covering the frame. Its artifact is a JPEG file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PosterRecipe {
    /// The picture.
    pub picture: ArtifactId,
    /// The frame's size.
    pub size: Size,
}

impl Recipe for SpeechRecipe {
    const KIND: Kind = Kind::Speech;
}
impl Recipe for PictureRecipe {
    const KIND: Kind = Kind::Picture;
}
impl Recipe for SegmentRecipe {
    const KIND: Kind = Kind::Segment;
}
impl Recipe for SceneRecipe {
    const KIND: Kind = Kind::Scene;
}
impl Recipe for SoundtrackRecipe {
    const KIND: Kind = Kind::Soundtrack;
}
impl Recipe for FilmRecipe {
    const KIND: Kind = Kind::Film;
}
impl Recipe for PosterRecipe {
    const KIND: Kind = Kind::Poster;
}
