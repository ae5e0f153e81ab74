//! The world on one machine: artifacts in a folder, tasks and queue in `SQLite`, lanes in one process.

mod bound;
mod create;
mod files;
mod leases;
pub mod memory;
mod queue;
pub mod runner;
mod sqlite;
mod tasks;

pub use bound::{Removed, bound};
pub use files::Files;
pub use sqlite::Sqlite;

#[cfg(test)]
mod tests;
