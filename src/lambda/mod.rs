//! What the Lambda functions do with their events: the pipeline's work over the world on AWS. The functions themselves
//! are thin crates under `functions/`, which hand an event and a deadline to a handler of this module.
//!
//! A handler never fails: whatever becomes of a message is told in the answer, in the shape that SQS's event source
//! expects. Where a worker may be sick (a panic, a full disk), it gives its message back and ends its process, so that the
//! next one begins afresh.

#[cfg(all(feature = "media", feature = "picture", feature = "speech"))]
mod answer;
#[cfg(all(feature = "media", feature = "picture", feature = "speech"))]
mod event;
#[cfg(all(feature = "media", feature = "picture", feature = "speech"))]
mod meter;
mod reconcile;
mod refusal;
mod start;
#[cfg(all(feature = "fetch", feature = "media", feature = "picture", feature = "speech"))]
mod submit;
#[cfg(all(feature = "media", feature = "picture", feature = "speech"))]
mod work;

pub use reconcile::Reconciler;
pub use start::{Start, until};
#[cfg(all(feature = "fetch", feature = "media", feature = "picture", feature = "speech"))]
pub use submit::Submitter;
#[cfg(all(feature = "media", feature = "picture", feature = "speech"))]
pub use work::Worker;
