//! A folder for this process's passing files: removed at its end, or by the next process where it was killed.

#![cfg(any(feature = "cli", feature = "aws"))]

use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

use crate::ports::{PortError, PortResult};

/// Then comes the id of the process.
const PREFIX: &str = "protovideo-";

/// Makes the folder, where the system keeps such (`TMPDIR`).
pub fn folder() -> PortResult<TempDir> {
    let within = std::env::temp_dir();
    sweep(&within, None);
    let made = tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir_in(&within);
    made.map_err(|e| PortError::io("make a folder in", &within, e))
}

/// The same for a process that has the machine to itself, as a function has: what other processes left is all gone,
/// even where this process has the id of one that died.
pub fn folder_alone() -> PortResult<TempDir> {
    sweep(&std::env::temp_dir(), Some(std::process::id()));
    folder()
}

/// Empties a folder. What cannot be removed is left.
pub fn empty(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        if let Err(error) = removed {
            tracing::debug!("{} stays: {error}", path.display());
        }
    }
}

/// Removes the folders of processes that are gone, and of `dead`. One that cannot be removed is left for the next time.
fn sweep(within: &Path, dead: Option<u32>) {
    let left = |name: &str| is_orphaned(name) || dead.is_some_and(|pid| name.starts_with(&format!("{PREFIX}{pid}-")));
    for entry in std::fs::read_dir(within).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(left)
            && let Err(error) = std::fs::remove_dir_all(entry.path())
        {
            tracing::debug!("{} stays: {error}", entry.path().display());
        }
    }
}

/// Whether a name is that of a folder whose process is gone.
fn is_orphaned(name: &str) -> bool {
    let pid = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-')).map(|(pid, _)| pid);
    let pid = pid.and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid) == Err(Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_processes_that_are_gone_are_swept() {
        let within = tempfile::tempdir().unwrap();
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let [dead, alive] = [gone.id(), std::process::id()].map(|pid| format!("{PREFIX}{pid}-x"));
        for name in [&dead, &alive, "protovideo-notes", "other-1-x"] {
            std::fs::create_dir(within.path().join(name)).unwrap();
        }
        sweep(within.path(), None);
        let left = |name: &str| within.path().join(name).exists();
        assert!(!left(&dead) && left(&alive) && left("protovideo-notes") && left("other-1-x"));
        sweep(within.path(), Some(std::process::id()));
        assert!(!left(&alive) && left("protovideo-notes") && left("other-1-x"), "this process had not made one yet");
        empty(within.path());
        assert!(!left("protovideo-notes"));
    }
}
