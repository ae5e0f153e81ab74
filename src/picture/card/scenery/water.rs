//! Water: the sea, a harbour, a river, and the deep.

use std::fmt::Write as _;

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{hex, mix, rgb};
use super::super::mood::Hour;
use super::Place;
use super::land;
use super::shapes::{hills, wave};
use super::town;

/// The colours of water from the horizon to the viewer.
fn water(place: &Place, near: f32) -> [u8; 3] {
    let deep = place.light.on(rgb(0x1f_4f7d), 0.0);
    let mirror = mix(place.light.sky[2], place.light.sky[1], 0.4);
    mix(mix(deep, mirror, 0.74), mix(deep, rgb(0x08_1628), 0.35), near)
}

/// A level surface from `top` on, with streaks of light.
fn surface(canvas: &mut Canvas, place: &Place, chance: &mut Chance, top: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let paint = canvas.fade(&[
        (0.0, mix(water(place, 0.0), place.light.sky[3], 0.3), 1.0),
        (0.3, water(place, 0.35), 1.0),
        (1.0, water(place, 0.9), 1.0),
    ]);
    canvas.rect([0.0, top, w, h - top], &paint);
    let shine = hex(mix(place.light.glow, place.light.sky[3], 0.4));
    for _ in 0..46 {
        let depth = chance.between(0.0, 1.0);
        let y = top + (h * 0.22) * depth * depth;
        let width = unit * chance.between(3.0, 13.0) * (0.5 + depth);
        let x = chance.between(0.0, w) - width / 2.0;
        canvas.sheer_rect(
            [x, y, width, unit * (0.16 + 0.35 * depth)],
            unit * 0.2,
            &shine,
            chance.between(0.12, 0.42) * (1.0 - 0.5 * depth),
        );
    }
}

/// The open sea: far land, the surface, rolling waves.
pub(super) fn sea(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let h = canvas.h;
    let horizon = ground - h * 0.085;
    for (rise, distance) in [(0.012, 0.72), (0.004, 0.56)] {
        let d = hills(canvas, chance, horizon - h * rise, h * 0.013, 4);
        canvas.path(&d, &place.light.paint(0x5f_6f86, distance));
    }
    surface(canvas, place, chance, horizon);
    for (i, drop) in [0.025, 0.05].into_iter().enumerate() {
        let d = wave(canvas, chance, horizon + h * drop, h * 0.0035, canvas.w * 0.5);
        canvas.sheer_path(&d, &hex(water(place, 0.25 + 0.2 * i as f32)), 0.8);
    }
}

/// Waves before the things, with crests of light.
pub(super) fn near_waves(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    for i in 0..5_u8 {
        let near = f32::from(i) / 4.0;
        let y = ground + h * (0.008 + 0.062 * f32::from(i));
        let d = wave(canvas, chance, y, h * (0.005 + 0.004 * near), w.min(h) * (0.55 + 0.3 * near));
        let crest = hex(mix(water(place, near), mix(place.light.sky[3], rgb(0xff_ffff), 0.3), 0.42));
        canvas.sheer_path(&d, &crest, 0.85);
        let body = d.replacen("M-9,", &format!("M-9,{:.1} M-9,", h + 9.0), 1);
        let (top, low) = (water(place, 0.3 + 0.5 * near), water(place, 0.5 + 0.5 * near));
        let paint = canvas.fade(&[(0.0, top, 1.0), (0.3, low, 1.0), (1.0, low, 1.0)]);
        canvas.add(&format!("<g transform=\"translate(0 {:.1})\">", unit * (0.35 + 0.4 * near)));
        canvas.path(&body, &paint);
        canvas.add("</g>");
    }
}

/// A harbour: hills, houses at the water's edge, still water.
pub(super) fn harbour(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let h = canvas.h;
    let shore = ground - h * 0.10;
    for (rise, distance) in [(0.06, 0.7), (0.03, 0.5)] {
        let d = hills(canvas, chance, shore - h * rise, h * 0.02, 3);
        canvas.path(&d, &place.light.paint(0x56_7468, distance));
    }
    town::houses(canvas, place, chance, shore + h * 0.004);
    surface(canvas, place, chance, shore);
}

/// The stone edge on which things stand in a harbour.
pub(super) fn quay(canvas: &mut Canvas, place: &Place, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let (top, face) = (place.light.on(rgb(0xb0_a79a), 0.05), place.light.on(rgb(0x5d_5a5c), 0.0));
    canvas.rect([0.0, ground, w, unit * 3.6], &hex(top));
    let paint = canvas.fade(&[(0.0, face, 1.0), (1.0, mix(face, rgb(0x10_1418), 0.6), 1.0)]);
    canvas.rect([0.0, ground + unit * 3.0, w, h - ground], &paint);
    let joint = hex(mix(face, rgb(0x00_0000), 0.35));
    for row in 0..8_u8 {
        let y = ground + unit * (3.0 + 7.0 * f32::from(row));
        canvas.sheer_rect([0.0, y, w, unit * 0.35], 0.0, &joint, 0.7);
        let mut x = if row % 2 == 0 { unit * 4.0 } else { unit * 11.0 };
        while x < w {
            canvas.sheer_rect([x, y, unit * 0.35, unit * 7.0], 0.0, &joint, 0.7);
            x += unit * 14.0;
        }
    }
}

/// A river or a lake between hills.
pub(super) fn river(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let h = canvas.h;
    land::field(canvas, place, chance, ground - h * 0.075);
    surface(canvas, place, chance, ground - h * 0.075);
}

