//! What every store promises, whatever it keeps its things in. Each suite takes a constructor of empty stores and a
//! clock that is set by hand; a broken promise is a panic that says which.

#![expect(clippy::missing_panics_doc, reason = "to panic on a broken promise is what these functions are for")]

pub mod artifacts;
pub mod leases;
pub mod queue;
pub mod tasks;
