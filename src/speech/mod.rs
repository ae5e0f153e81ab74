//! Sound from text.

pub mod script;
