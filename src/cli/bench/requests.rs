//! The requests that are measured.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::Failure;
use crate::ports::PortError;

/// The example: 5 scenes, about 40 s.
const HARBOUR: &str = include_str!("../../../examples/harbour.json");

/// The example.
pub(super) fn harbour() -> Result<Value, Failure> {
    Ok(serde_json::from_str(HARBOUR)?)
}

/// So many scenes, none of which is like another: the example's, told again with other numbers and drawn anew.
pub(super) fn scenes(count: usize) -> Result<Value, Failure> {
    let mut request = harbour()?;
    let five = request["scenes"].as_array().cloned().unwrap_or_default();
    let scene = |(number, scene): (usize, &Value)| {
        let mut scene = scene.clone();
        let text = scene["narration_text"].as_str().unwrap_or_default();
        scene["narration_text"] = json!(format!("This is what we saw on day {number}. {text}"));
        scene["seed"] = json!(number);
        scene
    };
    request["scenes"] = five.iter().cycle().take(count).enumerate().map(scene).collect();
    Ok(request)
}

/// Twenty short scenes; the last sentence of the eleventh is `last`. Each text is long enough not to be spoken in one
/// breath with its neighbour.
pub(super) fn twenty(last: &str) -> Result<Value, Failure> {
    let mut request = scenes(20)?;
    for (number, scene) in request["scenes"].as_array_mut().into_iter().flatten().enumerate() {
        let last = if number == 10 { last } else { "After that the boats went out to sea again, one after the other." };
        scene["narration_text"] =
            json!(format!("Day {number} began with a little wind from the south and a red sky. {last}"));
    }
    Ok(request)
}

/// Writes a request into a folder, which is made.
pub(super) fn write(folder: &Path, name: &str, request: &Value) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|e| PortError::io("make the folder", folder, e))?;
    let path = folder.join(name);
    Ok(std::fs::write(&path, request.to_string()).map_err(|e| PortError::io("write", &path, e))?)
}
