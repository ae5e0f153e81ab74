//! The stores of one machine: the contract of every store, and what only files and processes can suffer.

mod files;
mod killed;
mod lanes;
mod sqlite;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::{Files, Sqlite};
use crate::recipe::{ArtifactId, Digest, Kind};
use crate::testing::memory::ManualClock;

/// Tells a test, by the folder that it names, that it is the child process of itself.
const CHILD: &str = "PROTOVIDEO_TEST_CHILD";

/// The folder to work in, where this process is a test's child.
fn child() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

/// The running test once more, as a process of its own, begun through `through`.
fn again(through: &[&str], test: &str, folder: &Path) -> Command {
    let program = std::env::current_exe().unwrap();
    let mut words = through.iter().map(std::ffi::OsStr::new).chain([program.as_os_str()]);
    let mut command = Command::new(words.next().unwrap());
    command.args(words).args(["--exact", test, "--nocapture"]).env(CHILD, folder);
    command
}

fn id(name: &str) -> ArtifactId {
    ArtifactId { kind: Kind::Scene, version: 1, key: Digest::of(name) }
}

/// Where an artifact's bytes lie, and what stands beside it.
fn paths(root: &Path, id: &ArtifactId) -> (PathBuf, PathBuf) {
    let stem = id.stem();
    (root.join(format!("{stem}.{}", id.kind.extension())), root.join(format!("{stem}.meta.json")))
}

fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes[0] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// What lies in the folder where files are written before they get their names.
fn aside(root: &Path) -> usize {
    fs::read_dir(root.join("tmp")).unwrap().count()
}

fn opened() -> (tempfile::TempDir, Arc<ManualClock>, Sqlite) {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(ManualClock::default()));
    let stores = Sqlite::open(folder.path(), clock.clone()).unwrap();
    (folder, clock, stores)
}
