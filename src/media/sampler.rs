//! Views of a picture's planes at sub-pixel positions, by bilinear interpolation.
//!
//! Each output row is one blend of two source rows, then, pixel by pixel, one of two neighbours. Both are exact in 1/256
//! of a pixel and the same on every processor, with vector instructions or without.

use super::motion::View;
use super::planes::Planes;
use super::vector::{EIGHT, Eight, Vector, WINDOW};

/// Positions are in 1/256 of a pixel.
const ONE: u32 = 256;

/// Samples views. Keeps its buffers from frame to frame.
pub(super) struct Sampler {
    vector: Option<Vector>,
    columns: Vec<Position>,
    rows: Vec<Position>,
    eights: Vec<Eight>,
    /// A blended row, and as much after it as one look may reach.
    row: Vec<u8>,
}

/// Where an output pixel lies: right of or below this source pixel, by so many 256ths of the way to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Position {
    pub(super) pixel: u16,
    pub(super) beyond: u8,
}

impl Sampler {
    pub(super) fn new() -> Self {
        let (columns, rows, eights, row) = Default::default();
        Self { vector: Vector::detect(), columns, rows, eights, row }
    }

    /// Fills `out` with a view of `planes`.
    pub(super) fn sample(&mut self, planes: &Planes, view: View, out: &mut Planes) {
        let whole = View { x: 0.0, y: 0.0, width: f64::from(planes.size.width), height: f64::from(planes.size.height) };
        if planes.size == out.size && view == whole {
            for (from, to) in planes.data.iter().zip(&mut out.data) {
                to.copy_from_slice(from);
            }
            return;
        }
        for plane in 0..3 {
            let share = if plane == 0 { 1.0 } else { 0.5 };
            let view =
                View { x: view.x * share, y: view.y * share, width: view.width * share, height: view.height * share };
            let (from, to) = (planes.stride(plane), out.stride(plane));
            self.plane(&planes.data[plane], from, view, &mut out.data[plane], to);
        }
    }

    fn plane(&mut self, from: &[u8], from_width: usize, view: View, to: &mut [u8], to_width: usize) {
        let (from_height, to_height) = (from.len() / from_width, to.len() / to_width);
        positions(&mut self.columns, view.x, view.width, to_width, from_width);
        positions(&mut self.rows, view.y, view.height, to_height, from_height);
        self.row.resize(from_width + WINDOW, 0);
        match self.vector {
            Some(vector) => {
                self.eights.clear();
                self.eights.extend(self.columns.as_chunks::<EIGHT>().0.iter().map(Eight::new));
                vector.run(
                    #[inline(always)]
                    || self.fill(from, from_width, to, to_width, Some(vector)),
                );
            }
            None => self.fill(from, from_width, to, to_width, None),
        }
    }

    /// Fills a plane row by row. Inlined, so that it is compiled for the vector instructions of its caller.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is not inlined is not compiled for vector instructions")]
    fn fill(&mut self, from: &[u8], from_width: usize, to: &mut [u8], to_width: usize, vector: Option<Vector>) {
        // Only the columns that the view shows are blended, and one more at their right where there is one.
        let first = self.columns.first().map_or(0, |c| usize::from(c.pixel));
        let last = (self.columns.last().map_or(0, |c| usize::from(c.pixel)) + 2).min(from_width);
        let last_row = from.len() / from_width - 1;
        for (position, to) in self.rows.iter().zip(to.chunks_exact_mut(to_width)) {
            let above = usize::from(position.pixel);
            let below = (above + 1).min(last_row);
            let row = |index: usize| &from[index * from_width..][first..last];
            blend_rows(row(above), row(below), position.beyond, &mut self.row[first..last]);
            let done = match vector {
                Some(vector) => vector.blend(&self.row, &self.eights, to),
                None => 0,
            };
            blend_columns(&self.row, &self.columns[done..], &mut to[done..]);
        }
    }
}

/// One row between two.
#[inline(always)]
#[expect(clippy::inline_always, reason = "what is not inlined is not compiled for vector instructions")]
fn blend_rows(above: &[u8], below: &[u8], beyond: u8, row: &mut [u8]) {
    let (keep, beyond) = (ONE as u16 - u16::from(beyond), u16::from(beyond));
    for (out, (a, b)) in row.iter_mut().zip(above.iter().zip(below)) {
        *out = ((u16::from(*a) * keep + u16::from(*b) * beyond + 128) >> 8) as u8;
    }
}

