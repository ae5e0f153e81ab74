//! Requests by chance: scenes of one to three sentences, no two of which are alike.

use protovideo::domain::request::{Draft, Origin};
use serde_json::{Value, json};

use super::durations::rng;

/// Letters, from which words of three to nine letters as in English are put together.
const LETTERS: &str = "etaoinshrdlcumwfgypbvk";
/// Words of a sentence.
const WORDS: std::ops::RangeInclusive<usize> = 4..=12;

/// A film of its own, `name`, with so many scenes.
pub(crate) fn film(name: &str, scenes: usize, seed: u64) -> Value {
    let scenes: Vec<_> = (0..scenes).map(|place| scene(&format!("{name} {place}"), seed)).collect();
    json!({"scenes": scenes})
}

/// A scene of its own.
pub(crate) fn scene(name: &str, seed: u64) -> Value {
    let mut rng = rng(seed, &format!("scene {name}"));
    let count = rng.usize(1..=3);
    let said: Vec<_> = (0..count).map(|_| sentence(&mut rng)).collect();
    json!({"type": "image", "promptImage": format!("picture {name}"), "narration_text": said.join(" ")})
}

/// A sentence that is hardly said twice.
pub(crate) fn sentence(rng: &mut fastrand::Rng) -> String {
    let letters = LETTERS.as_bytes();
    let count = rng.usize(WORDS);
    let mut word = |_| {
        let length = rng.usize(3..=9);
        (0..length).map(|_| char::from(letters[rng.usize(..letters.len())])).collect::<String>()
    };
    let words: Vec<_> = (0..count).map(&mut word).collect();
    format!("{}.", words.join(" "))
}

/// A request as it comes.
pub(crate) fn draft(request: &Value) -> Draft {
    Draft::of(request, Origin::Remote)
}
