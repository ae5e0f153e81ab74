//! What lies over everything: rain, snow, mist, and the dark that captions stand on.

use std::fmt::Write as _;

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{hex, mix, rgb};
use super::super::mood::Weather;
use super::super::setting::Setting;
use super::Place;

/// Rain, snow or bands of mist.
pub(super) fn falling(canvas: &mut Canvas, place: &Place, chance: &mut Chance) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    match place.mood.weather {
        Weather::Rain => {
            let mut drops = String::new();
            for _ in 0..130 {
                let (x, y, long) =
                    (chance.between(0.0, w * 1.1), chance.between(-0.05, 0.95) * h, unit * chance.between(3.0, 8.0));
                let _ = write!(drops, "M{x:.1},{y:.1} l{:.1},{long:.1} l{:.1},0 Z ", -long * 0.22, unit * 0.22);
            }
            canvas.sheer_path(&drops, &hex(mix(place.light.sky[3], rgb(0xff_ffff), 0.6)), 0.5);
        }
        Weather::Snow => {
            for _ in 0..110 {
                let radius = unit * chance.between(0.25, 0.95);
                canvas.ellipse(
                    [chance.between(0.0, w), chance.between(0.0, h), radius, radius],
                    "#ffffff",
                    chance.between(0.4, 0.9),
                );
            }
        }
        Weather::Fog => {
            for i in 0..4_u8 {
                let y = h * (0.34 + 0.1 * f32::from(i));
                let haze = mix(place.light.haze, rgb(0xf2_f4f6), 0.3);
                let paint = canvas.fade(&[(0.0, haze, 0.0), (0.5, haze, 0.42), (1.0, haze, 0.0)]);
                canvas.rect([0.0, y, w, h * 0.16], &paint);
            }
        }
        Weather::Clear | Weather::Cloudy => {}
    }
}

/// Darkens the lower third, so that white captions can be read, and the corners, so that the eye stays inside.
pub(super) fn caption_dark(canvas: &mut Canvas, place: &Place) {
    let (w, h) = (canvas.w, canvas.h);
    // Over sand and wood a blue dark would turn grey.
    let warm = matches!(
        place.setting,
        Setting::Beach | Setting::Desert | Setting::Room | Setting::Kitchen | Setting::Classroom | Setting::Still
    );
    let deep = if warm { mix(place.light.deep, rgb(0x24_150d), 0.75) } else { place.light.deep };
    let paint = canvas.fade(&[(0.0, deep, 0.0), (0.2, deep, 0.36), (0.5, deep, 0.56), (1.0, deep, 0.72)]);
    canvas.rect([0.0, h * 0.61, w, h * 0.39 + 1.0], &paint);
    let corners = canvas.halo(&[(0.0, deep, 0.0), (0.62, deep, 0.0), (1.0, deep, 0.42)]);
    canvas.ellipse([w / 2.0, h * 0.45, w * 0.95, h * 0.85], &corners, 1.0);
}
