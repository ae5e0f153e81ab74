//! What a film is: the request, its units, its timeline, its captions. No I/O, no async, no clock.

pub mod captions;
pub mod concurrency;
pub mod film;
pub mod motion;
pub mod palette;
pub mod request;
pub mod script;
pub mod segment;
pub mod task;
pub mod timeline;
pub mod units;
