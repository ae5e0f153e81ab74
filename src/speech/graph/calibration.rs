//! The ranges of values between the generator's convolutions, from `assets/kokoro-calibration.json`, which
//! `scripts/gates/calibrate.py` writes.

use std::collections::HashMap;

use serde::Deserialize;

use super::unexpected;
use crate::ports::PortResult;

/// For each tensor the least and the greatest value that is told apart from others; what lies beyond is clipped.
#[derive(Deserialize)]
pub(super) struct Calibration {
    ranges: HashMap<String, [f64; 2]>,
}

/// How numbers are kept in 8 bits without a sign: `value / scale + zero`, rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) scale: f32,
    pub(super) zero: u8,
}

impl Calibration {
    pub(super) fn load() -> PortResult<Self> {
        serde_json::from_str(include_str!("../../../assets/kokoro-calibration.json"))
            .map_err(|error| unexpected(format!("assets/kokoro-calibration.json cannot be read: {error}")))
    }

    /// The scale of a tensor.
    pub(super) fn scale(&self, tensor: &str) -> PortResult<Scale> {
        let range = self.ranges.get(tensor).and_then(|[least, most]| Scale::over(*least, *most));
        range.ok_or_else(|| unexpected(format!("assets/kokoro-calibration.json has no range for `{tensor}`")))
    }
}

impl Scale {
    /// 256 steps from `least` to `most`, of which one is zero, since a convolution pads with it. `None` for an empty range.
    pub(super) fn over(least: f64, most: f64) -> Option<Self> {
        let (least, most) = (least.min(0.0), most.max(0.0));
        let step = (most - least) / 255.0;
        let usable = step.is_finite() && step > 0.0;
        usable.then(|| Self { scale: step as f32, zero: (-least / step).round_ties_even() as u8 })
    }
}
