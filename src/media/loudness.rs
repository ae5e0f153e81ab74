//! Measures sound as EBU R 128 and ITU-R BS.1770 do: integrated loudness and true peak.

use ebur128::{Channel, EbuR128, Mode};

use super::fir::Between;
use crate::domain::units::FILM_RATE;
use crate::ports::{Class, PortError, PortResult};

/// One gating block, 400 ms. What is shorter has no loudness until silence is put after it.
const GATE: u64 = FILM_RATE as u64 * 2 / 5;

/// Samples on either side that are looked at for a peak between two samples.
const REACH: usize = 12;

/// Measures one channel that is heard from both sides.
pub(super) struct Meter {
    loudness: EbuR128,
    peaks: Peaks,
    peak: f32,
    samples: u64,
}

impl Meter {
    pub(super) fn new() -> PortResult<Self> {
        let mut loudness = EbuR128::new(1, FILM_RATE, Mode::I).map_err(broken)?;
        loudness.set_channel(0, Channel::DualMono).map_err(broken)?;
        Ok(Self { loudness, peaks: Peaks::new(0.0), peak: 0.0, samples: 0 })
    }

    pub(super) fn add(&mut self, block: &[f32]) -> PortResult<()> {
        self.samples += block.len() as u64;
        // What cannot rise above the highest peak so far changes nothing.
        self.peaks.floor = self.peak;
        self.peak = self.peaks.after(block).iter().copied().fold(self.peak, f32::max);
        self.loudness.add_frames_f32(block).map_err(broken)
    }

    /// Integrated loudness in LUFS, and true peak in dBTP; `None` for silence.
    pub(super) fn finish(mut self) -> PortResult<Option<(f64, f64)>> {
        self.peak = self.peaks.after(&[0.0; 2 * REACH]).iter().copied().fold(self.peak, f32::max);
        if self.samples < GATE {
            self.loudness.add_frames_f32(&vec![0.0; (GATE - self.samples) as usize]).map_err(broken)?;
        }
        let loudness = self.loudness.loudness_global().map_err(broken)?;
        Ok(loudness.is_finite().then(|| (loudness, 20.0 * f64::from(self.peak).log10())))
    }
}

/// The size of a signal around each of its samples, at four times the rate.
pub(super) struct Peaks {
    quarters: [Between; 3],
    floor: f32,
    window: Vec<f32>,
    between: Vec<f32>,
    sizes: Vec<f32>,
}

impl Peaks {
    /// How many samples later than the samples the answers come.
    pub(super) const DELAY: usize = REACH;

    /// A signal that cannot rise above `floor` is not looked at between its samples.
    pub(super) fn new(floor: f32) -> Self {
        Self {
            quarters: [0.25, 0.5, 0.75].map(|fraction| Between::new(fraction, REACH, 5.0)),
            floor,
            window: vec![0.0; 2 * REACH - 1],
            between: Vec::new(),
            sizes: Vec::new(),
        }
    }

    /// For each sample of the block: the largest size from the sample [`DELAY`](Self::DELAY) before it up to that one's successor.
    pub(super) fn after(&mut self, block: &[f32]) -> &[f32] {
        self.window.extend_from_slice(block);
        self.sizes.clear();
        self.sizes.extend(self.window[REACH - 1..][..block.len()].iter().map(|s| s.abs()));
        let highest = self.window.iter().fold(0.0_f32, |high, s| high.max(s.abs()));
        for quarter in &self.quarters {
            if highest * quarter.bound() > self.floor {
                self.between.resize(block.len(), 0.0);
                quarter.fill(&self.window, &mut self.between);
                for (size, value) in self.sizes.iter_mut().zip(&self.between) {
                    *size = size.max(value.abs());
                }
            }
        }
        self.window.drain(..block.len());
        &self.sizes
    }
}

fn broken(error: ebur128::Error) -> PortError {
    PortError::permanent(Class::Internal, "LOUDNESS", "cannot measure loudness").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quarter of the rate, whose peaks all stand between samples, 3 dB above them: loud, quiet, and louder.
    fn between_samples() -> Vec<f32> {
        let sizes = [0.5_f32, 0.1, 0.52, 0.3];
        let wave = |n: usize| (std::f32::consts::FRAC_PI_2 * n as f32 + std::f32::consts::FRAC_PI_4).sin();
        (0..8000).map(|n| sizes[n / 2000] * wave(n)).collect()
    }

    #[test]
    fn the_highest_peak_is_found_however_the_signal_is_cut() {
        let samples = between_samples();
        let mut all = Peaks::new(0.0);
        let padded = [&samples[..], &[0.0; 2 * REACH]].concat();
        let highest = all.after(&padded).iter().copied().fold(0.0, f32::max);
        assert!((0.51..0.53).contains(&highest), "{highest}, whose samples are 0.37 at most");
        for block in [37, 2048, 8000] {
            let mut meter = Meter::new().unwrap();
            samples.chunks(block).for_each(|chunk| meter.add(chunk).unwrap());
            let (_, peak) = meter.finish().unwrap().unwrap();
            assert!((peak - 20.0 * f64::from(highest).log10()).abs() < 1e-6, "{peak} in blocks of {block}");
        }
    }
}
