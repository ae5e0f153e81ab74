//! What decoding a picture takes at its peak.

use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageFormat};

use super::jpeg;

/// Bytes a pixel that decoders take beside their output, as measured: a progressive JPEG keeps all its coefficients, a
/// WebP its planes or a picture of its own.
const PROGRESSIVE: u64 = 6;
const WEBP: u64 = 4;

/// Bytes: the file and the decoder's own memory beside its output; then the output beside a copy, where it is not of
/// eight bits; then one picture beside another, where it has to be turned.
pub(super) fn need(bytes: &[u8], format: ImageFormat, decoder: &impl ImageDecoder, orientation: Orientation) -> u64 {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let own = match format {
        ImageFormat::Jpeg if jpeg::is_progressive(bytes) => PROGRESSIVE * pixels,
        ImageFormat::WebP => WEBP * pixels,
        _ => 0,
    };
    let copy = match decoder.color_type() {
        ColorType::Rgb8 | ColorType::Rgba8 => 0,
        color if color.has_alpha() => 4 * pixels,
        _ => 3 * pixels,
    };
    let turned = match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            2 * 3 * pixels
        }
        _ => 0,
    };
    // The decoder of JPEG has a copy of the file.
    2 * bytes.len() as u64 + turned.max(decoder.total_bytes().saturating_add(own.max(copy)))
}
