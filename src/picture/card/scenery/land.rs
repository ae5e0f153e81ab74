//! Open land: mountains, snow, desert, forest, field.

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{hex, mix, rgb};
use super::super::mood::Season;
use super::super::setting::Setting;
use super::Place;
use super::plants::{fir, grass, round, trunk};
use super::shapes::{hills, peak};

/// What leaves and grass look like in a season.
fn green(season: Season) -> u32 {
    match season {
        Season::Summer => 0x4f_8f4a,
        Season::Spring => 0x74_b35a,
        Season::Autumn => 0xc0_7a2f,
        Season::Winter => 0xc9_d6e2,
    }
}

/// Peaks of one range, far or near.
fn range(canvas: &mut Canvas, place: &Place, chance: &mut Chance, foot: f32, height: f32, distance: f32) {
    let (w, unit) = (canvas.w, canvas.unit());
    let count = if w > canvas.h { 4 } else { 3 };
    for i in 0..count {
        let x = w * (i as f32 + chance.between(0.2, 0.8)) / count as f32;
        let tall = height * chance.between(0.65, 1.0);
        let half = tall * chance.between(0.75, 1.0);
        let top = peak(chance, x, foot - tall, foot + unit, half);
        canvas.path(&top.outline, &place.light.paint(0x6b_7688, distance));
        canvas.path(&top.shade, &place.light.paint(0x4a_5468, distance));
        canvas.path(&top.cap, &place.light.paint(0xf6_f9fc, distance * 0.7));
    }
}

/// A range of rock and snow behind foothills.
pub(super) fn mountains(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let h = canvas.h;
    range(canvas, place, chance, ground - h * 0.03, h * 0.30, 0.62);
    range(canvas, place, chance, ground, h * 0.20, 0.36);
    let far = hills(canvas, chance, ground - h * 0.035, h * 0.014, 4);
    canvas.path(&far, &place.light.paint(mixed_green(place, 0x35_4f4a), 0.3));
    firs(canvas, place, chance, ground - h * 0.005, 14, 0.22);
    ground_layer(canvas, place, chance, ground, mixed_green(place, 0x3f_5b45));
}

/// The season's green, mostly where there is snow, beside a rock's own colour.
fn mixed_green(place: &Place, rock: u32) -> u32 {
    let share = if place.mood.season == Season::Winter { 0.8 } else { 0.3 };
    let [r, g, b] = mix(rgb(rock), rgb(green(place.mood.season)), share);
    u32::from(r) << 16 | u32::from(g) << 8 | u32::from(b)
}

fn firs(canvas: &mut Canvas, place: &Place, chance: &mut Chance, foot: f32, count: usize, distance: f32) {
    let unit = canvas.unit();
    for i in 0..count {
        let x = canvas.w * (i as f32 + chance.between(0.0, 1.0)) / count as f32;
        let fill = place.light.paint(0x27_4a3f, distance * chance.between(0.7, 1.3));
        fir(canvas, x, foot + unit * chance.between(-0.5, 1.5), unit * chance.between(7.0, 14.0), &fill);
    }
}

/// The ground that things stand on, from a little above its line to the lower edge.
fn ground_layer(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32, material: u32) {
    let d = hills(canvas, chance, ground - canvas.h * 0.012, canvas.h * 0.004, 3);
    let (near, far) =
        (place.light.on(mix(rgb(material), rgb(0x0c_1418), 0.45), 0.0), place.light.on(rgb(material), 0.16));
    let paint = canvas.fade(&[(0.0, far, 1.0), (0.5, near, 1.0), (1.0, near, 1.0)]);
    canvas.path(&d, &paint);
}

/// White hills with firs.
pub(super) fn snow(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let h = canvas.h;
    range(canvas, place, chance, ground - h * 0.03, h * 0.27, 0.5);
    let far = hills(canvas, chance, ground - h * 0.05, h * 0.015, 3);
    canvas.path(&far, &place.light.paint(0xdf_e9f2, 0.3));
    firs(canvas, place, chance, ground - h * 0.012, 10, 0.3);
    ground_layer(canvas, place, chance, ground, 0xdc_e7f2);
}

/// Dunes, each with a shaded side.
pub(super) fn desert(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let h = canvas.h;
    for (i, (rise, tone)) in [(0.115, 0xe6_b877), (0.075, 0xdb_a35e), (0.035, 0xcb_8b48)].into_iter().enumerate() {
        let d = hills(canvas, chance, ground - h * rise, h * 0.022, 2 + i % 2);
        let (top, low) = (
            place.light.on(rgb(tone), 0.5 - 0.18 * i as f32),
            place.light.on(mix(rgb(tone), rgb(0x6b_3a22), 0.5), 0.2),
        );
        let paint = canvas.fade(&[(0.0, top, 1.0), (0.35, low, 1.0), (1.0, low, 1.0)]);
        canvas.path(&d, &paint);
    }
    ground_layer(canvas, place, chance, ground, 0xb9_7538);
}

/// The sand of a beach.
pub(super) fn sand(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    ground_layer(canvas, place, chance, ground, 0xe6_c590);
}

