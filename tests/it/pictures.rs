//! Pictures that a request points at.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder as _, Rgb, RgbImage};
use serde_json::json;

use crate::support::{Desk, film, tool};

const RED: Rgb<u8> = Rgb([220, 30, 30]);
const BLUE: Rgb<u8> = Rgb([30, 30, 220]);
const GREEN: [u8; 3] = [30, 180, 30];

/// The orientation entry of EXIF: turn by 90 degrees clockwise to see it upright.
const TURN: &[u8] = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

/// Left half red, right half blue, as stored; upright, red is above blue.
fn turned() -> Vec<u8> {
    let picture = RgbImage::from_fn(320, 180, |x, _| if x < 160 { RED } else { BLUE });
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 95);
    encoder.set_exif_metadata(TURN.to_vec()).unwrap();
    encoder.encode_image(&picture).unwrap();
    jpeg
}

#[test]
fn paths_and_data_urls_are_seen_upright_and_cover_the_frame() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("requests")).unwrap();
    desk.write("requests/turned.jpg", turned());
    // Wider than the frame is: its sides are cut off, and no bar is seen above or below it.
    let mut png = Vec::new();
    let wide = RgbImage::from_pixel(320, 40, Rgb(GREEN));
    image::codecs::png::PngEncoder::new(&mut png)
        .write_image(wide.as_raw(), 320, 40, image::ExtendedColorType::Rgb8)
        .unwrap();
    let still = json!({"kind": "none"});
    let request = film(&json!([
        {"type": "image", "image": "turned.jpg", "duration": 0.5, "motion": still},
        {"type": "image", "image": data_url(&png), "duration": 0.5, "motion": still},
    ]));
    desk.write("requests/request.json", request.to_string());
    desk.run(&["render", "requests/request.json", "-o", "film.mp4"]).ok();

    let frames = decoded(&desk);
    assert_eq!(frames.len(), 24 * 108 * 192 * 3);
    let pixel = |frame: usize, x: usize, y: usize| {
        let at = ((frame * 192 + y) * 108 + x) * 3;
        [frames[at], frames[at + 1], frames[at + 2]]
    };
    for x in [5, 54, 102] {
        assert!(near(pixel(3, x, 10), RED.0), "{:?}", pixel(3, x, 10));
        assert!(near(pixel(3, x, 180), BLUE.0), "{:?}", pixel(3, x, 180));
        assert!(near(pixel(15, x, 2), GREEN) && near(pixel(15, x, 189), GREEN));
    }
}

fn decoded(desk: &Desk) -> Vec<u8> {
    let film = desk.path("film.mp4");
    let film = film.to_str().unwrap();
    tool("ffmpeg", &["-v", "error", "-i", film, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]).stdout
}

fn near(found: [u8; 3], expected: [u8; 3]) -> bool {
    found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 24)
}

/// With its bytes percent-encoded, which any data URL may be.
fn data_url(png: &[u8]) -> String {
    let bytes: Vec<_> = png.iter().map(|byte| format!("%{byte:02X}")).collect();
    format!("data:image/png,{}", bytes.concat())
}

#[test]
fn a_picture_that_cannot_be_used_is_refused_with_its_place() {
    let desk = Desk::new();
    desk.write("notes.png", "not a picture");
    desk.write("vast.png", png_header(30_000, 30_000, [8, 2]));
    desk.write("vast16.png", png_header(8160, 6120, [16, 6]));
    desk.write("cut.jpg", &turned()[..300]);
    let whole = turned();
    desk.write("half.jpg", &whole[..whole.len() * 3 / 4]);
    let scene = |image: &str| json!({"type": "image", "image": image, "duration": 0.5});
    let names = ["absent.png", "notes.png", "vast.png", "cut.jpg", "vast16.png", "half.jpg"];
    let request = film(&json!(names.map(scene)));
    desk.render(&request).fails(
        3,
        &[
            "6 faults",
            "scenes[0].image: ",
            "absent.png: there is no such file",
            "scenes[1].image: ",
            "allowed: PNG, JPEG, WebP",
            "scenes[2].image: ",
            "30000",
            "scenes[3].image: ",
            "scenes[4].image: this is no picture we can use: 8160x6120 in this format takes 571 MiB to decode",
            "scenes[5].image: this is no picture we can use: it is cut off",
        ],
    );
    let left = ["cut.jpg", "half.jpg", "notes.png", "request.json", "vast.png", "vast16.png"];
    assert_eq!(desk.names(), left, "nothing was written");
}

/// A PNG that has a header and nothing else to speak of. `kind` is bits a colour and the colour type.
fn png_header(width: u32, height: u32, kind: [u8; 2]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &kind, &[0, 0, 0]].concat();
    for (name, data) in [(b"IHDR", &header[..]), (b"IDAT", &[0x78, 0x9c, 0x03, 0, 0, 0, 0, 1]), (b"IEND", &[])] {
        let mut crc = flate2::Crc::new();
        crc.update(name);
        crc.update(data);
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(name);
        png.extend(data);
        png.extend(crc.sum().to_be_bytes());
    }
    png
}
