//! The units of time and space: frames, samples, sizes.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The film's sample rate in hertz. Every supported frame rate divides it, so a frame is a whole
/// number of samples.
pub const FILM_RATE: u32 = 48_000;

/// The sample rate of speech in hertz, mono; the film's rate is exactly twice this.
pub const SPEECH_RATE: u32 = 24_000;

/// Frames a second; one rate from the first frame to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schemars(extend("enum" = [24, 25, 30, 50, 60]))]
pub struct Fps(u32);

impl Fps {
    /// The rates a film may have.
    pub const ALLOWED: [u32; 5] = [24, 25, 30, 50, 60];
    /// 30 frames a second, the default.
    pub const DEFAULT: Self = Self(30);

    /// Frames a second.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Film samples (48 kHz) in one frame; exact for every allowed rate.
    #[must_use]
    pub const fn samples_per_frame(self) -> u64 {
        (FILM_RATE / self.0) as u64
    }

    /// The least number of frames that lasts at least `samples` film samples.
    #[must_use]
    pub fn frames_for(self, samples: u64) -> u32 {
        u32::try_from(samples.div_ceil(self.samples_per_frame())).unwrap_or(u32::MAX)
    }
}

impl Default for Fps {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TryFrom<u32> for Fps {
    type Error = String;

    fn try_from(value: u32) -> Result<Self, Self::Error> {
        if Self::ALLOWED.contains(&value) {
            Ok(Self(value))
        } else {
            Err(format!("{value} frames a second; allowed: 24, 25, 30, 50, 60"))
        }
    }
}

impl From<Fps> for u32 {
    fn from(fps: Fps) -> Self {
        fps.0
    }
}

/// A size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Size {
    /// 1080x1920, the default.
    pub const PORTRAIT: Self = Self { width: 1080, height: 1920 };
    /// 1920x1080.
    pub const LANDSCAPE: Self = Self { width: 1920, height: 1080 };
    /// 1080x1080.
    pub const SQUARE: Self = Self { width: 1080, height: 1080 };
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}
