//! The request: the user's JSON, typed. The JSON Schema and the first half of the validation are
//! generated from these types, so that a field is described once.

mod draft;
mod fault;
mod json;
mod later;
mod limits;
mod parts;
mod rules;
mod shape;
mod styles;
mod unused;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::Fps;
pub use draft::Draft;
pub use fault::{Fault, Faults, Warning};
pub use later::{Corner, Logo, Music, TextOverlay, Transition, TransitionKind};
pub use parts::{Loudness, MotionSpec, OnError, Pace, SceneType, Voice, VoiceSpec};
pub use rules::Origin;
pub use styles::{Position, Subtitle, SubtitleStyle};

/// A request for one film.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// Name of the final film: a bare file name; `.mp4` is added when missing. Default `<task_id>.mp4`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_filename: Option<String>,
    /// The scenes, played in this order; together at most 4 hours by their durations, and 200,000 characters of text.
    #[schemars(length(min = 1, max = 500))]
    pub scenes: Vec<Scene>,
    /// One narration for the whole film; the scenes share its length evenly, to the frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100_000))]
    pub narration_text: Option<String>,
    /// Reference voice to clone, for every scene that names none of its own. Not supported yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_prompt_url: Option<String>,
    /// `1080x1920` and the like, or `portrait`, `landscape`, `square`. Default portrait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// Frames a second, from the first frame to the last. Default 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<Fps>,
    /// Who speaks, where a scene names nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
    /// Word-timed captions, where a scene says nothing about them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<Subtitle>,
    /// How scenes follow each other. Only plain cuts (`none`) are supported yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,
    /// One track under the whole film. Not supported yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub music: Option<Music>,
    /// Target loudness in LUFS; default -14. `null` leaves the mix alone.
    #[serde(skip_serializing_if = "Loudness::is_default")]
    pub loudness: Loudness,
    /// A logo over the film. Not supported yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// Several sizes from one request, each as `size` says it. Not supported yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 8))]
    pub outputs: Option<Vec<String>>,
    /// Told of the end. Not supported yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// The task's id: 1 to 64 letters, digits, `_` or `-`. The same id with the same request is the same task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// Varies generated pictures. Default 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 4_294_967_295_u32))]
    pub seed: Option<u32>,
    /// Words and how to say them: `/phonemes/` or a respelling.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 500))]
    pub pronunciations: BTreeMap<String, String>,
    /// How a global narration is shared by the scenes. Only `even` is supported yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// US dollars: refuse, before anything is spent, what may cost more, by list prices and the highest estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub max_cost: Option<f64>,
}

/// One scene.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// What is seen.
    pub r#type: SceneType,
    /// The picture: an http(s) or data URL; from the command line also a path.
    #[serde(default, alias = "image_url", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub image: Option<String>,
    /// Generate the picture from this prompt, where there is no `image`; beside one it is not used, with a warning.
    #[serde(default, alias = "prompt_image", alias = "image_prompt", skip_serializing_if = "Option::is_none")]
    #[serde(rename = "promptImage")]
    #[schemars(length(min = 1, max = 5000))]
    pub prompt_image: Option<String>,
    /// Who generates it. The default is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_provider: Option<String>,
    /// The footage of a video scene. Not supported yet.
    #[serde(default, alias = "video_url", skip_serializing_if = "Option::is_none")]
    pub video: Option<String>,
    /// Ready-made narration audio. Not supported yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narration: Option<String>,
    /// Text to speak; the scene lasts as long as its speech and a short tail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 5000))]
    pub narration_text: Option<String>,
    /// Reference voice for this scene. Not supported yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_prompt_url: Option<String>,
    /// Music under this scene. Not supported yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub music: Option<String>,
    /// Volume of the scene's music; default 0.3. Not supported yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub music_volume: Option<f64>,
    /// The scene's length in seconds; beside its narration, the least; beside the film's, not used, with a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.04, max = 900.0))]
    pub duration: Option<f64>,
    /// Text over the picture. Not supported yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextOverlay>,
    /// Burn word-timed captions: yes, no, or how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<Subtitle>,
    /// Who speaks in this scene; refused beside a narration of the film, which one voice speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
    /// How this scene follows the one before. Only plain cuts (`none`) are supported yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,
    /// Varies this scene's generated picture; default is the film's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 4_294_967_295_u32))]
    pub seed: Option<u32>,
    /// How the picture moves. The default follows from the digest of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub motion: Option<MotionSpec>,
    /// What a scene that cannot be made does to its film. Only `fail` is supported yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_error: Option<OnError>,
}

impl Request {
    /// Reads and validates a request. All faults that can be seen without I/O are in one answer.
    ///
    /// # Errors
    /// Every fault with its place, what was found and what is allowed; JSON that cannot be read, with line and column.
    pub fn parse(json: &str, origin: Origin) -> Result<Self, Faults> {
        Draft::read(json, origin).whole()
    }

    /// The request's JSON Schema, generated from these types, aliases included.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Self).to_value();
        // Every other field has a default, and so, for the generator, would this one.
        schema["required"] = serde_json::json!(["scenes"]);
        styles::add_aliases(&mut schema);
        schema
    }
}

#[cfg(test)]
mod tests;
