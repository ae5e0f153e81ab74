//! A stack on AWS from the command line: requests go to its queue, and are followed in its table.

mod fetch;
mod letters;
mod submit;
mod worker;

pub(super) use fetch::Fetch;
pub(super) use letters::Letters;
pub(super) use submit::Submit;
pub(super) use worker::Worker;
