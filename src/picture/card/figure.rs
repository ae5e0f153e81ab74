//! One drawing, measured and coloured.

use crate::domain::captions::Rgb;
use crate::ports::PortResult;

use super::colour::hex;
use super::drawings::Drawing;
use super::raster::parse;

/// A drawing with its visible part, in its own units.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) drawing: &'static Drawing,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) w: f32,
    pub(super) h: f32,
}

impl Figure {
    /// Measures a drawing.
    ///
    /// # Errors
    /// Where it is malformed.
    pub(super) fn measure(drawing: &'static Drawing) -> PortResult<Self> {
        let side = drawing.side;
        let tree = parse(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{side}\" height=\"{side}\">{}</svg>",
            drawing.body
        ))?;
        let seen = tree.root().abs_bounding_box();
        let (x, y) = (seen.x().clamp(0.0, side), seen.y().clamp(0.0, side));
        let (w, h) = (seen.right().min(side) - x, seen.bottom().min(side) - y);
        Ok(Self { drawing, x, y, w: w.max(1.0), h: h.max(1.0) })
    }

    /// The drawing's elements with each colour put through `light`.
    pub(super) fn lit(&self, light: impl Fn(Rgb) -> Rgb) -> String {
        let mut out = String::with_capacity(self.drawing.body.len());
        let mut rest = self.drawing.body.as_str();
        while let Some(at) = rest.find("\"#") {
            let (before, from) = rest.split_at(at + 1);
            out.push_str(before);
            let end = from.find('"').unwrap_or(from.len());
            match colour(&from[1..end]) {
                Some(found) if !before.ends_with("href=\"") => out.push_str(&hex(light(found))),
                _ => out.push_str(&from[..end]),
            }
            rest = &from[end..];
        }
        out.push_str(rest);
        out
    }
}

/// The colour of three or six hexadecimal digits.
fn colour(digits: &str) -> Option<Rgb> {
    let value = u32::from_str_radix(digits, 16).ok()?;
    let part = |shift: u32, mask: u32| (value >> shift & mask) as u8;
    match digits.len() {
        6 => Some([part(16, 0xff), part(8, 0xff), part(0, 0xff)]),
        3 => Some([part(8, 0xf) * 17, part(4, 0xf) * 17, part(0, 0xf) * 17]),
        _ => None,
    }
}
