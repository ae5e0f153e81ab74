//! Sky: gradient, glow, sun or moon, stars, clouds, northern lights.

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{hex, mix, rgb};
use super::super::mood::{Hour, Weather};
use super::Place;
use super::shapes::cloud;

/// The whole sky above `horizon`.
pub(super) fn sky(canvas: &mut Canvas, place: &Place, chance: &mut Chance, horizon: f32) {
    let (w, h, sky) = (canvas.w, canvas.h, place.light.sky);
    let end = horizon / h;
    let stops: Vec<_> = [(0.0, sky[0]), (0.45, sky[1]), (0.8, sky[2]), (1.0, sky[3])]
        .iter()
        .map(|(at, colour)| (at * end, *colour, 1.0))
        .collect();
    let paint = canvas.fade(&stops);
    canvas.rect([0.0, 0.0, w, h], &paint);
    if place.light.dark && place.light.open {
        stars(canvas, chance, horizon * 0.8, if place.mood.hour == Hour::Night { 90 } else { 34 });
    }
    if place.mood.aurora {
        aurora(canvas, chance, horizon);
    }
    if place.mood.fireworks {
        fireworks(canvas, chance, horizon);
    }
    if place.light.open && !place.has_orb && !place.mood.aurora && !place.mood.fireworks {
        orb(canvas, place, chance, horizon);
    } else {
        glow(canvas, place, w * 0.5, horizon, w.max(h) * 0.5, 0.35);
    }
    let (count, opacity) = match place.mood.weather {
        _ if place.mood.aurora => (0, 0.0),
        Weather::Clear => (4, 0.55),
        Weather::Fog => (2, 0.3),
        Weather::Cloudy | Weather::Rain | Weather::Snow => (9, 0.6),
    };
    clouds(canvas, place, chance, [0.06 * h, horizon * 0.72], count, opacity);
}

/// Small points of light down to `low`.
pub(super) fn stars(canvas: &mut Canvas, chance: &mut Chance, low: f32, count: usize) {
    let unit = canvas.unit();
    for _ in 0..count {
        let (x, height) = (chance.between(0.0, canvas.w), chance.between(0.0, 1.0));
        let y = low * height * height.sqrt();
        let radius = unit * chance.between(0.08, 0.26);
        canvas.ellipse([x, y, radius, radius], "#ffffff", chance.between(0.35, 0.95) * (1.0 - 0.6 * height));
    }
}

/// A soft round light.
pub(super) fn glow(canvas: &mut Canvas, place: &Place, x: f32, y: f32, radius: f32, strength: f32) {
    let colour = place.light.glow;
    let paint = canvas.halo(&[(0.0, colour, strength), (0.35, colour, strength * 0.42), (1.0, colour, 0.0)]);
    canvas.ellipse([x, y, radius, radius], &paint, 1.0);
}

/// The sun low or high, or the moon.
fn orb(canvas: &mut Canvas, place: &Place, chance: &mut Chance, horizon: f32) {
    let (w, unit) = (canvas.w, canvas.unit());
    let x = w * if chance.once_in(2) { chance.between(0.24, 0.36) } else { chance.between(0.64, 0.78) };
    let night = place.mood.hour == Hour::Night;
    let (y, radius) = match place.mood.hour {
        Hour::Night => (horizon * 0.27, unit * 6.5),
        Hour::Day => (horizon * 0.24, unit * 6.0),
        Hour::Dawn => (horizon * 0.80, unit * 8.5),
        Hour::Golden => (horizon * 0.72, unit * 10.0),
        Hour::Dusk => (horizon * 0.90, unit * 9.0),
    };
    glow(canvas, place, x, y, radius * if night { 5.0 } else { 6.5 }, if night { 0.42 } else { 0.75 });
    canvas.ellipse([x, y, radius, radius], &hex(place.light.glow), 1.0);
    if night {
        let crater = hex(mix(place.light.glow, rgb(0x8a_8fa8), 0.3));
        for (dx, dy, r) in [(-0.35, -0.2, 0.22), (0.3, 0.25, 0.28), (0.15, -0.45, 0.14), (-0.25, 0.45, 0.12)] {
            canvas.ellipse([x + radius * dx, y + radius * dy, radius * r, radius * r], &crater, 0.55);
        }
    }
}

