//! Four digits as a year, where the words around say so; decades.

use super::super::token::View;
use super::Reading;
use super::dates::month;
use super::numbers::{cardinal, is_digits, is_year, year};

/// Words before a year.
const BEFORE: &[&str] = &[
    "in", "since", "by", "from", "until", "till", "before", "after", "around", "circa", "during", "year", "late",
    "early", "mid", "spring", "summer", "autumn", "fall", "winter", "between", "ad", "anno",
];
/// Words after a count of things.
const COUNTED: &[&str] = &["people", "men", "women", "children", "percent", "feet", "of"];
/// Words in `s` that are no plural.
const SINGULAR: &[&str] = &["was", "is", "has", "as", "this", "its", "does", "us", "census", "election's"];

/// `In 1999`, `(1984)`, `2024 was`; not `1500 people`.
pub(super) fn years(view: &View) -> Option<Reading> {
    let core = view.core();
    if !is_year(core) {
        return None;
    }
    let n: u64 = core.parse().ok()?;
    let before = view.before().to_ascii_lowercase();
    let cue = BEFORE.contains(&before.as_str()) || month(view.before()).is_some() || follows_a_day(view);
    let after = view.after();
    let plural = after.ends_with('s') && after.chars().all(|c| c.is_ascii_lowercase()) && !SINGULAR.contains(&after);
    let counts = plural || COUNTED.contains(&after);
    let modern = (1900..2100).contains(&n) || (1600..1900).contains(&n) && !n.is_multiple_of(50);
    let bracketed = n >= 1100 && view.here().lead.contains('(');
    (!counts && (cue || modern || bracketed)).then(|| vec![year(n)])
}

/// `Jan. 5, 2024`: the year after a day after a month.
fn follows_a_day(view: &View) -> bool {
    view.behind(2).is_some_and(|token| month(&token.core).is_some()) && view.before().len() <= 4
}

/// `1980s`, `'90s`, `80s`.
pub(super) fn decades(view: &View) -> Option<Reading> {
    let number = view.core().strip_suffix("'s").or_else(|| view.core().strip_suffix('s'))?;
    if !is_digits(number) || !number.ends_with('0') {
        return None;
    }
    let (century, tens) = match number.len() {
        2 => ("", number),
        4 if number == "1000" => return Some(vec!["thousands".to_owned()]),
        4 if is_year(number) => number.split_at(2),
        _ => return None,
    };
    let decade = match tens {
        "00" if century == "20" => return Some(vec!["two thousands".to_owned()]),
        "00" if century.is_empty() => return Some(vec!["two thousands".to_owned()]),
        "00" => "hundreds".to_owned(),
        "10" => "tens".to_owned(),
        _ => format!("{}ies", cardinal(tens.parse().ok()?).trim_end_matches('y')),
    };
    let spoken = match century.parse() {
        Ok(century) => format!("{} {decade}", cardinal(century)),
        Err(_) => decade,
    };
    Some(vec![spoken])
}
