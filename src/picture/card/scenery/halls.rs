//! Rooms for something: a kitchen, a classroom, a stage.

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{hex, mix, rgb};
use super::Place;
use super::indoors::{boards, table, wall, window};

/// A kitchen: a window over a counter, shelves with crockery.
pub(super) fn kitchen(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let (colour, floor) = (wall(place), ground - h * 0.045);
    let (counter, tile) = (floor - unit * 27.0, unit * 6.0);
    plain_wall(canvas, place, floor);
    let splash = mix(colour, rgb(0xff_fbf0), 0.5);
    let band = counter - tile * 3.0;
    canvas.rect([0.0, band, w, tile * 3.0], &hex(splash));
    let joint = hex(mix(colour, rgb(0x2a_2430), 0.3));
    for i in 0..=3_u8 {
        canvas.sheer_rect([0.0, band + tile * f32::from(i), w, unit * 0.25], 0.0, &joint, 0.5);
    }
    let mut x = (w * 0.5) % tile;
    while x < w {
        canvas.sheer_rect([x, band, unit * 0.25, tile * 3.0], 0.0, &joint, 0.5);
        x += tile;
    }
    let pane_h = (unit * 36.0).min(band - unit * 12.0);
    let left = chance.once_in(2);
    let (pane_x, shelf_x) = if left {
        (w * 0.5 - unit * 38.0, w * 0.5 + unit * 8.0)
    } else {
        (w * 0.5 + unit * 4.0, w * 0.5 - unit * 42.0)
    };
    window(canvas, place, chance, [pane_x, band - pane_h - unit * 7.0, unit * 34.0, pane_h]);
    for drop in [12.0, 27.0] {
        shelf(canvas, place, chance, [shelf_x, band - unit * drop, unit * 34.0]);
    }
    cupboards(canvas, place, counter, floor);
    boards(canvas, place, floor);
    if place.laid {
        table(canvas, place, ground);
    }
}

/// A board with jars, cups and plates.
fn shelf(canvas: &mut Canvas, place: &Place, chance: &mut Chance, [x, y, w]: [f32; 3]) {
    let unit = canvas.unit();
    let back = wall(place);
    canvas.rect([x, y, w, unit * 1.4], &hex(mix(rgb(0x7c_5436), back, 0.2)));
    let mut at = x + unit * 2.0;
    while at < x + w - unit * 6.0 {
        let tone = [0xd9_6f4f, 0xf2_e8d6, 0x5f_8f95, 0xe0_b050, 0x8a_a46a][chance.below(5)];
        let fill = hex(mix(rgb(tone), back, if place.light.dark { 0.5 } else { 0.2 }));
        let (wide, tall) = (unit * chance.between(3.4, 5.2), unit * chance.between(4.0, 8.5));
        canvas.sheer_rect([at, y - tall, wide, tall], unit * 0.8, &fill, 1.0);
        canvas.rect([at + wide * 0.12, y - tall - unit * 0.7, wide * 0.76, unit], &hex(mix(rgb(0x6b_4a34), back, 0.3)));
        at += wide + unit * chance.between(1.0, 2.2);
    }
}

/// A worktop with doors below.
fn cupboards(canvas: &mut Canvas, place: &Place, top: f32, foot: f32) {
    let (w, unit) = (canvas.w, canvas.unit());
    let body = mix(rgb(0x4f_7580), wall(place), if place.light.dark { 0.6 } else { 0.3 });
    let paint = canvas.fade(&[(0.0, mix(body, rgb(0x14_1018), 0.25), 1.0), (0.25, body, 1.0)]);
    canvas.rect([0.0, top, w, foot - top], &paint);
    let (line, knob) = (hex(mix(body, rgb(0x10_1418), 0.4)), hex(mix(rgb(0xe8_d9a8), body, 0.2)));
    let door = unit * 25.0;
    for i in -3..3_i8 {
        let x = w / 2.0 + f32::from(i) * door;
        canvas.sheer_rect([x + unit, top + unit * 3.6, door - unit * 2.0, foot - top - unit * 6.0], unit, &line, 0.4);
        canvas.ellipse(
            [x + door * if i % 2 == 0 { 0.86 } else { 0.14 }, top + unit * 9.0, unit * 0.8, unit * 0.8],
            &knob,
            1.0,
        );
    }
    canvas.rect([0.0, top, w, unit * 2.4], &hex(mix(rgb(0xd8_b58c), wall(place), 0.25)));
    canvas.rect([0.0, top + unit * 2.4, w, unit * 0.5], &line);
}

