//! From the words of a recipe to phonemes, by misaki's rules and lexicons.
//!
//! A sentence is read as a whole, since context decides (`the` before a vowel, `read` after `had`), and its phonemes
//! are then dealt out to the words they came from. misaki-rs gives tokens whose characters are those of the text, in
//! order; counting the visible ones finds each token's word.

use std::panic::{AssertUnwindSafe, catch_unwind};

use misaki_rs::{Fallback, G2P, Language};

use super::markup::{Piece, pieces};
use super::unknown::Unknown;

/// Changes whenever the same words may get other phonemes: another misaki-rs, another rule here.
pub(super) const VERSION: &str = "misaki-rs 0.8.0, 1";

/// Reads one variety of English.
pub(super) struct Phonemizer {
    rules: G2P,
}

/// A word as it is given to misaki, and what may be said about it beforehand.
struct Entry {
    /// What misaki reads: ASCII with a few marks, markup reduced to its visible text, so that it stays in its context.
    text: String,
    /// Ranges of visible characters whose phonemes are given.
    given: Vec<(std::ops::Range<usize>, String)>,
    /// How many visible characters it has.
    visible: usize,
}

impl Phonemizer {
    /// Loads the lexicons and the tagger from the program itself (some 0.2 s of processor time).
    pub(super) fn new(british: bool, unknown: Unknown) -> Self {
        let language = if british { Language::EnglishGB } else { Language::EnglishUS };
        let unknown: Box<dyn Fallback> = Box::new(unknown);
        Self { rules: G2P::with_fallback(language, Some(unknown)) }
    }

    /// The phonemes of each word, punctuation that shapes the voice among them. Every text gets an answer;
    /// a word that cannot be read gets an empty one.
    pub(super) fn read(&self, words: &[String]) -> Vec<String> {
        let entries: Vec<Entry> = words.iter().map(|word| Entry::new(word)).collect();
        self.read_together(&entries).unwrap_or_else(|| {
            let alone = |entry| self.read_together(std::slice::from_ref(entry)).and_then(|mut read| read.pop());
            entries.iter().map(|entry| alone(entry).unwrap_or_default()).collect()
        })
    }

    /// `None` where misaki-rs panics (0.8 slices some words inside a character), fails, or gives tokens that do not
    /// add up to the text.
    fn read_together(&self, entries: &[Entry]) -> Option<Vec<String>> {
        let text = entries.iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>().join(" ");
        let (_, tokens) = catch_unwind(AssertUnwindSafe(|| self.rules.g2p(&text))).ok()?.ok()?;
        let mut phonemes = vec![String::new(); entries.len()];
        let (mut word, mut at) = (0, 0);
        for token in tokens.iter().filter(|token| visible(&token.text) > 0) {
            while at >= entries.get(word)?.visible {
                at -= entries[word].visible;
                word += 1;
            }
            let (given, end) = (&entries[word].given, at + visible(&token.text));
            let mut starting = given.iter().filter(|(range, _)| (at..end).contains(&range.start)).peekable();
            if starting.peek().is_some() {
                starting.for_each(|(_, said)| phonemes[word].push_str(said));
            } else if !given.iter().any(|(range, _)| range.contains(&at)) {
                phonemes[word].push_str(token.phonemes.as_deref().unwrap_or_default());
            }
            if !given.iter().any(|(range, _)| range.start < end && end < range.end) {
                phonemes[word].push_str(&token.whitespace);
            }
            at += visible(&token.text);
        }
        let rest: usize = entries[word..].iter().map(|entry| entry.visible).sum();
        (at == rest).then_some(phonemes)
    }
}

impl Entry {
    fn new(word: &str) -> Self {
        let mut entry = Self { text: String::new(), given: Vec::new(), visible: 0 };
        for piece in pieces(word) {
            let (Piece::Plain(text) | Piece::Given { text, .. }) = piece;
            let text = folded(text);
            let start = entry.visible;
            entry.visible += visible(&text);
            match piece {
                Piece::Given { phonemes, .. } if entry.visible > start => {
                    entry.given.push((start..entry.visible, phonemes.to_owned()));
                }
                Piece::Plain(_) if text.starts_with("'s") => entry.give_possessive(start),
                _ => {}
            }
            entry.text.push_str(&text);
        }
        entry
    }

