//! Pictures: providers, and decoding with limits.
