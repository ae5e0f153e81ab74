//! A market: old houses, stalls with striped awnings, a string of pennants.

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{hex, mix, rgb};
use super::Place;
use super::town::{houses, pavement};

/// The colours of awnings and pennants.
const CLOTHS: [u32; 4] = [0xd2_4b3f, 0x2f_8f78, 0xe0_9a33, 0x3f_6fae];
/// The colours of what is sold.
const WARES: [u32; 6] = [0xd9_3f34, 0xf0_9a2e, 0xf3_cf48, 0x6f_a843, 0x9a_4f86, 0xe8_e0cc];

/// A market street with its stalls left and right.
pub(super) fn market(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h) = (canvas.w, canvas.h);
    let horizon = ground - h * 0.055;
    houses(canvas, place, chance, horizon + h * 0.004);
    for (x, width, rise) in [(0.17, 0.17, 0.27), (0.66, 0.17, 0.29), (-0.05, 0.25, 0.38), (0.80, 0.25, 0.36)] {
        let near = f32::from(u8::from(width > 0.2));
        let tall = h * rise * chance.between(0.92, 1.04);
        townhouse(canvas, place, chance, [w * x, ground - tall, w * width, tall], 0.34 - 0.2 * near);
    }
    pavement(canvas, place, chance, horizon + h * 0.012);
    cobbles(canvas, place, chance, horizon + h * 0.012);
    pennants(canvas, place, ground - h * 0.37);
    let first = chance.below(4);
    stall(canvas, place, chance, [-w * 0.06, w * 0.40], ground - h * 0.004, CLOTHS[first]);
    stall(canvas, place, chance, [w * 0.66, w * 0.40], ground - h * 0.004, CLOTHS[(first + 1) % 4]);
}

/// A plastered house with a gable and shutters.
fn townhouse(canvas: &mut Canvas, place: &Place, chance: &mut Chance, [x, y, w, h]: [f32; 4], distance: f32) {
    let light = &place.light;
    let plaster = [0xe4_cfa8, 0xd8_9a78, 0xc4_b7a0, 0xa9_bcb4, 0xe0_b878][chance.below(5)];
    canvas.rect([x, y, w, h], &light.paint(plaster, distance));
    let (eave, top) = (w * 0.06, y - (w * 0.34).min(canvas.unit() * 9.0));
    let roof = format!(
        "M{:.1},{y:.1} L{:.1},{top:.1} L{:.1},{top:.1} L{:.1},{y:.1} Z",
        x - eave,
        x + w * 0.2,
        x + w * 0.8,
        x + w + eave
    );
    canvas.path(&roof, &light.paint(0x8f_5140, distance));
    let glass = if light.dark { "#ffd98a".to_owned() } else { light.paint(0x55_677c, distance) };
    let shutter = light.paint([0x4f_7a6a, 0x6b_5a7c, 0x7c_4a3c][chance.below(3)], distance);
    let (rows, cell) = ((h / (w * 0.42)).floor().max(2.0), w * 0.42);
    for row in 0..rows as u16 {
        for column in [0.26, 0.74] {
            let (cx, cy) = (x + w * column, y + cell * (0.25 + f32::from(row)));
            let (pane_w, pane_h) = (w * 0.17, cell * 0.58);
            canvas.rect([cx - pane_w * 0.95, cy, pane_w * 1.9, pane_h], &shutter);
            canvas.rect([cx - pane_w * 0.5, cy, pane_w, pane_h], &glass);
            canvas.rect([cx - pane_w * 0.04, cy, pane_w * 0.08, pane_h], &shutter);
        }
    }
}

/// Rows of stones underfoot, larger where they are nearer.
fn cobbles(canvas: &mut Canvas, place: &Place, chance: &mut Chance, top: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let stone = hex(mix(place.light.on(rgb(0xa3_9a90), 0.1), place.light.haze, 0.2));
    let mut y = top + unit;
    let mut row = 0.0;
    while y < h {
        let size = unit * (1.6 + 5.0 * (y - top) / (h - top));
        let mut x = -size * chance.between(0.0, 1.0);
        while x < w {
            let wide = size * chance.between(0.8, 1.3);
            canvas.sheer_rect([x, y, wide * 1.5, size * 0.5], size * 0.2, &stone, chance.between(0.08, 0.24));
            x += wide * 1.5 + size * 0.2;
        }
        y += size * 0.68;
        row += 1.0;
        if row > 60.0 {
            break;
        }
    }
}

