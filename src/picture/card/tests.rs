//! The illustrator as a whole.

use image::imageops::FilterType;
use proptest::prelude::*;

use super::colour::luminance;
use super::*;

const SMALL: Size = Size { width: 108, height: 192 };

const PROMPTS: [&str; 17] = [
    "a dog on the beach",
    "the sea",
    "harbour at sunrise with sailing boats",
    "a bridge over a river",
    "deep sea jellyfish",
    "mountains under the northern lights",
    "snowy village in winter",
    "a cow in a meadow at noon",
    "a forest path in autumn",
    "a desert caravan",
    "the city in fog",
    "a busy street in the rain",
    "a cat on a sofa",
    "a cup of coffee on a table, morning light",
    "a plane in the sky",
    "planet earth from space",
    "meaning",
];

fn pixels(prompt: &str, size: Size) -> image::RgbImage {
    image::load_from_memory(&draw(prompt, None, 0, size).unwrap()).unwrap().to_rgb8()
}

#[test]
fn the_same_words_and_seed_give_the_same_bytes() {
    let card = |prompt, seed| draw(prompt, Some("a house at dusk"), seed, SMALL).unwrap();
    assert_eq!(card("a boat", 1), card("a boat", 1));
    assert_ne!(card("a boat", 1), card("a boat", 2));
    assert_ne!(card("a boat", 1), card("a horse", 1));
}

#[test]
fn every_setting_is_drawn_at_every_shape() {
    let reached: std::collections::BTreeSet<String> = PROMPTS
        .iter()
        .map(|prompt| {
            let own = words::words(prompt);
            format!("{:?}", Setting::of(&own, &things::find(&own).unwrap()))
        })
        .collect();
    assert_eq!(reached.len(), 17, "{reached:?}");
    for prompt in PROMPTS {
        for (width, height) in [(108, 192), (192, 108), (108, 108), (131, 233)] {
            let picture = pixels(prompt, Size { width, height });
            assert_eq!(picture.dimensions(), (width, height));
            let (first, last) = (picture.get_pixel(width / 2, 2), picture.get_pixel(width / 2, height - 2));
            assert_ne!(first, last, "{prompt} is flat");
        }
    }
}

#[test]
fn white_captions_can_be_read_in_the_lower_third() {
    for prompt in PROMPTS {
        for size in [SMALL, Size { width: 192, height: 108 }] {
            let picture = pixels(prompt, size);
            let band = size.height * 69 / 100..size.height * 82 / 100;
            let lights: Vec<f32> = band
                .flat_map(|y| (0..size.width).map(move |x| (x, y)))
                .map(|(x, y)| luminance(picture.get_pixel(x, y).0))
                .collect();
            let mean = lights.iter().sum::<f32>() / lights.len() as f32;
            let contrast = 1.05 / (mean + 0.05);
            assert!(contrast > 3.0, "{prompt} at {size}: white has a contrast of {contrast:.2}");
        }
    }
}

#[test]
fn nouns_find_their_drawings() {
    for (prompt, names) in [
        ("a lighthouse", &["lighthouse"][..]),
        ("harbour with sailing boats", &["sailboat"]),
        ("a cup of coffee", &["hot-beverage"]),
        ("a child flying a kite", &["child", "kite"]),
        ("A hot air balloon!", &["hot-air-balloon"]),
        ("a stack of books and a candle", &["books", "candle"]),
        ("stock market crash", &["chart-decreasing"]),
        ("Old Clock-Tower", &["clock-tower"]),
        ("two wolves", &["wolf"]),
        ("quickly and silently", &[]),
    ] {
        let found = things::find(&words::words(prompt)).unwrap();
        assert_eq!(found.iter().map(|thing| &*thing.drawing.name).collect::<Vec<_>>(), names, "{prompt}");
    }
}

#[test]
fn every_drawing_can_be_measured() {
    for drawing in drawings::all().unwrap() {
        let figure = figure::Figure::measure(drawing).unwrap();
        assert!(figure.w > drawing.side * 0.1 && figure.h > drawing.side * 0.1, "{}", drawing.name);
    }
}

#[test]
fn things_stay_inside_and_apart() {
    let canvas = Canvas::new(Size::PORTRAIT);
    let stage = scenery::Stage { ground: 1270.0, water: None, afloat: false };
    for prompt in ["a house, a tree and a cow", "a cat and a dog", "sheep and horses", "a train"] {
        let found = things::find(&words::words(prompt)).unwrap();
        let placed = placing::place(&found, &canvas, stage, &mut Chance::of(prompt, 0)).unwrap();
        assert!(placed.len() >= found.len());
        for thing in placed {
            assert!(thing.x - thing.w / 2.0 > 0.0 && thing.x + thing.w / 2.0 < 1080.0, "{prompt}: {thing:?}");
            assert!(thing.y + thing.h < 1920.0 * 0.7, "{prompt}: {thing:?} reaches into the captions");
        }
    }
}

#[test]
fn strange_prompts_are_drawn_and_never_quoted() {
    let long = "a whale ".repeat(1250);
    for prompt in ["", "🐈🌊", "灯台と海", "<svg onload=\"zqx\">&zqx;</svg>", "zqx ]]> '\"", long.as_str()] {
        let svg = compose(prompt, Some(prompt), 7, SMALL).unwrap();
        assert!(!svg.contains("zqx") && !svg.contains('灯'), "{prompt:.40}");
        draw(prompt, None, 7, SMALL).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_can_be_drawn(prompt in ".{0,60}", seed: u64) {
        draw(&prompt, None, seed, Size { width: 36, height: 64 }).unwrap();
    }
}

/// Each card as 4 x 6 average colours; a change here is a change that `MODEL` has to say.
#[test]
fn cards_look_as_they_did() {
    let golden = include_str!("golden.txt");
    let found: Vec<String> = [PROMPTS[2], PROMPTS[8], PROMPTS[13]].iter().map(|prompt| blocks(prompt)).collect();
    let numbers = |text: &str| text.split_whitespace().filter_map(|n| n.parse::<i32>().ok()).collect::<Vec<_>>();
    let (old, new) = (numbers(golden), numbers(&found.join("\n")));
    let most = old.iter().zip(&new).map(|(a, b)| (a - b).abs()).max().unwrap_or(255);
    assert!(
        old.len() == new.len() && most <= 6,
        "the cards changed by up to {most}; if that is meant, raise MODEL and keep:\n{}",
        found.join("\n")
    );
}

fn blocks(prompt: &str) -> String {
    let picture = image::imageops::resize(&pixels(prompt, SMALL), 4, 6, FilterType::Triangle);
    picture.pixels().map(|p| format!("{} {} {}", p.0[0], p.0[1], p.0[2])).collect::<Vec<_>>().join("  ")
}
