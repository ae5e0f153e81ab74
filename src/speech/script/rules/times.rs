//! Times of day: `9:30 a.m.`, `3pm`, `14:05`, `9:00`.

use super::super::token::View;
use super::Reading;
use super::numbers::{cardinal, is_digits};

/// `A.M.` for every spelling of it; `None` for all else.
fn half_of_day(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "am" | "a.m" | "a.m." => Some("A.M."),
        "pm" | "p.m" | "p.m." => Some("P.M."),
        _ => None,
    }
}

/// A time, with the half of the day in the same word or in the next.
pub(super) fn times(view: &View) -> Option<Reading> {
    let core = view.core();
    let clock = core.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
    if let Some(half) = half_of_day(&core[clock.len()..]) {
        return Some(vec![format!("{} {half}", said(clock, true)?)]);
    }
    if clock.len() < core.len() {
        return None;
    }
    if let Some(half) = half_of_day(view.after()) {
        return Some(vec![said(clock, true)?, half.to_owned()]);
    }
    clock.contains(':').then(|| said(clock, false)).flatten().map(|spoken| vec![spoken])
}

/// `a.m.` alone. `am` is a word.
pub(super) fn halves_of_day(view: &View) -> Option<Reading> {
    let dotted = view.core().contains('.');
    half_of_day(view.core()).filter(|_| dotted).map(|half| vec![half.to_owned()])
}

/// The hours, minutes and seconds; `halved` where `a.m.` or `p.m.` follows.
fn said(clock: &str, halved: bool) -> Option<String> {
    let parts: Vec<&str> = clock.splitn(4, ':').collect();
    let two = |text: &&str| text.len() == 2 && is_digits(text);
    let proper = is_digits(parts[0]) && parts[0].len() <= 2 && parts.len() <= 3 && parts[1..].iter().all(two);
    if !proper {
        return None;
    }
    let values: Vec<u64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let (hour, minute, second) = (values[0], values.get(1).copied(), values.get(2).copied());
    if hour > 24 || minute.is_some_and(|m| m > 59) || second.is_some_and(|s| s > 59) {
        return None;
    }
    let hours = cardinal(hour);
    let spoken = match minute {
        None => hours,
        Some(0) if halved || second.is_some() => hours,
        Some(0) if hour == 0 => "midnight".to_owned(),
        Some(0) if hour > 12 => format!("{hours} hundred"),
        Some(0) => format!("{hours} o'clock"),
        Some(m @ 1..10) => format!("{hours} oh {}", cardinal(m)),
        Some(m) => format!("{hours} {}", cardinal(m)),
    };
    Some(match second {
        Some(1) => format!("{spoken} and one second"),
        Some(s) => format!("{spoken} and {} seconds", cardinal(s)),
        None => spoken,
    })
}
