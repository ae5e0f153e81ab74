//! A picture's pixels, within limits: whatever a file claims of itself, memory stays bounded.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage};

use crate::ports::{Class, PortError, PortResult};

/// No side is longer.
const SIDE: u32 = 8192;
/// No picture has more pixels.
const PIXELS: u64 = 50_000_000;
/// A decoder may allocate so many bytes.
const MEMORY: u64 = 256 << 20;

/// Reads a PNG, JPEG or WebP: its first frame, turned as its EXIF orientation says, on black where it is transparent.
pub(super) fn decode(path: &Path) -> PortResult<RgbImage> {
    let bytes = std::fs::read(path).map_err(|e| PortError::io("read", path, e))?;
    let wrong =
        |why: String| PortError::permanent(Class::Media, "BAD_PICTURE", format!("the picture cannot be read: {why}"));
    let format = image::guess_format(&bytes).map_err(|e| wrong(e.to_string()))?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return Err(wrong(format!("found {format:?}; allowed: PNG, JPEG, WebP")));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(&bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| wrong(e.to_string()))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(wrong(format!("found {width}x{height}; allowed: at most {} megapixels", PIXELS / 1_000_000)));
    }
    let orientation = decoder.orientation().map_err(|e| wrong(e.to_string()))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| wrong(e.to_string()))?;
    picture.apply_orientation(orientation);
    Ok(on_black(picture))
}

fn on_black(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0;
        let over = |c: u8| ((u16::from(c) * u16::from(a) + 127) / 255) as u8;
        image::Rgb([over(r), over(g), over(b)])
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(bytes: &[u8]) -> PortResult<RgbImage> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        decode(file.path())
    }

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn transparency_lies_on_black() {
        let half = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(2, 2, image::Rgba([200, 100, 50, 128])));
        assert_eq!(read(&png(&half)).unwrap().get_pixel(0, 0).0, [100, 50, 25]);
    }

    #[test]
    fn exif_turns_the_picture() {
        let mut tall = RgbImage::new(4, 2);
        tall.put_pixel(0, 0, image::Rgb([255, 255, 255]));
        let mut jpeg = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 100);
        // TIFF header, one entry: tag 0x0112 (orientation), SHORT, count 1, value 6 (turn by 90 degrees).
        let exif = [b'I', b'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
        image::ImageEncoder::set_exif_metadata(&mut encoder, exif.to_vec()).unwrap();
        encoder.encode_image(&DynamicImage::ImageRgb8(tall)).unwrap();
        let turned = read(&jpeg).unwrap();
        assert_eq!(turned.dimensions(), (2, 4));
        assert!(turned.get_pixel(1, 0).0[0] > 150, "the upper left corner went to the upper right");
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = png(&DynamicImage::new_rgb8(64, 64));
        for bytes in [&b""[..], b"GIF89a\x01\x00\x01\x00\x00\x00\x00", b"<svg xmlns='x'/>", &png[..png.len() / 2]] {
            assert_eq!(read(bytes).unwrap_err().code, "BAD_PICTURE");
        }
    }
}
