//! Pictures: providers, and decoding with limits.

pub mod card;
