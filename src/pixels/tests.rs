use std::io::Cursor;

use proptest::prelude::*;

use super::*;

const FORMATS: [ImageFormat; 3] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn small(format: ImageFormat) -> Vec<u8> {
    encoded(&DynamicImage::new_rgb8(6, 4), format)
}

/// A PNG that has a header and nothing else to speak of. `kind` is bits a colour and the colour type.
fn png_header(width: u32, height: u32, kind: [u8; 2]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &kind, &[0, 0, 0]].concat();
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

const GREY: [u8; 2] = [1, 0];
const RGB: [u8; 2] = [8, 2];
const RGBA: [u8; 2] = [8, 6];
const RGB_16: [u8; 2] = [16, 2];
const RGBA_16: [u8; 2] = [16, 6];

/// A JPEG whose EXIF block says only how it is to be turned; its upper left corner is white.
fn turned(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut picture = RgbImage::new(32, 16);
    (0..64).for_each(|n| picture.put_pixel(n % 8, n / 8, image::Rgb([255; 3])));
    let jpeg = encoded(&DynamicImage::ImageRgb8(picture), ImageFormat::Jpeg);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

/// A JPEG of that size in its header, by its start-of-frame marker: 0xc0 is a plain one, 0xc2 one that is stored in passes.
fn jpeg_header(width: u16, height: u16, marker: u8) -> Vec<u8> {
    let mut jpeg = small(ImageFormat::Jpeg);
    let at = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[at + 1] = marker;
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

#[test]
fn our_three_formats_pass() {
    for format in FORMATS {
        assert_eq!(decode(&small(format)).unwrap().dimensions(), (6, 4), "{format:?}");
    }
}

#[test]
fn transparency_lies_on_black() {
    let half = DynamicImage::ImageRgba8(image::RgbaImage::from_fn(3, 2, |x, y| {
        image::Rgba([200, 100 + x as u8, 50 + y as u8, if x == 2 { 255 } else { 128 }])
    }));
    for picture in [half.clone(), DynamicImage::ImageRgba16(half.into_rgba16())] {
        let seen = decode(&encoded(&picture, ImageFormat::Png)).unwrap();
        assert_eq!(seen.dimensions(), (3, 2));
        assert_eq!((seen.get_pixel(0, 0).0, seen.get_pixel(2, 1).0), ([100, 50, 25], [200, 102, 51]));
    }
}

#[test]
fn exif_turns_the_picture() {
    for orientation in 1..=8 {
        let picture = decode(&turned(orientation)).unwrap();
        let expected = if orientation < 5 { (32, 16) } else { (16, 32) };
        assert_eq!(picture.dimensions(), expected, "{orientation}");
    }
    let picture = decode(&turned(6)).unwrap();
    assert!(picture.get_pixel(15, 0).0[0] > 150, "the upper left corner went to the upper right");
}

#[test]
fn what_is_too_large_is_refused_by_its_header() {
    assert!(opened(&png_header(8192, 6000, GREY)).is_ok());
    for (width, height) in [(30_000, 30_000), (8193, 1), (1, 8193), (8192, 8192)] {
        let refused = decode(&png_header(width, height, GREY)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("{width}x{height} is too large; allowed: 8192 pixels on a side, 50 megapixels in all")
        );
    }
}

/// By the header alone: nothing of these can be decoded.
#[test]
fn what_would_take_too_much_memory_is_refused_by_its_header() {
    for fits in [png_header(8160, 6120, RGB), png_header(8160, 6120, RGBA), png_header(4080, 3060, RGBA_16)] {
        assert!(opened(&fits).is_ok());
    }
    assert!(opened(&jpeg_header(8160, 6120, 0xc0)).is_ok());
    assert!(opened(&jpeg_header(4080, 3060, 0xc2)).is_ok());
    for (heavy, need) in [
        (png_header(8160, 6120, RGBA_16), 571),
        (png_header(8160, 6120, RGB_16), 428),
        (jpeg_header(8160, 6120, 0xc2), 428),
    ] {
        let refused = decode(&heavy).unwrap_err().to_string();
        let expected = format!("8160x6120 in this format takes {need} MiB to decode; allowed: 256 MiB");
        assert!(refused.starts_with(&expected), "{refused}");
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
        assert_eq!(decode(bytes).unwrap_err().to_string(), format!("found {kind}; allowed: PNG, JPEG, WebP"));
    }
}

#[test]
fn a_right_header_before_broken_data_is_refused() {
    let noise = DynamicImage::ImageRgb8(RgbImage::from_fn(64, 64, |x, y| {
        image::Rgb([(x * 37 % 251) as u8, (y * 91 % 241) as u8, 7])
    }));
    for format in FORMATS {
        let whole = encoded(&noise, format);
        assert!(decode(&whole).is_ok());
        assert!(matches!(decode(&whole[..16]), Err(Unfit::Broken(_))), "{format:?}: no header");
        assert!(opened(&whole[..whole.len() * 3 / 4]).is_ok(), "{format:?}: the header is whole");
        let cut = decode(&whole[..whole.len() * 3 / 4]).map(|_| "decoded").unwrap_err();
        assert!(matches!(cut, Unfit::Broken(_) | Unfit::Cut), "{format:?}: {cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_break_it(format in 0..3_usize, place in 8..60_usize, noise: [u8; 4]) {
        let mut bytes = small(FORMATS[format]);
        let place = place.min(bytes.len() - noise.len());
        bytes[place..place + noise.len()].copy_from_slice(&noise);
        if let Ok(picture) = decode(&bytes) {
            prop_assert!(picture.width().max(picture.height()) <= SIDE);
        }
    }
}
