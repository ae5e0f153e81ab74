//! The world on one machine: files and `SQLite`.

pub mod runner;