/// Each pixel between two neighbours of the row.
fn blend_columns(row: &[u8], columns: &[Position], to: &mut [u8]) {
    for (out, column) in to.iter_mut().zip(columns) {
        let pixel = usize::from(column.pixel);
        let (left, right, beyond) = (u32::from(row[pixel]), u32::from(row[pixel + 1]), u32::from(column.beyond));
        *out = ((left * (ONE - beyond) + right * beyond + 128) >> 8) as u8;
    }
}

/// Where each of `count` pixels over `length` from `start` lies. Centres are half a pixel in; whatever would lie outside
/// is held to the edge, where the next pixel does not count.
fn positions(out: &mut Vec<Position>, start: f64, length: f64, count: usize, source: usize) {
    let step = length / count as f64;
    let position = |i: usize| {
        let at = (start + (i as f64 + 0.5) * step - 0.5).clamp(0.0, (source - 1) as f64);
        let fixed = (at * f64::from(ONE)).round() as u32;
        Position { pixel: (fixed / ONE) as u16, beyond: (fixed % ONE) as u8 }
    };
    out.clear();
    out.extend((0..count).map(position));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::motion::{Motion, MotionKind};
    use crate::domain::units::Size;
    use crate::media::motion::planes_size;

    const FRAME: Size = Size { width: 64, height: 96 };

    fn motion(kind: MotionKind) -> Motion {
        Motion { kind, amount_milli: 250 }
    }

    /// A vertical edge moves by the same part of a pixel from each frame to the next.
    #[test]
    fn a_pan_moves_in_equal_steps() {
        let size = planes_size(FRAME, motion(MotionKind::PanRight), 9.0);
        let mut planes = Planes::new(size);
        let width = size.width as usize;
        for (i, y) in planes.data[0].iter_mut().enumerate() {
            *y = if i % width < width / 2 { 200 } else { 20 };
        }
        let (mut sampler, mut out) = (Sampler::new(), Planes::new(FRAME));
        let frames = 41;
        let edges: Vec<f64> = (0..frames)
            .map(|index| {
                sampler.sample(&planes, View::of(motion(MotionKind::PanRight), index, frames, size), &mut out);
                let row = &out.data[0][..FRAME.width as usize];
                row.iter().map(|&y| (f64::from(y) - 20.0) / 180.0).sum()
            })
            .collect();
        for pair in edges.windows(2) {
            assert!((pair[0] - pair[1] - 0.4).abs() < 0.02, "{pair:?}");
        }
    }

    #[test]
    fn no_motion_copies() {
        let mut planes = Planes::new(FRAME);
        planes.data[0].iter_mut().enumerate().for_each(|(i, y)| *y = i as u8);
        let mut out = Planes::new(FRAME);
        Sampler::new().sample(&planes, View::of(motion(MotionKind::None), 3, 9, FRAME), &mut out);
        assert_eq!(out, planes);
    }

    #[test]
    fn a_ramp_stays_a_ramp() {
        let size = Size { width: 128, height: 192 };
        let mut planes = Planes::new(size);
        planes.data[0].iter_mut().enumerate().for_each(|(i, y)| *y = (i % 128) as u8);
        let mut out = Planes::new(FRAME);
        Sampler::new().sample(&planes, View { x: 10.25, y: 3.5, width: 64.0, height: 96.0 }, &mut out);
        for (i, y) in out.data[0][..64].iter().enumerate() {
            assert!((f64::from(*y) - (10.25 + i as f64)).abs() <= 0.75, "{i}: {y}");
        }
    }

    /// Another processor has to draw the same frame, since the scene's key says nothing of processors.
    #[test]
    fn vector_instructions_change_nothing() {
        let mut chance = fastrand::Rng::with_seed(7);
        let size = Size { width: 150, height: 130 };
        let mut planes = Planes::new(size);
        planes.data.iter_mut().flatten().for_each(|byte| *byte = chance.u8(..));
        for frame in [Size { width: 100, height: 90 }, Size { width: 102, height: 96 }, Size { width: 6, height: 4 }] {
            for zoom in [1.0, 1.013, 1.25, 1.5] {
                let (width, height) = (150.0 / zoom, 130.0 / zoom);
                let view = View { x: (150.0 - width) * 0.7, y: (130.0 - height) * 0.3, width, height };
                let (mut with, mut without) = (Planes::new(frame), Planes::new(frame));
                Sampler::new().sample(&planes, view, &mut with);
                Sampler { vector: None, ..Sampler::new() }.sample(&planes, view, &mut without);
                assert_eq!(with, without, "{frame} at {zoom}");
            }
        }
    }
}
