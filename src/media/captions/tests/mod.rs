mod scripts;

use super::*;
use crate::assets::Assets;
use crate::domain::captions::{CaptionPosition, CueWord};

const FRAME: Size = Size { width: 540, height: 960 };

fn style() -> CaptionStyle {
    CaptionStyle {
        font: "Montserrat".into(),
        size_milli: 65,
        color: [255, 255, 255],
        highlight: Some([255, 0, 0]),
        outline: [0, 0, 0],
        outline_milli: 90,
        lines: 2,
        words_a_line: 0,
        position: CaptionPosition::Bottom,
        upper_case: false,
    }
}

/// The bundled fonts and the installed ones, which `make test` brings.
fn fonts() -> Fonts {
    let variable = |name| std::env::var_os(name);
    let root = Assets::root_from(variable("PROTOVIDEO_ASSETS"), variable("XDG_CACHE_HOME"), variable("HOME"));
    Fonts::new(Assets::at(root.unwrap()).fonts().unwrap())
}

fn cue(lines: &[&str]) -> Cue {
    let mut at = 0;
    let mut word = |text: &str| {
        at += 10;
        CueWord { text: text.into(), start: at - 10, end: at }
    };
    let lines: Vec<Vec<_>> = lines.iter().map(|line| line.split(' ').map(&mut word).collect()).collect();
    let end = lines.iter().flatten().map(|w| w.end).max().unwrap_or(1);
    Cue { start: 0, end, lines }
}

/// A mid-grey frame with what stands on it at `index`.
fn laid(cues: &[Cue], style: &CaptionStyle, index: u32) -> Planes {
    let mut frame = Planes::new(FRAME);
    frame.data.iter_mut().for_each(|plane| plane.fill(128));
    Captions::new(cues, style, FRAME, &fonts()).unwrap().lay(index, &mut frame);
    frame
}

/// Columns (left, right) and rows (top, bottom) of pixels whose luma fits.
fn bounds(frame: &Planes, fits: impl Fn(u8) -> bool) -> Option<(usize, usize, usize, usize)> {
    let width = FRAME.width as usize;
    let hits: Vec<_> =
        (0..frame.data[0].len()).filter(|&i| fits(frame.data[0][i])).map(|i| (i % width, i / width)).collect();
    let (xs, ys): (Vec<_>, Vec<_>) = hits.iter().copied().unzip();
    Some((*xs.iter().min()?, *xs.iter().max()?, *ys.iter().min()?, *ys.iter().max()?))
}

#[test]
fn captions_stand_in_the_safe_area() {
    let long = cue(&["A remarkably uncomfortable disproportionately long line", "and another"]);
    for position in [CaptionPosition::Top, CaptionPosition::Center, CaptionPosition::Bottom] {
        let frame = laid(std::slice::from_ref(&long), &CaptionStyle { position, ..style() }, 0);
        let (left, right, top, bottom) = bounds(&frame, |y| y != 128).unwrap();
        assert!(left >= 540 * 7 / 100 && right <= 540 * 93 / 100, "{left}..{right}");
        assert!(top > 960 * 5 / 100 && bottom < 960 * 82 / 100, "{top}..{bottom}");
    }
}

#[test]
fn captions_are_no_wider_than_the_safe_area_whatever_the_style() {
    let wide = "W".repeat(60);
    for (font, size_milli, outline_milli, upper_case) in [
        ("Montserrat", 65, 90, false),
        ("Montserrat", 65, 90, true),
        ("Noto Sans", 200, 0, false),
        ("Montserrat", 400, 100, true),
        ("Noto Sans", 20, 1000, false),
    ] {
        let style = CaptionStyle { font: font.into(), size_milli, outline_milli, upper_case, ..style() };
        for line in ["An ordinary line of some words", "Mamma mia wow wow wow wow wow", &wide, "שלום עולם 你好世界"]
        {
            let frame = laid(&[cue(&[line])], &style, 0);
            let (left, right, ..) = bounds(&frame, |y| y != 128).unwrap();
            assert!(left >= 540 * 7 / 100 && right <= 540 * 93 / 100, "{line} in {font} {size_milli}: {left}..{right}");
        }
    }
}

#[test]
fn the_spoken_word_is_highlighted_on_its_frames() {
    let cues = [cue(&["One two"])];
    let red = |index: u32| {
        let frame = laid(&cues, &style(), index);
        let width = FRAME.width as usize / 2;
        let xs: Vec<_> = (0..frame.data[2].len()).filter(|&i| frame.data[2][i] > 200).map(|i| i % width).collect();
        xs.iter().sum::<usize>() / xs.len().max(1)
    };
    assert_eq!(red(0), red(9));
    assert!(red(9) < 135 && red(10) > 135, "left of the middle, then right of it: {} {}", red(9), red(10));
    let plain = laid(&cues, &CaptionStyle { highlight: None, ..style() }, 0);
    assert!(plain.data[2].iter().all(|v| (126..=130).contains(v)));
}

#[test]
fn nothing_stands_before_and_after_a_cue() {
    let mut late = cue(&["One"]);
    late.start = 5;
    late.end = 8;
    let grey = |index| laid(std::slice::from_ref(&late), &style(), index).data[0].iter().all(|y| *y == 128);
    assert_eq!([grey(4), grey(5), grey(7), grey(8)], [true, false, false, true]);
}

#[test]
fn letters_are_white_in_black() {
    let frame = laid(&[cue(&["H"])], &CaptionStyle { highlight: None, ..style() }, 0);
    assert_eq!((frame.data[0].iter().max(), frame.data[0].iter().min()), (Some(&235), Some(&16)));
}

#[test]
fn any_text_can_be_drawn() {
    let long = "x".repeat(3000);
    for text in [
        "",
        " ",
        "\n",
        "🎉 🚀",
        "שלום עולם",
        "مرحبا",
        "नमस्ते",
        "日本語",
        "a\u{301}\u{302}",
        "\u{202e}abc",
        &long,
        "\u{fffd}\0",
    ] {
        let frame = laid(&[cue(&[text])], &style(), 0);
        assert_eq!(frame.size, FRAME);
    }
}

#[test]
fn every_word_is_drawn() {
    let words = "the quick brown fox jumps over";
    let full = laid(&[cue(&[words])], &CaptionStyle { highlight: None, outline_milli: 0, ..style() }, 0);
    let ink = |frame: &Planes| frame.data[0].iter().filter(|y| **y > 200).count();
    for missing in words.split(' ') {
        let fewer: Vec<_> = words.split(' ').filter(|w| *w != missing).collect();
        let frame =
            laid(&[cue(&[&fewer.join(" ")])], &CaptionStyle { highlight: None, outline_milli: 0, ..style() }, 0);
        assert!(ink(&frame) < ink(&full) || frame != full, "{missing}");
        assert_ne!(frame, full, "{missing}");
    }
}
