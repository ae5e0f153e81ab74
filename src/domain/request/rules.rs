//! What a schema cannot say: rules between fields, names and sizes, and what is not supported yet.
//! They look at the JSON value, not at the types, so that a fault of shape elsewhere hides none of them.

use serde_json::{Map, Value};

use super::fault::Fault;
use super::limits;
use super::shape::found;
use super::styles::canonical;
use crate::domain::film::parse_size;
use crate::domain::palette::parse_color;
use crate::domain::task::is_id;

/// Where a request comes from; only the command line may name local files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A person at a shell.
    CommandLine,
    /// A queue or HTTP.
    Remote,
}

/// Fields that are known and refused, rather than ignored.
const FILM_LATER: [&str; 5] = ["audio_prompt_url", "music", "logo", "outputs", "callback_url"];
const SCENE_LATER: [&str; 6] = ["video", "narration", "audio_prompt_url", "music", "music_volume", "text"];

/// Adds every fault that the rules find.
pub(super) fn check(request: &Value, scenes: &[Value], origin: Origin, faults: &mut Vec<Fault>) {
    let Some(film) = request.as_object() else { return };
    later("", film, &FILM_LATER, faults);
    web_addresses("", film, faults);
    for name in ["music", "logo"] {
        if let Some(part) = film.get(name).and_then(Value::as_object) {
            sources(&format!("{name}."), part, origin, faults);
        }
    }
    for (i, size) in film.get("outputs").and_then(Value::as_array).into_iter().flatten().enumerate() {
        if let Some(Err(message)) = size.as_str().map(parse_size) {
            faults.push(Fault::new(format!("outputs[{i}]"), message));
        }
    }
    names(film, faults);
    if present(film, "pace") && film["pace"] == "sentences" {
        faults.push(not_yet("pace", "\"sentences\"", "\"even\""));
    }
    transition("", film, faults);
    captions("", film, faults);
    pronunciations(film, faults);
    limits::check(scenes, present(film, "narration_text"), faults);
    for (i, scene) in scenes.iter().enumerate() {
        if let Some(scene) = scene.as_object() {
            self::scene(&format!("scenes[{i}]."), scene, film, origin, faults);
        }
    }
}

fn present(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).is_some_and(|value| !value.is_null())
}

fn later(prefix: &str, fields: &Map<String, Value>, names: &[&str], faults: &mut Vec<Fault>) {
    for name in fields.keys().filter(|name| names.contains(&canonical(name)) && present(fields, name)) {
        faults.push(Fault::new(format!("{prefix}{name}"), "not supported yet; leave it out"));
    }
}

fn not_yet(path: impl Into<String>, what: &str, instead: &str) -> Fault {
    Fault::new(path, format!("{what} is not supported yet; allowed: {instead}"))
}

fn names(film: &Map<String, Value>, faults: &mut Vec<Fault>) {
    if let Some(id) = film.get("task_id").and_then(Value::as_str)
        && !is_id(id)
    {
        let message = format!("found {}; allowed: 1 to 64 of A-Z a-z 0-9 _ -", found(&film["task_id"]));
        faults.push(Fault::new("task_id", message));
    }
    if let Some(name) = film.get("output_filename").and_then(Value::as_str) {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || name.len() > 100 || name.starts_with(['.', '-']) || !name.chars().all(plain) {
            let message = format!(
                "found {}; allowed: a bare file name of at most 100 of A-Z a-z 0-9 . _ -, not beginning with . or -",
                found(&film["output_filename"])
            );
            faults.push(Fault::new("output_filename", message));
        }
    }
    if let Some(Err(message)) = film.get("size").and_then(Value::as_str).map(parse_size) {
        faults.push(Fault::new("size", message));
    }
}

fn transition(prefix: &str, fields: &Map<String, Value>, faults: &mut Vec<Fault>) {
    let kind = fields.get("transition").and_then(|t| t.get("kind"));
    let later = |kind: &&Value| ["crossfade", "fade", "slide", "wipe"].iter().any(|later| *kind == later);
    if let Some(kind) = kind.filter(later) {
        faults.push(not_yet(format!("{prefix}transition.kind"), &kind.to_string(), "\"none\""));
    }
}

fn captions(prefix: &str, fields: &Map<String, Value>, faults: &mut Vec<Fault>) {
    let Some(style) = fields.get("subtitle").and_then(Value::as_object) else { return };
    for name in ["color", "highlight", "outline"] {
        if !(name == "highlight" && style.get(name).is_some_and(|color| color == "none")) {
            color(&format!("{prefix}subtitle."), style, name, faults);
        }
    }
    if let Some(font) = style.get("font").and_then(Value::as_str)
        && !crate::domain::film::FONTS.contains(&font)
    {
        let message = format!("found {font:?}; allowed: {}", crate::domain::film::FONTS.join(", "));
        faults.push(Fault::new(format!("{prefix}subtitle.font"), message));
    }
}

