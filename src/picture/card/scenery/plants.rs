//! Trees and grass of the scenery.

use std::fmt::Write as _;

use super::super::canvas::Canvas;
use super::super::chance::Chance;

/// A fir of that height with its foot at (`x`, `y`).
pub(super) fn fir(canvas: &mut Canvas, x: f32, y: f32, height: f32, fill: &str) {
    let half = height * 0.22;
    let tier = |top: f32, low: f32, wide: f32| {
        format!(
            "M{x:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} Z ",
            y - height * top,
            x + half * wide,
            y - height * low,
            x - half * wide,
            y - height * low
        )
    };
    let d = format!("{}{}{}", tier(1.0, 0.58, 0.62), tier(0.80, 0.33, 0.84), tier(0.58, 0.07, 1.0));
    canvas.path(&d, fill);
    canvas.rect([x - height * 0.025, y - height * 0.08, height * 0.05, height * 0.1], fill);
}

/// A round tree of that height with its foot at (`x`, `y`).
pub(super) fn round(canvas: &mut Canvas, chance: &mut Chance, [x, y, height]: [f32; 3], leaves: &str, trunk: &str) {
    canvas.rect([x - height * 0.035, y - height * 0.45, height * 0.07, height * 0.47], trunk);
    for (dx, dy, r) in [(-0.17, 0.52, 0.2), (0.17, 0.55, 0.21), (0.0, 0.74, 0.25)] {
        let r = height * r * chance.between(0.9, 1.1);
        canvas.ellipse([x + height * dx, y - height * dy, r, r], leaves, 1.0);
    }
}

/// A bare trunk through the whole picture, for a forest seen from within.
pub(super) fn trunk(canvas: &mut Canvas, x: f32, foot: f32, width: f32, fill: &str) {
    let d = format!(
        "M{:.1},-9 L{:.1},-9 C{:.1},{:.1} {:.1},{:.1} {:.1},{foot:.1} L{:.1},{foot:.1} C{:.1},{:.1} {:.1},{:.1} {:.1},-9 Z",
        x - width * 0.4,
        x + width * 0.4,
        x + width * 0.45,
        foot * 0.5,
        x + width * 0.5,
        foot * 0.92,
        x + width * 0.95,
        x - width * 0.95,
        x - width * 0.5,
        foot * 0.92,
        x - width * 0.45,
        foot * 0.5,
        x - width * 0.4,
    );
    canvas.path(&d, fill);
}

/// Tufts of grass along a line.
pub(super) fn grass(canvas: &mut Canvas, chance: &mut Chance, y: f32, count: usize, fill: &str) {
    let unit = canvas.unit();
    let mut d = String::new();
    for _ in 0..count {
        let (x, low) = (chance.between(0.0, canvas.w), y + chance.between(0.0, 3.0) * unit);
        for _ in 0..3 {
            let (foot, lean, tall) =
                (chance.between(-0.8, 0.8) * unit, chance.between(-1.2, 1.2) * unit, chance.between(1.6, 3.6) * unit);
            let _ = write!(
                d,
                "M{:.1},{low:.1} Q{:.1},{:.1} {:.1},{:.1} Q{:.1},{:.1} {:.1},{low:.1} Z ",
                x + foot - unit * 0.25,
                x + foot,
                low - tall * 0.5,
                x + foot + lean,
                low - tall,
                x + foot + unit * 0.2,
                low - tall * 0.4,
                x + foot + unit * 0.25,
            );
        }
    }
    canvas.path(&d, fill);
}
