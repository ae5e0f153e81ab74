use super::super::mix::Mix;
use super::*;
use crate::ports::Class;

fn mixed(speech: &[Placed], samples: usize, block: usize) -> Vec<f32> {
    let mut mix = Mix::new(speech);
    let mut all = vec![0.0; samples];
    all.chunks_mut(block).for_each(|chunk| mix.fill(chunk).unwrap());
    all
}

#[test]
fn a_sine_is_the_same_sine_at_twice_the_rate() {
    let stage = Stage::new(30);
    for hertz in [100.0, 1000.0, 7000.0, 10_500.0] {
        let sine = |t: f64| 0.5 * (std::f64::consts::TAU * hertz * t).sin();
        let samples: Vec<f32> = (0..24_000).map(|n| sine(f64::from(n) / 24_000.0) as f32).collect();
        let speech = [stage.speech("sine.wav", &samples, 1000)];
        let out = mixed(&speech, 50_000, 2048);
        let (mut signal, mut noise) = (0.0, 0.0);
        for n in 2000..46_000 {
            let wanted = sine((f64::from(n) - 1000.0) / 48_000.0);
            signal += wanted * wanted;
            noise += (f64::from(out[n as usize]) - wanted).powi(2);
        }
        let ratio = 10.0 * (signal / noise).log10();
        // Sixteen bits with a sine at half scale allow 80 dB after truncation.
        assert!(ratio > 75.0, "{hertz} Hz: {ratio} dB");
    }
}

#[test]
fn each_piece_is_where_it_should_be_whatever_the_blocks() {
    let stage = Stage::new(30);
    let click = [0.0, 0.5, 0.0];
    let places = [0, 1601, 1700, 9998];
    let speech: Vec<Placed> = places.iter().map(|at| stage.speech(&format!("{at}.wav"), &click, *at)).collect();
    let whole = mixed(&speech, 10_000, 10_000);
    for at in &places[..3] {
        let at = *at as usize;
        assert!((whole[at + 2] - 0.5).abs() < 1e-3 && whole[at + 4].abs() < 1e-3, "{at}");
        assert!((whole[at + 1] - whole[at + 3]).abs() < 1e-6, "{at} is not symmetrical");
    }
    for block in [1, 3, 47, 4096] {
        assert_eq!(mixed(&speech, 10_000, block), whole, "blocks of {block}");
    }
}

#[tokio::test]
async fn silence_and_a_mix_left_alone_stay_as_they_are() {
    let stage = Stage::new(30);
    let silent = stage.soundtrack(Vec::new(), 5000, Some(-14_000)).await;
    assert_eq!(silent, SoundtrackFacts { samples: 5000, loudness_milli: None, true_peak_milli: None });
    assert_eq!(one_side(&stage.path("mix.wav")), vec![0; 5000]);

    let samples = babble(1.0, 0.8);
    let speech = stage.speech("a.wav", &samples, 100);
    stage.soundtrack(vec![speech], 60_000, None).await;
    let out = one_side(&stage.path("mix.wav"));
    assert_eq!(out.len(), 60_000);
    for (n, sample) in samples.iter().enumerate() {
        assert_eq!(out[100 + 2 * n], (sample * 32_767.0) as i16, "sample {n}");
    }
}

#[tokio::test]
async fn a_word_shorter_than_a_gating_block_is_brought_to_its_loudness() {
    let stage = Stage::new(30);
    let facts = stage.soundtrack(vec![stage.speech("a.wav", &babble(0.22, 0.3), 1600)], 12_800, Some(-14_000)).await;
    assert!((facts.loudness_milli.unwrap() + 14_000).abs() <= 500, "{facts:?}");
    assert!(facts.true_peak_milli.unwrap() <= -1500, "{facts:?}");
}

#[tokio::test]
async fn what_is_not_speech_is_refused_and_nothing_is_left() {
    let stage = Stage::new(30);
    stage.ffmpeg("-f lavfi -i sine=d=0.1:r=44100 wrong.wav").await;
    for name in ["wrong.wav", "missing.wav"] {
        let speech = vec![Placed { wav: stage.path(name), at: 0 }];
        let job = SoundtrackJob { speech, samples: 48_000, loudness_milli: None };
        let error = super::super::mix(&job, &stage.path("out.wav"), &stage.context("work")).await.unwrap_err();
        assert_eq!((error.class, error.code), (Class::Media, "SOUND_UNREADABLE"));
        assert!(error.message.contains(name));
        assert!(!stage.path("out.wav").exists());
    }
}

/// Where the limiter brings a quiet voice near to a loud one, more gain may make the whole less loud for a while.
#[tokio::test]
async fn a_quiet_voice_beside_a_loud_one_does_not_mislead_the_gain() {
    for (loudness, size, quieter_db) in [(-16_000, 1.0, 13.0), (-16_000, 0.5, 20.0), (-20_000, 0.5, 10.0)] {
        let stage = Stage::new(30);
        let quiet = size * 10.0_f32.powf(-quieter_db / 20.0);
        let speech = vec![
            stage.speech("loud.wav", &babble(2.0, size), 1600),
            stage.speech("quiet.wav", &babble(2.0, quiet), 110_000),
        ];
        let facts = stage.soundtrack(speech, 240_000, Some(loudness)).await;
        let miss = facts.loudness_milli.unwrap() - loudness;
        assert!(miss.abs() <= 500, "{quieter_db} dB: {miss}");
    }
}
