//! What the user said about how to say words.

use std::collections::HashMap;

use super::fold::fold;
use super::rules;
use super::token::Token;

/// More phonemes than this are no word; the markup's visible text is then read by the rules.
const MOST_PHONEMES: usize = 120;
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
    /// Entries without a word or without anything that can be said are passed over.
    pub(super) fn new(pronunciations: &[(String, String)]) -> Self {
        let entries = pronunciations.iter().filter_map(|(word, how)| Some((key(word), said(how)?)));
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

fn key(word: &str) -> String {
    Token::new(word.trim()).core.to_ascii_lowercase()
}

fn said(how: &str) -> Option<Said> {
    if let Some(phonemes) = phonemes(how) {
        return Some(Said::Phonemes(phonemes));
    }
    let tokens: Vec<Token> = how.split_whitespace().map(Token::new).collect();
    let words: Vec<String> = rules::read(&tokens).into_iter().map(|word| word.spoken).collect();
    let respelled = words.join(" ").trim_matches(|c: char| !c.is_ascii_alphabetic()).to_owned();
    (!respelled.is_empty()).then_some(Said::Respelled(respelled))
}

/// The phonemes between two slashes.
pub(super) fn phonemes(how: &str) -> Option<String> {
    let inner = how.trim().strip_prefix('/')?.strip_suffix('/')?.trim();
    let odd = |c: char| c.is_control() || c.is_ascii_digit() || "[]()/".contains(c);
    (!inner.is_empty() && inner.chars().count() <= MOST_PHONEMES && !inner.contains(odd)).then(|| inner.to_owned())
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
