//! A measured figure, and what it should be.

use std::fmt;

use serde::Serialize;

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    /// What was measured.
    what: String,
    /// In `unit`.
    measured: f64,
    unit: &'static str,
    goal: Goal,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Goal {
    /// It is told to explain another.
    None,
    /// No more.
    AtMost(f64),
    /// No less.
    AtLeast(f64),
}

impl Figure {
    pub(super) fn new(what: impl Into<String>, measured: f64, unit: &'static str, goal: Goal) -> Self {
        Self { what: what.into(), measured, unit, goal }
    }

    /// A figure that explains another.
    pub(super) fn plain(what: impl Into<String>, measured: f64, unit: &'static str) -> Self {
        Self::new(what, measured, unit, Goal::None)
    }

    pub(super) fn reached(&self) -> bool {
        match self.goal {
            Goal::None => true,
            Goal::AtMost(goal) => self.measured <= goal,
            Goal::AtLeast(goal) => self.measured >= goal,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let goal = match self.goal {
            Goal::None => String::new(),
            Goal::AtMost(goal) => format!("  at most {goal}"),
            Goal::AtLeast(goal) => format!("  at least {goal}"),
        };
        let judged = if self.reached() { "" } else { "  MISSED" };
        let digits = match self.measured.abs() {
            count if self.unit.is_empty() && count.fract() == 0.0 => 0,
            small if small < 0.01 => 5,
            middle if middle < 10.0 => 3,
            _ => 1,
        };
        let measured = format!("{:.digits$} {}", self.measured, self.unit);
        write!(f, "{:<66} {measured:>14}{goal}{judged}", self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_judged_by_its_goal_and_says_so() {
        let figure = |goal| Figure::new("time", 2.0, "s", goal);
        assert!(figure(Goal::None).reached() && figure(Goal::AtMost(2.0)).reached());
        assert!(figure(Goal::AtLeast(2.0)).reached() && !figure(Goal::AtLeast(2.1)).reached());
        assert!(Figure::plain("steps", 4.0, "").to_string().ends_with(" 4 "), "counts have no decimals");
        let missed = figure(Goal::AtMost(1.5));
        assert!(!missed.reached());
        assert!(missed.to_string().ends_with("2.000 s  at most 1.5  MISSED"), "{missed}");
    }
}
