//! Planar YUV 4:2:0, BT.709, limited range, 8 bit: what frames are made of and what pictures are converted to, once.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

use crate::domain::captions::Rgb;
use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult};

/// Three planes; the second and the third have half the first one's sides. Sides are even.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planes {
    /// The first plane's size.
    pub(super) size: Size,
    /// Y, U and V, rows from the top, without padding.
    pub(super) data: [Vec<u8>; 3],
}

impl Planes {
    /// Planes of that size, all zero.
    pub(super) fn new(size: Size) -> Self {
        let luma = (size.width * size.height) as usize;
        Self { size, data: [vec![0; luma], vec![0; luma / 4], vec![0; luma / 4]] }
    }

    /// The width of a plane's rows.
    pub(super) fn stride(&self, plane: usize) -> usize {
        (if plane == 0 { self.size.width } else { self.size.width / 2 }) as usize
    }

    /// A picture that covers a frame of `frame`'s shape, centred, in planes of `size`.
    pub(super) fn cover(picture: &RgbImage, frame: Size, size: Size) -> PortResult<Self> {
        Ok(from_rgb(&cropped(picture, frame, size)?, size))
    }
}

/// The middle of the picture in the frame's shape, scaled to `size` (RGB, 8 bit).
pub(super) fn cropped(picture: &RgbImage, frame: Size, size: Size) -> PortResult<Vec<u8>> {
    let broken = |e: &dyn std::fmt::Display| {
        PortError::permanent(Class::Media, "BAD_PICTURE", format!("the picture cannot be scaled: {e}"))
    };
    let (width, height) = picture.dimensions();
    let source = ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).map_err(|e| broken(&e))?;
    let mut scaled = Image::new(size.width, size.height, PixelType::U8x3);
    let (w, h) = crop_of(width, height, frame);
    let (left, top) = ((f64::from(width) - w) / 2.0, (f64::from(height) - h) / 2.0);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).crop(left, top, w, h);
    Resizer::new().resize(&source, &mut scaled, &options).map_err(|e| broken(&e))?;
    Ok(scaled.into_vec())
}

/// The largest part of a picture that has the frame's shape.
fn crop_of(width: u32, height: u32, frame: Size) -> (f64, f64) {
    let (width, height, shape) =
        (f64::from(width), f64::from(height), f64::from(frame.width) / f64::from(frame.height));
    if width > height * shape { (height * shape, height) } else { (width, width / shape) }
}

/// How much larger than the frame a picture is where it covers it.
pub(super) fn oversize(picture: &RgbImage, frame: Size) -> f64 {
    let (width, height) = picture.dimensions();
    crop_of(width, height, frame).0 / f64::from(frame.width)
}

/// BT.709, limited range, in 16.16 fixed point (ITU-R BT.709-6, items 3.2 to 3.6).
pub(super) fn yuv([r, g, b]: Rgb) -> [u8; 3] {
    let (r, g, b) = (i32::from(r), i32::from(g), i32::from(b));
    [luma(r, g, b), blue(r, g, b), red(r, g, b)]
}

const HALF: i32 = 1 << 15;

const fn luma(r: i32, g: i32, b: i32) -> u8 {
    ((11_966 * r + 40_254 * g + 4_064 * b + (16 << 16) + HALF) >> 16) as u8
}

const fn blue(r: i32, g: i32, b: i32) -> u8 {
    ((-6_596 * r - 22_189 * g + 28_784 * b + (128 << 16) + HALF) >> 16) as u8
}

const fn red(r: i32, g: i32, b: i32) -> u8 {
    ((28_784 * r - 26_145 * g - 2_639 * b + (128 << 16) + HALF) >> 16) as u8
}

fn from_rgb(rgb: &[u8], size: Size) -> Planes {
    let mut planes = Planes::new(size);
    let width = size.width as usize;
    let [y, u, v] = &mut planes.data;
    for (out, pixel) in y.iter_mut().zip(rgb.chunks_exact(3)) {
        *out = luma(i32::from(pixel[0]), i32::from(pixel[1]), i32::from(pixel[2]));
    }
    let pairs = rgb.chunks_exact(width * 3 * 2).zip(u.chunks_exact_mut(width / 2).zip(v.chunks_exact_mut(width / 2)));
    for (rows, (u, v)) in pairs {
        let (above, below) = rows.split_at(width * 3);
        let quads = above.chunks_exact(6).zip(below.chunks_exact(6));
        for ((u, v), (a, b)) in u.iter_mut().zip(v.iter_mut()).zip(quads) {
            let mean =
                |c: usize| (i32::from(a[c]) + i32::from(a[c + 3]) + i32::from(b[c]) + i32::from(b[c + 3]) + 2) / 4;
            (*u, *v) = (blue(mean(0), mean(1), mean(2)), red(mean(0), mean(1), mean(2)));
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primaries_are_within_one_of_the_standard() {
        for rgb in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [12, 200, 99]] {
            let [r, g, b] = rgb.map(|c| f64::from(c) / 255.0);
            let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
            let expected = [16.0 + 219.0 * y, 128.0 + 224.0 * (b - y) / 1.8556, 128.0 + 224.0 * (r - y) / 1.5748];
            for (found, expected) in yuv(rgb).into_iter().zip(expected) {
                assert!((f64::from(found) - expected).abs() <= 1.0, "{rgb:?}: {found} is not {expected}");
            }
        }
    }

    #[test]
    fn a_wide_picture_covers_a_tall_frame_from_its_middle() {
        let third = |x: u32| image::Rgb([[255, 0, 0], [0, 255, 0], [0, 0, 255]][(x / 20) as usize % 3]);
        let picture = RgbImage::from_fn(60, 20, |x, _| third(x));
        let frame = Size { width: 20, height: 20 };
        let rgb = cropped(&picture, frame, frame).unwrap();
        let middle = &rgb[(10 * 20 + 10) * 3..][..3];
        assert_eq!(middle, [0, 255, 0]);
        assert!((oversize(&picture, Size { width: 10, height: 20 }) - 1.0).abs() < 1e-9);
        let planes = Planes::cover(&picture, frame, frame).unwrap();
        assert_eq!([planes.data[0][210], planes.data[1][55], planes.data[2][55]], yuv([0, 255, 0]));
    }
}
