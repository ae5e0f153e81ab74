//! The world on AWS: artifacts in a bucket that all workers share, an index of them and the leases on them in one table,
//! tasks in another, messages in queues.
//!
//! The bucket is the truth. An object is written once, with what stands beside it in its metadata, so that a reader
//! finds all or nothing. The index answers for many artifacts in one call; a line that is missing costs a look at the
//! bucket or a repetition, never a wrong film.

mod ahead;
mod beside;
mod cache;
mod clients;
mod exports;
mod failure;
mod index;
mod items;
mod leases;
mod letters;
pub mod metrics;
mod near;
mod objects;
mod outbox;
mod packed;
mod queue;
pub mod rules;
mod sources;
mod stack;
mod task_item;
mod tasks;
#[cfg(test)]
mod tests;

pub use cache::Cache;
pub use clients::Clients;
pub use exports::Films;
pub use letters::{Letter, Letters};
pub use objects::Objects;
pub use queue::{Queues, WorkQueue};
pub use sources::{BucketSources, InputBucket};
pub use stack::Stack;
pub use tasks::TaskTable;
