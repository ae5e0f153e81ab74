//! Telephone numbers, digit by digit: `555-123-4567`, `(555) 123-4567`, `1-800-555-0199`.

use super::super::token::View;
use super::Reading;
use super::numbers::{digits, is_digits};

/// Lengths of the groups of a number as it is written in North America.
const SHAPES: [&[usize]; 3] = [&[3, 4], &[3, 3, 4], &[1, 3, 3, 4]];

/// A number in one word, or an area code in brackets and the rest.
pub(super) fn phones(view: &View) -> Option<Reading> {
    let here = view.here();
    if here.lead == "(" && here.trail == ")" && here.core.len() == 3 && is_digits(&here.core) {
        return Some(vec![digits(&here.core), said(&view.ahead(1)?.core)?]);
    }
    Some(vec![said(view.core())?])
}

fn said(text: &str) -> Option<String> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let groups: Vec<&str> = text.splitn(5, ['-', '.']).collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let proper = SHAPES.contains(&lengths.as_slice()) && groups.iter().all(|group| is_digits(group));
    proper.then(|| groups.into_iter().map(digits).collect::<Vec<_>>().join(", "))
}
