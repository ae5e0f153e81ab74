//! Which thing goes where, and how large.

use super::canvas::Canvas;
use super::chance::Chance;
use super::drawings::{Drawing, Kind};
use super::figure::Figure;
use super::scenery::Stage;
use super::things::Thing;
use crate::ports::PortResult;

/// One drawing at its place. Lengths are pixels, of the drawing's visible part.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) figure: Figure,
    /// Its middle.
    pub(super) x: f32,
    /// Its upper edge.
    pub(super) y: f32,
    pub(super) w: f32,
    pub(super) h: f32,
    /// The width that it keeps free of others.
    pub(super) room: f32,
    pub(super) flip: bool,
    pub(super) footing: Footing,
}

/// What a thing rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Footing {
    Ground,
    Water,
    Air,
    /// A round frame, for heads and shoulders.
    Medallion,
}

/// The height of a kind that stands alone, as a share of the composition's side.
const fn share(kind: Kind) -> f32 {
    match kind {
        Kind::Tower => 0.86,
        Kind::Building => 0.64,
        Kind::Furniture => 0.7,
        Kind::Vehicle | Kind::Rising | Kind::Figure => 0.56,
        Kind::Cycle | Kind::Vessel => 0.52,
        Kind::Beast | Kind::Object => 0.54,
        Kind::Swimmer | Kind::Celestial | Kind::Bust => 0.44,
        Kind::Small => 0.38,
        Kind::Flyer => 0.34,
    }
}

fn footing(kind: Kind, stage: Stage) -> Footing {
    match kind {
        Kind::Bust => Footing::Medallion,
        Kind::Flyer | Kind::Rising | Kind::Celestial => Footing::Air,
        _ if stage.afloat => Footing::Air,
        Kind::Vessel | Kind::Swimmer if stage.water.is_some() => Footing::Water,
        _ => Footing::Ground,
    }
}

/// Whether a kind is larger than a person.
const fn large(kind: Kind) -> bool {
    matches!(kind, Kind::Tower | Kind::Building | Kind::Furniture | Kind::Vehicle)
}

/// Each thing with how much smaller than alone it is drawn: the first is the largest, what is large by nature stays
/// so, and several of a kind come in several sizes.
fn cast(things: &[Thing]) -> Vec<(&'static Drawing, f32)> {
    let size = |i: usize, kind| if large(kind) { [1.0, 0.94, 0.86][i.min(2)] } else { [1.0, 0.74, 0.62][i.min(2)] };
    let sized: Vec<_> = things.iter().enumerate().map(|(i, thing)| (thing, size(i, thing.drawing.kind))).collect();
    let mut cast: Vec<_> = sized.iter().map(|(thing, size)| (thing.drawing, *size)).collect();
    let copies: &[f32] = if things.len() < 3 { &[0.66, 0.48] } else { &[0.6] };
    for (thing, size) in sized {
        // Some drawings show several already.
        let heap = matches!(thing.drawing.name.as_str(), "books" | "houses" | "people-holding-hands" | "grapes");
        if thing.many && !heap && !matches!(thing.drawing.kind, Kind::Celestial | Kind::Building) {
            cast.extend(copies.iter().map(|copy| (thing.drawing, copy * size)));
        }
    }
    cast.truncate(6);
    cast
}

/// Measures all things and gives them their sizes; the places are still missing.
fn sized(things: &[Thing], canvas: &Canvas, stage: Stage) -> PortResult<Vec<Placed>> {
    let side = canvas.w.min(canvas.h * 0.72);
    let cast = cast(things);
    let crowd = [1.12, 1.12, 0.92][cast.len().min(2)] * if cast.len() > 2 { 0.88 } else { 1.0 };
    let mut sized = Vec::new();
    for (i, (drawing, size)) in cast.into_iter().enumerate() {
        let figure = Figure::measure(drawing)?;
        let footing = footing(drawing.kind, stage);
        let lead = if i == 0 && footing == Footing::Air { 1.35 } else { 1.0 };
        let scale = side * share(drawing.kind) * size * crowd * lead / figure.h.max(figure.w * 0.8);
        // Air above what stands, which motion may crop.
        let headroom = stage.ground - canvas.h * 0.1;
        let scale = scale.min(headroom / figure.h);
        let (w, h) = (figure.w * scale, figure.h * scale);
        let room = if footing == Footing::Medallion { w.max(h) * 1.45 } else { w };
        sized.push(Placed { figure, x: 0.0, y: 0.0, w, h, room, flip: false, footing });
    }
    for row in [Footing::Ground, Footing::Water, Footing::Medallion] {
        // Who stands in a row must fit in it, side by side with a little overlap.
        let needed: f32 = sized.iter().filter(|thing| thing.footing == row).map(|thing| thing.room).sum();
        let factor = (0.98 * canvas.w / needed.max(1.0)).min(1.0);
        for thing in sized.iter_mut().filter(|thing| thing.footing == row) {
            (thing.w, thing.h, thing.room) = (thing.w * factor, thing.h * factor, thing.room * factor);
        }
    }
    Ok(sized)
}

