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
        Kind::Vehicle | Kind::Rising | Kind::Furniture | Kind::Figure => 0.56,
        Kind::Cycle | Kind::Vessel => 0.52,
        Kind::Beast | Kind::Object => 0.54,
        Kind::Bust => 0.44,
        Kind::Swimmer | Kind::Celestial => 0.44,
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

/// Each thing with how much smaller than alone it is drawn: the first is the largest, and several of a kind come in several sizes.
fn cast(things: &[Thing]) -> Vec<(&'static Drawing, f32)> {
    let mut cast: Vec<_> = things.iter().zip([1.0, 0.72, 0.6]).map(|(thing, size)| (thing.drawing, size)).collect();
    let copies: &[f32] = if things.len() < 3 { &[0.66, 0.48] } else { &[0.6] };
    for (thing, size) in things.iter().zip([1.0, 0.72, 0.6]) {
        // Some drawings show several already.
        let heap =
            matches!(thing.drawing.name.as_str(), "books" | "houses" | "people-holding-hands" | "grapes" | "cherries");
        if thing.many && !heap && !matches!(thing.drawing.kind, Kind::Celestial | Kind::Building) {
            cast.extend(copies.iter().map(|copy| (thing.drawing, copy * size)));
        }
    }
    cast.truncate(6);
    cast
}

/// Places all things: each where it disturbs the ones before it least.
///
/// # Errors
/// Where a drawing cannot be measured.
pub(super) fn place(things: &[Thing], canvas: &Canvas, stage: Stage, chance: &mut Chance) -> PortResult<Vec<Placed>> {
    let side = canvas.w.min(canvas.h * 0.72);
    let cast = cast(things);
    let crowd = match cast.len() {
        0 | 1 => 1.12,
        2 => 0.9,
        _ => 0.8,
    };
    let mirrored = chance.once_in(2);
    let mut placed: Vec<Placed> = Vec::new();
    for (i, (drawing, size)) in cast.into_iter().enumerate() {
        let figure = Figure::measure(drawing)?;
        let footing = footing(drawing.kind, stage);
        let lead = if i == 0 && footing == Footing::Air { 1.35 } else { 1.0 };
        let wanted = side * share(drawing.kind) * size * crowd * lead;
        let scale = wanted / figure.h.max(figure.w * 0.8);
        let (w, h) = (figure.w * scale, figure.h * scale);
        let room = if footing == Footing::Medallion { w.max(h) * 1.45 } else { w };
        let mut best = (f32::MAX, 0.5, 0.5);
        for (x, y) in spots(footing, canvas, stage, h, i) {
            let wish = if things.len() == 1 && i == 0 { 0.5 } else { preferred(i, mirrored) };
            let cost = (x / canvas.w - wish).abs() + 0.3 * spread(&placed, canvas, (x, y));
            let outside = (room / 2.0 - x + 0.06 * canvas.w).max(x + room / 2.0 - 0.94 * canvas.w).max(0.0) / canvas.w;
            let cost = cost + 6.0 * outside + 5.0 * crowding(&placed, (x, y, room, h));
            if cost < best.0 {
                best = (cost, x, y);
            }
        }
        let flip = i > 0
            && chance.once_in(2)
            && !matches!(drawing.kind, Kind::Object | Kind::Furniture | Kind::Building | Kind::Tower);
        placed.push(Placed { figure, x: best.1, y: best.2, w, h, room, flip, footing });
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
fn spots(footing: Footing, canvas: &Canvas, stage: Stage, h: f32, i: usize) -> Vec<(f32, f32)> {
    let rows: Vec<f32> = match footing {
        Footing::Ground => vec![stage.ground + canvas.h * 0.007 * i as f32 - h],
        Footing::Water => vec![stage.water.unwrap_or(stage.ground) + canvas.h * 0.006 * i as f32 - h],
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
