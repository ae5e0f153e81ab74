//! What is wrong with a request, or of no use in it, and where.

use std::fmt;

use serde::Serialize;

/// One fault: a place, and a sentence that says what was found and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// `scenes[2].duration`; empty for the request as a whole.
    pub path: String,
    /// What was found there, and what is allowed.
    pub message: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    /// JSON that cannot be read.
    pub(super) fn unreadable(error: &serde_json::Error) -> Self {
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or(&reason);
        Self::new("", format!("not JSON: {reason} at line {}, column {}", error.line(), error.column()))
    }
}

/// Something that was sent and has no effect; the request is accepted all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// `scenes[2].promptImage`.
    pub path: String,
    /// Why it has none.
    pub message: String,
}

impl Warning {
    /// A field that is not used.
    pub(super) fn unused(path: impl Into<String>, why: &str) -> Self {
        Self { path: path.into(), message: format!("not used: {why}") }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// The path of a field of the object at `path`.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The scene that a path leads into; what is the film's comes before all scenes.
fn scene(path: &str) -> Option<usize> {
    path.strip_prefix("scenes[")?.split(']').next()?.parse().ok()
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "request" } else { &self.path };
        write!(f, "{place}: {}", self.message)
    }
}

/// All faults of a request, at least one: the film's own, then each scene's, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(transparent)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Collects faults; the same one twice is kept once.
    #[must_use]
    pub fn new(mut faults: Vec<Fault>) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        faults.retain(|fault| seen.insert((fault.path.clone(), fault.message.clone())));
        faults.sort_by_key(|fault| scene(&fault.path));
        Self(faults)
    }

    /// The faults.
    #[must_use]
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}