fn plain_wall(canvas: &mut Canvas, place: &Place, floor: f32) {
    let (colour, dark) = (wall(place), rgb(0x1a_1420));
    let paint =
        canvas.fade(&[(0.0, mix(colour, dark, 0.32), 1.0), (0.55, colour, 1.0), (1.0, mix(colour, dark, 0.12), 1.0)]);
    canvas.rect([0.0, 0.0, canvas.w, floor], &paint);
}

/// A classroom: a blackboard with chalk figures, pinned papers, a floor.
pub(super) fn classroom(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let floor = ground - h * 0.055;
    plain_wall(canvas, place, floor);
    let (wide, tall) = ((w * 0.84).min(unit * 130.0), unit * 46.0);
    let (x, y) = ((w - wide) / 2.0, (floor - unit * 27.0 - tall).max(h * 0.1));
    canvas.sheer_rect(
        [x - unit * 2.0, y - unit * 2.0, wide + unit * 4.0, tall + unit * 4.0],
        unit,
        &hex(mix(rgb(0x8a_6240), wall(place), 0.2)),
        1.0,
    );
    let slate = mix(rgb(0x27_5247), wall(place), 0.08);
    let paint = canvas.fade(&[(0.0, slate, 1.0), (1.0, mix(slate, rgb(0x0c_1814), 0.3), 1.0)]);
    canvas.rect([x, y, wide, tall], &paint);
    canvas.rect([x, y + tall + unit * 1.2, wide, unit * 1.6], &hex(mix(rgb(0xb0_8a60), wall(place), 0.2)));
    chalk(canvas, chance, [x + unit * 6.0, y + unit * 6.0, wide - unit * 12.0]);
    let papers = ((y - h * 0.08) / (unit * 16.0)).floor().clamp(0.0, 2.0) as u8;
    for row in 0..papers {
        for i in 0..5_u8 {
            let px = w * (0.14 + 0.155 * f32::from(i)) + unit * chance.between(-1.0, 1.0);
            let py = y - unit * (16.0 + 15.0 * f32::from(row));
            let tone = [0xf7_f0e0, 0xf2_c95c, 0x9f_c6d8, 0xe8_9a86, 0xb5_d09a][(usize::from(i) + chance.below(3)) % 5];
            canvas.sheer_rect(
                [px, py, unit * 8.0, unit * 10.5],
                unit * 0.3,
                &hex(mix(rgb(tone), wall(place), 0.25)),
                1.0,
            );
        }
    }
    boards(canvas, place, floor);
    if place.laid {
        table(canvas, place, ground);
    }
}

/// Lines and figures of chalk; no writing, as no font is used.
fn chalk(canvas: &mut Canvas, chance: &mut Chance, [x, y, w]: [f32; 3]) {
    let unit = canvas.unit();
    let white = "#eef4ee";
    let r = unit * 8.0;
    canvas.add(&format!(
        "<g fill=\"none\" stroke=\"{white}\" stroke-opacity=\"0.75\" stroke-width=\"{:.1}\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\
         <circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{r:.1}\"/><path d=\"M{:.1},{:.1} l{r:.1},0 M{:.1},{:.1} l{:.1},{:.1} l{:.1},{:.1} Z M{:.1},{:.1} l0,{:.1} l{:.1},0\"/>\
         <path d=\"M{:.1},{:.1} q{:.1},{:.1} {:.1},{:.1}\"/></g>",
        unit * 0.5,
        x + r, y + r,
        x + r, y + r,
        x + w * 0.36, y + r * 2.0, r * 1.1, -r * 1.9, r * 1.1, r * 1.9,
        x + w * 0.72, y, r * 2.2, w * 0.26,
        x + w * 0.74, y + r * 2.0, w * 0.12, -r * 0.2, w * 0.2, -r * 1.8,
    ));
    for row in 0..3_u8 {
        let mut at = x;
        let line = y + unit * (22.0 + 5.0 * f32::from(row));
        while at < x + w * 0.86 {
            let long = unit * chance.between(2.0, 7.0);
            canvas.sheer_rect([at, line, long, unit * 0.55], unit * 0.25, white, 0.5);
            at += long + unit * 1.6;
        }
    }
}

