//! What has to be made: digests, canonical JSON, keys, recipes and the plan. Pure.

pub mod canonical;
pub mod digest;
pub mod key;
pub mod plan;
pub mod steps;

pub use digest::Digest;
pub use key::{ArtifactId, Kind};
