//! The things of a picture, drawn at their places with what ties them to it: shadow, reflection, rock.

use super::canvas::Canvas;
use super::colour::{hex, mix, rgb};
use super::drawings::Kind;
use super::figure::Figure;
use super::placing::{DISC, Footing, Placed};
use super::scenery::Place;
use super::setting::Setting;

/// Draws all things, the furthest first.
pub(super) fn draw(canvas: &mut Canvas, place: &Place, things: &[Placed]) {
    for (i, thing) in things.iter().enumerate() {
        match thing.footing {
            Footing::Air => {}
            Footing::Disc => disc(canvas, place, thing),
            Footing::Water => reflection(canvas, place, thing),
            Footing::Ground if place.setting == Setting::Sea => rock(canvas, place, thing),
            Footing::Ground if thing.table > 0.0 => side_table(canvas, place, thing),
            Footing::Ground => shadow(canvas, place, thing),
        }
        let elements = lit(place, &thing.figure);
        canvas.add(&group(thing, &elements, 1.0, false));
        if let Some(held) = &thing.held {
            filling(canvas, place, thing, held);
            // What lies in it is seen above its rim only.
            let rim = thing.y + thing.h * RIM;
            canvas.add(&format!(
                "<clipPath id=\"rim{i}\"><rect x=\"0\" y=\"{rim:.1}\" width=\"{:.1}\" height=\"{:.1}\"/></clipPath><g clip-path=\"url(#rim{i})\">{}</g>",
                canvas.w,
                thing.h,
                group(thing, &elements, 1.0, false)
            ));
        }
    }
}

/// A basket's front rim, as a share of its height.
const RIM: f32 = 0.52;

/// The figure's elements under the place's light.
fn lit(place: &Place, figure: &Figure) -> String {
    // What shines by itself takes no tint.
    let shines = figure.drawing.kind == Kind::Celestial;
    figure.lit(|colour| if shines { colour } else { place.light.on_thing(colour) })
}

/// Three of what lies in a basket, around its opening.
fn filling(canvas: &mut Canvas, place: &Place, basket: &Placed, held: &Figure) {
    let elements = lit(place, held);
    let scale = basket.w * 0.5 / held.w.max(held.h);
    for (across, down, turn) in [(-0.2, 0.40, -38.0), (0.2, 0.40, 40.0), (0.0, 0.43, 6.0)] {
        let (x, y) = (basket.x + basket.w * across, basket.y + basket.h * down);
        canvas.add(&format!(
            "<g transform=\"translate({x:.2} {y:.2}) rotate({turn:.0}) scale({scale:.4}) translate({:.2} {:.2})\">{elements}</g>",
            -held.x - held.w / 2.0,
            -held.y - held.h / 2.0,
        ));
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

/// A small table below an object, so that nothing to eat or to read lies on the floor.
fn side_table(canvas: &mut Canvas, place: &Place, thing: &Placed) {
    let (unit, top) = (canvas.unit(), thing.y + thing.h);
    let foot = top + thing.table;
    let half = thing.w * 0.58 + unit * 2.0;
    let (wood, dark) = (place.light.paint(0xa8_7449, 0.02), place.light.paint(0x74_4d30, 0.02));
    let paint = canvas.halo(&[(0.0, place.light.deep, 0.5), (1.0, place.light.deep, 0.0)]);
    canvas.ellipse([thing.x, foot, half * 1.2, unit * 2.6], &paint, 1.0);
    for side in [-1.0, 1.0] {
        let x = thing.x + side * (half - unit * 2.4) - unit * 0.9;
        canvas.rect([x, top, unit * 1.8, thing.table], &dark);
    }
    canvas.rect([thing.x - half + unit * 1.5, top + unit, half * 2.0 - unit * 3.0, unit * 3.2], &dark);
    canvas.sheer_rect([thing.x - half, top - unit * 0.5, half * 2.0, unit * 2.2], unit * 0.8, &wood, 1.0);
}

/// A disc of light with a rim, which an emblem stands on.
fn disc(canvas: &mut Canvas, place: &Place, thing: &Placed) {
    let light = &place.light;
    let r = DISC * thing.w.max(thing.h);
    let (x, y) = (thing.x, thing.y + thing.h / 2.0);
    let shade = canvas.halo(&[(0.0, light.deep, 0.6), (0.8, light.deep, 0.4), (1.0, light.deep, 0.0)]);
    canvas.ellipse([x, y + r * 0.09, r * 1.2, r * 1.2], &shade, 1.0);
    canvas.ellipse([x, y, r, r], &hex(mix(light.sky[0], light.deep, 0.2)), 1.0);
    let (top, low) = (mix(light.sky[3], rgb(0xff_ffff), 0.55), mix(light.sky[2], light.sky[3], 0.5));
    let paint = canvas.fade(&[(0.0, top, 1.0), (1.0, low, 1.0)]);
    canvas.ellipse([x, y, r * 0.945, r * 0.945], &paint, 1.0);
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
