//! A still's motion: for each frame, a view of the picture's planes, sampled at sub-pixel positions.
//! No position is rounded to whole pixels, so nothing jitters.

use super::planes::Planes;
use crate::domain::motion::{Motion, MotionKind};
use crate::domain::units::Size;

/// A picture is kept at most so much larger than the frame, however far the motion goes.
const LARGEST: f64 = 1.5;
/// Positions are in 1/256 of a pixel where they are blended.
const ONE: u32 = 256;
/// A row's index fits a `u16`: no row is longer.
const ROW: usize = 1 << 16;

/// The part of the planes that a frame shows, in pixels of the first plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct View {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// The size of the planes for a picture that is `oversize` times larger than the frame: as large as the motion's closest
/// view needs, but not larger than the picture has detail for.
pub(super) fn planes_size(frame: Size, motion: Motion, oversize: f64) -> Size {
    let closest = if motion.kind == MotionKind::None { 1.0 } else { closeness(motion) };
    let scale = closest.min(oversize.max(1.0)).min(LARGEST);
    let even = |pixels: u32| ((f64::from(pixels) * scale / 2.0).round() as u32) * 2;
    Size { width: even(frame.width), height: even(frame.height) }
}

/// How much closer than the whole picture the closest view is.
fn closeness(motion: Motion) -> f64 {
    1.0 + f64::from(motion.amount_milli) / 1000.0
}

impl View {
    /// The view of frame `index` of `frames`. The first frame and the last stand exactly at the motion's ends.
    pub(super) fn of(motion: Motion, index: u32, frames: u32, planes: Size) -> Self {
        let at = if frames > 1 { f64::from(index) / f64::from(frames - 1) } else { 0.0 };
        let (width, height, close) = (f64::from(planes.width), f64::from(planes.height), closeness(motion));
        let zoom = match motion.kind {
            MotionKind::None => 1.0,
            MotionKind::ZoomIn => 1.0 + (close - 1.0) * at,
            MotionKind::ZoomOut => close - (close - 1.0) * at,
            MotionKind::PanLeft | MotionKind::PanRight | MotionKind::PanUp | MotionKind::PanDown => close,
        };
        let (w, h) = (width / zoom, height / zoom);
        let (across, down) = match motion.kind {
            MotionKind::PanLeft => (1.0 - at, 0.5),
            MotionKind::PanRight => (at, 0.5),
            MotionKind::PanUp => (0.5, 1.0 - at),
            MotionKind::PanDown => (0.5, at),
            MotionKind::None | MotionKind::ZoomIn | MotionKind::ZoomOut => (0.5, 0.5),
        };
        Self { x: (width - w) * across, y: (height - h) * down, width: w, height: h }
    }
}

/// Samples views. Keeps its buffers from frame to frame.
pub(super) struct Sampler {
    /// Each pixel of a blended row beside its right neighbour, low byte and high byte; as long as an index can reach, so
    /// that no index needs a check.
    pairs: Vec<u16>,
    columns: Vec<(u16, u16)>,
}

impl Sampler {
    pub(super) fn new() -> Self {
        Self { pairs: vec![0; ROW], columns: Vec::new() }
    }

    /// Fills `out` with a view of `planes`, bilinear.
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
        let mut rows = Vec::new();
        positions(&mut rows, view.y, view.height, to_height, from_height);
        // Only the columns that the view shows are blended.
        let first = self.columns.first().map_or(0, |c| usize::from(c.0));
        let last = self.columns.last().map_or(0, |c| usize::from(c.0)) + 2;
        for ((row, weight), to) in rows.into_iter().zip(to.chunks_exact_mut(to_width)) {
            let above = &from[usize::from(row) * from_width..][first..last];
            let below = &from[(usize::from(row) + 1) * from_width..][first..last];
            blend_rows(above, below, weight, &mut self.pairs[first..last]);
            let Some(pairs) = self.pairs.first_chunk::<ROW>() else { return };
            for (out, &(column, weight)) in to.iter_mut().zip(&self.columns) {
                let pair = u32::from(pairs[usize::from(column)]);
                let weight = u32::from(weight);
                *out = (((pair & 255) * (ONE - weight) + (pair >> 8) * weight + ONE / 2) >> 8) as u8;
            }
        }
    }
}

/// One row between two, each pixel packed beside its right neighbour. The last pixel has none and is not read alone.
fn blend_rows(above: &[u8], below: &[u8], weight: u16, pairs: &mut [u16]) {
    let blend = |a: u8, b: u8| (u16::from(a) * (256 - weight) + u16::from(b) * weight + 128) >> 8;
    let neighbours = above.windows(2).zip(below.windows(2));
    for (pair, (a, b)) in pairs.iter_mut().zip(neighbours) {
        *pair = blend(a[0], b[0]) | blend(a[1], b[1]) << 8;
    }
}

/// For each of `count` pixels over `length` from `start`: the source pixel at its left, and how far beyond it, in 1/256.
/// Centres are half a pixel in; whatever would lie outside is held to the edge.
fn positions(out: &mut Vec<(u16, u16)>, start: f64, length: f64, count: usize, source: usize) {
    let step = length / count as f64;
    let position = |i: usize| {
        let at = (start + (i as f64 + 0.5) * step - 0.5).clamp(0.0, (source - 1) as f64);
        let fixed = (at * f64::from(ONE)).round() as u32;
        let left = (fixed / ONE).min(source as u32 - 2);
        (left as u16, (fixed - left * ONE) as u16)
    };
    out.clear();
    out.extend((0..count).map(position));
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Size = Size { width: 64, height: 96 };

    fn motion(kind: MotionKind) -> Motion {
        Motion { kind, amount_milli: 250 }
    }

    #[test]
    fn ends_are_exact() {
        let planes = Size { width: 80, height: 120 };
        let view = |kind, index| View::of(motion(kind), index, 10, planes);
        let whole = View { x: 0.0, y: 0.0, width: 80.0, height: 120.0 };
        let close = View { x: 8.0, y: 12.0, width: 64.0, height: 96.0 };
        assert_eq!((view(MotionKind::ZoomIn, 0), view(MotionKind::ZoomIn, 9)), (whole, close));
        assert_eq!((view(MotionKind::ZoomOut, 0), view(MotionKind::ZoomOut, 9)), (close, whole));
        assert_eq!(view(MotionKind::PanRight, 0), View { x: 0.0, ..close });
        assert_eq!(view(MotionKind::PanRight, 9), View { x: 16.0, ..close });
        assert_eq!(view(MotionKind::PanLeft, 0), View { x: 16.0, ..close });
        assert_eq!(view(MotionKind::PanUp, 9), View { y: 0.0, ..close });
        assert_eq!(view(MotionKind::PanDown, 9), View { y: 24.0, ..close });
        assert_eq!(view(MotionKind::None, 5), whole);
        assert_eq!(View::of(motion(MotionKind::ZoomIn), 0, 1, planes), whole);
    }

    #[test]
    fn planes_have_the_detail_that_the_motion_shows_and_no_more() {
        let size = |kind, oversize| planes_size(FRAME, motion(kind), oversize);
        assert_eq!(size(MotionKind::ZoomIn, 9.0), Size { width: 80, height: 120 });
        assert_eq!(size(MotionKind::ZoomIn, 0.3), FRAME);
        assert_eq!(size(MotionKind::None, 9.0), FRAME);
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
}
