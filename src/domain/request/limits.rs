//! How much one request may ask for in all; what a single field may hold is in the schema.

use serde_json::Value;

use super::fault::Fault;
use crate::domain::film::DEFAULT_SCENE_MS;

/// A film's scenes last so many hours together, at most.
const MOST_HOURS: f64 = 4.0;
/// The texts of a film's scenes have so many characters together, at most: they are spoken in some four hours.
const MOST_CHARS: usize = 200_000;

/// Adds a fault where the scenes are too much together. What is spoken takes as long as it takes, so a scene counts
/// with the length that it names, and a silent one with its default where it names none.
pub(super) fn check(scenes: &[Value], shared_narration: bool, faults: &mut Vec<Fault>) {
    let text = |scene: &Value| scene.get("narration_text").and_then(Value::as_str).map(|text| text.chars().count());
    let chars: usize = scenes.iter().filter_map(text).sum();
    if chars > MOST_CHARS {
        faults.push(Fault::new(
            "scenes",
            format!("their texts have {chars} characters together; at most {MOST_CHARS} allowed"),
        ));
    }
    let silent = |scene: &Value| text(scene).is_none();
    let default = |scene: &Value| if silent(scene) { f64::from(DEFAULT_SCENE_MS) / 1000.0 } else { 0.0 };
    let seconds = |scene: &Value| scene.get("duration").and_then(Value::as_f64).unwrap_or_else(|| default(scene));
    let hours = scenes.iter().map(seconds).sum::<f64>() / 3600.0;
    // Under a narration of the film, the scenes share its length.
    if !shared_narration && hours > MOST_HOURS {
        faults.push(Fault::new("scenes", format!("they last {hours:.2} hours together; at most {MOST_HOURS} allowed")));
    }
}
