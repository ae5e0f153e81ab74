//! What a command fails with, and the exit code of its class.

use std::fmt;
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::domain::task::TaskError;
use crate::pipeline::SubmitError;
use crate::ports::{Class, PortError};

/// A message for standard error, and an exit code.
#[derive(Debug)]
pub struct Failure {
    message: String,
    code: u8,
}

/// Wrong usage.
const USAGE: u8 = 2;
/// A defect of ours (`EX_SOFTWARE` of sysexits.h).
const DEFECT: u8 = 70;
/// 128 and the signal's number.
const INTERRUPTED: u8 = 130;

impl Failure {
    /// The command cannot be carried out as it was given.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: USAGE }
    }

    /// The request is at fault.
    pub(super) fn request(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: code(Class::Request) }
    }

    /// Something that should not happen did.
    pub(super) fn defect(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: DEFECT }
    }

    /// Somebody pressed Ctrl-C.
    pub(super) fn interrupted(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: INTERRUPTED }
    }

    /// Something was found to be wrong that was told already.
    pub(super) fn told(class: Class) -> Self {
        Self { message: String::new(), code: code(class) }
    }

    /// How a task ended that did not finish.
    pub(super) fn of_task(error: &TaskError) -> Self {
        let class = serde_json::from_value(serde_json::Value::String(error.class.clone()));
        Self { message: format!("{} ({})", error.message, error.code), code: code(class.unwrap_or(Class::Internal)) }
    }

    /// The task was cancelled.
    pub(super) fn cancelled(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: code(Class::Cancelled) }
    }

    /// Whether there is nothing to tell.
    pub(super) fn is_silent(&self) -> bool {
        self.message.is_empty()
    }

    /// The process's exit code.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

const fn code(class: Class) -> u8 {
    match class {
        Class::Request => 3,
        Class::Provider => 4,
        Class::Media => 5,
        Class::Storage => 6,
        Class::Cancelled => 7,
        Class::Limit => 8,
        Class::Internal => DEFECT,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self { message: format!("{error} ({})", error.code), code: code(error.class) }
    }
}

impl From<SubmitError> for Failure {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Port(error) => error.into(),
            SubmitError::Conflict(_) => Self::request(error.to_string()),
            SubmitError::Faults(faults) => {
                let count = faults.as_slice().len();
                let many = if count == 1 { "1 fault".to_owned() } else { format!("{count} faults") };
                Self::request(format!("the request was refused: {many}\n{faults}"))
            }
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self { message: error.to_string(), code: code(Class::Storage) }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self { message: error.to_string(), code: DEFECT }
    }
}