/// The railing of a bridge and its planks, behind who stands on it.
pub(super) fn railing(canvas: &mut Canvas, place: &Place, ground: f32) {
    let (w, unit) = (canvas.w, canvas.unit());
    let (wood, dark) = (place.light.paint(0x9a_6b45, 0.08), place.light.paint(0x70_4c32, 0.08));
    let (step, tall) = (unit * 12.0, unit * 17.0);
    let mut x = (w * 0.5) % step - step;
    while x < w + step {
        canvas.rect([x - unit * 0.9, ground - tall, unit * 1.8, tall], &dark);
        x += step;
    }
    canvas.rect([0.0, ground - tall * 0.55, w, unit * 1.3], &dark);
    canvas.rect([0.0, ground - tall - unit * 1.2, w, unit * 2.4], &wood);
    canvas.rect([0.0, ground - unit * 1.6, w, unit * 5.0], &place.light.paint(0xb0_7f54, 0.04));
}

/// A bridge seen from its side: stone arches over the water.
pub(super) fn bridge(canvas: &mut Canvas, place: &Place, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let stone = place.light.on(rgb(0x8d_8478), 0.04);
    let paint = canvas.fade(&[(0.0, stone, 1.0), (1.0, mix(stone, rgb(0x10_1418), 0.5), 1.0)]);
    let (top, spring) = (ground + unit * 2.0, ground + h * 0.2);
    let (pier, span) = (w * 0.1, w * 0.38);
    // The arches are left out of the wall, so that the water shows.
    let mut d = format!("M0,{top:.1} L{w:.1},{top:.1} L{w:.1},{h:.1} L{:.1},{h:.1}", w - pier * 0.7);
    for i in [1.0, 0.0] {
        let right = w * 0.5 + pier * 0.5 + (i - 1.0) * (span + pier) + span;
        let (left, rise) = (right - span, h * 0.13);
        let _ = write!(
            d,
            " L{right:.1},{h:.1} L{right:.1},{spring:.1} C{right:.1},{:.1} {left:.1},{:.1} {left:.1},{spring:.1} L{left:.1},{h:.1}",
            spring - rise,
            spring - rise,
        );
    }
    canvas.path(&format!("{d} L0,{h:.1} Z"), &paint);
    canvas.rect([0.0, ground + unit * 3.0, w, unit * 1.2], &place.light.paint(0x5c_4030, 0.0));
}

/// Below the surface: beams of light, weeds, bubbles.
pub(super) fn below(canvas: &mut Canvas, place: &Place, chance: &mut Chance) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let night = matches!(place.mood.hour, Hour::Night | Hour::Dusk);
    let tones =
        if night { [0x1d_5f8a, 0x12_3f6e, 0x0b_2349, 0x06_1229] } else { [0x6f_d6dc, 0x2a_9fc0, 0x14_5f94, 0x0a_2c56] };
    let tones = tones.map(rgb);
    let paint = canvas.fade(&[(0.0, tones[0], 1.0), (0.3, tones[1], 1.0), (0.65, tones[2], 1.0), (1.0, tones[3], 1.0)]);
    canvas.rect([0.0, 0.0, w, h], &paint);
    let beam = canvas.fade(&[(0.0, rgb(0xea_fcff), 0.34), (1.0, rgb(0xea_fcff), 0.0)]);
    for i in 0..5 {
        let x = w * (i as f32 + chance.between(0.1, 0.7)) / 5.0;
        let (top, low, lean) =
            (unit * chance.between(3.0, 8.0), unit * chance.between(12.0, 24.0), unit * chance.between(-14.0, 6.0));
        let deep = h * chance.between(0.55, 0.8);
        canvas.path(
            &format!("M{x:.1},0 L{:.1},0 L{:.1},{deep:.1} L{:.1},{deep:.1} Z", x + top, x + lean + low, x + lean),
            &beam,
        );
    }
    for _ in 0..36 {
        let r = unit * chance.between(0.3, 1.3);
        canvas.ellipse(
            [chance.between(0.0, w), chance.between(h * 0.1, h * 0.72), r, r],
            "#e6fbff",
            chance.between(0.08, 0.3),
        );
    }
    for (rise, shade) in [(0.74, 0.25), (0.82, 0.55)] {
        let d = hills(canvas, chance, h * rise, h * 0.025, 4);
        canvas.path(&d, &hex(mix(tones[2], tones[3], shade + 0.3)));
        weeds(canvas, chance, h * rise + h * 0.04, &hex(mix(tones[3], rgb(0x1d_6f66), 0.45 - shade * 0.4)));
    }
}

fn weeds(canvas: &mut Canvas, chance: &mut Chance, foot: f32, fill: &str) {
    let unit = canvas.unit();
    for i in 0..14 {
        let x = canvas.w * (i as f32 + chance.between(0.0, 1.0)) / 14.0;
        // The middle stays free for the things.
        let edge = (x / canvas.w - 0.5).abs() * 2.0;
        let (tall, bend) = (unit * chance.between(6.0, 16.0) * (0.4 + edge), unit * chance.between(-3.0, 3.0));
        let wide = unit * 1.1;
        canvas.path(
            &format!(
                "M{:.1},{foot:.1} C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1} C{:.1},{:.1} {:.1},{:.1} {:.1},{foot:.1} Z",
                x - wide,
                x - wide - bend,
                foot - tall * 0.4,
                x + bend,
                foot - tall * 0.7,
                x + bend,
                foot - tall,
                x + bend + wide,
                foot - tall * 0.7,
                x + wide - bend,
                foot - tall * 0.4,
                x + wide,
            ),
            fill,
        );
    }
}
