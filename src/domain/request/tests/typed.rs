//! The schema against the types that it was generated from.

use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::domain::request::{Request, shape, styles};

/// A request with every field.
fn every_field() -> Value {
    let overlay = json!({"content": "Hi", "position": "top", "fontsize": 36, "color": "white"});
    let style = json!({"font": "Montserrat", "size": 70, "color": "white", "highlight": "none", "outline": "black",
        "outline_width": 7, "lines": 2, "words_a_line": 3, "position": "center", "upper_case": true});
    let voice = json!({"engine": "hibari", "name": "heart", "speed": 1.5, "language": "en"});
    let transition = json!({"kind": "fade", "duration": 1});
    json!({
        "output_filename": "a.mp4", "narration_text": "One.", "audio_prompt_url": "https://a.b/c", "size": "square",
        "fps": 24, "voice": voice, "subtitle": style, "transition": transition, "loudness": -16, "pace": "even",
        "music": {"url": "https://a.b/c", "volume": 0.5, "duck": true, "fade": 1}, "callback_url": "https://a.b/c",
        "logo": {"url": "https://a.b/c", "position": "top_left", "opacity": 1, "size": 90, "margin": 8},
        "outputs": ["square"], "task_id": "t", "seed": 1, "pronunciations": {"a": "/b/"}, "max_cost": 1,
        "scenes": [{
            "type": "image", "image": "data:,", "promptImage": "a", "image_provider": "card", "video": "data:,",
            "narration": "data:,", "narration_text": "One.", "audio_prompt_url": "https://a.b/c", "music": "data:,",
            "music_volume": 0.3, "duration": 1, "text": overlay, "subtitle": true, "voice": "heart", "seed": 1,
            "transition": transition, "motion": {"kind": "zoom_in", "amount": 0.2}, "on_error": "skip",
        }],
    })
}

/// The paths of all values below this one, as JSON pointers.
fn pointers(value: &Value) -> Vec<String> {
    let below = |(name, value): (String, &Value)| {
        let deeper = pointers(value).into_iter().map(|rest| format!("/{name}{rest}")).collect::<Vec<_>>();
        std::iter::once(format!("/{name}")).chain(deeper).collect::<Vec<_>>()
    };
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).flat_map(below).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(i, item)| (i.to_string(), item)).flat_map(below).collect()
        }
        _ => Vec::new(),
    }
}

/// The typed parser stops at its first fault and knows no place, so the schema must leave it nothing to refuse.
#[test]
fn what_fits_the_schema_can_be_read() {
    let schema = Request::schema();
    let fits = |value: &Value| {
        let mut faults = Vec::new();
        shape::check(&schema, value, &mut faults);
        faults.is_empty()
    };
    let whole = every_field();
    assert!(fits(&whole));
    let known =
        |definition: &str| schema.pointer(definition).and_then(Value::as_object).unwrap().keys().collect::<Vec<_>>();
    for name in known("/properties") {
        assert!(whole.get(name).is_some(), "{name} is not among the fields that this test tries");
    }
    for name in known("/$defs/Scene/properties").into_iter().filter(|name| styles::canonical(name) == *name) {
        assert!(whole["scenes"][0].get(name).is_some(), "{name} is not among the fields that this test tries");
    }
    let odd = json!([null, true, 0, 1, -1, 0.5, -0.5, 24.0, 1e300, 4_294_967_296_u64, u64::MAX, i64::MIN, "", "a",
        "none", "\u{0}", [], [[]], [1], ["a"], {}, {"kind": "none"}, {"url": 1}]);
    let mut read = 0;
    for place in pointers(&whole) {
        for odd in odd.as_array().unwrap() {
            let mut changed = whole.clone();
            *changed.pointer_mut(&place).unwrap() = odd.clone();
            if fits(&changed) {
                read += 1;
                assert!(Request::deserialize(&changed).is_ok(), "{place} {odd}: {:?}", Request::deserialize(&changed));
            }
        }
    }
    assert!(read > 200, "{read}");
}
