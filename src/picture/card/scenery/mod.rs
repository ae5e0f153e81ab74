//! The places, layer by layer: what lies behind the things of a picture, and what lies before them.

mod halls;
mod indoors;
mod land;
mod market;
mod pitch;
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
    /// Whether each thing is shown by itself on a disc.
    pub(super) emblems: bool,
    /// The height of the small tables that objects stand on beside people; 0 for none.
    pub(super) table: f32,
    /// Whether objects stand on such tables without people, too.
    pub(super) laid: bool,
}

/// Draws what is behind the things.
pub(super) fn back(canvas: &mut Canvas, place: &Place, chance: &mut Chance) -> Stage {
    let h = canvas.h;
    let ground = h * if h > canvas.w { 0.665 } else { 0.72 };
    let standing = Stage { ground, water: None, afloat: false, emblems: false, table: 0.0, laid: false };
    match place.setting {
        Setting::Room => indoors::room(canvas, place, chance, ground),
        Setting::Kitchen => halls::kitchen(canvas, place, chance, ground),
        Setting::Classroom => halls::classroom(canvas, place, chance, ground),
        Setting::Stage => halls::stage(canvas, place, chance, ground),
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
        Setting::Space | Setting::Sky | Setting::Underwater => Stage { ground: h * 0.56, afloat: true, ..standing },
        Setting::Abstract => Stage { ground: h * 0.56, afloat: true, emblems: true, ..standing },
        Setting::Sea => Stage { ground: ground - h * 0.005, water: Some(ground - h * 0.02), ..standing },
        Setting::Harbour | Setting::River | Setting::Beach => Stage { water: Some(ground - h * 0.055), ..standing },
        Setting::Market => Stage { table: canvas.unit() * 19.0, laid: true, ..standing },
        Setting::Room | Setting::Kitchen | Setting::Classroom if !place.laid => {
            Stage { table: canvas.unit() * 19.0, ..standing }
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
        Setting::Bridge => {
            water::river(canvas, place, chance, ground - canvas.h * 0.01);
            water::railing(canvas, place, ground);
        }
        Setting::Market => market::market(canvas, place, chance, ground),
        Setting::Pitch => pitch::pitch(canvas, place, chance, ground),
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
        Setting::Bridge => water::bridge(canvas, place, stage.ground),
        Setting::River => land::near_bank(canvas, place, chance, stage.ground),
        Setting::Field | Setting::Forest | Setting::Mountains | Setting::Snow | Setting::Desert | Setting::Beach => {
            land::near(canvas, place, chance, stage.ground);
        }
        _ => {}
    }
    if has_weather(place.setting) {
        weather::falling(canvas, place, chance);
    }
    weather::caption_dark(canvas, place);
}

/// Whether a place has a roof.
pub(super) const fn is_indoors(setting: Setting) -> bool {
    matches!(setting, Setting::Room | Setting::Kitchen | Setting::Classroom | Setting::Stage)
}

/// Whether the weather reaches a place.
const fn has_weather(setting: Setting) -> bool {
    !is_indoors(setting)
        && !matches!(setting, Setting::Still | Setting::Abstract | Setting::Space | Setting::Underwater)
}

/// Whether what swims has water there, or lies on a table.
pub(super) const fn is_wet(setting: Setting) -> bool {
    matches!(
        setting,
        Setting::Sea
            | Setting::Beach
            | Setting::Harbour
            | Setting::River
            | Setting::Underwater
            | Setting::Still
            | Setting::Abstract
    )
}

/// Whether a place's own layers show such a thing already.
pub(super) fn draws(setting: Setting, name: &str) -> bool {
    match setting {
        Setting::Mountains | Setting::Snow => {
            name.contains("mountain") || name == "mount-fuji" || name == "evergreen-tree"
        }
        Setting::Forest => name.ends_with("-tree"),
        Setting::Room | Setting::Kitchen => {
            matches!(name, "window" | "hospital" | "classical-building" | "office-building")
        }
        Setting::Still => name == "window",
        Setting::Classroom => name == "school" || name == "window",
        Setting::Pitch => name == "stadium" || name == "goal-net",
        Setting::City | Setting::Street | Setting::Market => {
            matches!(name, "office-building" | "houses" | "umbrella-on-ground")
        }
        Setting::Sea => {
            matches!(name, "rock" | "star" | "glowing-star" | "full-moon" | "crescent-moon" | "sun" | "cloud")
        }
        Setting::Space | Setting::Abstract | Setting::Underwater | Setting::Stage => false,
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
