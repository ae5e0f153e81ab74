//! A narration as it is spoken: sentences of words, each word as written and as said.

use serde::{Deserialize, Serialize};

/// One written word (a run of text without white space) and what is said for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// As the script has it, with its punctuation: `$4.99,`. Markup such as
    /// `[Kubernetes](/kˌubəɹnˈɛTiz/)` is already reduced to its visible text.
    pub written: String,
    /// As it is said, normalised, punctuation that shapes the voice kept: `four dollars and ninety-nine cents,`.
    /// Phonemes stand as `[Kubernetes](/kˌubəɹnˈɛTiz/)`. Empty where nothing is said (an emoji, a lone dash).
    pub spoken: String,
}

/// One sentence: the unit of synthesis and of the speech cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Its words in order; at least one of them is spoken.
    pub words: Vec<Word>,
    /// Silence after it, in milliseconds, before the next sentence of the same narration.
    pub pause_ms: u32,
}

impl Sentence {
    /// What is said, one entry for each word that is said at all; this is what the speech recipe holds.
    pub fn spoken(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|w| w.spoken.as_str()).filter(|s| !s.is_empty())
    }
}

/// When a spoken word sounds, in samples at [`SPEECH_RATE`](super::units::SPEECH_RATE) from the start of its sentence's sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordTime {
    /// First sample.
    pub start: u32,
    /// One past the last sample; at least `start`.
    pub end: u32,
}
