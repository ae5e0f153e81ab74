//! A line as tokens, with what the user said about how to say them: markup in the text, or a lexicon.

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
    fn find(&self, token: &Token) -> Option<String> {
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
fn phonemes(how: &str) -> Option<String> {
    let inner = how.trim().strip_prefix('/')?.strip_suffix('/')?.trim();
    let odd = |c: char| c.is_control() || c.is_ascii_digit() || "[]()/".contains(c);
    (!inner.is_empty() && inner.chars().count() <= MOST_PHONEMES && !inner.contains(odd)).then(|| inner.to_owned())
}

/// How `'s` sounds after these phonemes.
fn possessive_sound(phonemes: &str) -> &'static str {
    match phonemes.chars().last() {
        Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ') => "ᵻz",
        Some('p' | 't' | 'k' | 'f' | 'θ') => "s",
        _ => "z",
    }
}

/// Markup as the phonemiser reads it.
fn markup(visible: &str, phonemes: &str) -> String {
    let letters: String = fold(visible).chars().filter(char::is_ascii_alphanumeric).take(MOST_LETTERS).collect();
    format!("[{}](/{phonemes}/)", if letters.is_empty() { "x" } else { &letters })
}

/// The tokens of a line. Markup is reduced to its visible text, and so are links.
pub(super) fn tokens(line: &str, lexicon: &Lexicon) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = line;
    // What stands right before markup, without a space: an opening quote.
    let mut prefix = String::new();
    while let Some((before, visible, target, after)) = next_markup(rest) {
        prefix.push_str(before);
        if let Some(phonemes) = phonemes(target) {
            let word = |c: char| c.is_alphanumeric() || c == ' ';
            let open = prefix.trim_end_matches(|c| !word(c)).len();
            plain(&prefix[..open], lexicon, &mut tokens);
            let owner =
                ["'s", "’s"].into_iter().find(|s| after.strip_prefix(s).is_some_and(|rest| !rest.starts_with(word)));
            let ending = owner.unwrap_or("");
            let marks = &after[ending.len()..];
            let marks = &marks[..marks.find(|c| word(c) || c == '[').unwrap_or(marks.len())];
            let sound = if owner.is_some() { possessive_sound(&phonemes) } else { "" };
            spoken(&prefix[open..], &format!("{visible}{ending}"), &format!("{phonemes}{sound}"), marks, &mut tokens);
            prefix.clear();
            rest = &after[ending.len() + marks.len()..];
        } else {
            prefix.push_str(visible);
            rest = after;
        }
    }
    prefix.push_str(rest);
    plain(&prefix, lexicon, &mut tokens);
    tokens
}

fn plain(text: &str, lexicon: &Lexicon, tokens: &mut Vec<Token>) {
    tokens.extend(text.split_whitespace().map(|written| {
        let mut token = Token::new(written);
        token.given = lexicon.find(&token);
        token
    }));
}

/// Words with given phonemes: one token a word where the phonemes have as many, otherwise the first says all of them.
fn spoken(before: &str, visible: &str, phonemes: &str, after: &str, tokens: &mut Vec<Token>) {
    let words: Vec<&str> = visible.split_whitespace().collect();
    let sounds: Vec<&str> = phonemes.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        let lead = if at == 0 { before } else { "" };
        let trail = if at + 1 == words.len() { after } else { "" };
        let given = match (words.len() == sounds.len(), at) {
            (true, _) => markup(word, sounds[at]),
            (false, 0) => markup(visible, phonemes),
            _ => String::new(),
        };
        tokens.push(Token {
            written: format!("{lead}{word}{trail}"),
            lead: fold(lead),
            core: fold(word),
            trail: fold(trail),
            given: Some(given),
        });
    }
}

/// The next `[visible](target)`: what stands before it, its two parts, what stands after it.
fn next_markup(text: &str) -> Option<(&str, &str, &str, &str)> {
    let middle = text.find("](")?;
    let open = text[..middle].rfind('[')?;
    let close = middle + 2 + text[middle + 2..].find(')')?;
    let (visible, target) = (&text[open + 1..middle], &text[middle + 2..close]);
    (!visible.trim().is_empty()).then(|| (&text[..open], visible, target, &text[close + 1..]))
}