/// Trunks around a path of light.
pub(super) fn forest(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let leaf = green(place.mood.season);
    for row in 0..3_u8 {
        let near = f32::from(row) / 2.0;
        let foot = ground - h * (0.05 - 0.02 * f32::from(row));
        let leaves = place.light.on(rgb(leaf), 0.72 - 0.3 * near);
        let bark = place.light.paint(0x4a_3a34, 0.72 - 0.3 * near);
        for i in 0..9 {
            let x = w * (i as f32 + chance.between(0.0, 1.0)) / 9.0;
            let size = unit * chance.between(24.0, 38.0) * (0.8 + 0.5 * near);
            let shade = hex(mix(leaves, rgb(0x10_241c), chance.between(0.0, 0.22)));
            // Keep a lane open, so that the light and the things have room.
            if (x / w - 0.5).abs() > 0.16 * f32::from(row) {
                round(canvas, chance, [x, foot, size], &shade, &bark);
            }
        }
    }
    ground_layer(canvas, place, chance, ground, mixed_green(place, leaf));
    path(canvas, place, ground);
    let bark = place.light.paint(0x33_2822, 0.04);
    for (x, width) in [(0.035, 11.0), (0.965, 13.0), (0.17, 5.5), (0.86, 5.0)] {
        trunk(canvas, w * (x + chance.between(-0.015, 0.015)), ground + h * 0.03, unit * width, &bark);
    }
    let crown = hex(mix(place.light.on(rgb(leaf), 0.0), rgb(0x0b_1a14), 0.35));
    for i in 0..12 {
        let x = w * (i as f32 + chance.between(0.0, 1.0)) / 12.0;
        let edge = (x / w - 0.5).abs() * 2.0;
        let r = unit * chance.between(9.0, 15.0);
        canvas.ellipse([x, h * 0.1 * edge * edge - r * 0.35, r * 1.25, r], &crown, 1.0);
    }
}

/// A path that comes nearer from the middle of the ground's line.
fn path(canvas: &mut Canvas, place: &Place, ground: f32) {
    let (w, h) = (canvas.w, canvas.h);
    let top = ground - h * 0.012;
    let d = format!(
        "M{:.1},{top:.1} C{:.1},{:.1} {:.1},{:.1} {:.1},{h:.1} L{:.1},{h:.1} C{:.1},{:.1} {:.1},{:.1} {:.1},{top:.1} Z",
        w * 0.485,
        w * 0.40,
        ground + h * 0.06,
        w * 0.42,
        ground + h * 0.12,
        w * 0.16,
        w * 0.84,
        w * 0.66,
        ground + h * 0.14,
        w * 0.56,
        ground + h * 0.05,
        w * 0.525,
    );
    canvas.sheer_path(&d, &place.light.paint(0xd9_b98a, 0.2), 0.55);
}

/// Hills of grass, a few trees far off.
pub(super) fn field(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let leaf = rgb(green(place.mood.season));
    for (rise, distance) in [(0.12, 0.62), (0.085, 0.45), (0.045, 0.24)] {
        let d = hills(canvas, chance, ground - h * rise, h * 0.02, 3);
        let top = place.light.on(leaf, distance);
        let low = place.light.on(mix(leaf, rgb(0x27_4a34), 0.35), distance);
        let paint = canvas.fade(&[(0.0, top, 1.0), (0.4, low, 1.0), (1.0, low, 1.0)]);
        canvas.path(&d, &paint);
        for _ in 0..5 {
            let (x, size) = (chance.between(0.0, w), unit * chance.between(5.0, 9.0) * (1.2 - distance));
            let leaves = hex(place.light.on(mix(leaf, rgb(0x1d_3a2a), 0.45), distance));
            let bark = place.light.paint(0x4a_3a34, distance);
            round(canvas, chance, [x, ground - h * rise + h * 0.028, size], &leaves, &bark);
        }
    }
    ground_layer(canvas, place, chance, ground, green(place.mood.season));
}

/// The near edge of the ground, before the things' feet.
pub(super) fn near(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let h = canvas.h;
    let (material, tufts) = match place.setting {
        Setting::Desert => (0x8a_5128, 0),
        Setting::Beach => (0xc9_a06a, 0),
        Setting::Snow => (0xb8_c8da, 0),
        _ if place.mood.season == Season::Winter => (0xb8_c8da, 8),
        Setting::Forest => (green(place.mood.season), 26),
        _ => (green(place.mood.season), 44),
    };
    let shades = if place.setting == Setting::Snow { [0.16, 0.3] } else { [0.42, 0.6] };
    for (low, shade) in [(0.05, shades[0]), (0.13, shades[1])] {
        let colour = place.light.on(mix(rgb(material), rgb(0x0a_1216), shade), 0.02);
        let d = hills(canvas, chance, ground + h * low, h * 0.012, 3);
        if place.setting == Setting::Forest {
            canvas.sheer_path(&d, &hex(colour), 0.75);
        } else {
            canvas.path(&d, &hex(colour));
        }
        if tufts > 0 {
            grass(canvas, chance, ground + h * (low + 0.012), tufts, &hex(colour));
        }
    }
}

/// A river's near bank.
pub(super) fn near_bank(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    near(canvas, place, chance, ground - canvas.h * 0.02);
}
