//! The illustrator: a picture from a prompt by rules, without a model and without a network.
//!
//! ```text
//! words -> mood -> light ----+
//!   |                        v
//!   +----> setting ----> scenery: back, [things at their places], front -> SVG -> PNG
//!   |         ^
//!   +----> nouns (drawings, found by what the prompt names)
//! ```
//!
//! The prompt decides what is shown, the film's first prompt which palette it is shown in, the
//! seed everything else. No text of a prompt ever stands in the SVG.

mod canvas;
mod chance;
mod colour;
mod compose;
mod drawings;
mod figure;
mod light;
mod mood;
mod nouns;
mod placing;
mod raster;
mod scenery;
mod setting;
mod things;
mod words;

#[cfg(test)]
mod tests;

use crate::domain::units::Size;
use crate::ports::PortResult;

use canvas::Canvas;
use chance::Chance;
use drawings::Kind;
use light::Light;
use mood::Mood;
use scenery::Place;
use setting::Setting;

/// The illustrator's version, as it stands in recipes. Raise it whenever a picture changes.
pub(super) const MODEL: &str = "card-2";

/// Draws a prompt: an encoded PNG of exactly that size, the same bytes each time.
///
/// `lead` is the film's first prompt. It decides the palette where the prompt itself says nothing about the hour,
/// the season or a colour, so that a film looks like one film.
///
/// # Errors
/// `CARD_SIZE` for a size without pixels; the rest (`CARD_SVG`, `CARD_DRAWINGS`) would be a defect of this module.
pub(super) fn draw(prompt: &str, lead: Option<&str>, seed: u64, size: Size) -> PortResult<Vec<u8>> {
    raster::png(&compose(prompt, lead, seed, size)?, size)
}

/// The same picture before it is rendered.
fn compose(prompt: &str, lead: Option<&str>, seed: u64, size: Size) -> PortResult<String> {
    let own = words::words(prompt);
    let lead = lead.unwrap_or(prompt);
    let mood = Mood::of(&own, &words::words(lead), Chance::of(lead, seed));
    let named = nouns::named(&own)?;
    let setting = Setting::of(&named);
    let mut found = named.things;
    // The scenery draws these itself.
    found.retain(|thing| !scenery::draws(setting, &thing.drawing.name));
    // Sun and moon stay outside.
    if scenery::is_indoors(setting) {
        found.retain(|thing| thing.drawing.kind != Kind::Celestial);
    }
    // A fish out of water is not worth showing beside anything else.
    if !scenery::is_wet(setting) && found.iter().any(|thing| thing.drawing.kind != Kind::Swimmer) {
        found.retain(|thing| thing.drawing.kind != Kind::Swimmer);
    }
    if found.is_empty() && !mood.fireworks {
        found = things::company(setting)?;
    }
    let upright = [Kind::Furniture, Kind::Figure, Kind::Child, Kind::Beast];
    let laid = things::has(&found, &[Kind::Object, Kind::Handful]) && !things::has(&found, &upright);
    let has_orb = things::has(&found, &[Kind::Celestial]);
    let place = Place { setting, mood, light: Light::of(mood), has_orb, laid };
    let mut chance = Chance::of(prompt, seed);
    let mut canvas = Canvas::new(size);
    let stage = scenery::back(&mut canvas, &place, &mut chance);
    let placed = placing::place(&found, &canvas, stage, &mut chance)?;
    compose::draw(&mut canvas, &place, &placed);
    scenery::front(&mut canvas, &place, &mut chance, stage);
    Ok(canvas.svg())
}
