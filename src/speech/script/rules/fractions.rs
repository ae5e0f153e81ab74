//! Fractions: `1/2`, `½`, `2½`, `2 1/2`.

use super::super::token::View;
use super::Reading;
use super::numbers::{cardinal, is_digits, ordinal, whole};

const SIGNS: [(char, u64, u64); 5] = [('½', 1, 2), ('¼', 1, 4), ('¾', 3, 4), ('⅓', 1, 3), ('⅔', 2, 3)];

/// A fraction, also after a whole number in the same word or in the word before. `7/10` is out of ten.
pub(super) fn fractions(view: &View) -> Option<Reading> {
    let core = view.core();
    if let Some(&(sign, above, below)) = SIGNS.iter().find(|(sign, ..)| core.ends_with(*sign)) {
        let before = &core[..core.len() - sign.len_utf8()];
        return match before {
            "" => Some(vec![said(above, below, is_digits(view.before()))]),
            count if is_digits(count) => Some(vec![format!("{} {}", whole(count), said(above, below, true))]),
            _ => None,
        };
    }
    let (above, below) = core.split_once('/')?;
    if !(is_digits(above) && is_digits(below) && above.len() <= 4 && below.len() <= 4) {
        return None;
    }
    let (above, below): (u64, u64) = (above.parse().ok()?, below.parse().ok()?);
    let whole_before = is_digits(view.before()) && view.previous().is_some_and(|token| token.trail.is_empty());
    Some(vec![match (above, below) {
        (24, 7) => "twenty-four seven".to_owned(),
        (50, 50) => "fifty-fifty".to_owned(),
        (9, 11) => "nine eleven".to_owned(),
        (a, b @ (2..=9 | 16 | 32 | 64)) if 0 < a && a < b => said(a, b, whole_before),
        (a, b) if a <= b => format!("{} out of {}", cardinal(a), cardinal(b)),
        (a, b) => format!("{} over {}", cardinal(a), cardinal(b)),
    }])
}

/// `three quarters`; after a whole number `and three quarters`, `and a half`.
fn said(above: u64, below: u64, after_whole: bool) -> String {
    let part = match below {
        2 => "half".to_owned(),
        4 => "quarter".to_owned(),
        _ => ordinal(below),
    };
    match (after_whole, above) {
        (true, 1) => format!("and {} {part}", if below == 8 { "an" } else { "a" }),
        (true, _) => format!("and {} {part}s", cardinal(above)),
        (false, 1) => format!("one {part}"),
        (false, _) => format!("{} {part}s", cardinal(above)),
    }
}