    /// The `'s` after given phonemes sounds as the last of them demands: `ɪz` after a hiss, `s` after a voiceless
    /// consonant, `z` elsewhere.
    fn give_possessive(&mut self, start: usize) {
        let Some(last) = self.given.last().filter(|(range, _)| range.end == start).and_then(|(_, p)| p.chars().last())
        else {
            return;
        };
        let ending = match last {
            's' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ' => "ɪz",
            'p' | 't' | 'k' | 'f' | 'θ' => "s",
            _ => "z",
        };
        self.given.push((start..start + 2, ending.to_owned()));
    }
}

/// The characters that are not white space.
fn visible(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// The text in ASCII and the few other marks that shape the voice. misaki-rs 0.8 cuts bytes off words as if each were
/// a character, and its lexicons are in ASCII anyway.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '—' | '…' | '“' | '”' => folded.push(c),
            c if c.is_whitespace() => folded.push(' '),
            c => folded.push_str(deunicode::deunicode_char(c).unwrap_or_default()),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::speech::Device;
    use crate::speech::tests::assets;

    fn phonemizer() -> Phonemizer {
        Phonemizer::new(false, Unknown::load(&assets(), Device::Cpu, 1).expect("letters"))
    }

    fn read(phonemizer: &Phonemizer, words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        phonemizer.read(&words).iter().map(|p| p.trim().to_owned()).collect()
    }

    #[test]
    fn each_word_gets_its_own_phonemes() {
        let phonemizer = phonemizer();
        let phonemes = read(&phonemizer, &["It", "costs", "four dollars and ninety-nine cents,", "“they”", "said."]);
        assert_eq!(phonemes[0], "ˌɪt");
        assert_eq!(phonemes[1], "kˈɔsts");
        assert_eq!(phonemes[2], "fˈɔɹ dˈɑləɹz ænd nˈIndinˌIn sˈɛnts,");
        assert_eq!(phonemes[3], "“ðA”");
        assert_eq!(phonemes[4], "sˈɛd.");
    }

    #[test]
    fn given_phonemes_win_over_the_lexicon() {
        let words = ["I", "[read](/ɹˈɛd/)", "[Kubernetes](/kˌubəɹnˈɛTiz/)'s", "[two words](/tˈu/),", "papers."];
        let phonemes = read(&phonemizer(), &words);
        assert_eq!(phonemes[1], "ɹˈɛd");
        assert_eq!(phonemes[2], "kˌubəɹnˈɛTizɪz");
        assert_eq!(phonemes[3], "tˈu,");
        assert_eq!(phonemes[4], "pˈApəɹz.");
    }

    #[test]
    fn unknown_words_are_read_by_their_letters() {
        let phonemes = read(&phonemizer(), &["The", "flurbish", "zorbles."]);
        assert!(phonemes[1].contains("flˈɜɹb"), "{phonemes:?}");
        assert!(phonemes[2].contains('z') && phonemes[2].ends_with('.'), "{phonemes:?}");
    }

    #[test]
    fn a_word_that_misaki_panics_on_takes_no_other_with_it() {
        let phonemes = read(&phonemizer(), &["Hello", "g“ing", "there."]);
        assert_eq!(phonemes[0], "həlˈO");
        assert_eq!(phonemes[2], "ðˈɛɹ.");
    }

    #[test]
    fn no_text_breaks_it() {
        let phonemizer = phonemizer();
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
        let words = prop::collection::vec("\\PC{1,12}|[a-z’'®£é]{1,8}(ing|ed|s)|[0-9.,:$%-]{1,8}", 1..6);
        runner
            .run(&words, |words| {
                let count = words.len();
                prop_assert_eq!(phonemizer.read(&words).len(), count);
                Ok(())
            })
            .expect("any text is read");
    }
}