/// Clouds within a band of heights.
pub(super) fn clouds(
    canvas: &mut Canvas,
    place: &Place,
    chance: &mut Chance,
    band: [f32; 2],
    count: usize,
    opacity: f32,
) {
    let unit = canvas.unit();
    let heavy = matches!(place.mood.weather, Weather::Cloudy | Weather::Rain);
    for i in 0..count {
        let x = canvas.w * ((i as f32 + chance.between(0.1, 0.9)) / count as f32);
        let y = chance.between(band[0], band[1]);
        let width = unit * chance.between(22.0, 46.0) * if heavy { 1.7 } else { 1.0 };
        let height = y / canvas.h;
        let lit = mix(place.light.sky[3], place.light.sky[1], if heavy { 0.75 } else { (0.5 - height).max(0.0) });
        let pale = if place.light.dark { lit } else { mix(lit, rgb(0xff_ffff), 0.4) };
        let d = cloud(chance, x, y, width);
        let strength = opacity * if place.light.dark { 0.42 } else { 0.9 } * chance.between(0.6, 1.0);
        canvas.sheer_path(&d, &hex(pale), strength);
    }
}

/// Curtains of green and violet light.
fn aurora(canvas: &mut Canvas, chance: &mut Chance, horizon: f32) {
    let (w, unit) = (canvas.w, canvas.unit());
    for (green, offset) in [(0x0052_f2b0_u32, 0.16), (0x37_c9c0, 0.30), (0x92_6ef0, 0.05)] {
        let colour = rgb(green);
        let paint = canvas.fade(&[(0.0, colour, 0.0), (0.72, colour, 0.62), (1.0, colour, 0.02)]);
        let top = horizon * (offset + chance.between(0.0, 0.08));
        let [start, first, second, end]: [f32; 4] = std::array::from_fn(|_| chance.between(-7.0, 7.0) * unit);
        let low = top + horizon * 0.36;
        let path = format!(
            "M0,{:.1} C{:.1},{:.1} {:.1},{:.1} {w:.1},{:.1} L{w:.1},{:.1} C{:.1},{:.1} {:.1},{:.1} 0,{:.1} Z",
            top + start,
            w * 0.3,
            top - unit * 16.0 + first,
            w * 0.6,
            top + unit * 22.0 + second,
            top + end,
            low - unit * 12.0 + end,
            w * 0.62,
            low + unit * 20.0 + second,
            w * 0.3,
            low - unit * 14.0 + first,
            low + start,
        );
        canvas.path(&path, &paint);
    }
}

/// Bursts of sparks high in the sky.
fn fireworks(canvas: &mut Canvas, chance: &mut Chance, horizon: f32) {
    let (w, unit) = (canvas.w, canvas.unit());
    for (i, (x, y)) in [(0.3, 0.3), (0.7, 0.22), (0.52, 0.52), (0.16, 0.56), (0.85, 0.5)].into_iter().enumerate() {
        let colour = rgb([0xff_d76a, 0xff_7f8f, 0x7f_e0ff, 0xc8_9aff, 0x9a_f0a0][i]);
        let (x, y) = (w * (x + chance.between(-0.04, 0.04)), horizon * (y + chance.between(-0.04, 0.04)));
        let radius = unit * chance.between(11.0, 20.0);
        let halo = canvas.halo(&[(0.0, colour, 0.4), (1.0, colour, 0.0)]);
        canvas.ellipse([x, y, radius * 1.5, radius * 1.5], &halo, 1.0);
        for ray in 0..18_u8 {
            let (sin, cos) = (std::f32::consts::TAU * f32::from(ray) / 18.0).sin_cos();
            for step in 3..=9_u8 {
                let (far, size) = (radius * f32::from(step) / 9.0, unit * (0.12 + 0.05 * f32::from(step)));
                let sag = far * far / radius * 0.16;
                let strength = 0.3 + 0.07 * f32::from(step);
                canvas.ellipse([x + far * cos, y + far * sin + sag, size, size], &hex(colour), strength);
            }
        }
    }
}

/// A sea of clouds below, for what flies.
pub(super) fn above_the_clouds(canvas: &mut Canvas, place: &Place, chance: &mut Chance) {
    let (w, h) = (canvas.w, canvas.h);
    for row in 0..5_u8 {
        let near = f32::from(row) / 4.0;
        let y = h * (0.64 + 0.075 * f32::from(row));
        let colour = place.light.on(mix(rgb(0xf4_f6fa), rgb(0x9f_b2cc), near * 0.7), 0.55 - 0.45 * near);
        let count = 4;
        for i in 0..count {
            let x = w * ((i as f32 + chance.between(0.0, 1.0)) / 3.4);
            let width = w.min(h) * chance.between(0.5, 0.8);
            let puff = cloud(chance, x, y + h * 0.02, width);
            canvas.path(&puff, &hex(colour));
        }
        canvas.rect([0.0, y + h * 0.012, w, h - y], &hex(colour));
    }
}
