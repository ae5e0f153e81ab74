//! there under `cfg(test)` and with the cargo feature `testing`.

pub mod contract;
pub mod http;
pub mod memory;

#[cfg(test)]
mod tests;
