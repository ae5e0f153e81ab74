//! Words whose marks are part of their name.

use super::super::token::View;
use super::Reading;

const NAMES: &[(&str, &str)] = &[
    ("C++", "C plus plus"),
    ("c++", "C plus plus"),
    ("C#", "C sharp"),
    ("c#", "C sharp"),
    ("F#", "F sharp"),
    (".NET", "dot net"),
    ("ASP.NET", "A.S.P. dot net"),
    ("Node.js", "Node J S"),
    ("Next.js", "Next J S"),
    ("Vue.js", "View J S"),
    ("AT&T", "A.T. and T"),
    ("N/A", "not applicable"),
    ("I/O", "I O"),
    ("w/", "with"),
    ("w/o", "without"),
    ("and/or", "and or"),
];

/// A word of the table.
pub(super) fn names(view: &View) -> Option<Reading> {
    let (_, spoken) = NAMES.iter().find(|(written, _)| *written == view.core())?;
    Some(vec![(*spoken).to_owned()])
}
