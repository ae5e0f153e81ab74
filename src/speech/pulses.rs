//! The voice's source: a train of pulses that has every harmonic of the pitch at the same strength.

use super::functions::sin_cos;
use super::waveform::HOP;
use crate::domain::units::SPEECH_RATE;

/// Below this pitch a frame has no voice, in hertz.
const VOICELESS: f32 = 40.0;
/// Harmonics end here, in hertz, so that none folds back at half the sample rate.
const HIGHEST: f32 = 11_000.0;

/// Pulses for pitches in hertz, one for each frame of [`HOP`] samples.
///
/// With `H` harmonics and phase `t`: `sum of cos(h t) for h = 1..=H` is `sin((H + 1/2) t) / (2 sin(t/2)) - 1/2`.
pub(super) fn pulses(f0: &[f32]) -> Vec<f32> {
    let mut turns = 0.0_f64;
    let mut pulses = Vec::with_capacity(f0.len() * HOP);
    for frame in 0..f0.len() {
        for sample in 0..HOP {
            let pitch = pitch(f0, frame, sample);
            let held = pitch.max(VOICELESS);
            turns = (turns + f64::from(held) / f64::from(SPEECH_RATE)).fract();
            let order = (HIGHEST / held).floor() + 0.5;
            let (sine, _) = sin_cos(0.5 * turns as f32);
            // Where the quotient is 0/0 its limit stands.
            let value = if (2.0 * sine).abs() <= 2e-3 {
                order
            } else {
                sin_cos((f64::from(order) * turns).fract() as f32).0 / (2.0 * sine)
            };
            pulses.push(if pitch > VOICELESS { value - 0.5 } else { 0.0 });
        }
    }
    pulses
}

/// The pitch at a sample, drawn straight from the middle of one frame to the middle of the next.
fn pitch(f0: &[f32], frame: usize, sample: usize) -> f32 {
    let place = (sample as f32 + 0.5) / HOP as f32 - 0.5;
    let here = f0[frame];
    if place < 0.0 {
        let before = frame.checked_sub(1).map_or(here, |i| f0[i]);
        before * -place + here * (1.0 + place)
    } else {
        let after = f0.get(frame + 1).copied().unwrap_or(here);
        here * (1.0 - place) + after * place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pulses_come_at_the_pitch_and_stop_without_voice() {
        let train = pulses(&[100.0; 80]);
        let peaks = train.windows(3).filter(|w| w[1] > 50.0 && w[1] > w[0] && w[1] >= w[2]).count();
        assert!((99..=101).contains(&peaks), "{peaks} pulses in a second");
        assert!(pulses(&[0.0; 4]).iter().all(|x| *x == 0.0));
    }
}
