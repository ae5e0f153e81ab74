//! Shaping a line: glyphs with their places, each knowing its word.

use cosmic_text::{Attrs, Buffer, CacheKey, Family, FontSystem, Metrics, Shaping};

use crate::domain::captions::CueWord;

/// A glyph of a line.
pub(super) struct Glyph {
    /// What to draw.
    pub(super) key: CacheKey,
    /// Where, from the line's left end and its baseline, in pixels.
    pub(super) x: i32,
    pub(super) y: i32,
    /// Its word's place in the line.
    pub(super) word: usize,
}

/// A shaped line.
pub(super) struct Line {
    /// Its glyphs, in the order in which they are seen.
    pub(super) glyphs: Vec<Glyph>,
    /// Its width in pixels.
    pub(super) width: f32,
}

/// Shapes a line at a type height, smaller where it would be wider than `most`. A character that no font has is left out.
pub(super) fn shape(
    fonts: &mut FontSystem,
    family: &str,
    height: f32,
    most: f32,
    words: &[CueWord],
    upper_case: bool,
) -> Line {
    let line = shape_at(fonts, family, height, words, upper_case);
    if line.width <= most {
        return line;
    }
    shape_at(fonts, family, (height * most / line.width).floor().max(1.0), words, upper_case)
}

fn shape_at(fonts: &mut FontSystem, family: &str, height: f32, words: &[CueWord], upper_case: bool) -> Line {
    let mut line = Line { glyphs: Vec::new(), width: 0.0 };
    // A word that holds a line break would give a second run; it goes on at the right.
    for run in buffer(fonts, family, height, words, upper_case).layout_runs() {
        for glyph in run.glyphs.iter().filter(|glyph| glyph.glyph_id != 0) {
            let placed = glyph.physical((line.width, 0.0), 1.0);
            line.glyphs.push(Glyph { key: placed.cache_key, x: placed.x, y: placed.y, word: glyph.metadata });
        }
        line.width += run.line_w;
    }
    line
}

/// The words as cosmic-text lays them out, each marked with its place.
pub(super) fn buffer(fonts: &mut FontSystem, family: &str, height: f32, words: &[CueWord], upper_case: bool) -> Buffer {
    let attrs = Attrs::new().family(Family::Name(family));
    let texts: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(i, word)| {
            let text = if upper_case { word.text.to_uppercase() } else { word.text.clone() };
            if i + 1 < words.len() { text + " " } else { text }
        })
        .collect();
    let spans = texts.iter().enumerate().map(|(i, text)| (text.as_str(), attrs.clone().metadata(i)));
    let mut buffer = Buffer::new_empty(Metrics::new(height, height));
    buffer.set_size(None, None);
    buffer.set_rich_text(spans, &attrs, Shaping::Advanced, None);
    buffer.shape_until_scroll(fonts, false);
    buffer
}