/// A stage: a curtain on each side, beams of light, a floor of boards.
pub(super) fn stage(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let floor = ground - h * 0.055;
    let night = mix(place.light.sky[0], rgb(0x17_1026), 0.72);
    let back = canvas.fade(&[(0.0, night, 1.0), (1.0, mix(night, place.light.sky[1], 0.4), 1.0)]);
    canvas.rect([0.0, 0.0, w, floor], &back);
    boards(canvas, place, floor);
    for (from, to, colour) in [(0.22, 0.62, 0xff_d58a), (0.78, 0.36, 0xff_9ec4), (0.5, 0.5, 0xff_f0d0)] {
        let colour = rgb(colour);
        let beam = canvas.fade(&[(0.0, colour, 0.5), (1.0, colour, 0.04)]);
        let (x, foot, half) = (w * from, w * (to + chance.between(-0.04, 0.04)), unit * 24.0);
        let low = ground + h * 0.01;
        let d = format!(
            "M{:.1},0 L{:.1},0 L{:.1},{low:.1} L{:.1},{low:.1} Z",
            x - unit * 2.0,
            x + unit * 2.0,
            foot + half,
            foot - half
        );
        canvas.path(&d, &beam);
        let pool = canvas.halo(&[(0.0, colour, 0.4), (1.0, colour, 0.0)]);
        canvas.ellipse([foot, low, half * 1.3, unit * 6.0], &pool, 1.0);
    }
    let folds = 5_u8;
    let wide = (w * 0.17).min(unit * 30.0) / f32::from(folds);
    for i in 0..folds {
        for side in [0.0, 1.0] {
            let step = wide * f32::from(i);
            let x = if side < 0.5 { step } else { w - step - wide };
            fold(canvas, place, [x, 0.0, wide, floor + unit * 3.0]);
        }
    }
    let swags = 6_u8;
    for i in 0..swags {
        let wide = w / f32::from(swags);
        let (x, low) = (wide * f32::from(i), h * 0.045);
        let cloth = velvet(place);
        let paint = canvas.fade(&[(0.0, mix(cloth, rgb(0x00_0000), 0.4), 1.0), (1.0, cloth, 1.0)]);
        canvas.path(
            &format!(
                "M{x:.1},0 L{:.1},0 L{:.1},{low:.1} Q{:.1},{:.1} {x:.1},{low:.1} Z",
                x + wide,
                x + wide,
                x + wide / 2.0,
                low + h * 0.05
            ),
            &paint,
        );
    }
}

/// The curtain's red.
fn velvet(place: &Place) -> [u8; 3] {
    place.mood.stain.map_or(rgb(0xa0_2436), |stain| mix(rgb(0xa0_2436), stain, 0.5))
}

/// One fold of a curtain, lit at its middle.
fn fold(canvas: &mut Canvas, place: &Place, [x, y, w, h]: [f32; 4]) {
    let cloth = velvet(place);
    canvas.rect([x, y, w + 0.6, h], &hex(mix(cloth, rgb(0x00_0000), 0.45)));
    canvas.sheer_rect([x + w * 0.14, y, w * 0.62, h], w * 0.2, &hex(cloth), 1.0);
    canvas.sheer_rect([x + w * 0.28, y, w * 0.2, h], w * 0.1, &hex(mix(cloth, rgb(0xff_ffff), 0.2)), 0.5);
}
