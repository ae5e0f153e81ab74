//! Captions: which words stand on the screen when.

pub mod cues;
mod screen;
pub mod sidecar;
pub mod subtitles;
#[cfg(test)]
mod tests;
pub mod timing;

use serde::{Deserialize, Serialize};

/// A word of a cue. Times are frames from the start of whatever the cues belong to (a scene, or the film).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CueWord {
    /// As written.
    pub text: String,
    /// The first frame on which it is being spoken.
    pub start: u32,
    /// One past the last frame on which it is highlighted; the next word's start where speech goes on.
    pub end: u32,
}

/// Words that stand on the screen together. Cues of one list do not overlap and are in order; each lasts a frame or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cue {
    /// The first frame.
    pub start: u32,
    /// One past the last frame.
    pub end: u32,
    /// One or more lines of one or more words.
    pub lines: Vec<Vec<CueWord>>,
}

/// Where captions stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaptionPosition {
    /// In the upper part, inside the safe area.
    Top,
    /// In the middle.
    Center,
    /// In the lower part, above what the apps draw over a 9:16 film.
    Bottom,
}

/// A red, green, blue triple.
pub type Rgb = [u8; 3];

/// How captions look, resolved: every value given, nothing floating.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CaptionStyle {
    /// A bundled family: `Montserrat` or `Noto Sans`.
    pub font: String,
    /// The height of the type in thousandths of the frame's shorter side (65 means 70 px at 1080x1920).
    pub size_milli: u32,
    /// The colour of the words.
    pub color: Rgb,
    /// The colour of the word being spoken; `None` for no highlight.
    pub highlight: Option<Rgb>,
    /// The colour of the outline.
    pub outline: Rgb,
    /// The outline's width in thousandths of the type's height; 0 for none.
    pub outline_milli: u32,
    /// At most this many lines at once (1 to 3).
    pub lines: u32,
    /// At most this many words a line; 0 means as many as fit.
    pub words_a_line: u32,
    /// Where they stand.
    pub position: CaptionPosition,
    /// Whether letters are upper-cased when drawn.
    pub upper_case: bool,
}
