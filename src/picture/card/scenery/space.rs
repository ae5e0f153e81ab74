//! Space: nebulae, stars, a planet's edge.

use super::super::canvas::Canvas;
use super::super::chance::Chance;
use super::super::colour::{mix, rgb};
use super::Place;
use super::sky::stars;

/// Stars, clouds of light, and the rim of a planet below.
pub(super) fn space(canvas: &mut Canvas, place: &Place, chance: &mut Chance) {
    let (w, h, unit) = (canvas.w, canvas.h, canvas.unit());
    let stain = mix(place.light.sky[1], rgb(0x3a_2f8a), 0.55);
    let paint = canvas.fade(&[
        (0.0, rgb(0x06_0818), 1.0),
        (0.5, mix(stain, rgb(0x0a_0c24), 0.62), 1.0),
        (1.0, rgb(0x05_060f), 1.0),
    ]);
    canvas.rect([0.0, 0.0, w, h], &paint);
    for colour in [rgb(0x7a_4fd0), rgb(0x2f_7fd0), mix(place.light.sky[2], rgb(0xd0_508a), 0.5)] {
        let halo = canvas.halo(&[(0.0, colour, 0.38), (0.5, colour, 0.13), (1.0, colour, 0.0)]);
        let (x, y) = (w * chance.between(0.1, 0.9), h * chance.between(0.1, 0.6));
        canvas.ellipse([x, y, unit * chance.between(45.0, 70.0), unit * chance.between(30.0, 55.0)], &halo, 1.0);
    }
    stars(canvas, chance, h, 150);
    for _ in 0..60 {
        let r = unit * chance.between(0.08, 0.22);
        canvas.ellipse(
            [chance.between(0.0, w), chance.between(0.0, h * 0.8), r, r],
            "#ffffff",
            chance.between(0.4, 0.9),
        );
    }
    let rim = w * 1.35;
    let y = h * 0.76 + rim;
    let air = mix(place.light.sky[1], rgb(0x5a_b8ff), 0.6);
    let halo = canvas.halo(&[(0.0, air, 0.0), (0.93, air, 0.0), (0.955, air, 0.75), (1.0, air, 0.0)]);
    canvas.ellipse([w / 2.0, y, rim * 1.05, rim * 1.05], &halo, 1.0);
    let ball = canvas.fade(&[
        (0.0, mix(air, rgb(0x1c_3f78), 0.55), 1.0),
        (0.07, rgb(0x10_2348), 1.0),
        (0.16, rgb(0x07_0d20), 1.0),
        (1.0, rgb(0x04_060f), 1.0),
    ]);
    canvas.ellipse([w / 2.0, y, rim, rim], &ball, 1.0);
}
