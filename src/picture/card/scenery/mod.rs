//! The places, layer by layer: what lies behind the things of a picture, and what lies before them.

mod indoors;
mod land;
mod plants;
mod shapes;
mod sky;
mod space;
mod town;
mod water;
mod weather;

use super::canvas::Canvas;
use super::chance::Chance;
use super::light::Light;
use super::mood::Mood;
use super::setting::Setting;

/// What all layers of a picture share.
pub(super) struct Place {
    pub(super) setting: Setting,
    pub(super) mood: Mood,
    pub(super) light: Light,
    /// Whether some drawing is a sun, a moon or a planet already.
    pub(super) has_orb: bool,
    /// Whether the things are such as stand on a table.
    pub(super) laid: bool,
}

/// Where things may stand. All are pixels from the top.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stage {
    /// The line on which things stand; captions follow below it.
    pub(super) ground: f32,
    /// The line on which vessels float, where there is water.
    pub(super) water: Option<f32>,
    /// Whether nothing stands: all things hover around the middle.
    pub(super) afloat: bool,
}

/// Draws what is behind the things.
pub(super) fn back(canvas: &mut Canvas, place: &Place, chance: &mut Chance) -> Stage {
    let h = canvas.h;
    let ground = h * if h > canvas.w { 0.665 } else { 0.72 };
    let standing = Stage { ground, water: None, afloat: false };
    match place.setting {
        Setting::Room => indoors::room(canvas, place, chance, ground),
        Setting::Still => indoors::still(canvas, place, chance, ground),
        Setting::Abstract => indoors::idea(canvas, place, chance),
        Setting::Space => space::space(canvas, place, chance),
        Setting::Underwater => water::below(canvas, place, chance),
        _ => {
            let horizon = ground - h * 0.09;
            sky::sky(canvas, place, chance, horizon);
            outdoors(canvas, place, chance, ground);
        }
    }
    match place.setting {
        Setting::Space | Setting::Sky | Setting::Underwater | Setting::Abstract => {
            Stage { ground: h * 0.56, water: None, afloat: true }
        }
        Setting::Sea => Stage { ground: ground - h * 0.005, water: Some(ground - h * 0.02), afloat: false },
        Setting::Harbour | Setting::River | Setting::Beach => {
            Stage { ground, water: Some(ground - h * 0.055), afloat: false }
        }
        _ => standing,
    }
}

fn outdoors(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    match place.setting {
        Setting::Sea => water::sea(canvas, place, chance, ground),
        Setting::Beach => {
            water::sea(canvas, place, chance, ground - canvas.h * 0.03);
            land::sand(canvas, place, chance, ground);
        }
        Setting::Harbour => water::harbour(canvas, place, chance, ground),
        Setting::River => water::river(canvas, place, chance, ground),
        Setting::Mountains => land::mountains(canvas, place, chance, ground),
        Setting::Snow => land::snow(canvas, place, chance, ground),
        Setting::Desert => land::desert(canvas, place, chance, ground),
        Setting::Forest => land::forest(canvas, place, chance, ground),
        Setting::City => town::city(canvas, place, chance, ground),
        Setting::Street => town::street(canvas, place, chance, ground),
        Setting::Sky => sky::above_the_clouds(canvas, place, chance),
        _ => land::field(canvas, place, chance, ground),
    }
}

/// Draws what is before the things: near ground, weather, and the dark that captions stand on.
pub(super) fn front(canvas: &mut Canvas, place: &Place, chance: &mut Chance, stage: Stage) {
    match place.setting {
        Setting::Sea => water::near_waves(canvas, place, chance, stage.ground),
        Setting::Harbour => water::quay(canvas, place, stage.ground),
        Setting::River => land::near_bank(canvas, place, chance, stage.ground),
        Setting::Field | Setting::Forest | Setting::Mountains | Setting::Snow | Setting::Desert | Setting::Beach => {
            land::near(canvas, place, chance, stage.ground);
        }
        _ => {}
    }
    if !matches!(
        place.setting,
        Setting::Room | Setting::Still | Setting::Abstract | Setting::Space | Setting::Underwater
    ) {
        weather::falling(canvas, place, chance);
    }
    weather::caption_dark(canvas, place);
}

/// Whether a place's own layers show such a thing already.
pub(super) fn draws(setting: Setting, name: &str) -> bool {
    match setting {
        Setting::Mountains | Setting::Snow => {
            name.contains("mountain") || name == "mount-fuji" || name == "evergreen-tree"
        }
        Setting::Forest => name.ends_with("-tree"),
        Setting::Room | Setting::Still => name == "window",
        Setting::City | Setting::Street => name == "office-building" || name == "houses",
        Setting::Sea => {
            matches!(name, "rock" | "star" | "glowing-star" | "full-moon" | "crescent-moon" | "sun" | "cloud")
        }
        Setting::Space | Setting::Abstract | Setting::Underwater => false,
        _ => matches!(
            name,
            "star"
                | "glowing-star"
                | "full-moon"
                | "crescent-moon"
                | "sun"
                | "cloud"
                | "cloud-with-rain"
                | "cloud-with-snow"
                | "wood"
        ),
    }
}
