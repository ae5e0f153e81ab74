//! A layer over a frame: colours in YUV, multiplied by their coverage once, so that a frame costs one multiplication a
//! pixel, and only where something stands.

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

/// Something drawn, over a part of the frame.
pub(super) struct Layer {
    /// Its first column and row.
    at: (u32, u32),
    width: usize,
    planes: [Plane; 3],
}

impl Layer {
    /// Paints over one another, from that column and row on; those and the sides are even.
    pub(super) fn new(at: (u32, u32), size: Size, paints: &[Paint<'_>]) -> Self {
        let (width, height) = (size.width as usize, size.height as usize);
        let empty = |pixels: usize| Plane { add: Vec::with_capacity(pixels), keep: Vec::with_capacity(pixels) };
        let [mut y, mut u, mut v] = [width * height, width * height / 4, width * height / 4].map(empty);
        let mut rows = Rows::new(2 * width);
        for pair in 0..height / 2 {
            rows.clear();
            for paint in paints {
                rows.paint(&paint.coverage[2 * pair * width..][..2 * width], yuv(paint.color));
            }
            let [luma, blue, red] = &rows.add;
            y.add.extend(luma.iter().map(|add| *add as u8));
            y.keep.extend(rows.keep.iter().map(|keep| *keep as u8));
            halve(blue, &mut u.add);
            halve(red, &mut v.add);
            halve(&rows.keep, &mut u.keep);
        }
        v.keep.clone_from(&u.keep);
        Self { at, width, planes: [y, u, v] }
    }

    /// Lays it over a frame.
    pub(super) fn over(&self, frame: &mut Planes) {
        for (index, plane) in self.planes.iter().enumerate() {
            let half = |side: usize| if index == 0 { side } else { side / 2 };
            let (left, top, width) = (half(self.at.0 as usize), half(self.at.1 as usize), half(self.width));
            let stride = frame.stride(index);
            let under = frame.data[index][top * stride..].chunks_exact_mut(stride);
            let rows = plane.add.chunks_exact(width).zip(plane.keep.chunks_exact(width));
            for (under, (add, keep)) in under.zip(rows) {
                for ((under, add), keep) in under[left..][..width].iter_mut().zip(add).zip(keep) {
                    let kept = u16::from(*under) * u16::from(*keep) + 128;
                    *under = add.saturating_add(((kept + (kept >> 8)) >> 8) as u8);
                }
            }
        }
    }
}

/// Two rows at full size, while paints are put over one another.
struct Rows {
    /// What is added to Y, U and V.
    add: [Vec<u16>; 3],
    /// What is left of each of them.
    keep: Vec<u16>,
}

impl Rows {
    fn new(pixels: usize) -> Self {
        Self { add: [vec![0; pixels], vec![0; pixels], vec![0; pixels]], keep: vec![255; pixels] }
    }

    fn clear(&mut self) {
        self.add.iter_mut().for_each(|add| add.fill(0));
        self.keep.fill(255);
    }

    fn paint(&mut self, coverage: &[u8], color: [u8; 3]) {
        if coverage.iter().all(|coverage| *coverage == 0) {
            return;
        }
        for (add, value) in self.add.iter_mut().zip(color) {
            for (add, coverage) in add.iter_mut().zip(coverage) {
                let coverage = u16::from(*coverage);
                *add = (*add * (255 - coverage) + u16::from(value) * coverage) / 255;
            }
        }
        for (keep, coverage) in self.keep.iter_mut().zip(coverage) {
            *keep = *keep * (255 - u16::from(*coverage)) / 255;
        }
    }
}

/// The mean of each four pixels of two rows.
fn halve(rows: &[u16], out: &mut Vec<u8>) {
    let (above, below) = rows.split_at(rows.len() / 2);
    let quads = above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
    out.extend(quads.map(|(a, b)| ((a[0] + a[1] + b[0] + b[1] + 2) / 4) as u8));
}
