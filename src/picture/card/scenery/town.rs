//! Towns: skylines, streets, rows of houses.

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{hex, mix, rgb};
use super::super::mood::Weather;
use super::Place;

/// One block with its windows.
struct Block {
    x: f32,
    top: f32,
    width: f32,
    foot: f32,
}

/// A row of buildings from edge to edge, up to `height` high; `distance` as for light.
fn skyline(canvas: &mut Canvas, place: &Place, chance: &mut Chance, foot: f32, height: f32, distance: f32) {
    let unit = canvas.unit();
    let mut x = -unit * chance.between(0.0, 6.0);
    while x < canvas.w {
        let width = unit * chance.between(9.0, 17.0) * (1.3 - distance * 0.6);
        let block = Block { x, top: foot - height * chance.between(0.45, 1.0), width, foot };
        building(canvas, place, chance, &block, distance);
        x += width + unit * chance.between(-0.5, 1.2);
    }
}

fn building(canvas: &mut Canvas, place: &Place, chance: &mut Chance, block: &Block, distance: f32) {
    let unit = canvas.unit();
    let material = [0x5b_6580, 0x6d_6078, 0x4d_6474, 0x74_6a66][chance.below(4)];
    let wall = place.light.on(rgb(material), distance);
    let paint = canvas.fade(&[(0.0, wall, 1.0), (1.0, mix(wall, place.light.haze, 0.28), 1.0)]);
    canvas.rect([block.x, block.top, block.width, block.foot - block.top], &paint);
    if chance.once_in(3) {
        canvas.rect([block.x + block.width * 0.3, block.top - unit * 2.0, block.width * 0.4, unit * 2.2], &hex(wall));
    }
    if chance.once_in(4) {
        canvas.rect([block.x + block.width * 0.48, block.top - unit * 6.0, unit * 0.4, unit * 6.0], &hex(wall));
    }
    let (lamp, plain) =
        (hex(rgb(0xff_d98a)), hex(mix(wall, if place.light.dark { rgb(0x0a_1024) } else { place.light.sky[1] }, 0.45)));
    let cell = unit * (2.9 - 0.9 * distance);
    let columns = ((block.width - cell * 0.5) / cell).floor().max(1.0);
    let margin = (block.width - columns * cell) / 2.0 + cell * 0.25;
    let mut y = block.top + cell * 0.7;
    while y < block.foot - cell {
        for column in 0..columns as u16 {
            let shines = place.light.dark && chance.once_in(3);
            let opacity = if shines { 0.92 - 0.45 * distance } else { 0.55 };
            let x = block.x + margin + f32::from(column) * cell;
            canvas.sheer_rect([x, y, cell * 0.5, cell * 0.62], 0.0, if shines { &lamp } else { &plain }, opacity);
        }
        y += cell * 1.15;
    }
}

/// A skyline in three depths behind a square.
pub(super) fn city(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let h = canvas.h;
    skyline(canvas, place, chance, ground, h * 0.42, 0.72);
    skyline(canvas, place, chance, ground, h * 0.30, 0.48);
    skyline(canvas, place, chance, ground, h * 0.17, 0.24);
    pavement(canvas, place, chance, ground);
}

/// A street between houses: blocks on both sides, a road that comes nearer, lamps.
pub(super) fn street(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let horizon = ground - h * 0.06;
    skyline(canvas, place, chance, horizon + h * 0.02, h * 0.26, 0.62);
    for (x, width, rise) in [(-0.02, 0.24, 0.50), (0.21, 0.13, 0.36), (0.68, 0.12, 0.38), (0.79, 0.24, 0.54)] {
        let block =
            Block { x: w * x, top: ground - h * rise * chance.between(0.85, 1.05), width: w * width, foot: ground };
        building(canvas, place, chance, &block, 0.2 + if width > 0.2 { 0.0 } else { 0.2 });
    }
    pavement(canvas, place, chance, horizon + h * 0.018);
    let line = hex(mix(place.light.on(rgb(0xe8_e4d8), 0.1), rgb(0x30_343c), 0.25));
    for i in 0..6_u8 {
        let near = f32::from(i) / 5.0;
        let y = ground + h * (0.012 + 0.33 * near * near);
        let (half, tall) = (unit * (0.5 + 1.3 * near), h * (0.014 + 0.045 * near));
        canvas.sheer_path(
            &format!(
                "M{:.1},{y:.1} L{:.1},{y:.1} L{:.1},{:.1} L{:.1},{:.1} Z",
                w / 2.0 - half,
                w / 2.0 + half,
                w / 2.0 + half * 1.25,
                y + tall,
                w / 2.0 - half * 1.25,
                y + tall
            ),
            &line,
            0.6,
        );
    }
    for (x, side) in [(0.07, 1.0), (0.93, -1.0)] {
        lamp(canvas, place, w * x, ground + h * 0.01, side);
    }
}