/// Places all things: each where it disturbs the ones before it least.
///
/// # Errors
/// Where a drawing cannot be measured.
pub(super) fn place(things: &[Thing], canvas: &Canvas, stage: Stage, chance: &mut Chance) -> PortResult<Vec<Placed>> {
    let mirrored = chance.once_in(2);
    let mut placed: Vec<Placed> = Vec::new();
    for (i, mut thing) in sized(things, canvas, stage)?.into_iter().enumerate() {
        let wish = if things.len() == 1 && i == 0 { 0.5 } else { preferred(i, mirrored) };
        let mut best = f32::MAX;
        for (x, y) in spots(&thing, canvas, stage, i) {
            let half = thing.room / 2.0;
            let outside = (half - x + 0.06 * canvas.w).max(x + half - 0.94 * canvas.w).max(0.0) / canvas.w;
            let cost = (x / canvas.w - wish).abs()
                + 0.3 * spread(&placed, canvas, (x, y))
                + 5.0 * crowding(&placed, (x, y, thing.room, thing.h))
                + 25.0 * outside;
            if cost < best {
                (best, thing.x, thing.y) = (cost, x, y);
            }
        }
        let kind = thing.figure.drawing.kind;
        let fixed = matches!(kind, Kind::Object | Kind::Furniture | Kind::Building | Kind::Tower);
        thing.flip = i > 0 && chance.once_in(2) && !fixed;
        placed.push(thing);
    }
    // What stands further down is nearer, and covers the rest.
    placed.sort_by(|a, b| (a.y + a.h).total_cmp(&(b.y + b.h)));
    Ok(placed)
}

/// Where across the picture the n-th thing would like to be.
fn preferred(i: usize, mirrored: bool) -> f32 {
    let x = [0.36, 0.72, 0.56, 0.2, 0.82, 0.45][i.min(5)];
    if mirrored { 1.0 - x } else { x }
}

/// The places that come into question: the middle across, the upper edge down.
fn spots(thing: &Placed, canvas: &Canvas, stage: Stage, i: usize) -> Vec<(f32, f32)> {
    let h = thing.h;
    // The large stand behind, the small before them.
    let step = canvas.h * 0.005 * if large(thing.figure.drawing.kind) { 0.0 } else { 1.0 + i as f32 };
    let rows: Vec<f32> = match thing.footing {
        Footing::Ground => vec![stage.ground + step - h],
        Footing::Water => vec![stage.water.unwrap_or(stage.ground) + step - h],
        Footing::Medallion => [0.36, 0.42, 0.5].iter().map(|y| canvas.h * y - h / 2.0).collect(),
        Footing::Air if stage.afloat => {
            (0..7_u8).map(|k| canvas.h * (0.40 + 0.06 * AROUND[usize::from(k)]) - h / 2.0).collect()
        }
        Footing::Air => [0.24, 0.19, 0.29, 0.34, 0.14].iter().map(|y| canvas.h * y - h / 2.0).collect(),
    };
    let columns = (0..19_u8).map(|k| canvas.w * (0.14 + 0.04 * f32::from(k)));
    columns.flat_map(|x| rows.iter().map(move |y| (x, *y))).collect()
}

/// Steps from the middle outwards.
const AROUND: [f32; 7] = [0.0, -1.0, 1.0, -2.0, 2.0, -3.0, -4.0];

/// How much of a new thing, or of one that stands already, would be covered.
fn crowding(placed: &[Placed], (x, y, w, h): (f32, f32, f32, f32)) -> f32 {
    placed
        .iter()
        .map(|other| {
            let across = (x + w / 2.0).min(other.x + other.room / 2.0) - (x - w / 2.0).max(other.x - other.room / 2.0);
            let down = (y + h).min(other.y + other.h) - y.max(other.y);
            across.max(0.0) * down.max(0.0) / (w * h).min(other.w * other.h).max(1.0)
        })
        .sum()
}

/// How far a place is from balancing what stands already, 0 to about 1.
fn spread(placed: &[Placed], canvas: &Canvas, (x, y): (f32, f32)) -> f32 {
    placed
        .iter()
        .map(|other| {
            let (dx, dy) = ((x - other.x) / canvas.w, (y - other.y) / canvas.h);
            0.4 / (1.0 + 6.0 * (dx * dx + dy * dy))
        })
        .sum()
}
