//! Interpolation by windowed-sinc filters: exact sample values stay, what lies between them is computed.

use std::f64::consts::PI;

/// The values at one fraction of the way from each sample to the next.
///
/// Linear phase, so that a constant offset in time is its whole delay; unity at 0 Hz.
#[derive(Clone, Debug)]
pub(super) struct Between {
    taps: Vec<f32>,
}

impl Between {
    /// A filter that looks at `reach` samples on either side. `beta` is the Kaiser window's shape: 9 keeps images
    /// 90 dB down and takes 82 / 2.285 / (2 * reach) radians a sample for its transition (Kaiser, 1974).
    pub(super) fn new(fraction: f64, reach: usize, beta: f64) -> Self {
        let half = reach as f64;
        let tap = |k: usize| {
            let t = k as f64 - (half - 1.0) - fraction;
            let sinc = if t.abs() < 1e-12 { 1.0 } else { (PI * t).sin() / (PI * t) };
            sinc * bessel(beta * (1.0 - (t / half).powi(2)).max(0.0).sqrt()) / bessel(beta)
        };
        let taps: Vec<f64> = (0..2 * reach).map(tap).collect();
        let sum: f64 = taps.iter().sum();
        Self { taps: taps.into_iter().map(|t| (t / sum) as f32).collect() }
    }

    /// How far above its samples a signal can rise between them: the sum of the taps' sizes.
    pub(super) fn bound(&self) -> f32 {
        self.taps.iter().map(|t| t.abs()).sum()
    }

    /// Writes the value after sample `i + reach - 1` of `samples` into `out[i]`. There have to be
    /// `2 * reach - 1` samples more than values.
    ///
    /// The loop runs over the values inside and over the taps outside, which the compiler turns into vector code;
    /// each value is the same sum in the same order whatever the block's length.
    pub(super) fn fill(&self, samples: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        for (k, tap) in self.taps.iter().enumerate() {
            for (value, sample) in out.iter_mut().zip(&samples[k..]) {
                *value += tap * sample;
            }
        }
    }
}

/// The modified Bessel function of the first kind and order 0, by its power series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..64 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_is_found_between_its_samples() {
        let sine = |t: f64| (2.0 * PI * 0.4 * t).sin();
        let samples: Vec<f32> = (0..500).map(|n| sine(f64::from(n)) as f32).collect();
        for fraction in [0.25, 0.5, 0.75] {
            let mut out = vec![0.0; 500 - 47];
            Between::new(fraction, 24, 9.0).fill(&samples, &mut out);
            for (n, value) in out.iter().enumerate() {
                let wanted = sine(n as f64 + 23.0 + fraction);
                assert!((f64::from(*value) - wanted).abs() < 2e-4, "{fraction} {n}: {value} for {wanted}");
            }
        }
    }

    #[test]
    fn a_constant_stays() {
        let mut out = [0.0; 4];
        Between::new(0.25, 12, 5.0).fill(&[0.5; 27], &mut out);
        assert!(out.iter().all(|v| (v - 0.5).abs() < 1e-6));
    }
}
