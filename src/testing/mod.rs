//! there under `cfg(test)` and with the cargo feature `testing`.

pub mod contract;
pub mod faults;
pub mod http;
pub mod memory;
pub mod standins;

#[cfg(test)]
mod tests;
