//! Sound from text.
