//! Elementary functions that the compiler can turn into vector instructions: no branch, no call, no table.
//!
//! The errors (some 1e-5 of full scale) lie 100 dB below the sound.

use std::f32::consts::{LN_2, LOG2_E, PI};

/// Adding it to a small `f32` rounds that to a whole number in the lowest bits of the mantissa (1.5 * 2^23).
const ROUNDING: f32 = 12_582_912.0;

/// The sine and cosine of an angle in turns (1.0 is a full circle), by Taylor's series of the half angle.
pub(super) fn sin_cos(turns: f32) -> (f32, f32) {
    let half = PI * (turns - ((turns + ROUNDING) - ROUNDING));
    let x = half * half;
    let sine = half * (1.0 + x * (-1.0 / 6.0 + x * (1.0 / 120.0 + x * (-1.0 / 5040.0 + x * (1.0 / 362_880.0)))));
    let cosine = 1.0 + x * (-0.5 + x * (1.0 / 24.0 + x * (-1.0 / 720.0 + x * (1.0 / 40320.0 - x / 3_628_800.0))));
    (2.0 * sine * cosine, 1.0 - 2.0 * sine * sine)
}

/// `e^x` for `x` up to 80; below -80 it stays at `e^-80`. The whole powers of two are put into the exponent's bits.
pub(super) fn exp(x: f32) -> f32 {
    let x = x.clamp(-80.0, 80.0) * LOG2_E;
    let rounded = x + ROUNDING;
    let f = (x - (rounded - ROUNDING)) * LN_2;
    let whole = rounded.to_bits().wrapping_sub(ROUNDING.to_bits()).wrapping_add(127) << 23;
    let part = 1.0 + f * (1.0 + f * (0.5 + f * (1.0 / 6.0 + f * (1.0 / 24.0 + f * (1.0 / 120.0)))));
    f32::from_bits(whole) * part
}

/// The hyperbolic tangent.
pub(super) fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    #[test]
    fn they_agree_with_the_standard_library() {
        for i in -4000_i16..=4000 {
            let x = f32::from(i) / 200.0;
            let (sine, cosine) = sin_cos(x / TAU);
            assert!((sine - x.sin()).abs() < 3e-5, "sin {x}: {sine}");
            assert!((cosine - x.cos()).abs() < 3e-5, "cos {x}: {cosine}");
            assert!((exp(x) / x.exp() - 1.0).abs() < 2e-5, "exp {x}");
            assert!((tanh(x) - x.tanh()).abs() < 1e-5, "tanh {x}");
        }
    }
}
