//! A layer over a frame: colours in YUV, multiplied by their coverage once, so that a frame costs one multiplication a
//! pixel, and only on the rows where something stands.

use crate::domain::captions::Rgb;
use crate::domain::units::Size;
use crate::media::planes::{Planes, yuv};

/// A colour over a mask of the layer's size; later ones cover earlier ones.
pub(super) struct Paint<'a> {
    pub(super) coverage: &'a [u8],
    pub(super) color: Rgb,
}

/// What is added to one plane, and what is left of what was there, in 255ths.
struct Plane {
    add: Vec<u8>,
    keep: Vec<u8>,
}

/// Something drawn, over some rows of the frame.
pub(super) struct Layer {
    top: u32,
    planes: [Plane; 3],
}

impl Layer {
    /// Paints over one another, as wide as the frame, from row `top`; `top` and the sides are even.
    pub(super) fn new(top: u32, size: Size, paints: &[Paint<'_>]) -> Self {
        let (width, height) = (size.width as usize, size.height as usize);
        let plane = |component: usize| {
            let mut add = vec![0_u16; width * height];
            let mut keep = vec![255_u8; width * height];
            for paint in paints {
                let value = u16::from(yuv(paint.color)[component]);
                for ((add, keep), &coverage) in add.iter_mut().zip(&mut keep).zip(paint.coverage) {
                    let left = 255 - u16::from(coverage);
                    *add = (*add * left + value * u16::from(coverage)) / 255;
                    *keep = (u16::from(*keep) * left / 255) as u8;
                }
            }
            Plane { add: add.into_iter().map(|a| a as u8).collect(), keep }
        };
        let half = |full: Plane| Plane { add: halved(&full.add, width), keep: halved(&full.keep, width) };
        Self { top, planes: [plane(0), half(plane(1)), half(plane(2))] }
    }

    /// Lays it over a frame.
    pub(super) fn over(&self, frame: &mut Planes) {
        for (index, plane) in self.planes.iter().enumerate() {
            let row = if index == 0 { self.top } else { self.top / 2 };
            let start = row as usize * frame.stride(index);
            let under = &mut frame.data[index][start..];
            for ((under, add), keep) in under.iter_mut().zip(&plane.add).zip(&plane.keep) {
                let kept = u16::from(*under) * u16::from(*keep) + 128;
                *under = add.saturating_add(((kept + (kept >> 8)) >> 8) as u8);
            }
        }
    }
}

/// The mean of each four pixels.
fn halved(full: &[u8], width: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(full.len() / 4);
    for rows in full.chunks_exact(width * 2) {
        let (above, below) = rows.split_at(width);
        out.extend(
            above
                .chunks_exact(2)
                .zip(below.chunks_exact(2))
                .map(|(a, b)| ((u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]) + 2) / 4) as u8),
        );
    }
    out
}
