//! Lines of land, water and cloud as SVG paths.

use std::f32::consts::TAU;
use std::fmt::Write as _;

use super::super::canvas::Canvas;
use super::super::chance::Chance;

/// Closes a line of points down to the picture's lower edge.
fn closed(canvas: &Canvas, line: &str) -> String {
    format!("M-9,{h:.1} {line} L{w:.1},{h:.1} Z", h = canvas.h + 9.0, w = canvas.w + 9.0)
}

/// Rounded hills around `y`: `bumps` of them, each up to `height` higher or lower.
pub(super) fn hills(canvas: &Canvas, chance: &mut Chance, y: f32, height: f32, bumps: usize) -> String {
    let step = canvas.w / bumps as f32;
    let mut at = y + chance.between(-height, height);
    let mut line = format!("L-9,{at:.1} L0,{at:.1}");
    let mut up = chance.once_in(2);
    for i in 0..bumps {
        let next = y + chance.between(0.25, 1.0) * if up { -height } else { height };
        let (from, to) = (step * i as f32, step * (i + 1) as f32);
        let _ = write!(line, " C{:.1},{at:.1} {:.1},{next:.1} {to:.1},{next:.1}", from + step * 0.45, to - step * 0.45);
        (at, up) = (next, !up);
    }
    let _ = write!(line, " L{:.1},{at:.1}", canvas.w + 9.0);
    closed(canvas, &line)
}

/// One wave line: two sines, so that it does not look ruled.
pub(super) fn wave(canvas: &Canvas, chance: &mut Chance, y: f32, height: f32, length: f32) -> String {
    let (first, second) = (chance.between(0.0, TAU), chance.between(0.0, TAU));
    let steps = 56_u16;
    let mut line = String::new();
    for i in 0..=steps {
        let x = canvas.w * f32::from(i) / f32::from(steps);
        let turn = TAU * x / length;
        let at = y + height * ((turn + first).sin() + 0.45 * (turn * 1.83 + second).sin());
        let _ = write!(line, "L{x:.1},{at:.1} ");
    }
    closed(canvas, &line)
}

/// One mountain: its outline, and its lit side, both from a peak at (`x`, `y`) down to `foot`.
pub(super) struct Peak {
    pub(super) outline: String,
    pub(super) shade: String,
    pub(super) cap: String,
}

/// A mountain with its peak at (`x`, `y`), `half` wide on each side at `foot`.
pub(super) fn peak(chance: &mut Chance, x: f32, y: f32, foot: f32, half: f32) -> Peak {
    let height = foot - y;
    let mut side = |sign: f32| -> Vec<(f32, f32)> {
        (1..=5_u8)
            .map(|i| {
                let part = f32::from(i) / 5.0;
                let wobble = if i == 5 { 0.0 } else { chance.between(-0.05, 0.05) };
                (x + sign * half * (part + wobble), y + height * (part.powf(0.92) + wobble * 0.6))
            })
            .collect()
    };
    let (left, right) = (side(-1.0), side(1.0));
    let text = |points: &[(f32, f32)]| points.iter().fold(String::new(), |all, (a, b)| format!("{all} L{a:.1},{b:.1}"));
    let back: Vec<_> = left.iter().rev().copied().collect();
    let outline = format!("M{:.1},{foot:.1}{} L{x:.1},{y:.1}{} Z", left[4].0, text(&back), text(&right));
    let mut spine = Vec::new();
    for i in (1..=4_u8).rev() {
        let part = f32::from(i) / 5.0;
        spine.push((x + half * (chance.between(-0.13, 0.10) + 0.05), y + height * part));
    }
    let shade = format!("M{x:.1},{y:.1}{} L{:.1},{foot:.1}{} Z", text(&right), x + half * 0.1, text(&spine));
    let snow = 0.27;
    let (a, b) = (x - half * snow * 1.02, x + half * snow * 1.02);
    let low = y + height * snow;
    let cap = format!(
        "M{x:.1},{y:.1} L{b:.1},{low:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} L{:.1},{:.1} L{a:.1},{low:.1} Z",
        x + half * 0.16,
        low - height * 0.05,
        x + half * 0.08,
        low + height * 0.06,
        x - half * 0.02,
        low - height * 0.03,
        x - half * 0.14,
        low + height * 0.05,
    );
    Peak { outline, shade, cap }
}

/// A flat-bottomed cloud of `w` pixels around (`x`, `y`).
pub(super) fn cloud(chance: &mut Chance, x: f32, y: f32, w: f32) -> String {
    let puffs = 5_u8;
    let step = w / f32::from(puffs);
    let mut d = format!("M{:.1},{y:.1}", x - w / 2.0);
    for i in 0..puffs {
        let middle = 1.0 - ((f32::from(i) - 2.0).abs() / 3.0);
        let radius = step * (0.52 + 0.35 * middle * chance.between(0.7, 1.2));
        let rise = if i == 0 {
            -step * 0.3
        } else if i == puffs - 1 {
            step * 0.3
        } else {
            step * chance.between(-0.15, 0.15)
        };
        let _ = write!(d, " a{radius:.1},{radius:.1} 0 0 1 {step:.1},{rise:.1}");
    }
    let _ = write!(d, " L{:.1},{y:.1} Z", x + w / 2.0);
    d
}
