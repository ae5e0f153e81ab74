//! What the user said about how to say words.

use std::collections::HashMap;

use super::fold::fold;
use super::token::Token;
use super::{given, rules};

/// Characters of the visible text that stand in markup.
const MOST_LETTERS: usize = 40;

/// How words are said, by their core in lower case.
pub(super) struct Lexicon(HashMap<String, Said>);

/// One entry of a lexicon.
enum Said {
    Phonemes(String),
    Respelled(String),
}

impl Lexicon {
    /// Entries that [`unsayable`] tells of are passed over.
    pub(super) fn new(pronunciations: &[(String, String)]) -> Self {
        let entries = pronunciations.iter().filter_map(|(word, how)| Some((key(word), said(how).ok()?)));
        Self(entries.filter(|(word, _)| !word.is_empty()).collect())
    }

    /// What is said for a word, also for its possessive.
    pub(super) fn find(&self, token: &Token) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let core = token.core.to_ascii_lowercase();
        let (said, possessive) = match (self.0.get(&core), core.strip_suffix("'s")) {
            (Some(said), _) => (said, false),
            (None, Some(owner)) => (self.0.get(owner)?, true),
            (None, None) => return None,
        };
        Some(match said {
            Said::Phonemes(phonemes) if possessive => {
                markup(&token.core, &format!("{phonemes}{}", possessive_sound(phonemes)))
            }
            Said::Phonemes(phonemes) => markup(&token.core, phonemes),
            Said::Respelled(words) => format!("{words}{}", if possessive { "'s" } else { "" }),
        })
    }
}

/// The entries that would have no effect: each word, and what is wrong with it or with how it is to be said.
pub(in crate::speech) fn unsayable(pronunciations: &[(String, String)]) -> Vec<(String, String)> {
    let mut words: HashMap<String, &str> = HashMap::new();
    let mut told = Vec::new();
    for (word, how) in pronunciations {
        let key = key(word);
        if key.is_empty() {
            told.push((word.clone(), "the word has neither a letter nor a digit".to_owned()));
        } else if let Some(first) = words.insert(key, word) {
            told.push((word.clone(), format!("the same word as `{first}`; give it once")));
        }
        if let Err(wrong) = said(how) {
            told.push((word.clone(), format!("found {how:?}, {wrong}")));
        }
    }
    told
}

fn key(word: &str) -> String {
    Token::new(word.trim()).core.to_ascii_lowercase()
}

/// # Errors
/// What is wrong, as it goes on after `found ..., `.
fn said(how: &str) -> Result<Said, String> {
    let how = how.trim();
    if how.starts_with('/') || how.ends_with('/') {
        let inner = slashed(how).ok_or("where phonemes do not stand between two slashes; allowed: /phonemes/")?;
        return given::phonemes(inner).map(Said::Phonemes);
    }
    let tokens: Vec<Token> = how.split_whitespace().map(Token::new).collect();
    let words: Vec<String> = rules::read(&tokens).into_iter().map(|word| word.spoken).collect();
    let respelled = words.join(" ").trim_matches(|c: char| !c.is_ascii_alphabetic()).to_owned();
    if respelled.is_empty() {
        return Err("which has no word that can be spoken; allowed: /phonemes/ or a respelling".to_owned());
    }
    Ok(Said::Respelled(respelled))
}

/// What stands between two slashes.
pub(super) fn slashed(text: &str) -> Option<&str> {
    text.strip_prefix('/')?.strip_suffix('/')
}

/// How `'s` sounds after these phonemes.
pub(super) fn possessive_sound(phonemes: &str) -> &'static str {
    match phonemes.chars().last() {
        Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ') => "ᵻz",
        Some('p' | 't' | 'k' | 'f' | 'θ') => "s",
        _ => "z",
    }
}

/// Markup as the phonemiser reads it.
pub(super) fn markup(visible: &str, phonemes: &str) -> String {
    let letters: String = fold(visible).chars().filter(char::is_ascii_alphanumeric).take(MOST_LETTERS).collect();
    format!("[{}](/{phonemes}/)", if letters.is_empty() { "x" } else { &letters })
}
