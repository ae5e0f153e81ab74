//! The phonemes that the models know, each with its id.

use std::collections::HashMap;

use serde::Deserialize;

use super::runtime::failed;
use crate::assets::Assets;
use crate::ports::PortResult;

/// The name of their list among the assets.
pub(super) const IDS: &str = "vocab.json";
/// The id of silence at both ends of what a model is given.
pub(super) const PAD: i64 = 0;

/// Kokoro's 114 symbols, which hibari shares.
#[derive(Deserialize)]
pub(super) struct Alphabet {
    #[serde(rename = "vocab")]
    ids: HashMap<char, i64>,
}

impl Alphabet {
    /// Reads their list.
    pub(super) fn load(assets: &Assets) -> PortResult<Self> {
        let path = assets.verified(IDS)?;
        let wrong = |e: &dyn std::fmt::Display| failed(&format!("cannot read {}", path.display()), e);
        let bytes = std::fs::read(&path).map_err(|e| wrong(&e))?;
        serde_json::from_slice(&bytes).map_err(|e| wrong(&e))
    }

    /// The id of the space between words.
    pub(super) fn space(&self) -> i64 {
        self.ids.get(&' ').copied().unwrap_or(PAD)
    }

    /// A string of phonemes as the ids of those that are known. Marks that no sound belongs to (punctuation, quotes)
    /// count as edges.
    pub(super) fn word(&self, phonemes: &str) -> WordIds {
        let known = phonemes.trim().chars().filter_map(|c| Some((c, *self.ids.get(&c)?)));
        let (symbols, ids): (Vec<char>, Vec<i64>) = known.unzip();
        let sounds = |c: &char| !";:,.!?—…\"“”() ".contains(*c);
        let first = symbols.iter().position(sounds).unwrap_or(0);
        let end = symbols.iter().rposition(sounds).map_or(first, |last| last + 1);
        WordIds { ids, first, end }
    }
}

/// One word of a recipe as a model takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct WordIds {
    /// Phonemes, punctuation, and spaces where the entry is said in several words.
    pub(super) ids: Vec<i64>,
    /// The first id that sounds.
    pub(super) first: usize,
    /// One past the last id that sounds; `first` where none does.
    pub(super) end: usize,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Alphabet;
    use crate::speech::script::given::{MARKS, PUNCTUATION, SOUNDS};
    use crate::speech::tests::assets;

    /// Round brackets are left out, since they end the markup that phonemes are given in.
    #[test]
    fn what_a_user_may_give_is_what_the_models_know() {
        let known: BTreeSet<char> = Alphabet::load(&assets()).expect("the alphabet").ids.into_keys().collect();
        let given: BTreeSet<char> = [SOUNDS, MARKS, PUNCTUATION, "()"].concat().chars().collect();
        assert_eq!(given, known);
    }
}
