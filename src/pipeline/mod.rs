//! When each thing is made.
