//! What speech costs beside what its networks cost.

use std::path::Path;

use super::figure::{Figure, Goal};
use super::meter::{protovideo, run};
use crate::assets::Assets;
use crate::cli::Failure;
use crate::config::Config;
use crate::domain::units::SPEECH_RATE;
use crate::ports::{PortResult, Speech as _};
use crate::recipe::steps::SpeechRecipe;
use crate::speech::{Cost, Speaker};

/// The sentences that the gates listen to.
const PLAIN: &str = include_str!("../../../tests/speech/sentences.txt");
/// Kokoro speaks so many of them: it takes seconds for each.
const FEW: usize = 6;

pub(super) fn measure(config: &Config, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let speaker = Speaker::new(Assets::at(config.assets.clone()), 1);
    let mut figures = Vec::new();
    let mut phonemes = 0.0;
    for (voice, count, goal) in [("heart", usize::MAX, 2.0), ("af_heart", FEW, 1.05)] {
        let (cost, seconds, sentences) = spoken(&speaker, voice, count)?;
        let (inference, speech) = (cost.inference.as_secs_f64(), cost.speech.as_secs_f64());
        figures.extend([
            Figure::plain(format!("{voice}: bare inference, a second of speech"), inference / seconds, "s"),
            Figure::plain(format!("{voice}: from ids to sound, a second of speech"), speech / seconds, "s"),
            Figure::new(format!("{voice}: against bare inference"), speech / inference, "x", Goal::AtMost(goal)),
        ]);
        phonemes = f64::max(phonemes, 1000.0 * cost.phonemes.as_secs_f64() / sentences as f64);
    }
    figures.push(Figure::new("phonemes of a sentence", phonemes, "ms", Goal::AtMost(10.0)));
    let first = PLAIN.lines().next().unwrap_or_default();
    let mut cold = f64::INFINITY;
    for _ in 0..3 {
        cold = cold.min(run(&mut protovideo(folder, &["speak", first])?, false)?.processor);
    }
    figures.push(Figure::new("a cold process speaks its first sentence", cold, "s", Goal::AtMost(0.4)));
    Ok(figures)
}

/// The cost of the plain sentences with a voice, the seconds of speech, and how many they were.
fn spoken(speaker: &Speaker, voice: &str, count: usize) -> PortResult<(Cost, f64, usize)> {
    let pin = speaker.voice(Some(voice))?;
    let mut recipes = Vec::new();
    for line in PLAIN.lines().take(count) {
        recipes.extend(speaker.script(line, &pin, &[])?.iter().map(|sentence| SpeechRecipe {
            words: sentence.spoken().map(str::to_owned).collect(),
            voice: pin.clone(),
            speed_milli: 1000,
        }));
    }
    // Loads what is loaded once.
    if let Some(first) = recipes.first() {
        speaker.cost(first)?;
    }
    let (mut all, mut samples) = (Cost::default(), 0);
    for recipe in &recipes {
        let (spoken, cost) = speaker.cost(recipe)?;
        all.phonemes += cost.phonemes;
        all.inference += cost.inference;
        all.speech += cost.speech;
        samples += spoken.samples.len();
    }
    Ok((all, samples as f64 / f64::from(SPEECH_RATE), recipes.len()))
}
