//! Captions in all the scripts that we have fonts for: each character has ink, from the font that is meant for it.

use cosmic_text::fontdb::ID;

use super::super::layout::{buffer, shape};
use super::*;
use crate::ports::Class;
use crate::recipe::Digest;

/// A glyph of a laid out line.
#[derive(Debug)]
struct Seen {
    /// What it stands for.
    text: String,
    word: usize,
    left: f32,
    /// Its font's family; `None` for the box that stands for what no font has.
    family: Option<String>,
}

fn words(line: &str) -> Vec<CueWord> {
    line.split(' ').map(|text| CueWord { text: text.into(), start: 0, end: 1 }).collect()
}

/// The glyphs of a line, from left to right.
fn seen(line: &str, family: &str) -> Vec<Seen> {
    let mut fonts = fonts().for_text(line).unwrap();
    let buffer = buffer(&mut fonts, family, 60.0, &words(line), false);
    let family = |id: ID| fonts.db().face(id).map(|face| face.families[0].0.clone());
    let run = buffer.layout_runs().next().unwrap();
    let glyphs = run.glyphs.iter().map(|glyph| Seen {
        text: run.text[glyph.start..glyph.end].to_owned(),
        word: glyph.metadata,
        left: glyph.x,
        family: family(glyph.font_id).filter(|_| glyph.glyph_id != 0),
    });
    let mut seen: Vec<_> = glyphs.filter(|glyph| !glyph.text.trim().is_empty()).collect();
    seen.sort_by(|a, b| a.left.total_cmp(&b.left));
    seen
}

/// Every glyph of a text comes from that family, and there is one at least.
#[track_caller]
fn drawn_by(family: &str, line: &str) {
    for style in ["Montserrat", "Noto Sans"] {
        let seen = seen(line, style);
        assert!(!seen.is_empty(), "{line}");
        for glyph in seen {
            assert_eq!(glyph.family.as_deref(), Some(family), "{glyph:?} of {line} in {style}");
        }
    }
}

#[test]
fn each_script_is_drawn_by_its_font() {
    drawn_by("Noto Sans", "θέα Ѩ");
    drawn_by("Noto Sans Arabic", "مرحبا بالعالم، كيف");
    drawn_by("Noto Sans Hebrew", "שָׁלוֹם עולם");
    drawn_by("Noto Sans", "नमस्ते दुनिया क्षत्रिय");
    drawn_by("Noto Sans Thai", "สวัสดีชาวโลก น้ำ");
    drawn_by("Noto Sans SC", "你好世界 今天");
    drawn_by("Noto Sans SC", "國語 這個 ✓ ★");
    drawn_by("Noto Sans JP", "こんにちは 世界 カタカナ");
    drawn_by("Noto Sans KR", "안녕하세요 世界");
    drawn_by("Noto Emoji", "🎉 🚀 ❤ 👩\u{200d}🚀 🇫🇷");
}

/// Letters and signs that several of the loaded fonts have.
#[test]
fn fonts_are_tried_in_their_order() {
    let drawn =
        |line: &str| seen(line, "Montserrat").into_iter().map(|glyph| glyph.family.unwrap()).collect::<Vec<_>>();
    assert_eq!(
        drawn("A7 θ 🎉 日 ㊗ の 한 ก"),
        [
            "Montserrat",
            "Montserrat",
            "Noto Sans",
            "Noto Emoji",
            "Noto Sans JP",
            "Noto Sans JP",
            "Noto Sans JP",
            "Noto Sans KR",
            "Noto Sans Thai"
        ]
    );
    assert_eq!(drawn("🎉 日 ㊗"), ["Noto Emoji", "Noto Sans SC", "Noto Sans SC"]);
}

#[test]
fn right_to_left_text_is_laid_out_right_to_left() {
    for line in ["שלום עולם טוב", "مرحبا بالعالم كيف"] {
        let seen: Vec<_> = seen(line, "Montserrat").into_iter().map(|glyph| glyph.word).collect();
        assert!(seen.is_sorted_by(|a, b| a >= b), "the first word is the rightmost: {seen:?}");
        assert_eq!((seen.first(), seen.last()), (Some(&2), Some(&0)));
    }
    let mixed: Vec<_> = seen("Say שלום עולם now", "Montserrat").into_iter().map(|glyph| glyph.word).collect();
    let mut order = mixed.clone();
    order.dedup();
    assert_eq!(order, [0, 2, 1, 3], "a phrase among English words runs the other way");
}

#[test]
fn letters_of_a_word_are_joined_as_its_script_wants() {
    let width = |line: &str| {
        let mut fonts = fonts().for_text(line).unwrap();
        shape(&mut fonts, "Montserrat", 60.0, f32::MAX, &words(line), false).width
    };
    assert!(width("ببب") < 0.8 * 3.0 * width("ب"), "Arabic letters that join are narrower than those that stand alone");
    assert_eq!(seen("क्ष", "Montserrat").len(), 1, "a conjunct is one glyph");
}

#[test]
fn a_caption_of_each_script_puts_ink_into_the_safe_area() {
    for line in ["مرحبا بالعالم", "שלום עולם", "नमस्ते दुनिया", "สวัสดี", "你好世界", "こんにちは", "안녕하세요", "🎉 🚀"]
    {
        let frame = laid(&[cue(&[line])], &style(), 0);
        let (left, right, ..) = bounds(&frame, |y| y != 128).unwrap();
        assert!(left >= 540 * 7 / 100 && right <= 540 * 93 / 100 && right - left > 60, "{line}: {left}..{right}");
    }
}

#[test]
fn a_font_is_known_by_what_it_must_hold_and_refused_where_it_holds_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("NotoSansThai_700Bold.ttf");
    std::fs::write(&path, b"no font").unwrap();
    let pinned = |bytes: &str| Fonts::new(vec![(path.clone(), Digest::of(bytes))]);
    assert_ne!(pinned("one").digest(), pinned("two").digest());
    assert_ne!(pinned("one").digest(), Fonts::new(Vec::new()).digest());
    assert!(pinned("a font").for_text("Hello").is_ok(), "what a text does not need is not read");
    let error = pinned("a font").for_text("Hello สวัสดี").unwrap_err();
    assert_eq!((error.class, error.code), (Class::Provider, "FONT_INTEGRITY"));
    assert!(error.message.contains("NotoSansThai") && error.message.contains("make assets"), "{error}");
}
