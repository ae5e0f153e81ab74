//! The film's still.

use std::io::Write as _;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

use super::decode::decode;
use super::planes::cropped;
use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult};

/// JPEG quality, of 100.
const QUALITY: u8 = 88;

/// Writes a picture that covers a frame of that size into `out`, as JPEG.
pub(super) fn poster(picture: &Path, size: Size, out: &Path) -> PortResult<()> {
    let pixels = cropped(&decode(picture)?, size, size)?;
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .write_image(&pixels, size.width, size.height, ExtendedColorType::Rgb8)
        .map_err(|e| PortError::permanent(Class::Media, "POSTER", format!("the poster cannot be encoded: {e}")))?;
    let mut file = std::fs::File::create(out).map_err(|e| PortError::io("write", out, e))?;
    file.write_all(&jpeg).map_err(|e| PortError::io("write", out, e))
}
