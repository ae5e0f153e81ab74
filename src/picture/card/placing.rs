//! Which thing goes where, and how large.

use super::canvas::Canvas;
use super::chance::Chance;
use super::drawings::Kind;
use super::figure::Figure;
use super::scenery::Stage;
use super::things::{Thing, others};
use crate::ports::PortResult;

/// What motion may crop at each side of the picture: things stay out of it.
const MARGIN: f32 = 0.08;

/// One drawing at its place. Lengths are pixels, of the drawing's visible part.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) figure: Figure,
    /// What lies in it.
    pub(super) held: Option<Figure>,
    /// Its middle.
    pub(super) x: f32,
    /// Its upper edge.
    pub(super) y: f32,
    pub(super) w: f32,
    pub(super) h: f32,
    pub(super) flip: bool,
    pub(super) footing: Footing,
    /// The height of the small table that it stands on, or 0.
    pub(super) table: f32,
}

impl Placed {
    /// How far it keeps others away to each side.
    fn reach(&self) -> f32 {
        if self.footing == Footing::Disc { DISC * self.w.max(self.h) } else { self.w * 0.56 }
    }
}

/// What a thing rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Footing {
    Ground,
    Water,
    Air,
    /// A disc behind it, as an emblem has.
    Disc,
}

impl Footing {
    /// Whether it stands or floats beside others.
    fn in_row(self) -> bool {
        matches!(self, Self::Ground | Self::Water)
    }
}

/// The radius of an emblem's disc, as a share of its longer side.
pub(super) const DISC: f32 = 0.78;

/// The height of a kind that stands alone, as a share of the composition's side.
const fn share(kind: Kind) -> f32 {
    match kind {
        Kind::Tower => 0.86,
        Kind::Furniture | Kind::Figure => 0.7,
        Kind::Building => 0.64,
        Kind::Vehicle | Kind::Rising => 0.56,
        Kind::Beast | Kind::Object => 0.54,
        Kind::Cycle | Kind::Vessel | Kind::Child => 0.52,
        Kind::Swimmer | Kind::Celestial => 0.44,
        Kind::Small | Kind::Handful => 0.4,
        Kind::Flyer => 0.34,
    }
}

/// How much smaller a kind is beside somebody or something large than alone, so that no cat is as big as a house.
const fn beside(kind: Kind, larger: Option<Kind>) -> f32 {
    let Some(larger) = larger else { return 1.0 };
    let handy = matches!(kind, Kind::Swimmer | Kind::Small | Kind::Handful);
    match larger {
        Kind::Object if matches!(kind, Kind::Handful) => 0.78,
        Kind::Cycle if handy => 0.62,
        Kind::Object | Kind::Cycle => 1.0,
        _ => beside_the_large(kind, larger),
    }
}

/// The same beside somebody, a vehicle or a house.
const fn beside_the_large(kind: Kind, larger: Kind) -> f32 {
    match kind {
        Kind::Object => 0.58,
        Kind::Handful => 0.4,
        Kind::Small => 0.56,
        Kind::Beast | Kind::Swimmer => 0.7,
        Kind::Cycle | Kind::Figure | Kind::Child if matches!(larger, Kind::Tower | Kind::Building) => 0.8,
        Kind::Cycle if matches!(larger, Kind::Vehicle) => 0.8,
        _ => 1.0,
    }
}

fn footing(kind: Kind, stage: Stage) -> Footing {
    match kind {
        _ if stage.emblems => Footing::Disc,
        Kind::Flyer | Kind::Rising | Kind::Celestial => Footing::Air,
        _ if stage.afloat => Footing::Air,
        Kind::Vessel | Kind::Swimmer if stage.water.is_some() => Footing::Water,
        _ => Footing::Ground,
    }
}

