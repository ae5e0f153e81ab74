//! How a still picture moves while its scene lasts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The direction of a scene's motion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MotionKind {
    /// From the whole picture into its middle.
    ZoomIn,
    /// From the picture's middle out to the whole.
    ZoomOut,
    /// The view wanders to the left.
    PanLeft,
    /// The view wanders to the right.
    PanRight,
    /// The view wanders up.
    PanUp,
    /// The view wanders down.
    PanDown,
    /// The picture stands still.
    None,
}

/// A scene's motion, with an integer amount so that it can stand in a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Motion {
    /// Where it goes.
    pub kind: MotionKind,
    /// How far, in thousandths: 150 means a zoom between 1.0 and 1.15, or a pan over a view that is 1/1.15 of the cover size.
    pub amount_milli: u32,
}
