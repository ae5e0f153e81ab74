//! What work takes, a unit, as quotes count it: the figures of `cost/rates.rs`, taken anew.

use std::path::Path;

use serde_json::{Value, json};

use super::figure::{Figure, Goal};
use super::meter::{protovideo, run};
use super::requests;
use crate::cli::Failure;
use crate::cost::rates::{
    CHARS_A_SECOND, FILM_SECOND, FRAME_MEGAPIXEL, FRAME_MEGAPIXEL_BYTES, HIBARI_SECOND, KOKORO_SECOND,
    PICTURE_MEGAPIXEL, PICTURE_MEGAPIXEL_BYTES, POSTER_MEGAPIXEL, SOUND_SECOND, SPEECH_SECOND_BYTES, SPREAD,
};

/// Millions of pixels of the example's frames, and of its pictures.
const FRAME: f64 = 1.080 * 1.920;
const PICTURE: f64 = 1.296 * 2.304;
/// Its frames a second.
const FPS: f64 = 30.0;

pub(super) fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let (hibari, kokoro) = (Film::make(folder, "heart")?, Film::make(folder, "af_heart")?);
    let seconds = hibari.seconds;
    let frames = seconds * FPS * FRAME;
    let pictures = hibari.count("picture") * PICTURE;
    let rate = |what, measured, told: f64| Figure::new(what, measured, "s", Goal::AtMost(told * SPREAD.high));
    let pace = |film: &Film| film.chars / film.spoken();
    Ok(vec![
        rate("a second of speech, heart", hibari.processor("speech") / hibari.spoken(), HIBARI_SECOND),
        rate("a second of speech, af_heart", kokoro.processor("speech") / kokoro.spoken(), KOKORO_SECOND),
        rate("a million pixels of a drawn picture", hibari.processor("picture") / pictures, PICTURE_MEGAPIXEL),
        rate("a million pixels of a frame", hibari.processor("scene") / frames, FRAME_MEGAPIXEL),
        rate("a second of the film's sound", hibari.processor("soundtrack") / seconds, SOUND_SECOND),
        rate("a second of the film", hibari.processor("film") / seconds, FILM_SECOND),
        rate("a million pixels of the poster", hibari.processor("poster") / FRAME, POSTER_MEGAPIXEL),
        Figure::new("characters spoken in a second, heart", pace(&hibari), "", Goal::AtMost(CHARS_A_SECOND.high)),
        Figure::new("characters spoken in a second, af_heart", pace(&kokoro), "", Goal::AtLeast(CHARS_A_SECOND.low)),
        Figure::new(
            "bytes of a million pixels of a frame",
            hibari.bytes("scene") / frames,
            "B",
            Goal::AtMost(FRAME_MEGAPIXEL_BYTES * SPREAD.high),
        ),
        Figure::new(
            "bytes of a million pixels of a picture",
            hibari.bytes("picture") / pictures,
            "B",
            Goal::AtMost(PICTURE_MEGAPIXEL_BYTES * SPREAD.high),
        ),
    ])
}

/// The example as one voice speaks it.
struct Film {
    /// Its length.
    seconds: f64,
    /// Characters that are spoken in it.
    chars: f64,
    artifacts: Vec<Value>,
}

impl Film {
    fn make(folder: &Path, voice: &str) -> Result<Self, Failure> {
        let folder = &folder.join(format!("rates-{voice}"));
        let mut request = requests::harbour()?;
        request["voice"] = json!(voice);
        requests::write(folder, "request.json", &request)?;
        let ask = |arguments: &[&str]| -> Result<Value, Failure> {
            Ok(serde_json::from_str(&run(&mut protovideo(folder, arguments)?, false)?.stdout)?)
        };
        let quote = ask(&["quote", "request.json", "--json"])?;
        let made = ask(&["render", "request.json", "-o", "film.mp4", "--json"])?;
        let report = ask(&["report", "--format", "json"])?;
        let speech = quote["parts"].as_array().into_iter().flatten().find(|part| part["kind"] == "speech");
        let shortest = speech.and_then(|part| part["units"]["low"].as_f64()).unwrap_or(0.0);
        Ok(Self {
            seconds: made["result"]["duration"].as_f64().unwrap_or(0.0),
            chars: shortest * CHARS_A_SECOND.high,
            artifacts: report["artifacts"].as_array().cloned().unwrap_or_default(),
        })
    }

    fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.artifacts.iter().filter(move |artifact| artifact["kind"] == kind && artifact["cache"] == "miss")
    }

    fn count(&self, kind: &str) -> f64 {
        self.of(kind).count() as f64
    }

    fn sum(&self, kind: &str, field: &str) -> f64 {
        self.of(kind).map(|artifact| artifact[field].as_f64().unwrap_or(0.0)).sum()
    }

    fn bytes(&self, kind: &str) -> f64 {
        self.sum(kind, "bytes")
    }

    /// Seconds.
    fn processor(&self, kind: &str) -> f64 {
        (self.sum(kind, "processor_ms") + self.sum(kind, "children_processor_ms")) / 1000.0
    }

    /// Seconds of speech.
    fn spoken(&self) -> f64 {
        self.bytes("speech") / SPEECH_SECOND_BYTES
    }
}
