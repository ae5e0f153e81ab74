//! Drawing a cue: coverage of the fill and of the outline, word by word, then colours.

use cosmic_text::{CacheKey, FontSystem, SwashCache, SwashContent};

use super::layer::{Layer, Paint};
use super::layout::{Line, shape};
use crate::domain::captions::{CaptionPosition, CaptionStyle, Cue};
use crate::domain::units::Size;

/// The safe area's width, in thousandths of the frame's.
const SAFE_MILLI: u32 = 860;
/// A line's height in thousandths of the type's.
const LEADING_MILLI: u32 = 1_200;
/// The baseline's place in a line, in thousandths of the type's height from the line's top.
const BASELINE_MILLI: u32 = 900;

/// Draws cues in one style for one size of frame.
pub(super) struct Artist<'a> {
    style: &'a CaptionStyle,
    frame: Size,
    cache: SwashCache,
}

/// Coverage, 0 to 255, over a rectangle of the frame.
struct Mask {
    width: usize,
    height: usize,
    data: Vec<u8>,
}

/// A cue set in type: all that is the same whichever of its words is spoken.
pub(super) struct Block {
    size: Size,
    /// Its first column in the frame.
    left: u32,
    /// Each glyph with its word, counted over all lines, and its place in the block.
    glyphs: Vec<(usize, CacheKey, i32, i32)>,
    /// The coverage of the outline.
    edge: Mask,
}

impl<'a> Artist<'a> {
    pub(super) fn new(style: &'a CaptionStyle, frame: Size) -> Self {
        Self { style, frame, cache: SwashCache::new() }
    }

    /// Sets a cue in type, and draws its outline, which costs more than all else.
    pub(super) fn set(&mut self, fonts: &mut FontSystem, cue: &Cue) -> Block {
        let side = self.frame.width.min(self.frame.height);
        let height = (self.style.size_milli * side / 1000).max(4);
        let safe = self.frame.width * SAFE_MILLI / 1000;
        let outline = (height * self.style.outline_milli) as f32 / 1000.0;
        let lines: Vec<Line> = cue
            .lines
            .iter()
            .map(|words| {
                let most = safe as f32 - 2.0 * outline;
                shape(fonts, &self.style.font, height as f32, most, words, self.style.upper_case)
            })
            .collect();
        // The layer is a line's descenders and outline beyond its lines, and as much at their sides.
        let margin = (outline.ceil() as u32 + height / 2).next_multiple_of(2);
        let leading = height * LEADING_MILLI / 1000;
        let widest = lines.iter().map(|line| line.width.ceil() as u32).max().unwrap_or(0);
        let beside = self.frame.width.saturating_sub(widest + 2 * margin) / 2 / 2 * 2;
        let size = Size {
            width: self.frame.width - 2 * beside,
            height: (leading * lines.len() as u32 + 2 * margin).next_multiple_of(2).min(self.frame.height),
        };
        let (mut glyphs, mut first) = (Vec::new(), 0);
        for (i, line) in lines.iter().enumerate() {
            let left = ((self.frame.width as f32 - line.width) / 2.0).round() as i32 - beside.cast_signed();
            let baseline = (margin + leading * i as u32 + height * BASELINE_MILLI / 1000).cast_signed();
            let placed = line.glyphs.iter().map(|g| (first + g.word, g.key, left + g.x, baseline + g.y));
            glyphs.extend(placed);
            first += cue.lines[i].len();
        }
        let mut all = Mask::new(size);
        for (_, key, x, y) in &glyphs {
            self.stamp(fonts, *key, *x, *y, &mut all);
        }
        Block { size, left: beside, glyphs, edge: all.dilated(outline) }
    }

    /// Draws a block with one of its words highlighted.
    pub(super) fn draw(&mut self, fonts: &mut FontSystem, block: &Block, spoken: Option<usize>) -> Layer {
        let (mut rest, mut lit) = (Mask::new(block.size), Mask::new(block.size));
        for (word, key, x, y) in &block.glyphs {
            let mask = if spoken == Some(*word) { &mut lit } else { &mut rest };
            self.stamp(fonts, *key, *x, *y, mask);
        }
        let highlight = self.style.highlight.unwrap_or(self.style.color);
        let paints = [
            Paint { coverage: &block.edge.data, color: self.style.outline },
            Paint { coverage: &rest.data, color: self.style.color },
            Paint { coverage: &lit.data, color: highlight },
        ];
        Layer::new((block.left, self.top(block.size.height)), block.size, &paints)
    }

    /// Where a block of that height begins: its middle at the style's place, inside the frame, on an even row.
    fn top(&self, height: u32) -> u32 {
        let portrait = self.frame.height > self.frame.width;
        let middle_milli = match self.style.position {
            CaptionPosition::Top => 140,
            CaptionPosition::Center => 500,
            // What the apps draw over a 9:16 film begins at four fifths of its height.
            CaptionPosition::Bottom if portrait => 730,
            CaptionPosition::Bottom => 850,
        };
        let middle = self.frame.height * middle_milli / 1000;
        middle.saturating_sub(height / 2).min(self.frame.height - height) / 2 * 2
    }

    fn stamp(&mut self, fonts: &mut FontSystem, key: CacheKey, x: i32, y: i32, mask: &mut Mask) {
        let Some(image) = self.cache.get_image(fonts, key) else { return };
        let (left, top) = (x + image.placement.left, y - image.placement.top);
        let width = image.placement.width as usize;
        let bytes = if image.content == SwashContent::Mask { 1 } else { 4 };
        for (row, pixels) in image.data.chunks_exact((width * bytes).max(1)).enumerate() {
            for (column, pixel) in pixels.chunks_exact(bytes).enumerate() {
                // The last byte is the coverage of a mask and the alpha of a colour picture.
                mask.raise(left + column as i32, top + row as i32, pixel[bytes - 1]);
            }
        }
    }
}

impl Mask {
    fn new(size: Size) -> Self {
        let (width, height) = (size.width as usize, size.height as usize);
        Self { width, height, data: vec![0; width * height] }
    }

    fn raise(&mut self, x: i32, y: i32, to: u8) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < self.width && y < self.height {
            let at = &mut self.data[y * self.width + x];
            *at = (*at).max(to);
        }
    }

    /// Everything within `radius` pixels of what is covered, its edge smoothed over one pixel.
    fn dilated(&self, radius: f32) -> Self {
        let mut out = Self { data: self.data.clone(), ..*self };
        let reach = radius.ceil() as i32;
        for (dx, dy) in (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy))) {
            let weight = (radius + 0.5 - (dx as f32).hypot(dy as f32)).clamp(0.0, 1.0);
            if weight > 0.0 {
                out.raise_shifted(self, dx, dy, (weight * 256.0) as u16);
            }
        }
        out
    }

    /// Row by row, so that the inner loop is one over slices.
    fn raise_shifted(&mut self, from: &Self, dx: i32, dy: i32, weight: u16) {
        let shift = dx.unsigned_abs() as usize;
        for y in 0..self.height {
            let Some(source) = y.checked_add_signed(dy as isize).filter(|&row| row < self.height) else { continue };
            let to = &mut self.data[y * self.width..][..self.width];
            let from = &from.data[source * self.width..][..self.width];
            let (to, from) =
                if dx < 0 { (&mut to[shift..], from) } else { (&mut to[..self.width - shift], &from[shift..]) };
            for (to, from) in to.iter_mut().zip(from) {
                *to = (*to).max(((u16::from(*from) * weight) >> 8) as u8);
            }
        }
    }
}
