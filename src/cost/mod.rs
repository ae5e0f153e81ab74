//! What films cost: list prices, what work takes as it was measured, what a plan will cost, and what a task did cost. Pure.

mod estimate;
pub mod prices;
pub mod rates;
mod requests;
mod spent;

use serde::{Deserialize, Serialize};

pub use estimate::{Estimate, Part, estimate};
pub use spent::{Spent, spent};

/// From the least that it may be to the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl Range {
    pub(crate) const fn of(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// What is known.
    pub(crate) const fn exactly(value: f64) -> Self {
        Self::of(value, value)
    }

    /// So many times as much.
    #[must_use]
    pub(crate) fn times(self, factor: f64) -> Self {
        Self::of(self.low * factor, self.high * factor)
    }

    /// The greater of two at both ends.
    #[must_use]
    pub(crate) const fn max(self, other: Self) -> Self {
        Self::of(self.low.max(other.low), self.high.max(other.high))
    }
}

impl std::ops::Add for Range {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::of(self.low + other.low, self.high + other.high)
    }
}

impl std::iter::Sum for Range {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, range| sum + range)
    }
}

/// Where films are made, as far as their cost goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// A machine of one's own: its time is paid for anyway.
    Machine {
        /// Its cores, as far as they may be used.
        cores: usize,
    },
    /// Lambda functions.
    Functions {
        /// The size in MB of those that make scenes and join films.
        memory_mb: u64,
        /// Their architecture: `x86_64`, `aarch64`.
        architecture: String,
    },
}

/// What has to be known to tell a cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Pricing {
    /// Where films are made.
    pub site: Site,
    /// US dollars that a provider's picture costs, where that is configured; without it, list prices are used.
    pub picture_usd: Option<f64>,
}

#[cfg(test)]
pub(crate) mod tests;
