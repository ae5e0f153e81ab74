//! The light of a picture: its sky, its haze, and the tint that it throws on everything.

use crate::domain::captions::Rgb;

use super::colour::{hex, luminance, mix, rgb, tinted};
use super::mood::{Hour, Mood, Weather};

/// All colours that light gives.
#[derive(Clone, Debug)]
pub(super) struct Light {
    /// From the zenith down to the horizon.
    pub(super) sky: [Rgb; 4],
    /// The sun, the moon, lamps.
    pub(super) glow: Rgb,
    /// What distance fades into.
    pub(super) haze: Rgb,
    /// The factor on each channel of what is lit.
    pub(super) tint: [f32; 3],
    /// What the lower third darkens into.
    pub(super) deep: Rgb,
    /// Whether stars and lit windows show.
    pub(super) dark: bool,
    /// Whether a sun or a moon may stand in the sky.
    pub(super) open: bool,
}

/// The palettes of an hour: sky from the zenith to the horizon, and the glow; two families each.
const fn palettes(hour: Hour) -> [[u32; 5]; 2] {
    match hour {
        Hour::Dawn => [
            [0x53_6ba5, 0xb4_93b8, 0xf5_bfa9, 0xff_e8c8, 0xff_f3d6],
            [0x48_86ad, 0x9c_bcc4, 0xf4_cfb0, 0xff_ebcb, 0xff_f6df],
        ],
        Hour::Day => [
            [0x27_78c2, 0x5f_abe0, 0xa6_d6f0, 0xe2_f3f4, 0xff_fbe6],
            [0x22_8a9f, 0x67_bcc6, 0xb5_e1dc, 0xf3_f5e2, 0xff_fae0],
        ],
        Hour::Golden => [
            [0x40_5688, 0xb8_7f86, 0xf3_a869, 0xff_dc9c, 0xff_f0c4],
            [0x5c_4577, 0xc9_6c6c, 0xf5_9c5c, 0xff_d38a, 0xff_ebb8],
        ],
        Hour::Dusk => [
            [0x20_2554, 0x58_4181, 0xba_6085, 0xf4_a27c, 0xff_d9a6],
            [0x17_2c50, 0x3d_5a86, 0xa0_7797, 0xf0_b096, 0xff_e0b8],
        ],
        Hour::Night => [
            [0x08_0f2a, 0x12_2150, 0x24_3f78, 0x47_689c, 0xf4_efd4],
            [0x0d_0b29, 0x21_1c50, 0x3d_3575, 0x6d_5a98, 0xfb_eed0],
        ],
    }
}

impl Light {
    /// The light of a mood.
    pub(super) fn of(mood: Mood) -> Self {
        let palette = palettes(mood.hour)[mood.family % 2].map(rgb);
        let mut sky = [palette[0], palette[1], palette[2], palette[3]];
        let cloud = match mood.hour {
            Hour::Night => rgb(0x1f_2a40),
            Hour::Dusk => rgb(0x4c_4c66),
            _ => rgb(0x7f_8f9f),
        };
        let (veil, bright) = match mood.weather {
            Weather::Clear => (0.0, 0.0),
            Weather::Cloudy | Weather::Rain => (0.6, 0.0),
            Weather::Snow => (0.35, 0.15),
            Weather::Fog => (0.35, 0.3),
        };
        sky = sky.map(|colour| mix(mix(colour, cloud, veil), rgb(0xf0_f2f4), bright * luminance(colour).sqrt()));
        if let Some(stain) = mood.stain {
            let strength = if matches!(mood.hour, Hour::Night) { 0.16 } else { 0.22 };
            sky = sky.map(|colour| mix(colour, stain, strength));
        }
        let tint = match mood.hour {
            Hour::Dawn => [0.98, 0.93, 0.93],
            Hour::Day => [1.0, 1.0, 1.0],
            Hour::Golden => [1.0, 0.91, 0.80],
            Hour::Dusk => [0.84, 0.74, 0.82],
            Hour::Night => [0.50, 0.57, 0.78],
        };
        let overcast = if mood.weather == Weather::Clear { 1.0 } else { 0.88 };
        Self {
            sky,
            glow: palette[4],
            haze: mix(sky[2], sky[3], 0.5),
            tint: tint.map(|factor| factor * overcast),
            deep: mix(sky[0], rgb(0x0a_0c18), 0.74),
            dark: matches!(mood.hour, Hour::Night | Hour::Dusk),
            open: matches!(mood.weather, Weather::Clear | Weather::Snow),
        }
    }

    /// A material under this light at a distance from 0 (near) to 1 (where it fades into the haze).
    pub(super) fn on(&self, material: Rgb, distance: f32) -> Rgb {
        mix(tinted(material, self.tint), self.haze, distance)
    }

    /// The same, written for SVG.
    pub(super) fn paint(&self, material: u32, distance: f32) -> String {
        hex(self.on(rgb(material), distance))
    }

    /// A drawing's own colour under this light: weaker than on the scenery, so that things stand out.
    pub(super) fn on_thing(&self, colour: Rgb) -> Rgb {
        mix(colour, tinted(colour, self.tint), 0.55)
    }
}
