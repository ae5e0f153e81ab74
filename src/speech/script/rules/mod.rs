//! How each written word is said: a list of rules, the first that knows the word reads it.

mod abbreviations;
mod dates;
mod fractions;
mod letters;
mod money;
mod names;
mod numbers;
mod phone;
mod roman;
mod symbols;
#[cfg(test)]
mod tests;
mod times;
mod units;
mod web;
mod years;

pub(super) use abbreviations::{is_abbreviation, may_end};

use super::token::{Token, View};
use crate::domain::script::Word;

/// What is said for one or more written words, in their order; at least one entry.
type Reading = Vec<String>;

/// Looks at a word and what stands around it, and reads it (and words after it) or leaves it to the next rule.
type Rule = fn(&View) -> Option<Reading>;

/// All rules in the order in which they are asked: the narrow before the wide. What none of them knows
/// is spelled, run of letters by run of digits.
const RULES: &[Rule] = &[
    names::names,
    web::links,
    web::tags,
    dates::figures,
    dates::month_and_day,
    dates::short_months,
    years::decades,
    times::times,
    times::halves_of_day,
    phone::phones,
    money::money,
    fractions::fractions,
    units::units,
    units::lone_units,
    units::sizes,
    units::feet_and_inches,
    years::years,
    numbers::ranges,
    numbers::ordinals,
    numbers::plain,
    roman::numerals,
    abbreviations::abbreviations,
    abbreviations::initials,
    symbols::lone,
    letters::words,
    symbols::compounds,
];

/// What the rules say about one word.
fn reading(view: &View) -> Reading {
    RULES.iter().find_map(|rule| rule(view)).unwrap_or_else(|| vec![letters::spelled(view.core())])
}

/// One piece of a compound, by the same rules, without neighbours.
fn piece(text: &str) -> String {
    reading(&View::new(&[Token::new(text)], 0)).concat()
}

/// One sentence, word by word: as many words as tokens.
pub(super) fn read(tokens: &[Token]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::with_capacity(tokens.len());
    while let Some(token) = tokens.get(words.len()) {
        let at = words.len();
        if token.is_silent() {
            pause(&mut words, token);
            continue;
        }
        let said = match &token.given {
            Some(given) => vec![given.clone()],
            None => reading(&View::new(tokens, at)),
        };
        if said.iter().all(String::is_empty) {
            pause(&mut words, token);
            continue;
        }
        for (token, core) in tokens[at..].iter().zip(said) {
            let last = words.len() + 1 == tokens.len();
            words.push(Word { written: token.written.clone(), spoken: punctuated(token, &core, last) });
        }
    }
    words
}

/// How many silent words back a pause looks for a word to be heard after.
const REACH: usize = 8;

/// A word that is not said; its dash or dots are heard after the word before.
fn pause(words: &mut Vec<Word>, token: &Token) {
    let mark = format!("{}{}{}", token.lead, token.core, token.trail).chars().find_map(|c| match c {
        '-' => Some('—'),
        '.' | ',' | '!' | '?' | ';' | ':' | '…' | '—' => Some(c),
        _ => None,
    });
    let before = words.iter_mut().rev().take(REACH).find(|word| !word.spoken.is_empty());
    if let (Some(mark), Some(before)) = (mark, before)
        && before.spoken.ends_with(|c: char| c.is_ascii_alphabetic())
    {
        before.spoken.push(mark);
    }
    words.push(Word { written: token.written.clone(), spoken: String::new() });
}

/// A reading between the marks that stand around its word. The stop of an abbreviation is no mark, except at the end.
fn punctuated(token: &Token, core: &str, last: bool) -> String {
    if core.is_empty() {
        return String::new();
    }
    let trail = token.voiced_trail();
    let spare_dot = core.ends_with('.') || (!last && is_abbreviation(&token.core));
    let trail = if spare_dot { trail.strip_prefix('.').unwrap_or(&trail) } else { &trail };
    format!("{}{core}{trail}", token.voiced_lead())
}