fn color(prefix: &str, fields: &Map<String, Value>, name: &str, faults: &mut Vec<Fault>) {
    if let Some(Err(message)) = fields.get(name).and_then(Value::as_str).map(parse_color) {
        faults.push(Fault::new(format!("{prefix}{name}"), message));
    }
}

/// Fields that point at a file: only the command line may do so by a path.
fn sources(prefix: &str, fields: &Map<String, Value>, origin: Origin, faults: &mut Vec<Fault>) {
    let pointing = |name: &str| ["image", "video", "narration", "music", "url"].contains(&canonical(name));
    for (name, value) in fields.iter().filter(|(name, _)| pointing(name)) {
        if let Some(source) = value.as_str()
            && origin == Origin::Remote
            && !["http://", "https://", "data:", "s3://"].iter().any(|scheme| source.starts_with(scheme))
        {
            let message = format!("found {}; allowed: an http, https, data or s3 URL", found(value));
            faults.push(Fault::new(format!("{prefix}{name}"), message));
        }
    }
}

/// Fields that are a web address, wherever the request comes from.
fn web_addresses(prefix: &str, fields: &Map<String, Value>, faults: &mut Vec<Fault>) {
    for name in ["audio_prompt_url", "callback_url"] {
        if let Some(address) = fields.get(name)
            && address.as_str().is_some_and(|text| !text.starts_with("http://") && !text.starts_with("https://"))
        {
            let message = format!("found {}; allowed: an http or https URL", found(address));
            faults.push(Fault::new(format!("{prefix}{name}"), message));
        }
    }
}

fn pronunciations(film: &Map<String, Value>, faults: &mut Vec<Fault>) {
    for (word, how) in film.get("pronunciations").and_then(Value::as_object).into_iter().flatten() {
        let path = format!("pronunciations.{word}");
        if word.trim().is_empty() || word.chars().any(char::is_whitespace) {
            faults.push(Fault::new(path.clone(), "the word must be one word, without white space"));
        }
        if how.as_str().is_some_and(|how| how.trim().trim_matches('/').is_empty()) {
            faults.push(Fault::new(path, "empty; allowed: /phonemes/ or a respelling"));
        }
    }
}

fn scene(prefix: &str, scene: &Map<String, Value>, film: &Map<String, Value>, origin: Origin, faults: &mut Vec<Fault>) {
    later(prefix, scene, &SCENE_LATER, faults);
    transition(prefix, scene, faults);
    captions(prefix, scene, faults);
    aliases(prefix, scene, faults);
    sources(prefix, scene, origin, faults);
    web_addresses(prefix, scene, faults);
    if let Some(text) = scene.get("text").and_then(Value::as_object) {
        color(&format!("{prefix}text."), text, "color", faults);
    }
    let has = |field: &str| scene.keys().any(|name| canonical(name) == field && present(scene, name));
    match scene.get("type").and_then(Value::as_str) {
        Some("video") => faults.push(not_yet(format!("{prefix}type"), "\"video\"", "\"image\"")),
        Some("image") if !has("image") && !has("promptImage") => {
            faults.push(Fault::new(
                prefix.trim_end_matches('.'),
                "an image scene needs `image` (a picture) or `promptImage` (a prompt for one)",
            ));
        }
        _ => {}
    }
    if present(film, "narration_text") {
        if has("narration_text") || has("narration") {
            let message = "the film has a `narration_text` of its own; a scene cannot have another";
            faults.push(Fault::new(format!("{prefix}narration_text"), message));
        }
        if has("voice") {
            let message = "one voice speaks the film's `narration_text`; give the film this `voice`";
            faults.push(Fault::new(format!("{prefix}voice"), message));
        }
    }
    if let Some(kind) = scene.get("on_error").filter(|kind| *kind == "placeholder" || *kind == "skip") {
        faults.push(not_yet(format!("{prefix}on_error"), &kind.to_string(), "\"fail\""));
    }
}

/// A field and its other name at once: which of the two would count?
fn aliases(prefix: &str, scene: &Map<String, Value>, faults: &mut Vec<Fault>) {
    let mut seen = std::collections::BTreeMap::new();
    for name in scene.keys() {
        if let Some(first) = seen.insert(canonical(name), name) {
            let message = format!("the same field as `{first}`; give one of the two");
            faults.push(Fault::new(format!("{prefix}{name}"), message));
        }
    }
}
