//! Whether bytes are a picture we can work with, told from their first bytes and their header alone.
//!
//! What a server or a file name says about them counts for nothing. No pixel is decoded, so that a small file that
//! unpacks into gigabytes is refused before it does.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult};

/// The most pixels on a side.
const MAX_SIDE: u32 = 8192;
/// The most pixels in all.
const MAX_PIXELS: u64 = 50_000_000;
/// The most memory a header may ask for: a colour profile can be a bomb, too.
const MAX_HEADER: u64 = 64 << 20;

/// The size in pixels, as the picture is to be seen (after its EXIF orientation), of a PNG, JPEG or WebP.
///
/// # Errors
/// `BAD_PICTURE` for all else, for broken headers, and for more than 8192 pixels on a side or 50 megapixels.
pub fn check(bytes: &[u8]) -> PortResult<Size> {
    let format = format(bytes).ok_or_else(|| bad(&format!("found {}; allowed: PNG, JPEG, WebP", kind(bytes))))?;
    let broken = |error: image::ImageError| bad(&format!("the header is broken: {error}")).because(error);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_HEADER);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(bad(&format!(
            "{width}x{height} is too large; allowed: 8192 pixels on a side, 50 megapixels in all"
        )));
    }
    Ok(match decoder.orientation().unwrap_or(Orientation::NoTransforms) {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            Size { width: height, height: width }
        }
        _ => Size { width, height },
    })
}

fn bad(why: &str) -> PortError {
    PortError::permanent(Class::Request, "BAD_PICTURE", format!("this is no picture we can use: {why}"))
}

/// The format, where it is one of ours.
fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// What other bytes seem to be, for the message.
fn kind(bytes: &[u8]) -> &'static str {
    let start = &bytes[..bytes.len().min(1024)];
    let text = String::from_utf8_lossy(start).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    match bytes {
        [] => "nothing",
        [b'G', b'I', b'F', b'8', ..] => "a GIF",
        [b'B', b'M', ..] => "a BMP",
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => "a TIFF",
        [0x1f, 0x8b, ..] => "gzip data",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "a video, AVIF or HEIC",
        _ if text.contains("<svg") => "an SVG",
        _ if text.starts_with("<!doctype html") || text.starts_with("<html") => "an HTML page",
        _ if text.starts_with('<') => "an XML or HTML text",
        _ if text.starts_with(['{', '[']) => "a JSON text",
        _ => "something unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(6, 4).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A PNG of one bit a pixel that has a header and nothing else to speak of.
    fn png_header(width: u32, height: u32) -> Vec<u8> {
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
        for (kind, data) in [(b"IHDR", &header[..]), (b"IDAT", &[0x78, 0x9c, 3, 0, 0, 0, 0, 1]), (b"IEND", &[])] {
            let body = [&kind[..], data].concat();
            let mut crc = flate2::Crc::new();
            crc.update(&body);
            png.extend((data.len() as u32).to_be_bytes());
            png.extend(&body);
            png.extend(crc.sum().to_be_bytes());
        }
        png
    }

    /// A JPEG whose EXIF block says only how it is to be turned.
    fn turned(orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        let jpeg = encoded(ImageFormat::Jpeg);
        let length = (exif.len() as u16 + 2).to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn our_three_formats_pass() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            assert_eq!(check(&encoded(format)).unwrap(), Size { width: 6, height: 4 }, "{format:?}");
        }
    }

    #[test]
    fn the_size_is_that_of_the_turned_picture() {
        for orientation in 1..=8 {
            let (width, height) = if orientation < 5 { (6, 4) } else { (4, 6) };
            assert_eq!(check(&turned(orientation)).unwrap(), Size { width, height }, "{orientation}");
        }
    }

    #[test]
    fn bombs_are_refused_by_their_header() {
        assert_eq!(check(&png_header(8192, 6000)).unwrap(), Size { width: 8192, height: 6000 });
        for (width, height) in [(30_000, 30_000), (8193, 1), (1, 8193), (8192, 8192)] {
            let error = check(&png_header(width, height)).unwrap_err();
            assert_eq!((error.class, error.code), (Class::Request, "BAD_PICTURE"));
            assert!(error.to_string().contains("too large"), "{error}");
        }
    }

    #[test]
    fn all_else_is_refused_by_name() {
        let found: [(&[u8], &str); 10] = [
            (b"", "nothing"),
            (b"GIF89a\x01\0\x01\0", "a GIF"),
            (b"<?xml version='1.0'?>\n<svg><image href='/etc/passwd'/></svg>", "an SVG"),
            (b"\xef\xbb\xbf <!DOCTYPE html><p>", "an HTML page"),
            (b"<rss/>", "an XML or HTML text"),
            (b"{\"error\":1}", "a JSON text"),
            (b"\x1f\x8b\x08", "gzip data"),
            (b"\0\0\0\x20ftypisom", "a video, AVIF or HEIC"),
            (b"RIFF\0\0\0\0WAVE", "something unknown"),
            (b"\x89PN", "something unknown"),
        ];
        for (bytes, kind) in found {
            let error = check(bytes).expect_err(kind);
            assert_eq!((error.class, error.code, error.retryable), (Class::Request, "BAD_PICTURE", false));
            assert!(error.to_string().contains(&format!("found {kind}; allowed: PNG, JPEG, WebP")), "{error}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn no_bytes_break_it(kind in 0..3_usize, place in 8..60_usize, noise: [u8; 4]) {
            let mut bytes = encoded([ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP][kind]);
            let place = place.min(bytes.len() - noise.len());
            bytes[place..place + noise.len()].copy_from_slice(&noise);
            match check(&bytes) {
                Ok(size) => assert!(size.width.max(size.height) <= MAX_SIDE, "{size}"),
                Err(error) => assert_eq!(error.code, "BAD_PICTURE"),
            }
        }
    }

    #[test]
    fn a_broken_header_is_refused() {
        assert_eq!(check(&png_header(u32::MAX >> 1, 1)).unwrap_err().code, "BAD_PICTURE");
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let error = check(&encoded(format)[..16]).unwrap_err();
            assert!(error.to_string().contains("broken"), "{error}");
        }
    }
}
