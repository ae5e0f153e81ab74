//! What the fields of a request are made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::motion::MotionKind;

/// What a scene shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SceneType {
    /// A picture that moves.
    #[default]
    Image,
    /// Footage. Not supported yet.
    Video,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Voice {
    /// A voice's name: `heart`, `af_heart`.
    Name(String),
    /// A voice and how it speaks.
    Spec(VoiceSpec),
}

/// A voice and how it speaks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VoiceSpec {
    /// The engine that must have the voice: `hibari`, `kokoro`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The voice's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How fast; 1 is the voice's own pace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.5, max = 2.0))]
    pub speed: Option<f64>,
    /// The language the voice must speak: `en`, `en-US`, `en-GB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// How a global narration is shared by the scenes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    /// Evenly, to the frame.
    Even,
    /// By sentences.
    Sentences,
}

/// What a scene that cannot be made does to its film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The film fails.
    Fail,
    /// A plain picture stands in.
    Placeholder,
    /// The film goes without it.
    Skip,
}

/// A scene's motion, as requested.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MotionSpec {
    /// Where it goes.
    pub kind: MotionKind,
    /// How far: 0.15 zooms between 1.0 and 1.15. Default 0.15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub amount: Option<f64>,
}

/// Target loudness in LUFS; `null` leaves the mix alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Loudness(#[schemars(range(min = -40.0, max = -5.0))] pub Option<f64>);

impl Default for Loudness {
    fn default() -> Self {
        Self(Some(-14.0))
    }
}

impl Loudness {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
