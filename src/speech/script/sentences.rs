//! Where a sentence ends.

use std::ops::Range;

use super::rules::{is_abbreviation, may_end};
use super::token::Token;

/// The sentences of a line, as ranges of its tokens. Emoji and lone marks after an end belong to the sentence before.
pub(super) fn split(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut ended = false;
    for (at, token) in tokens.iter().enumerate() {
        if ended && !token.is_silent() {
            sentences.push(start..at);
            start = at;
            ended = false;
        }
        ended = ended || ends(tokens, at);
    }
    if start < tokens.len() {
        sentences.push(start..tokens.len());
    }
    sentences
}

/// Whether a sentence ends with this token: it closes with `.`, `!`, `?` or `…`, what follows does not go on in
/// small letters, and the stop is not an abbreviation's.
fn ends(tokens: &[Token], at: usize) -> bool {
    let token = &tokens[at];
    let closes = token.trail.trim_end_matches(['"', '\'', ')', ']', '}', '*', '_']).ends_with(['.', '!', '?', '…']);
    if !closes || token.is_silent() {
        return false;
    }
    let Some(next) = tokens[at + 1..].iter().find(|next| !next.is_silent()) else { return false };
    if next.initial().is_some_and(|c| c.is_ascii_lowercase()) {
        return false;
    }
    let after_name = at > 1 && tokens[at - 1].is_capitalized();
    !(token.is_dotted() && is_abbreviation(&token.core)) || may_end(&token.core, after_name, next)
}

#[cfg(test)]
mod tests {
    use super::split;
    use crate::speech::script::token::Token;

    fn sentences(text: &str) -> Vec<String> {
        let tokens: Vec<Token> = text.split_whitespace().map(Token::new).collect();
        let joined = |range: std::ops::Range<usize>| {
            tokens[range].iter().map(|token| token.written.as_str()).collect::<Vec<_>>().join(" ")
        };
        split(&tokens).into_iter().map(joined).collect()
    }

    #[test]
    fn one_sentence() {
        for text in [
            "Dr. Smith and Mrs. Jones met J. R. R. Tolkien on St. Paul Street.",
            "It costs 3.50 vs. 4.20, e.g. At noon.",
            "\"Stop!\" he said.",
            "Well... maybe",
            "See No. 5 and Fig. 3 at 9 a.m. Monday.",
            "The U.S. Army came on Jan. 5th.",
            "Visit example.com today",
        ] {
            assert_eq!(sentences(text), [text]);
        }
    }

    #[test]
    fn more_sentences() {
        for (text, expected) in [
            ("One. Two! Three? Four… Five", vec!["One.", "Two!", "Three?", "Four…", "Five"]),
            ("He said \"No.\" She left.", vec!["He said \"No.\"", "She left."]),
            ("(Really.) Yes.", vec!["(Really.)", "Yes."]),
            ("Apples, pears, etc. The end.", vec!["Apples, pears, etc.", "The end."]),
            ("He lives on Baker St. The house is old.", vec!["He lives on Baker St.", "The house is old."]),
            ("It is 9 a.m. We go.", vec!["It is 9 a.m.", "We go."]),
            ("Great job! 🎉 Keep going!", vec!["Great job! 🎉", "Keep going!"]),
            ("It was in June. Tom said no. Sam left.", vec!["It was in June.", "Tom said no.", "Sam left."]),
            ("No. I won't.", vec!["No.", "I won't."]),
            ("It was 1999. 2000 came.", vec!["It was 1999.", "2000 came."]),
        ] {
            assert_eq!(sentences(text), expected);
        }
    }
}
