//! The error that all ports share.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The class of a failure; the command line's exit code follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The request cannot be met as it stands.
    Request,
    /// A provider of speech or pictures refused or failed.
    Provider,
    /// ffmpeg, a picture or a sound could not be worked with.
    Media,
    /// A store, a queue or the disk failed.
    Storage,
    /// Somebody cancelled the task.
    Cancelled,
    /// Time or memory ran out.
    Limit,
    /// A defect of ours.
    Internal,
}

impl Class {
    /// The word by which a class is recorded.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Provider => "provider",
            Self::Media => "media",
            Self::Storage => "storage",
            Self::Cancelled => "cancelled",
            Self::Limit => "limit",
            Self::Internal => "internal",
        }
    }
}

/// What a port answers when it cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct PortError {
    /// The class of failure.
    pub class: Class,
    /// A stable code in capitals: `FFMPEG_MISSING`, `MODEL_INTEGRITY`, `DISK_FULL`.
    pub code: &'static str,
    /// One sentence that reads alone: what failed, on what, what to do. Never a secret.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// How long to wait first, where the other side said so.
    pub retry_after: Option<Duration>,
    /// What lies below, if anything does.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl PortError {
    /// A failure that a retry does not mend.
    pub fn permanent(class: Class, code: &'static str, message: impl Into<String>) -> Self {
        Self { class, code, message: message.into(), retryable: false, retry_after: None, source: None }
    }

    /// A failure that a retry may mend.
    pub fn transient(class: Class, code: &'static str, message: impl Into<String>) -> Self {
        Self { retryable: true, ..Self::permanent(class, code, message) }
    }

    /// The same failure with what lies below it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// An error of the file system, with the path it was about. A full disk, or a limit that is like one, is told from
    /// the rest.
    pub fn io(doing: &str, path: &Path, error: std::io::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => "DISK_FULL",
            ErrorKind::PermissionDenied => "ACCESS_DENIED",
            _ => "IO",
        };
        Self::permanent(Class::Storage, code, format!("cannot {doing} {}: {error}", path.display())).because(error)
    }
}

/// The result of a call to a port.
pub type PortResult<T> = Result<T, PortError>;
