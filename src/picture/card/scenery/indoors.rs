//! Indoors and nowhere: a room, a table top, an abstract composition.

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{hex, luminance, mix, rgb};
use super::super::mood::Hour;
use super::Place;
use super::shapes::hills;
use super::sky::glow;

/// The wall's colour for the film's family and the hour.
pub(super) fn wall(place: &Place) -> [u8; 3] {
    let plain = if place.mood.family == 0 { rgb(0xd8_b48f) } else { rgb(0x8f_b0a6) };
    let plain = place.mood.stain.map_or(plain, |stain| mix(plain, stain, 0.4));
    match place.mood.hour {
        Hour::Night => mix(plain, rgb(0x1a_2036), 0.66),
        Hour::Dusk => mix(plain, rgb(0x3c_2a4a), 0.5),
        _ => mix(plain, place.light.sky[3], 0.25),
    }
}

/// A room: a wall, a window with the sky in it, a lamp's or the sun's light, a floor.
pub(super) fn room(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let colour = wall(place);
    let floor = ground - h * 0.055;
    let paint = canvas.fade(&[
        (0.0, mix(colour, rgb(0x1a_1420), 0.32), 1.0),
        (0.55, colour, 1.0),
        (1.0, mix(colour, rgb(0x1a_1420), 0.12), 1.0),
    ]);
    canvas.rect([0.0, 0.0, w, floor], &paint);
    let left = chance.once_in(2);
    let (pane_w, pane_h) = (unit * 36.0, (unit * 48.0).min(h * 0.42));
    let x = if left { w * 0.5 - unit * 36.0 } else { w * 0.5 };
    let y = (h * 0.17).min(floor - pane_h - unit * 20.0).max(unit * 6.0);
    window(canvas, place, chance, [x, y, pane_w, pane_h]);
    let other = if left { w * 0.5 + unit * 12.0 } else { w * 0.5 - unit * 36.0 };
    frames(canvas, place, chance, other, y + pane_h * 0.16);
    boards(canvas, place, floor);
    carpet(canvas, place, floor);
    let slant = if left { unit * 30.0 } else { -unit * 30.0 };
    let beam = canvas
        .fade(&[(0.0, place.light.glow, if place.light.dark { 0.10 } else { 0.30 }), (1.0, place.light.glow, 0.0)]);
    canvas.path(
        &format!(
            "M{x:.1},{y:.1} L{:.1},{y:.1} L{:.1},{:.1} L{:.1},{:.1} Z",
            x + pane_w,
            x + pane_w + slant,
            h * 0.8,
            x + slant,
            h * 0.8
        ),
        &beam,
    );
    if place.light.dark {
        glow(canvas, place, w * 0.5, ground - unit * 20.0, unit * 70.0, 0.42);
    }
    if place.laid {
        table(canvas, place, ground);
    }
}

/// A window with the sky in it.
pub(super) fn window(canvas: &mut Canvas, place: &Place, chance: &mut Chance, [x, y, w, h]: [f32; 4]) {
    let unit = canvas.unit();
    let sky = place.light.sky;
    let frame = hex(mix(rgb(0xf5_efe4), wall(place), if place.light.dark { 0.5 } else { 0.1 }));
    canvas.sheer_rect([x - unit * 2.0, y - unit * 2.0, w + unit * 4.0, h + unit * 4.0], unit, &frame, 1.0);
    let view = canvas.fade(&[(0.0, sky[1], 1.0), (0.6, sky[2], 1.0), (1.0, sky[3], 1.0)]);
    canvas.rect([x, y, w, h], &view);
    let hill = place.light.paint(0x4f_7a5a, 0.45);
    canvas.path(
        &format!(
            "M{x:.1},{:.1} Q{:.1},{:.1} {:.1},{:.1} L{:.1},{:.1} L{x:.1},{:.1} Z",
            y + h * 0.8,
            x + w * chance.between(0.3, 0.6),
            y + h * 0.62,
            x + w,
            y + h * 0.85,
            x + w,
            y + h,
            y + h
        ),
        &hill,
    );
    canvas.rect([x + w / 2.0 - unit * 0.6, y, unit * 1.2, h], &frame);
    canvas.rect([x, y + h * 0.45, w, unit * 1.2], &frame);
    canvas.sheer_rect([x - unit * 4.0, y + h + unit * 1.4, w + unit * 8.0, unit * 2.6], unit * 0.6, &frame, 1.0);
}

/// Two framed pictures on the wall.
fn frames(canvas: &mut Canvas, place: &Place, chance: &mut Chance, x: f32, y: f32) {
    let unit = canvas.unit();
    let wood = hex(mix(rgb(0x6b_4a34), wall(place), 0.25));
    for (dx, dy, w, h) in [(0.0, 0.0, 15.0, 19.0), (10.0, 23.0, 13.0, 10.0)] {
        let (fx, fy) = (x + dx * unit, y + dy * unit);
        canvas.sheer_rect([fx, fy, w * unit, h * unit], unit * 0.5, &wood, 1.0);
        let tone = [place.light.sky[2], rgb(0x6d_8f8a), rgb(0xd9_a06a)][chance.below(3)];
        canvas.rect([fx + unit, fy + unit, (w - 2.0) * unit, (h - 2.0) * unit], &hex(mix(tone, wall(place), 0.35)));
        canvas.ellipse(
            [fx + w * unit * 0.5, fy + h * unit * 0.5, w * unit * 0.18, w * unit * 0.18],
            &hex(mix(rgb(0xff_f0d0), wall(place), 0.3)),
            0.8,
        );
    }
}

