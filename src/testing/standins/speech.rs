//! Speech that lasts as long as its letters.

use async_trait::async_trait;

use super::StandIns;
use crate::domain::script::{Sentence, Word, WordTime};
use crate::ports::{Class, PortError, PortResult, Speech, Spoken, StepContext, Voice};
use crate::recipe::Digest;
use crate::recipe::steps::{SpeechRecipe, VoicePin};

/// A letter lasts so many samples at 24 kHz: a millisecond.
const LETTER: u32 = 24;

#[async_trait]
impl Speech for StandIns {
    fn voices(&self) -> Vec<Voice> {
        vec![Voice { name: "heart".into(), engine: "stand-in".into(), language: "en-US".into(), installed: true }]
    }

    fn voice(&self, name: Option<&str>) -> PortResult<VoicePin> {
        match name.unwrap_or("heart") {
            "heart" => {
                Ok(VoicePin { engine: "stand-in".into(), name: "heart".into(), model: Digest::of("stand-in voice") })
            }
            other => {
                let message = format!("found {other:?}; allowed: heart");
                Err(PortError::permanent(Class::Request, "UNKNOWN_VOICE", message))
            }
        }
    }

    fn script(&self, text: &str, _: &VoicePin, _: &[(String, String)]) -> PortResult<Vec<Sentence>> {
        let word = |word: &str| {
            let said = word.chars().any(char::is_alphanumeric);
            Word { written: word.to_owned(), spoken: if said { word.to_lowercase() } else { String::new() } }
        };
        let sentence = |s: &str| Sentence { words: s.split_whitespace().map(word).collect(), pause_ms: 250 };
        let sentences: Vec<_> = text.split_inclusive('.').map(sentence).filter(|s| s.spoken().count() > 0).collect();
        if sentences.is_empty() {
            let message = format!("found {text:?}, in which no word can be spoken");
            return Err(PortError::permanent(Class::Request, "NOTHING_TO_SAY", message));
        }
        Ok(sentences)
    }

    fn unsayable(&self, pronunciations: &[(String, String)]) -> Vec<(String, String)> {
        let mute = pronunciations.iter().filter(|(_, how)| !how.contains(char::is_alphanumeric));
        mute.map(|(word, how)| (word.clone(), format!("found {how:?}, in which no word can be spoken"))).collect()
    }

    fn shrink(&self) {
        *self.locked().calls.entry("shrink".to_owned()).or_default() += 1;
    }

    fn release(&self) {
        *self.locked().calls.entry("release".to_owned()).or_default() += 1;
    }

    async fn speak(&self, recipe: &SpeechRecipe, context: &StepContext) -> PortResult<Spoken> {
        self.called(&format!("speak {}", recipe.words.join(" ")), context).await?;
        let mut at = 0;
        let mut time = |word: &String| {
            let start = at;
            at += word.len() as u32 * LETTER * 1000 / recipe.speed_milli;
            WordTime { start, end: at }
        };
        let words = recipe.words.iter().map(&mut time).collect();
        let tone = f32::from(recipe.words.len() as u16) / 100.0;
        Ok(Spoken { samples: vec![tone; at as usize], words })
    }
}
