//! What was measured when an artifact was made, and the timeline that follows from it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::internal;
use crate::domain::captions::cues::TimedWord;
use crate::domain::captions::timing::timed;
use crate::domain::script::{Sentence, WordTime};
use crate::domain::timeline::{Narration, Utterance};
use crate::ports::{Meta, PortResult};
use crate::recipe::plan::PlannedSentence;

/// Beside a sentence's sound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeechMeta {
    /// Its length, in samples at 24 kHz.
    pub samples: u32,
    /// When each of its spoken words sounds.
    pub words: Vec<WordTime>,
}

/// Beside a scene's video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SceneMeta {
    /// Its frames.
    pub frames: u32,
}

/// Beside a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilmMeta {
    /// Its frames.
    pub frames: u32,
    /// Its length in milliseconds.
    pub duration_ms: u64,
    /// Integrated loudness of the mix, in thousandths of LUFS; `None` for silence.
    pub loudness_milli: Option<i32>,
    /// True peak of the mix, in thousandths of dBTP.
    pub true_peak_milli: Option<i32>,
}

/// Reads the facts beside an artifact.
pub(super) fn read<T: DeserializeOwned>(meta: &Meta) -> PortResult<T> {
    serde_json::from_value(meta.facts.clone()).map_err(|e| internal(format!("an artifact's facts cannot be read: {e}")))
}

/// A narration that was spoken: its sentences, and where they stand.
pub(super) struct Told<'a> {
    sentences: Vec<(&'a Sentence, SpeechMeta)>,
    /// Where they stand.
    pub(super) layout: Narration,
}

impl<'a> Told<'a> {
    /// Lays out sentences with their measured speech.
    pub(super) fn new(sentences: Vec<(&'a PlannedSentence, SpeechMeta)>) -> Self {
        let said = |(planned, meta): &(&PlannedSentence, SpeechMeta)| Utterance {
            samples: meta.samples,
            pause_ms: planned.sentence.pause_ms,
        };
        let layout = Narration::lay(&sentences.iter().map(said).collect::<Vec<_>>());
        let sentences = sentences.into_iter().map(|(planned, meta)| (&planned.sentence, meta)).collect();
        Self { sentences, layout }
    }

    /// Its words with their times in film samples from the narration's beginning.
    pub(super) fn words(&self) -> Vec<TimedWord> {
        let spoken: Vec<_> = self.sentences.iter().map(|(sentence, meta)| (*sentence, &meta.words[..])).collect();
        timed(&spoken, &self.layout.starts)
    }
}
