//! A line as tokens; markup in it, `[word](/phonemes/)`, is reduced to its visible text and says how that sounds.

use super::fold::fold;
use super::given;
use super::lexicon::{Lexicon, markup, possessive_sound, slashed};
use super::token::Token;

/// The tokens of a line. Markup is reduced to its visible text, and so are links.
pub(super) fn tokens(line: &str, lexicon: &Lexicon) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = line;
    // What stands right before markup, without a space: an opening quote.
    let mut prefix = String::new();
    while let Some((before, visible, target, after)) = next_markup(rest) {
        prefix.push_str(before);
        if let Some(Ok(phonemes)) = marked(target) {
            let word = |c: char| c.is_alphanumeric() || c == ' ';
            let open = prefix.trim_end_matches(|c| !word(c)).len();
            plain(&prefix[..open], lexicon, &mut tokens);
            let ending = possessive(after);
            let marks = &after[ending.len()..];
            let marks = &marks[..marks.find(|c| word(c) || c == '[').unwrap_or(marks.len())];
            let sound = if ending.is_empty() { "" } else { possessive_sound(&phonemes) };
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

/// What is wrong with the markup of a line: it would be read as a link, and its phonemes be lost.
pub(super) fn unsayable(line: &str) -> Vec<String> {
    let mut told = Vec::new();
    let mut rest = line;
    while let Some((_, visible, target, after)) = next_markup(rest) {
        if let Some(Err(wrong)) = marked(target) {
            told.push(format!("found [{visible}]({target}), {wrong}"));
        }
        rest = after;
    }
    told
}

/// The phonemes of markup; `None` for the target of a link, also of one to a path.
fn marked(target: &str) -> Option<Result<String, String>> {
    slashed(target.trim()).filter(|inner| !inner.contains('/')).map(given::phonemes)
}

/// The `'s` that a text begins with, empty where it does not.
fn possessive(after: &str) -> &str {
    let ends = |s: &&&str| after.strip_prefix(**s).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    ["'s", "’s"].iter().find(ends).copied().unwrap_or("")
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
