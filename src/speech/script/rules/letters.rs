//! Words of letters, and of letters and digits: `well-known`, `NASA`, `ChatGPT`, `221B`, `MP3`.

use super::super::token::View;
use super::Reading;
use super::numbers::{Number, cardinal, digits, year};

/// A word of letters, apostrophes and hyphens, for the phonemiser as it is.
pub(super) fn words(view: &View) -> Option<Reading> {
    let core = view.core();
    let inner = |b: u8| b.is_ascii_alphabetic() || b == b'\'' || b == b'-';
    let edges =
        core.starts_with(|c: char| c.is_ascii_alphabetic()) && core.ends_with(|c: char| c.is_ascii_alphabetic());
    (edges && core.bytes().all(inner) && !core.contains("-'")).then(|| vec![core.to_owned()])
}

/// Any text: runs of letters as words, runs of digits as numbers, all else passed over.
pub(super) fn spelled(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    let mixed = text.bytes().any(|b| b.is_ascii_alphabetic());
    while let Some(first) = rest.chars().next() {
        let (digit, letter) = (first.is_ascii_digit(), first.is_ascii_alphabetic());
        let same = |c: char| if digit { c.is_ascii_digit() } else { letter && (c.is_ascii_alphabetic() || c == '\'') };
        let end = rest.find(|c: char| !same(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let run = &rest[..end];
        match (digit, letter) {
            (true, _) if mixed => words.push(grouped(run)),
            (true, _) => words.push(Number::parse(run).map_or_else(|| digits(run), |number| number.words())),
            // With its stop it is the letter, without one the article.
            (_, true) if run.eq_ignore_ascii_case("a") => words.push("A.".to_owned()),
            (_, true) if run.len() == 1 => words.push(run.to_ascii_uppercase()),
            (_, true) => words.push(run.trim_end_matches('\'').to_owned()),
            _ => {}
        }
        rest = &rest[end..];
    }
    words.join(" ")
}

/// Digits beside letters, as one says a flight or a house: `221` as `two twenty-one`, `747` as `seven forty-seven`.
pub(super) fn grouped(run: &str) -> String {
    let n: u64 = run.parse().unwrap_or(0);
    match run.len() {
        _ if run.len() > 1 && run.starts_with('0') => digits(run),
        3 if n.is_multiple_of(100) => cardinal(n),
        3 if n % 100 < 10 => format!("{} oh {}", cardinal(n / 100), cardinal(n % 100)),
        3 => format!("{} {}", cardinal(n / 100), cardinal(n % 100)),
        4 => year(n),
        1 | 2 => cardinal(n),
        _ => digits(run),
    }
}
