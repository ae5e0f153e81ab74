//! What a film costs on AWS, from list prices of us-east-1, November 2026.

use std::time::Duration;

/// US dollars for a gigabyte and a second of an x86 function.
const GB_SECOND_USD: f64 = 0.000_016_666_7;
/// A function of two virtual processors.
const GIGABYTES: f64 = 3538.0 / 1024.0;

/// What workers cost that were busy for so long, all together; without S3, DynamoDB and SQS.
pub(crate) fn usd(busy: Duration) -> f64 {
    busy.as_secs_f64() * GIGABYTES * GB_SECOND_USD
}
