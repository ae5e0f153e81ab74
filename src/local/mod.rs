//! The world on one machine: artifacts in a folder, tasks and queue in `SQLite`, lanes in one process.

mod create;
mod files;
mod leases;
mod queue;
pub mod runner;
mod sqlite;
mod tasks;

pub use files::Files;
pub use sqlite::Sqlite;

#[cfg(test)]
mod tests;