/// A string of small flags across the street.
fn pennants(canvas: &mut Canvas, place: &Place, y: f32) {
    let (w, unit) = (canvas.w, canvas.unit());
    let sag = |part: f32| y + unit * 9.0 * (1.0 - (2.0 * part - 1.0) * (2.0 * part - 1.0));
    for i in 0..17_u8 {
        let (from, to) = (f32::from(i) / 17.0, f32::from(i + 1) / 17.0);
        let (x0, x1, y0, y1) = (w * from, w * to, sag(from), sag(to));
        let line = format!("M{x0:.1},{y0:.1} L{x1:.1},{y1:.1} l0,{:.1} L{x0:.1},{:.1} Z", unit * 0.3, y0 + unit * 0.3);
        canvas.path(&line, &place.light.paint(0x4a_3f3a, 0.1));
        let (a, b) = (x0 + (x1 - x0) * 0.2, x0 + (x1 - x0) * 0.8);
        let flag = format!(
            "M{a:.1},{:.1} L{b:.1},{:.1} L{:.1},{:.1} Z",
            y0 + (y1 - y0) * 0.2,
            y0 + (y1 - y0) * 0.8,
            f32::midpoint(a, b),
            f32::midpoint(y0, y1) + unit * 4.6
        );
        canvas.path(&flag, &place.light.paint(CLOTHS[usize::from(i) % 4], 0.12));
    }
}

/// A stall from `x` on, `w` wide: posts, a counter with crates, an awning.
fn stall(canvas: &mut Canvas, place: &Place, chance: &mut Chance, [x, w]: [f32; 2], ground: f32, cloth: u32) {
    let (light, unit) = (&place.light, canvas.unit());
    let (counter, awning) = (ground - unit * 13.0, ground - unit * 40.0);
    let shade = canvas.fade(&[(0.0, light.deep, 0.45), (1.0, light.deep, 0.2)]);
    canvas.rect([x + w * 0.05, awning, w * 0.9, ground - awning], &shade);
    for part in [0.07, 0.91] {
        canvas.rect([x + w * part, awning, w * 0.025, ground - awning], &light.paint(0x6b_4a34, 0.04));
    }
    let crates = 4_u8;
    for i in 0..crates {
        let wide = w * 0.86 / f32::from(crates);
        let left = x + w * 0.07 + wide * f32::from(i);
        let ware = light.paint(WARES[chance.below(6)], 0.02);
        let dim = hex(mix(light.on(rgb(0x7a_2f2a), 0.0), light.deep, 0.3));
        for row in 0..2_u8 {
            for column in 0..4_u8 {
                let (cx, cy) = (
                    left + wide * (0.16 + 0.22 * f32::from(column) + 0.03 * f32::from(row)),
                    counter - unit * (3.6 - 1.7 * f32::from(row)),
                );
                canvas.ellipse([cx, cy + unit * 0.25, wide * 0.125, wide * 0.125], &dim, 0.5);
                canvas.ellipse([cx, cy, wide * 0.12, wide * 0.12], &ware, 1.0);
            }
        }
        canvas.rect([left + wide * 0.03, counter - unit * 2.2, wide * 0.94, unit * 3.0], &light.paint(0xa9_794c, 0.02));
        canvas.rect([left + wide * 0.03, counter - unit * 1.0, wide * 0.94, unit * 0.3], &light.paint(0x6b_4a2e, 0.02));
    }
    let wood = light.on(rgb(0x8f_6440), 0.02);
    let front = canvas.fade(&[(0.0, wood, 1.0), (1.0, mix(wood, light.deep, 0.5), 1.0)]);
    canvas.rect([x + w * 0.04, counter, w * 0.92, ground - counter], &front);
    canvas.rect([x + w * 0.02, counter, w * 0.96, unit * 1.2], &light.paint(0xb9_8656, 0.02));
    awning_of(canvas, place, [x, awning, w], cloth);
}

/// Striped cloth that ends in scallops.
fn awning_of(canvas: &mut Canvas, place: &Place, [x, y, w]: [f32; 3], cloth: u32) {
    let unit = canvas.unit();
    let stripes = 8_u8;
    let (top, low, wide) = (y - unit * 8.0, y + unit * 1.0, w / f32::from(stripes));
    for i in 0..stripes {
        let (left, right) = (x + wide * f32::from(i), x + wide * f32::from(i + 1));
        let inwards = |at: f32| x + w * 0.5 + (at - x - w * 0.5) * 0.88;
        let colour = if i % 2 == 0 { cloth } else { 0xf6_efe0 };
        let lit = place.light.on(rgb(colour), 0.04);
        let paint =
            canvas.fade(&[(0.0, mix(lit, rgb(0xff_ffff), 0.12), 1.0), (1.0, mix(lit, place.light.deep, 0.16), 1.0)]);
        let d = format!(
            "M{:.1},{top:.1} L{:.1},{top:.1} L{right:.1},{low:.1} a{r:.1},{r:.1} 0 0 1 {back:.1},0 Z",
            inwards(left),
            inwards(right),
            r = wide / 2.0,
            back = -wide
        );
        canvas.path(&d, &paint);
    }
}
