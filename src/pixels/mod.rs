//! A picture's pixels, within limits: whatever a file claims of itself, memory stays bounded.
//!
//! A request's pictures are read whole when it is submitted, so that a broken one is told with its place before any work
//! begins (a 12-megapixel JPEG takes some 30 ms), and once more when their scene is made.

mod jpeg;
mod kind;
mod memory;
#[cfg(test)]
mod tests;

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

/// No side is longer.
const SIDE: u32 = 8192;
/// No picture has more pixels.
const PIXELS: u64 = 50_000_000;
/// No picture takes more memory while it is decoded, in bytes; in the formats that take the most, that is a picture of
/// some 20 megapixels.
const MEMORY: u64 = 256 << 20;

/// Why bytes are no picture that we can work with.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// They are something else.
    #[error("found {0}; allowed: PNG, JPEG, WebP")]
    Kind(&'static str),
    /// They are a picture of too many pixels.
    #[error("{width}x{height} is too large; allowed: {SIDE} pixels on a side, {} megapixels in all", PIXELS / 1_000_000)]
    Large {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// They are a picture that takes too much memory.
    #[error(
        "{width}x{height} in this format takes {} MiB to decode; allowed: {} MiB; make it smaller, or save it upright as a \
         plain JPEG or an 8-bit PNG", need >> 20, MEMORY >> 20
    )]
    Heavy {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// What it takes, in bytes.
        need: u64,
    },
    /// They are the beginning of a picture.
    #[error("it is cut off: its end is missing")]
    Cut,
    /// They are a picture that is broken.
    #[error("it is broken: {0}")]
    Broken(#[from] image::ImageError),
}

/// Reads a PNG, JPEG or WebP: its first frame, turned as its EXIF orientation says, on black where it is transparent.
///
/// # Errors
/// What is found to be wrong; nothing is decoded of what its header shows to be too large.
pub fn decode(bytes: &[u8]) -> Result<RgbImage, Unfit> {
    let (decoder, orientation) = opened(bytes)?;
    if kind::format(bytes) == Some(ImageFormat::Jpeg) && !jpeg::is_whole(bytes) {
        return Err(Unfit::Cut);
    }
    let mut picture = DynamicImage::ImageRgb8(on_black(DynamicImage::from_decoder(decoder)?));
    picture.apply_orientation(orientation);
    Ok(picture.into_rgb8())
}

/// A decoder that has read the header, and what the EXIF block says; both were held to the limits.
fn opened(bytes: &[u8]) -> Result<(impl ImageDecoder, Orientation), Unfit> {
    let format = kind::format(bytes).ok_or_else(|| Unfit::Kind(kind::kind(bytes)))?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > SIDE || u64::from(width) * u64::from(height) > PIXELS {
        return Err(Unfit::Large { width, height });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let need = memory::need(bytes, format, &decoder, orientation);
    if need > MEMORY {
        return Err(Unfit::Heavy { width, height, need });
    }
    Ok((decoder, orientation))
}

/// Eight bits a colour without transparency. What has an alpha of eight bits is turned into it in its own memory.
fn on_black(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let (width, height) = (picture.width(), picture.height());
    let mut bytes = picture.into_rgba8().into_raw();
    for pixel in 0..bytes.len() / 4 {
        let alpha = u16::from(bytes[4 * pixel + 3]);
        for colour in 0..3 {
            bytes[3 * pixel + colour] = ((u16::from(bytes[4 * pixel + colour]) * alpha + 127) / 255) as u8;
        }
    }
    bytes.truncate(bytes.len() / 4 * 3);
    // As long as it has to be, by construction.
    RgbImage::from_raw(width, height, bytes).unwrap_or_default()
}