/// Each thing with how much smaller than alone it is drawn: the first is the largest, what is large by nature stays
/// so. Copies of what was named in the plural follow once all things are there, and only where room is left.
fn cast(things: &[Thing], copied: bool) -> PortResult<Vec<(Thing, f32)>> {
    let kinds = || things.iter().map(|thing| thing.drawing.kind);
    let larger = kinds()
        .find(|kind| kind.large())
        .or_else(|| kinds().find(|kind| kind.person()))
        .or_else(|| kinds().find(|kind| *kind == Kind::Cycle))
        .or_else(|| kinds().find(|kind| *kind == Kind::Object));
    let natural = |kind: Kind| kind.large() || kind.person();
    let peopled = kinds().any(Kind::person);
    let size = |i: usize, kind: Kind| {
        let order = if natural(kind) { [1.0, 0.96, 0.92, 0.9] } else { [1.0, 0.8, 0.74, 0.7] };
        order[i.min(3)] * beside(kind, larger)
    };
    let mut cast: Vec<_> = things.iter().enumerate().map(|(i, thing)| (*thing, size(i, thing.drawing.kind))).collect();
    let sized = cast.clone();
    for (thing, size) in sized {
        let kind = thing.drawing.kind;
        let few = match things.len() {
            1 => 2,
            2 if kind == Kind::Flyer => 2,
            2 => 1,
            _ => usize::from(kind == Kind::Flyer || kind.person()),
        };
        // Some drawings show several already.
        let heap = matches!(thing.drawing.name.as_str(), "books" | "houses" | "people-holding-hands" | "grapes");
        if copied && !heap && !matches!(kind, Kind::Celestial | Kind::Building) {
            let smaller = if natural(kind) { [0.94, 0.98] } else { [0.72, 0.54] };
            let others = others(thing.drawing)?.map(|drawing| Thing { drawing, ..thing });
            // Beside people, one of what they have is enough.
            let few = if peopled && things.len() > 1 && !kind.person() && kind != Kind::Flyer { 0 } else { few };
            let few = few.min(usize::from(thing.count.saturating_sub(1)));
            cast.extend(others.into_iter().zip(smaller).take(few).map(|(other, copy)| (other, copy * size)));
        }
    }
    Ok(cast)
}

/// Measures all things and gives them their sizes; the places are still missing.
fn sized(things: &[Thing], canvas: &Canvas, stage: Stage) -> PortResult<Vec<Placed>> {
    let side = canvas.w.min(canvas.h * 0.72);
    let cast = cast(things, !stage.emblems)?;
    let crowd = [1.12, 1.12, 1.0][cast.len().min(2)] * if cast.len() > 2 { 0.92 } else { 1.0 };
    let alone = cast.len() == 1;
    let peopled = things.iter().any(|thing| thing.drawing.kind.person());
    let mut sized = Vec::new();
    for (thing, size) in cast {
        let (drawing, held) = (thing.drawing, thing.holds.map(Figure::measure).transpose()?);
        let figure = Figure::measure(drawing)?;
        let footing = footing(drawing.kind, stage);
        let lead = if alone && footing == Footing::Air { 1.35 } else { 1.0 };
        let scale = match footing {
            Footing::Disc => side * if alone { 0.5 } else { 0.31 } / figure.h.max(figure.w),
            _ => side * share(drawing.kind) * size * crowd * lead / figure.h.max(figure.w * 0.8),
        };
        // Air above what stands, which motion may crop.
        let headroom = stage.ground - canvas.h * 0.12;
        let scale = scale.min(headroom / figure.h).min((1.0 - 2.0 * MARGIN) * canvas.w / figure.w);
        let (w, h) = (figure.w * scale, figure.h * scale);
        let on_table = (peopled || stage.laid) && matches!(drawing.kind, Kind::Object | Kind::Handful);
        let table = if on_table { stage.table } else { 0.0 };
        sized.push(Placed { figure, held, x: 0.0, y: 0.0, w, h, flip: false, footing, table });
    }
    // What stands or floats must fit in a row, side by side with a little overlap.
    let needed: f32 = sized.iter().filter(|thing| thing.footing.in_row()).map(|thing| thing.w).sum();
    let factor = (1.08 * (1.0 - 2.0 * MARGIN) * canvas.w / needed.max(1.0)).min(1.0);
    for thing in sized.iter_mut().filter(|thing| thing.footing.in_row()) {
        (thing.w, thing.h) = (thing.w * factor, thing.h * factor);
    }
    Ok(sized)
}

