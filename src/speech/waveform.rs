//! hibari's second half: from the spectra that its network predicts to a waveform.
//!
//! The method is that of the Apache-2.0 package `hibari-tts` 0.2.1, written anew. For each frame of 300 samples
//!
//! ```text
//! S = exp(lh) e^(i pi tanh(theta)) STFT(pulses(f0)) + exp(ln) Z + exp(lr) e^(i phi)
//! ```
//!
//! with Z complex Gaussian noise; then one inverse STFT (1200 samples, Hann, frames centred, as `torch.istft` has it).

use std::f32::consts::{PI, TAU};
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::functions::{exp, sin_cos, tanh};
use super::noise::Noise;
use super::pulses::pulses;

/// Samples of one Fourier transform.
const WINDOW: usize = 1200;
/// Samples from one frame to the next.
pub(super) const HOP: usize = 300;
/// Frequencies of a spectrum.
const BINS: usize = WINDOW / 2 + 1;
/// Frames that are worked on together: one line of the cache holds their values at one frequency.
const BLOCK: usize = 16;
/// The loudest magnitude, as an exponent of e; the network was trained with it.
const LOUDEST: f32 = 7.0;

/// What the network predicts: five spectra of 601 frequencies by F frames, frequency by frequency, and F pitches in hertz.
pub(super) struct Prediction<'a> {
    /// The harmonic part's magnitude, as a logarithm.
    pub(super) lh: &'a [f32],
    /// The harmonic part's phase, before `pi tanh`.
    pub(super) theta: &'a [f32],
    /// The noise's magnitude, as a logarithm.
    pub(super) ln: &'a [f32],
    /// The free part's magnitude, as a logarithm.
    pub(super) lr: &'a [f32],
    /// The free part's phase.
    pub(super) phi: &'a [f32],
    /// The pitch; below 40 Hz the frame has no voice.
    pub(super) f0: &'a [f32],
}

impl Prediction<'_> {
    /// Whether all parts have the lengths that the number of frames asks for.
    pub(super) fn fits(&self) -> bool {
        let cells = BINS * self.f0.len();
        [self.lh, self.theta, self.ln, self.lr, self.phi].iter().all(|part| part.len() == cells)
    }
}

/// The Fourier transforms and the window, planned once.
pub(super) struct Synthesis {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
}

impl Synthesis {
    pub(super) fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let hann = |i: usize| 0.5 - 0.5 * (TAU * i as f32 / WINDOW as f32).cos();
        Self {
            forward: planner.plan_fft_forward(WINDOW),
            inverse: planner.plan_fft_inverse(WINDOW),
            window: (0..WINDOW).map(hann).collect(),
        }
    }

    /// The waveform, [`HOP`] samples a frame. The prediction has to [fit](Prediction::fits).
    pub(super) fn waveform(&self, prediction: &Prediction) -> Result<Vec<f32>, realfft::FftError> {
        let frames = prediction.f0.len();
        // Half a window stands before the first sample and after the last, mirrored for the source.
        let source = mirrored(&pulses(prediction.f0), WINDOW / 2);
        let mut sound = vec![0.0; frames * HOP + WINDOW];
        let mut weight = vec![0.0; sound.len()];
        let mut noise = Noise::new();
        let mut spectra = vec![Complex32::default(); BLOCK * BINS];
        let mut samples = vec![0.0; WINDOW];
        let mut scratch = vec![Complex32::default(); self.scratch()];
        for first in (0..frames).step_by(BLOCK) {
            let count = BLOCK.min(frames - first);
            for (i, spectrum) in spectra.chunks_exact_mut(BINS).take(count).enumerate() {
                let windowed = source[(first + i) * HOP..].iter().zip(&self.window);
                samples.iter_mut().zip(windowed).for_each(|(to, (x, w))| *to = x * w / HOP as f32);
                self.forward.process_with_scratch(&mut samples, spectrum, &mut scratch)?;
            }
            shape(&mut spectra, prediction, first, count, &mut noise);
            for (i, spectrum) in spectra.chunks_exact_mut(BINS).take(count).enumerate() {
                spectrum[0].im = 0.0;
                spectrum[BINS - 1].im = 0.0;
                self.inverse.process_with_scratch(spectrum, &mut samples, &mut scratch)?;
                let at = (first + i) * HOP..(first + i) * HOP + WINDOW;
                for (((y, w2), x), w) in
                    sound[at.clone()].iter_mut().zip(&mut weight[at]).zip(&samples).zip(&self.window)
                {
                    *y += x * w / WINDOW as f32;
                    *w2 += w * w;
                }
            }
        }
        let middle = WINDOW / 2..WINDOW / 2 + frames * HOP;
        sound.iter_mut().zip(&weight).for_each(|(y, w)| *y /= w.max(1e-11));
        sound.truncate(middle.end);
        sound.drain(..middle.start);
        Ok(sound)
    }

    fn scratch(&self) -> usize {
        self.forward.get_scratch_len().max(self.inverse.get_scratch_len())
    }
}

