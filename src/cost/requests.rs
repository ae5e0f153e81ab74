//! What a film's requests to SQS, `DynamoDB` and S3 cost. They are counted from what steps do, as `make bench-cloud` counts
//! them for a scene, not from a meter.

use super::prices::{INVOCATION, OBJECT_READ, OBJECT_WRITE, SQS_REQUEST, TABLE_READ, TABLE_WRITE};

/// An artifact that is made: looked for, leased and given back, written, indexed, recorded.
pub(super) const MADE: f64 = TABLE_READ + 4.0 * TABLE_WRITE + OBJECT_WRITE;
/// One that is found: looked for, recorded, and read for what is made of it.
pub(super) const FOUND: f64 = TABLE_READ + TABLE_WRITE + OBJECT_READ;
/// A message: sent, received and deleted, its step begun and marked.
pub(super) const MESSAGE: f64 = 3.0 * SQS_REQUEST + INVOCATION + TABLE_READ + 2.0 * TABLE_WRITE;
/// A film besides: its request's message, the task's item, request and plan, and the film with what lies beside it.
pub(super) const FILM: f64 = MESSAGE + 3.0 * TABLE_WRITE + 7.0 * OBJECT_WRITE;
