//! The things of a picture, drawn at their places with what ties them to it: shadow, reflection, rock, frame.

use super::canvas::Canvas;
use super::colour::{hex, mix, rgb};
use super::drawings::Kind;
use super::placing::{Footing, Placed};
use super::scenery::Place;
use super::setting::Setting;

/// Draws all things, the furthest first.
pub(super) fn draw(canvas: &mut Canvas, place: &Place, things: &[Placed]) {
    for (i, thing) in things.iter().enumerate() {
        match thing.footing {
            Footing::Medallion => medallion(canvas, place, thing, i),
            Footing::Air => {}
            Footing::Water => reflection(canvas, place, thing),
            Footing::Ground if place.setting == Setting::Sea => rock(canvas, place, thing),
            Footing::Ground => shadow(canvas, place, thing),
        }
        if thing.footing != Footing::Medallion {
            // What shines by itself takes no tint.
            let shines = thing.figure.drawing.kind == Kind::Celestial;
            let elements = thing.figure.lit(|colour| if shines { colour } else { place.light.on_thing(colour) });
            canvas.add(&group(thing, &elements, 1.0, false));
        }
    }
}

/// The drawing moved and scaled to its place; upside down below its foot where `mirrored`.
fn group(thing: &Placed, elements: &str, opacity: f32, mirrored: bool) -> String {
    let figure = &thing.figure;
    let scale = thing.w / figure.w;
    let across = if thing.flip { -scale } else { scale };
    let left = if thing.flip { thing.x + thing.w / 2.0 } else { thing.x - thing.w / 2.0 };
    let (down, top) = if mirrored { (-scale, thing.y + 2.0 * thing.h) } else { (scale, thing.y) };
    let opacity = if opacity < 1.0 { format!(" opacity=\"{opacity:.2}\"") } else { String::new() };
    format!(
        "<g transform=\"matrix({across:.4} 0 0 {down:.4} {:.2} {:.2})\"{opacity}>{elements}</g>",
        left - across * figure.x,
        top - down * figure.y,
    )
}

fn shadow(canvas: &mut Canvas, place: &Place, thing: &Placed) {
    let deep = place.light.deep;
    let paint = canvas.halo(&[(0.0, deep, 0.62), (0.55, deep, 0.3), (1.0, deep, 0.0)]);
    let foot = thing.y + thing.h;
    canvas.ellipse([thing.x, foot - thing.w * 0.008, thing.w * 0.62, thing.w * 0.075], &paint, 1.0);
}

fn reflection(canvas: &mut Canvas, place: &Place, thing: &Placed) {
    let elements = thing.figure.lit(|colour| mix(place.light.on_thing(colour), place.light.deep, 0.45));
    canvas.add(&group(thing, &elements, 0.34, true));
}

/// A rock in the water for what cannot swim.
fn rock(canvas: &mut Canvas, place: &Place, thing: &Placed) {
    let (foot, half, unit) = (thing.y + thing.h, thing.w * 0.5 + canvas.unit() * 7.0, canvas.unit());
    let low = foot + unit * 9.0;
    let stone = |material, shade| hex(mix(place.light.on(rgb(material), 0.12), place.light.deep, shade));
    let x = thing.x;
    canvas.path(
        &format!(
            "M{:.1},{low:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{low:.1} Z",
            x - half * 1.25, x - half * 0.98, foot + unit * 2.6, x - half * 0.7, foot - unit * 0.4, x - half * 0.2, foot - unit * 2.4,
            x + half * 0.45, foot - unit * 1.8, x + half * 0.8, foot + unit * 0.6, x + half, foot + unit * 3.2, x + half * 1.3,
        ),
        &stone(0x6b_6670, 0.1),
    );
    canvas.path(
        &format!(
            "M{:.1},{low:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{low:.1} Z",
            x - half * 0.1,
            x + half * 0.1,
            foot + unit * 1.6,
            x + half * 0.45,
            foot - unit * 1.8,
            x + half * 0.8,
            foot + unit * 0.6,
            x + half,
            foot + unit * 3.2,
            x + half * 1.3,
        ),
        &stone(0x4f_4b58, 0.2),
    );
}

/// A head or a bust in a round frame, as a portrait.
fn medallion(canvas: &mut Canvas, place: &Place, thing: &Placed, i: usize) {
    let light = &place.light;
    let r = thing.h.max(thing.w) * 0.66;
    let (x, y) = (thing.x, thing.y + thing.h * 0.5);
    let halo = canvas.halo(&[(0.0, light.deep, 0.5), (0.8, light.deep, 0.34), (1.0, light.deep, 0.0)]);
    canvas.ellipse([x, y + r * 0.08, r * 1.22, r * 1.22], &halo, 1.0);
    canvas.ellipse([x, y, r * 1.06, r * 1.06], &hex(mix(light.glow, rgb(0xff_ffff), 0.35)), 1.0);
    let (top, low) = (mix(light.sky[1], light.sky[2], 0.3), mix(light.sky[2], light.sky[3], 0.6));
    let paint = canvas.fade(&[(0.0, top, 1.0), (1.0, low, 1.0)]);
    canvas.ellipse([x, y, r, r], &paint, 1.0);
    let elements = thing.figure.lit(|colour| light.on_thing(colour));
    // Shoulders run out below the frame's edge; a head hangs in its middle.
    let ends_flat = thing.figure.y + thing.figure.h > thing.figure.drawing.side * 0.96
        && thing.figure.w > thing.figure.drawing.side * 0.6;
    let drop = if ends_flat { r - thing.h * 0.5 } else { 0.0 };
    canvas.add(&format!(
        "<clipPath id=\"m{i}\"><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\"/></clipPath><g clip-path=\"url(#m{i})\"><g transform=\"translate(0 {drop:.1})\">{}</g></g>",
        group(thing, &elements, 1.0, false)
    ));
}
