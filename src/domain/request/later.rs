//! What is read and held against its shape already, and refused as not supported yet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::styles::Position;

/// How scenes follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The kind.
    pub kind: TransitionKind,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 10.0))]
    pub duration: Option<f64>,
}

/// The kinds of transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TransitionKind {
    /// A plain cut.
    None,
    /// The pictures overlap.
    Crossfade,
    /// Through black.
    Fade,
    /// The next picture pushes in.
    Slide,
    /// The next picture is uncovered.
    Wipe,
}

/// One track under the whole film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Music {
    /// The track: an http(s) or data URL; from the command line also a path.
    #[schemars(length(min = 1))]
    pub url: String,
    /// How loud it is; 1 is as it was recorded. Default 0.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub volume: Option<f64>,
    /// Whether it goes down under speech. Default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duck: Option<bool>,
    /// Seconds in which it comes and goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 30.0))]
    pub fade: Option<f64>,
}

/// A picture over the whole film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// The picture: an http(s) or data URL; from the command line also a path.
    #[schemars(length(min = 1))]
    pub url: String,
    /// The corner it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Corner>,
    /// How opaque it is, from 0 to 1. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub opacity: Option<f64>,
    /// Its longer side in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 8, max = 3840))]
    pub size: Option<u32>,
    /// Pixels between it and the frame's edges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1920))]
    pub margin: Option<u32>,
}

/// A corner of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    /// Upper left.
    TopLeft,
    /// Upper right.
    TopRight,
    /// Lower left.
    BottomLeft,
    /// Lower right.
    BottomRight,
}

/// Text over a scene's picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextOverlay {
    /// What it says.
    #[schemars(length(min = 1, max = 500))]
    pub content: String,
    /// Where it stands. Default center.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The type's height in pixels. Default 36.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 8, max = 400))]
    pub fontsize: Option<u32>,
    /// The letters' colour: a name or `#rrggbb`. Default white.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}