/// Places all things: a row of those that stand or float, then each of the others where it disturbs the least.
///
/// # Errors
/// Where a drawing cannot be measured.
pub(super) fn place(things: &[Thing], canvas: &Canvas, stage: Stage, chance: &mut Chance) -> PortResult<Vec<Placed>> {
    let mirrored = chance.once_in(2);
    let (mut placed, others): (Vec<_>, Vec<_>) =
        sized(things, canvas, stage)?.into_iter().partition(|thing| thing.footing.in_row());
    row(&mut placed, canvas, stage, mirrored);
    for (i, mut thing) in others.into_iter().enumerate() {
        let wish = if things.len() == 1 && i == 0 { 0.5 } else { preferred(i, mirrored) };
        let mut best = f32::MAX;
        for (x, y) in spots(&thing, canvas, stage, things.len()) {
            let cost = (x / canvas.w - wish).abs()
                + 0.3 * spread(&placed, canvas, (x, y))
                + 5.0 * crowding(&placed, (x, y + thing.h / 2.0, thing.reach() * 2.0, thing.h * 1.1 + canvas.h * 0.03));
            if cost < best {
                (best, thing.x, thing.y) = (cost, x, y);
            }
        }
        placed.push(thing);
    }
    for thing in placed.iter_mut().skip(1) {
        let kind = thing.figure.drawing.kind;
        let fixed = kind.large() && kind != Kind::Vehicle || matches!(kind, Kind::Object | Kind::Handful);
        thing.flip = chance.once_in(2) && !fixed;
    }
    // What stands further down is nearer, and covers the rest.
    placed.sort_by(|a, b| (a.y + a.h + a.table).total_cmp(&(b.y + b.h + b.table)));
    Ok(placed)
}

/// Places those that stand or float: side by side with even gaps, around the middle.
fn row(things: &mut [Placed], canvas: &Canvas, stage: Stage, mirrored: bool) {
    let mut order: Vec<usize> = (0..things.len()).collect();
    order.sort_by(|a, b| preferred(*a, mirrored).total_cmp(&preferred(*b, mirrored)));
    let needed: f32 = things.iter().map(|thing| thing.w).sum();
    let gaps = things.len().saturating_sub(1).max(1) as f32;
    let gap = (((1.0 - 2.0 * MARGIN) * canvas.w - needed) / gaps).min(canvas.w * 0.05);
    let mut left = (canvas.w - needed - gap * gaps * f32::from(u8::from(things.len() > 1))) / 2.0;
    for i in order {
        let thing = &mut things[i];
        // The large stand behind, the small before them.
        let step = canvas.h * 0.005 * if thing.figure.drawing.kind.large() { 0.0 } else { 1.0 + i as f32 };
        let line = if thing.footing == Footing::Water { stage.water.unwrap_or(stage.ground) } else { stage.ground };
        thing.x = left + thing.w / 2.0;
        thing.y = line + step - thing.h - thing.table;
        left += thing.w + gap;
    }
}

/// Where across the picture the n-th thing would like to be.
fn preferred(i: usize, mirrored: bool) -> f32 {
    let x = [0.36, 0.72, 0.56, 0.2, 0.82, 0.45][i.min(5)];
    if mirrored { 1.0 - x } else { x }
}

/// The places that come into question for one of `all` things: the middle across, the upper edge down.
fn spots(thing: &Placed, canvas: &Canvas, stage: Stage, all: usize) -> Vec<(f32, f32)> {
    let middles: Vec<f32> = match thing.footing {
        Footing::Disc if all == 1 || canvas.w >= canvas.h => vec![0.38],
        Footing::Disc => vec![0.28, 0.5],
        _ if stage.afloat => AROUND.iter().map(|step| 0.40 + 0.06 * step).collect(),
        _ => vec![0.24, 0.19, 0.29, 0.34, 0.14],
    };
    let rows = middles.into_iter().map(|y| (canvas.h * y - thing.h / 2.0).max(canvas.h * MARGIN));
    let reach = if thing.footing == Footing::Disc { thing.reach() } else { thing.w / 2.0 };
    let (first, last) = (canvas.w * MARGIN + reach, canvas.w * (1.0 - MARGIN) - reach);
    let columns = (0..=20_u8).map(|k| first + (last - first).max(0.0) * f32::from(k) / 20.0);
    columns.flat_map(|x| rows.clone().map(move |y| (x, y))).collect()
}

/// Steps from the middle outwards.
const AROUND: [f32; 7] = [0.0, -1.0, 1.0, -2.0, 2.0, -3.0, -4.0];

/// How much of a new thing around (`x`, `y`), or of one that stands already, would be covered.
fn crowding(placed: &[Placed], (x, y, w, h): (f32, f32, f32, f32)) -> f32 {
    placed
        .iter()
        .map(|other| {
            let across = (x + w / 2.0).min(other.x + other.w / 2.0) - (x - w / 2.0).max(other.x - other.w / 2.0);
            let down = (y + h / 2.0).min(other.y + other.h) - (y - h / 2.0).max(other.y);
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
