//! Words that no lexicon has: hibari's small network reads their letters. Its answer is read as CTC: repeats count
//! once, blanks not at all.

use std::collections::HashMap;
use std::sync::Arc;

use misaki_rs::Fallback;
use misaki_rs::fallback::FallbackError;
use ort::value::Tensor;
use serde::Deserialize;

use super::device::Device;
use super::mapped::map;
use super::pool::Pool;
use super::runtime::{self, Model, failed};
use crate::assets::Assets;
use crate::ports::PortResult;

/// Where the network and its letters lie among the assets.
pub(super) const NETWORK: &str = "hibari-oov.onnx";
pub(super) const LETTERS: &str = "hibari-oov.json";

/// The letters and sounds of the network; an id is an index here, plus one.
#[derive(Deserialize)]
struct Letters {
    #[serde(rename = "in")]
    written: Vec<char>,
    #[serde(rename = "out")]
    sounds: Vec<char>,
    #[serde(rename = "maxlen")]
    longest: usize,
}

/// Reads words by their letters. The network is loaded when the first such word comes.
pub(super) struct Unknown {
    ids: HashMap<char, i64>,
    sounds: Vec<char>,
    longest: usize,
    pool: Pool<Model>,
}

impl Unknown {
    /// Reads the letters; `sessions` words may be read at once.
    pub(super) fn load(assets: &Assets, device: Device, sessions: usize) -> PortResult<Self> {
        let path = assets.verified(LETTERS)?;
        let wrong = |e: &dyn std::fmt::Display| failed(&format!("cannot read {}", path.display()), e);
        let bytes = std::fs::read(&path).map_err(|e| wrong(&e))?;
        let Letters { written, sounds, longest } = serde_json::from_slice(&bytes).map_err(|e| wrong(&e))?;
        let assets = assets.clone();
        let open = move || {
            let environment = runtime::environment(&assets, device)?;
            runtime::open(&environment, NETWORK, Arc::new(map(&assets.verified(NETWORK)?)?))
        };
        Ok(Self {
            ids: written.into_iter().zip(1..).collect(),
            sounds,
            longest,
            pool: Pool::new(sessions, sessions, open),
        })
    }

    fn read(&self, word: &str) -> PortResult<String> {
        let chars: Vec<i64> = word.chars().filter_map(|c| self.ids.get(&c).copied()).take(self.longest).collect();
        if chars.is_empty() {
            return Ok(String::new());
        }
        self.pool.run(|model| {
            let wrong = |e: ort::Error| failed(&format!("cannot read the word `{word}`"), e);
            let chars = Tensor::from_array(([1, chars.len()], chars.clone())).map_err(wrong)?;
            let outputs = model.session.run(ort::inputs!["chars" => chars]).map_err(wrong)?;
            let (_, ids) = outputs[0].try_extract_tensor::<i64>().map_err(wrong)?;
            Ok(self.collapsed(ids))
        })
    }

    fn collapsed(&self, ids: &[i64]) -> String {
        let mut previous = 0;
        let kept = ids.iter().filter(|&&id| std::mem::replace(&mut previous, id) != id && id != 0);
        kept.filter_map(|&id| self.sounds.get(usize::try_from(id - 1).ok()?)).collect()
    }
}

impl Fallback for Unknown {
    /// Always `Ok`: an error here would lose the whole sentence, so a word that cannot be read is silent.
    fn phonemize(&self, word: &str) -> Result<String, FallbackError> {
        Ok(self.read(word).unwrap_or_else(|error| {
            tracing::warn!(%error, word, "a word that no lexicon has is left out");
            String::new()
        }))
    }
}
