//! A sports ground: stands full of people, floodlights, a lawn in stripes.

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{hex, mix, rgb};
use super::Place;

/// The sports ground before its stands.
pub(super) fn pitch(canvas: &mut Canvas, place: &Place, chance: &mut Chance, ground: f32) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let lawn = ground - h * 0.06;
    for (x, side) in [(0.1, 1.0), (0.9, -1.0)] {
        floodlight(canvas, place, w * x, lawn - unit * 24.0, side);
    }
    stands(canvas, place, chance, lawn);
    goal(canvas, place, w * 0.5, lawn + h * 0.008);
    let (light, dark) = (place.light.on(rgb(0x5f_a84a), 0.1), place.light.on(rgb(0x4c_9440), 0.1));
    let paint = canvas.fade(&[(0.0, light, 1.0), (1.0, mix(dark, rgb(0x0c_2016), 0.6), 1.0)]);
    canvas.rect([0.0, lawn, w, h - lawn], &paint);
    for i in -5..5_i8 {
        let (near, far) = (w * 0.5 + f32::from(i) * w * 0.5, w * 0.5 + f32::from(i) * w * 0.13);
        let d = format!(
            "M{far:.1},{lawn:.1} L{:.1},{lawn:.1} L{:.1},{h:.1} L{near:.1},{h:.1} Z",
            far + w * 0.065,
            near + w * 0.25
        );
        canvas.sheer_path(&d, &hex(dark), 0.55);
    }
    let chalk = hex(mix(rgb(0xff_ffff), light, 0.2));
    canvas.sheer_rect([0.0, lawn + h * 0.008, w, unit * 0.5], 0.0, &chalk, 0.8);
    let (half, low) = (unit * 40.0, lawn + h * 0.036);
    let area = format!(
        "M{:.1},{:.1} L{:.1},{low:.1} L{:.1},{low:.1} L{:.1},{:.1}",
        w / 2.0 - half * 0.8,
        lawn + h * 0.008,
        w / 2.0 - half,
        w / 2.0 + half,
        w / 2.0 + half * 0.8,
        lawn + h * 0.008,
    );
    canvas.add(&format!(
        "<path d=\"{area}\" fill=\"none\" stroke=\"{chalk}\" stroke-opacity=\"0.7\" stroke-width=\"{:.1}\"/>",
        unit * 0.7
    ));
}

/// Rows of people as dots, and the boards before them.
fn stands(canvas: &mut Canvas, place: &Place, chance: &mut Chance, foot: f32) {
    let (w, unit) = (canvas.w, canvas.unit());
    let top = foot - unit * 30.0;
    let concrete = place.light.on(rgb(0x53_5c70), 0.3);
    let roof = format!("M0,{top:.1} L{w:.1},{top:.1} L{w:.1},{:.1} L0,{:.1} Z", top - unit * 4.0, top - unit * 4.0);
    let paint = canvas.fade(&[(0.0, mix(concrete, rgb(0x10_1424), 0.4), 1.0), (1.0, concrete, 1.0)]);
    canvas.rect([0.0, top, w, foot - top], &paint);
    for row in 0..8_u8 {
        let y = top + unit * (4.0 + 2.7 * f32::from(row));
        let mut x = unit * chance.between(0.0, 2.0);
        while x < w {
            let shirt = [0xd8_5a4a, 0xf0_e6d8, 0x4f_7fc0, 0xe8_b84a, 0x5a_9a6a, 0x8a_6aa8][chance.below(6)];
            canvas.ellipse([x, y + unit * 1.3, unit * 0.85, unit * 0.95], &place.light.paint(shirt, 0.3), 0.9);
            canvas.ellipse([x, y, unit * 0.55, unit * 0.6], &place.light.paint(0xe0_b080, 0.3), 0.9);
            x += unit * chance.between(1.9, 2.7);
        }
    }
    canvas.path(&roof, &place.light.paint(0x38_4054, 0.15));
    let mut x = 0.0;
    while x < w {
        let tone = [0x2f_6fb0, 0xe8_e4dc, 0xc8_4a3e, 0xe0_a83a][chance.below(4)];
        canvas.rect([x, foot - unit * 3.6, unit * 19.0, unit * 3.6], &place.light.paint(tone, 0.2));
        x += unit * 19.4;
    }
}

/// A goal with its net.
fn goal(canvas: &mut Canvas, place: &Place, x: f32, foot: f32) {
    let unit = canvas.unit();
    let (half, tall) = (unit * 19.0, unit * 14.0);
    let white = place.light.paint(0xfa_fafa, 0.03);
    for i in 0..13_u8 {
        let at = x - half + half * 2.0 * f32::from(i) / 12.0;
        canvas.sheer_rect([at, foot - tall, unit * 0.18, tall], 0.0, &white, 0.5);
    }
    for i in 0..6_u8 {
        canvas.sheer_rect([x - half, foot - tall * f32::from(i) / 6.0, half * 2.0, unit * 0.18], 0.0, &white, 0.5);
    }
    canvas.rect([x - half, foot - tall, unit, tall], &white);
    canvas.rect([x + half - unit, foot - tall, unit, tall], &white);
    canvas.rect([x - half, foot - tall, half * 2.0, unit], &white);
}

fn floodlight(canvas: &mut Canvas, place: &Place, x: f32, foot: f32, side: f32) {
    let unit = canvas.unit();
    let (iron, tall) = (place.light.paint(0x4a_5264, 0.25), unit * 34.0);
    canvas.rect([x - unit * 0.6, foot - tall, unit * 1.2, tall], &iron);
    canvas.sheer_rect(
        [x - unit * 6.0 + side * unit * 2.0, foot - tall - unit * 7.0, unit * 12.0, unit * 8.0],
        unit,
        &iron,
        1.0,
    );
    for row in 0..2_u8 {
        for column in 0..3_u8 {
            let (lx, ly) = (
                x + side * unit * 2.0 + unit * (f32::from(column) * 3.6 - 3.6),
                foot - tall - unit * (5.0 - 3.4 * f32::from(row)),
            );
            canvas.ellipse([lx, ly, unit * 1.3, unit * 1.3], "#fff6da", 1.0);
        }
    }
    let glow =
        canvas.halo(&[(0.0, rgb(0xff_f6da), if place.light.dark { 0.6 } else { 0.25 }), (1.0, rgb(0xff_f6da), 0.0)]);
    canvas.ellipse([x + side * unit * 2.0, foot - tall - unit * 3.0, unit * 24.0, unit * 24.0], &glow, 1.0);
}
