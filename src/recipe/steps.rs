//! The recipes: a typed, pure description of each step and all that can change its bytes.
//! No floats, paths, URLs, times or secrets stand in them.

use serde::{Deserialize, Serialize};

use super::Digest;

/// Which voice speaks, pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoicePin {
    /// The engine's name: `hibari` or `kokoro`.
    pub engine: String,
    /// The voice's name: `heart`, `af_heart`.
    pub name: String,
    /// The digest of the model and of the voice's own file together.
    pub model: Digest,
}

/// One sentence of speech.
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
        /// The first scene's prompt, whose palette leads where the provider keeps a film in one palette.
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