/// Turns the pulses' spectra of `count` frames from `first` on into the voice's.
fn shape(spectra: &mut [Complex32], prediction: &Prediction, first: usize, count: usize, noise: &mut Noise) {
    let frames = prediction.f0.len();
    let line = |part: &[f32], bin: usize| {
        let mut line = [0.0; BLOCK];
        line[..count].copy_from_slice(&part[bin * frames + first..][..count]);
        line
    };
    for bin in 0..BINS {
        let [lh, theta, ln] = [prediction.lh, prediction.theta, prediction.ln].map(|part| line(part, bin));
        let [lr, phi] = [prediction.lr, prediction.phi].map(|part| line(part, bin));
        let (zr, zi) = (noise.line::<BLOCK>(), noise.line::<BLOCK>());
        let (mut harmonic, mut rest) = ([(0.0, 0.0); BLOCK], [(0.0, 0.0); BLOCK]);
        for i in 0..BLOCK {
            let (sine, cosine) = sin_cos(0.5 * tanh(theta[i]));
            let loud = exp(lh[i].min(LOUDEST));
            harmonic[i] = (loud * cosine, loud * sine);
            let (sine, cosine) = sin_cos(phi[i] * (0.5 / PI));
            let (free, hiss) = (exp(lr[i].min(LOUDEST)), exp(ln[i].min(LOUDEST)));
            rest[i] = (free * cosine + hiss * zr[i], free * sine + hiss * zi[i]);
        }
        for (i, spectrum) in spectra.chunks_exact_mut(BINS).take(count).enumerate() {
            let (turn, add) = (harmonic[i], rest[i]);
            spectrum[bin] = spectrum[bin] * Complex32::new(turn.0, turn.1) + Complex32::new(add.0, add.1);
        }
    }
}

/// The samples with `margin` more at both ends, mirrored at the first and the last one.
fn mirrored(samples: &[f32], margin: usize) -> Vec<f32> {
    let at = |i: usize| samples.get(i).copied().unwrap_or(0.0);
    let before = (1..=margin).rev().map(at);
    let after = (1..=margin).map(|i| samples.len().checked_sub(1 + i).map_or(0.0, at));
    before.chain(samples.iter().copied()).chain(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_pulse_train_comes_back() {
        const FRAMES: usize = 40;
        let f0 = [120.0; FRAMES];
        let (zero, silent) = (vec![0.0; BINS * FRAMES], vec![-80.0; BINS * FRAMES]);
        // A magnitude of one and no phase leave the STFT as it is; its window is 1/300 of the inverse's.
        let prediction = Prediction { lh: &zero, theta: &zero, ln: &silent, lr: &silent, phi: &zero, f0: &f0 };
        assert!(prediction.fits());
        let sound = Synthesis::new().waveform(&prediction).expect("a waveform");
        let source = pulses(&f0);
        assert_eq!(sound.len(), FRAMES * HOP);
        let error = sound.iter().zip(&source).map(|(y, x)| (y * HOP as f32 - x).abs()).fold(0.0, f32::max);
        assert!(error < 0.05, "{error}");
    }
}
