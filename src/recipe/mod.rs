//! What has to be made: digests, canonical JSON, keys, recipes and the plan. Pure.

pub mod digest;
pub mod key;
pub mod steps;

pub use digest::Digest;
pub use key::{ArtifactId, Kind};
