//! Dates: `10/12/2024` (month first), `2024-10-12`, `12.10.2024` (day first), `Jan. 5th`, `5 January`.

use super::super::token::View;
use super::Reading;
use super::numbers::{is_digits, ordinal, year};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The month of that name or of its first three or four letters with a capital: `Jan`, `Sept`, `January`.
pub(super) fn month(text: &str) -> Option<&'static str> {
    let short = |name: &str| text.len() == 3 && name.starts_with(text);
    MONTHS.into_iter().find(|name| *name == text || short(name) || (text == "Sept" && *name == "September"))
}

/// A date in figures.
pub(super) fn figures(view: &View) -> Option<Reading> {
    let core = view.core();
    let separator = ['/', '-', '.'].into_iter().find(|separator| core.contains(*separator))?;
    let parts: Vec<&str> = core.splitn(4, separator).collect();
    if parts.len() != 3 || !parts.iter().all(|part| is_digits(part) && part.len() <= 4) {
        return None;
    }
    let values: Vec<u64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let &[first, second, third] = values.as_slice() else { return None };
    let (in_year, month, day) = match separator {
        '-' if parts[0].len() == 4 => (first, second, third),
        '/' if first <= 12 => (full_year(parts[2])?, first, second),
        '/' => (full_year(parts[2])?, second, first),
        '.' if parts[2].len() == 4 => (third, second, first),
        _ => return None,
    };
    let name = MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    (1..=31).contains(&day).then(|| vec![format!("{name} {}, {}", ordinal(day), year(in_year))])
}

/// Two figures stand for 1931 to 2030.
fn full_year(text: &str) -> Option<u64> {
    let n: u64 = text.parse().ok()?;
    match text.len() {
        4 => Some(n),
        2 => Some(if n > 30 { 1900 + n } else { 2000 + n }),
        _ => None,
    }
}

/// A month and a day: `Jan. 5th`, `January 5`, `5 January`.
pub(super) fn month_and_day(view: &View) -> Option<Reading> {
    let next = view.ahead(1)?;
    let here = view.here();
    if !next.lead.is_empty() || !matches!(here.trail.as_str(), "" | ".") {
        return None;
    }
    if let Some(name) = month(&here.core) {
        return Some(vec![name.to_owned(), ordinal(day(&next.core)?)]);
    }
    let (name, d) = (month(&next.core)?, day(&here.core)?);
    let article = if view.before().eq_ignore_ascii_case("the") { "" } else { "the " };
    Some(vec![format!("{article}{} of", ordinal(d)), name.to_owned()])
}

/// `5`, `5th`: a day of a month.
fn day(text: &str) -> Option<u64> {
    let number = text.trim_end_matches(|c: char| "stndrh".contains(c));
    let suffix = &text[number.len()..];
    if !is_digits(number) || !matches!(suffix, "" | "st" | "nd" | "rd" | "th") {
        return None;
    }
    number.parse().ok().filter(|d| (1..=31).contains(d))
}

/// A shortened month alone: `in Jan. 2024`. `May` and `Mar` without a stop are words of their own.
pub(super) fn short_months(view: &View) -> Option<Reading> {
    let core = view.core();
    let sure = view.here().is_dotted() || !matches!(core, "Mar" | "Jan" | "Sep" | "Dec");
    month(core).filter(|_| sure).map(|name| vec![name.to_owned()])
}