/// A lamp whose arm reaches into the street.
fn lamp(canvas: &mut Canvas, place: &Place, x: f32, foot: f32, side: f32) {
    let unit = canvas.unit();
    let (iron, tall) = (hex(place.light.on(rgb(0x2a_2f3a), 0.0)), unit * 44.0);
    canvas.rect([x - unit * 0.55, foot - tall, unit * 1.1, tall], &iron);
    canvas.rect([x.min(x + side * unit * 9.0), foot - tall, unit * 9.0, unit * 0.9], &iron);
    let (lx, ly) = (x + side * unit * 8.0, foot - tall + unit * 1.6);
    canvas.ellipse([lx, ly, unit * 2.2, unit * 1.1], if place.light.dark { "#ffe9b0" } else { "#d8dde0" }, 1.0);
    if place.light.dark {
        let paint = canvas.halo(&[(0.0, rgb(0xff_df9a), 0.65), (0.3, rgb(0xff_df9a), 0.2), (1.0, rgb(0xff_df9a), 0.0)]);
        canvas.ellipse([lx, ly, unit * 22.0, unit * 22.0], &paint, 1.0);
    }
}

/// Stone underfoot; wet, it mirrors the lights.
pub(super) fn pavement(canvas: &mut Canvas, place: &Place, chance: &mut Chance, top: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let stone = place.light.on(rgb(0x5a_5f6c), 0.1);
    let paint = canvas.fade(&[
        (0.0, mix(stone, place.light.haze, 0.35), 1.0),
        (0.35, stone, 1.0),
        (1.0, mix(stone, rgb(0x0c_0e14), 0.6), 1.0),
    ]);
    canvas.rect([0.0, top, w, h - top], &paint);
    if place.mood.weather != Weather::Rain {
        return;
    }
    for _ in 0..26 {
        let colour = [rgb(0xff_d98a), place.light.sky[3], rgb(0xff_8a70), rgb(0x8a_d0ff)][chance.below(4)];
        let paint = canvas.fade(&[(0.0, colour, 0.5), (1.0, colour, 0.0)]);
        let (x, width) = (chance.between(0.0, w), unit * chance.between(0.8, 2.6));
        canvas.sheer_rect(
            [x, top + h * chance.between(0.0, 0.05), width, h * chance.between(0.06, 0.2)],
            unit,
            &paint,
            chance.between(0.3, 0.8),
        );
    }
}

/// A row of small gabled houses with their feet on a line.
pub(super) fn houses(canvas: &mut Canvas, place: &Place, chance: &mut Chance, foot: f32) {
    let unit = canvas.unit();
    let mut x = -unit * 3.0;
    while x < canvas.w {
        let (width, tall) = (unit * chance.between(6.0, 9.5), unit * chance.between(6.0, 11.0));
        let wall = [0xe8_d9bd, 0xd9_8f6c, 0xc9_b8a0, 0x8f_a9b0, 0xe3_b96f][chance.below(5)];
        canvas.rect([x, foot - tall, width, tall], &place.light.paint(wall, 0.3));
        let roof = format!(
            "M{:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} Z",
            x - unit * 0.6,
            foot - tall,
            x + width / 2.0,
            foot - tall - width * 0.5,
            x + width + unit * 0.6,
            foot - tall
        );
        canvas.path(&roof, &place.light.paint(0x8a_4b3c, 0.3));
        let window = if place.light.dark { "#ffd98a".to_owned() } else { place.light.paint(0x4a_5568, 0.3) };
        for part in [0.22, 0.6] {
            canvas.rect([x + width * part, foot - tall * 0.72, width * 0.18, tall * 0.26], &window);
        }
        x += width + unit * chance.between(0.0, 2.5);
    }
}