/// A floor of boards.
pub(super) fn boards(canvas: &mut Canvas, place: &Place, top: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let wood = place.light.on(rgb(0x8a_5c3e), 0.05);
    let skirting = hex(mix(wall(place), rgb(0xf5_efe4), 0.35));
    let paint = canvas.fade(&[(0.0, mix(wood, wall(place), 0.15), 1.0), (1.0, mix(wood, rgb(0x12_0c0a), 0.65), 1.0)]);
    canvas.rect([0.0, top, w, h - top], &paint);
    canvas.rect([0.0, top - unit * 1.6, w, unit * 2.0], &skirting);
    for i in -8..=8_i8 {
        let x = w / 2.0 + f32::from(i) * w * 0.11;
        let low = w / 2.0 + f32::from(i) * w * 0.3;
        canvas.sheer_path(
            &format!(
                "M{x:.1},{top:.1} L{low:.1},{h:.1} L{:.1},{h:.1} L{:.1},{top:.1} Z",
                low + unit * 0.5,
                x + unit * 0.2
            ),
            "#1a0f0a",
            0.28,
        );
    }
}

fn carpet(canvas: &mut Canvas, place: &Place, top: f32) {
    let (w, h) = (canvas.w, canvas.h);
    canvas.ellipse([w / 2.0, top + h * 0.075, w * 0.42, h * 0.045], &hex(mix(wall(place), rgb(0x7a_2f3a), 0.55)), 0.75);
    canvas.ellipse([w / 2.0, top + h * 0.075, w * 0.36, h * 0.037], &hex(mix(wall(place), rgb(0xf0_dcc0), 0.4)), 0.35);
}

/// A table top before a backdrop of soft lights.
pub(super) fn still(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let sky = place.light.sky;
    let paint = canvas.fade(&[
        (0.0, mix(sky[0], sky[1], 0.3), 1.0),
        (0.4, mix(sky[1], sky[2], 0.5), 1.0),
        (0.75, mix(sky[2], sky[3], 0.5), 1.0),
    ]);
    canvas.rect([0.0, 0.0, w, h], &paint);
    glow(canvas, place, w * chance.between(0.3, 0.7), h * 0.42, unit * 75.0, 0.6);
    for _ in 0..26 {
        let radius = unit * chance.between(2.0, 7.5);
        let (x, y) = (chance.between(0.0, w), chance.between(0.0, ground - h * 0.05));
        canvas.ellipse(
            [x, y, radius, radius],
            &hex(mix(place.light.glow, sky[3], chance.between(0.0, 1.0))),
            chance.between(0.05, 0.2),
        );
    }
    table(canvas, place, ground);
}

/// A table's top from edge to edge, seen a little from above.
pub(super) fn table(canvas: &mut Canvas, place: &Place, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let edge = ground - h * 0.04;
    let wood = place.light.on(rgb(0x9c_6840), 0.08);
    let top = canvas.fade(&[
        (0.0, mix(wood, place.light.glow, 0.3), 1.0),
        (0.3, wood, 1.0),
        (1.0, mix(wood, rgb(0x14_0c0a), 0.7), 1.0),
    ]);
    canvas.rect([0.0, edge, w, h - edge], &top);
    for i in 0..7_u8 {
        let near = f32::from(i) / 6.0;
        let y = edge + (h - edge) * near * near;
        canvas.sheer_rect([0.0, y, w, unit * (0.2 + 0.5 * near)], 0.0, "#2a150a", 0.35);
    }
    canvas.sheer_rect([0.0, edge, w, unit * 0.45], 0.0, &hex(place.light.glow), 0.4);
}

/// No place at all: a disc of light behind sweeping bands.
pub(super) fn idea(canvas: &mut Canvas, place: &Place, chance: &mut Chance) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let sky = place.light.sky;
    let paint = canvas.fade(&[(0.0, sky[0], 1.0), (0.45, sky[1], 1.0), (0.75, sky[2], 1.0)]);
    canvas.rect([0.0, 0.0, w, h], &paint);
    let (x, y) = (w * chance.between(0.4, 0.6), h * 0.38);
    glow(canvas, place, x, y, unit * 80.0, 0.6);
    for (i, radius) in [40.0, 31.0, 23.0].into_iter().enumerate() {
        let radius = unit * radius;
        canvas.ellipse(
            [x, y, radius, radius],
            &hex(mix(sky[3], place.light.glow, 0.5 * i as f32)),
            0.16 + 0.08 * i as f32,
        );
    }
    for _ in 0..9 {
        let turn = chance.between(0.0, std::f32::consts::TAU);
        let (far, radius) = (unit * chance.between(34.0, 48.0), unit * chance.between(0.8, 2.6));
        canvas.ellipse(
            [x + far * turn.cos(), y + far * turn.sin(), radius, radius],
            &hex(place.light.glow),
            chance.between(0.4, 0.9),
        );
    }
    for i in 0..6_u8 {
        let near = f32::from(i) / 5.0;
        let band = hills(canvas, chance, h * (0.54 + 0.085 * f32::from(i)), h * (0.045 - 0.02 * near), 2);
        let tone = mix(mix(sky[1], sky[2], 0.3), mix(sky[0], place.light.deep, 0.35), near);
        let tone = if luminance(tone) > 0.3 { mix(tone, place.light.deep, near * 0.6) } else { tone };
        let paint = canvas.fade(&[(0.0, mix(tone, place.light.glow, 0.2), 1.0), (0.5, tone, 1.0)]);
        canvas.path(&band, &paint);
    }
}
