//! From SVG to PNG.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use resvg::{tiny_skia, usvg};

use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult};

/// Reads an SVG picture of ours.
///
/// # Errors
/// `CARD_SVG` where it is malformed, which is a defect of the illustrator or of its drawings.
pub(super) fn parse(svg: &str) -> PortResult<usvg::Tree> {
    usvg::Tree::from_str(svg, &usvg::Options::default()).map_err(|error| {
        PortError::permanent(
            Class::Internal,
            "CARD_SVG",
            format!("the illustrator drew an unreadable picture: {error}"),
        )
        .because(error)
    })
}

/// Draws an SVG picture of that size, as an opaque 8-bit RGB PNG, packed quickly rather than tightly.
///
/// # Errors
/// `CARD_SIZE` where no picture of that size can be held.
pub(super) fn png(svg: &str, size: Size) -> PortResult<Vec<u8>> {
    let wrong = || {
        PortError::permanent(
            Class::Internal,
            "CARD_SIZE",
            format!("cannot draw a picture of {size} pixels; each side needs 1 to 16384"),
        )
    };
    let mut pixels = tiny_skia::Pixmap::new(size.width, size.height).ok_or_else(wrong)?;
    resvg::render(&parse(svg)?, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    let rgb: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Sub)
        .write_image(&rgb, size.width, size.height, ExtendedColorType::Rgb8)
        .map_err(|error| wrong().because(error))?;
    Ok(bytes)
}
