//! Colours and what is done with them: mixing, tinting, writing down.

use crate::domain::captions::Rgb;

/// The colour of `0xRRGGBB`.
pub(super) const fn rgb(hex: u32) -> Rgb {
    [(hex >> 16) as u8, (hex >> 8) as u8, hex as u8]
}

/// From `a` (0.0) to `b` (1.0), in gamma-encoded values, as gradients in SVG are.
pub(super) fn mix(a: Rgb, b: Rgb, amount: f32) -> Rgb {
    let amount = amount.clamp(0.0, 1.0);
    std::array::from_fn(|i| (f32::from(a[i]) * (1.0 - amount) + f32::from(b[i]) * amount).round() as u8)
}

/// Each channel times its factor, as under a light of that colour.
pub(super) fn tinted(colour: Rgb, light: [f32; 3]) -> Rgb {
    std::array::from_fn(|i| (f32::from(colour[i]) * light[i]).round().clamp(0.0, 255.0) as u8)
}

/// `#rrggbb`.
pub(super) fn hex(colour: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2])
}

/// Relative luminance, 0 to 1 (WCAG 2.2).
pub(super) fn luminance(colour: Rgb) -> f32 {
    let linear = colour.map(|value| {
        let value = f32::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}
