//! Keeps peaks under a ceiling, also those between two samples, without a click and without a delay.
//!
//! The gain that each sample needs is held for a look-ahead, let go slowly, and smoothed by two moving averages
//! that together are shorter than the look-ahead: so the gain has arrived where it is needed before the peak has.

use std::collections::VecDeque;

use super::loudness::Peaks;
use crate::domain::units::FILM_RATE;

/// Look-ahead: 5 ms.
const AHEAD: usize = FILM_RATE as usize / 200;

/// The gain comes back with this time constant, in samples: 60 ms.
const RELEASE: f64 = FILM_RATE as f64 * 0.06;

/// A changing gain moves peaks between samples a little; so much lower is aimed, as a factor (0.05 dB).
const MARGIN: f32 = 0.994;

/// A look-ahead limiter for one channel. What goes in at one place comes out at the same place.
pub(super) struct Limiter {
    ceiling: f32,
    peaks: Peaks,
    lowest: Lowest,
    gain: f64,
    averages: [Average; 2],
    delayed: VecDeque<f32>,
    /// Outputs to leave out, since they stand before the first sample.
    early: usize,
}

impl Limiter {
    const DELAY: usize = Peaks::DELAY + AHEAD - 2;

    /// Ceiling as a factor of full scale.
    pub(super) fn new(ceiling: f32) -> Self {
        let ceiling = ceiling * MARGIN;
        Self {
            ceiling,
            peaks: Peaks::new(ceiling),
            lowest: Lowest::new(AHEAD),
            gain: 1.0,
            averages: [Average::new(AHEAD / 2), Average::new(AHEAD / 2)],
            delayed: VecDeque::from(vec![0.0; Self::DELAY]),
            early: Self::DELAY,
        }
    }

    /// Takes a block and appends what is ready to `out`.
    pub(super) fn take(&mut self, block: &[f32], out: &mut Vec<f32>) {
        let comeback = 1.0 - (-1.0 / RELEASE).exp();
        for (size, sample) in self.peaks.after(block).iter().zip(block) {
            let needed = if *size > self.ceiling { self.ceiling / size } else { 1.0 };
            let held = f64::from(self.lowest.of(needed));
            self.gain = held.min(self.gain + (1.0 - self.gain) * comeback);
            let smooth = self.averages.iter_mut().fold(self.gain, |gain, average| average.of(gain));
            self.delayed.push_back(*sample);
            let sample = self.delayed.pop_front().unwrap_or_default();
            if self.early > 0 {
                self.early -= 1;
            } else {
                out.push(sample * smooth as f32);
            }
        }
    }

    /// Appends what is left.
    pub(super) fn finish(mut self, out: &mut Vec<f32>) {
        self.take(&[0.0; Self::DELAY], out);
    }
}

/// The lowest of the last so many values.
struct Lowest {
    length: usize,
    /// Values lower than all before them that are still looked at, with their numbers.
    rising: VecDeque<(usize, f32)>,
    count: usize,
}

impl Lowest {
    fn new(length: usize) -> Self {
        Self { length, rising: VecDeque::new(), count: 0 }
    }

    fn of(&mut self, value: f32) -> f32 {
        while self.rising.back().is_some_and(|(_, old)| *old >= value) {
            self.rising.pop_back();
        }
        self.rising.push_back((self.count, value));
        self.count += 1;
        if self.rising.front().is_some_and(|(number, _)| number + self.length < self.count) {
            self.rising.pop_front();
        }
        self.rising.front().map_or(value, |(_, lowest)| *lowest)
    }
}

/// A moving average over values that began as 1, in whole numbers so that it never drifts.
struct Average {
    values: Vec<u64>,
    next: usize,
    sum: u64,
}

impl Average {
    const ONE: f64 = (1_u64 << 40) as f64;

    fn new(length: usize) -> Self {
        Self { values: vec![1 << 40; length], next: 0, sum: (length as u64) << 40 }
    }

    fn of(&mut self, value: f64) -> f64 {
        let value = (value * Self::ONE) as u64;
        self.sum = self.sum - self.values[self.next] + value;
        self.values[self.next] = value;
        self.next = if self.next + 1 == self.values.len() { 0 } else { self.next + 1 };
        self.sum as f64 / (self.values.len() as f64 * Self::ONE)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::loudness::Meter;
    use super::*;

    fn limited(samples: &[f32], block: usize) -> Vec<f32> {
        let mut limiter = Limiter::new(0.841);
        let mut out = Vec::new();
        samples.chunks(block).for_each(|chunk| limiter.take(chunk, &mut out));
        limiter.finish(&mut out);
        out
    }

    fn true_peak(samples: &[f32]) -> f64 {
        let mut meter = ebur128::EbuR128::new(1, FILM_RATE, ebur128::Mode::TRUE_PEAK).unwrap();
        meter.add_frames_f32(samples).unwrap();
        meter.add_frames_f32(&[0.0; 100]).unwrap();
        meter.true_peak(0).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn no_true_peak_is_above_the_ceiling(
            waves in prop::collection::vec((50.0_f32..11_000.0, 0.1_f32..4.0, 0_usize..6000, 20_usize..3000), 1..5),
            block in 1_usize..5000,
        ) {
            let mut samples = vec![0.0_f32; 9000];
            for (hertz, size, at, length) in waves {
                for n in 0..length {
                    let fade = (std::f32::consts::PI * n as f32 / length as f32).sin();
                    samples[at + n] += size * fade * (std::f32::consts::TAU * hertz * n as f32 / 48_000.0).sin();
                }
            }
            let out = limited(&samples, block);
            prop_assert_eq!(out.len(), samples.len());
            prop_assert!(true_peak(&out) <= 0.841, "{}", true_peak(&out));
            prop_assert_eq!(&out, &limited(&samples, 4096));
            let mut meter = Meter::new().unwrap();
            meter.add(&out).unwrap();
            if let Some((_, peak)) = meter.finish().unwrap() {
                prop_assert!(peak <= -1.5, "{peak}");
            }
        }
    }

    #[test]
    fn what_is_under_the_ceiling_stays_as_it_is_and_where_it_is() {
        let samples: Vec<f32> = (0..5000).map(|n| 0.7 * (n as f32 * 0.11).sin()).collect();
        assert_eq!(limited(&samples, 333), samples);
    }

    #[test]
    fn a_peak_is_turned_down_around_itself_only() {
        let mut samples = vec![0.1_f32; 20_000];
        samples[3000] = 2.0;
        let out = limited(&samples, 1000);
        assert!(out[3000] > 0.8 && out[3000] <= 0.841);
        assert_eq!(out[..2700], samples[..2700]);
        assert!(out[2990] < 0.06 && (out[19_999] - 0.1).abs() < 1e-3);
    }
}
