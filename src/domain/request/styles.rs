//! How captions are asked for, and the names that older clients use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Burn captions: yes, no, or how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Subtitle {
    /// In the default style, or not at all.
    Switch(bool),
    /// In this style.
    Style(SubtitleStyle),
}

/// How captions look. Every field has a default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubtitleStyle {
    /// `Montserrat` or `Noto Sans`. Default Montserrat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub font: Option<String>,
    /// The type's height in pixels. Default 6.5 % of the frame's shorter side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 8, max = 400))]
    pub size: Option<u32>,
    /// The words' colour: a name or `#rrggbb`. Default white.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The spoken word's colour, or `none`. Default `#ffd23f`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlight: Option<String>,
    /// The outline's colour. Default black.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outline: Option<String>,
    /// The outline's width in pixels. Default 9 % of the type's height.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 40))]
    pub outline_width: Option<u32>,
    /// At most so many lines at once. Default 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3))]
    pub lines: Option<u32>,
    /// At most so many words a line. Default as many as fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 12))]
    pub words_a_line: Option<u32>,
    /// Where they stand. Default bottom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Whether letters are upper-cased. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper_case: Option<bool>,
}

/// Where captions stand.
pub use crate::domain::captions::CaptionPosition as Position;

/// The other names of fields, as older clients send them.
const ALIASES: [(&str, &str); 4] =
    [("image_url", "image"), ("prompt_image", "promptImage"), ("image_prompt", "promptImage"), ("video_url", "video")];

/// Puts the aliases beside the fields they stand for, since the schema's generator does not know them.
pub(super) fn add_aliases(schema: &mut Value) {
    let Some(fields) = schema.pointer_mut("/$defs/Scene/properties").and_then(Value::as_object_mut) else { return };
    for (alias, field) in ALIASES {
        if let Some(mut described) = fields.get(field).cloned() {
            described["description"] = json!(format!("Another name of `{field}`."));
            fields.insert(alias.to_owned(), described);
        }
    }
}

/// The field that a name in a scene stands for.
pub(super) fn canonical(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, field)| field)
}
