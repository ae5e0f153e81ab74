//! What is said when ffmpeg fails: its own last words, what it was asked, and what to do.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use super::{Class, PortError};

/// How much of standard error is kept, in bytes.
const TAIL_BYTES: usize = 4096;

/// What the system says where nothing can be written any more (ENOSPC, EFBIG, EDQUOT), in the words of the C library.
const FULL: [&str; 3] = ["No space left on device", "File too large", "Disk quota exceeded"];

/// The last lines of standard error, with control characters escaped.
#[derive(Debug, Default)]
pub(super) struct Tail {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Tail {
    pub(super) fn of(stderr: &[u8]) -> Self {
        let mut tail = Self::default();
        String::from_utf8_lossy(stderr).lines().for_each(|line| tail.push(line));
        tail
    }

    pub(super) fn push(&mut self, line: &str) {
        let mut line: String =
            line.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect();
        if line.len() > TAIL_BYTES {
            line.drain(..line.ceil_char_boundary(line.len() - TAIL_BYTES));
        }
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.bytes > TAIL_BYTES {
            self.bytes -= self.lines.pop_front().map_or(0, |l| l.len());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether the system said that nothing can be written any more.
    pub(super) fn tells_of_a_full_disk(&self) -> bool {
        self.lines.iter().any(|line| FULL.iter().any(|full| line.contains(full)))
    }

    pub(super) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        lines.join("; ")
    }
}

pub(super) fn missing(configured: Option<&Path>) -> PortError {
    let message = match configured {
        Some(path) => format!("ffmpeg was not found: {} is not a program; correct PROTOVIDEO_FFMPEG", path.display()),
        None => "ffmpeg was not found in PATH; install it with `apt-get install ffmpeg`, or name it in \
                 PROTOVIDEO_FFMPEG"
            .to_owned(),
    };
    PortError::permanent(Class::Media, "FFMPEG_MISSING", message)
}

pub(super) fn not_started(program: &Path, error: io::Error) -> PortError {
    let code = if error.kind() == io::ErrorKind::NotFound { "FFMPEG_MISSING" } else { "FFMPEG_FAILED" };
    let message = format!("cannot start {}: {error}", program.display());
    PortError::permanent(Class::Media, code, message).because(error)
}

pub(super) fn stalled(program: &Path, stall: Duration) -> PortError {
    let message = format!("{} read and wrote nothing for {stall:?} and was ended", program.display());
    PortError::transient(Class::Media, "FFMPEG_STALLED", message)
}

/// ffmpeg ended by itself, and not well, or said so itself. Where a signal ended it, another try may help.
pub(super) fn failed(argv: &[OsString], status: ExitStatus, tail: &Tail) -> PortError {
    let said = if tail.is_empty() { "it said nothing".to_owned() } else { tail.text() };
    let message = format!("ffmpeg failed ({status}): {said} [{}]", command_line(argv));
    if tail.tells_of_a_full_disk() {
        return PortError::permanent(Class::Storage, "DISK_FULL", message);
    }
    PortError { retryable: status.signal().is_some(), ..PortError::permanent(Class::Media, "FFMPEG_FAILED", message) }
}

/// The arguments as one types them. They hold only our own names: no text and no path of a user's.
fn command_line(argv: &[OsString]) -> String {
    let words: Vec<_> = argv.iter().map(|a| a.to_string_lossy()).collect();
    format!("ffmpeg {}", words.join(" "))
}
