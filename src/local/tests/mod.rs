//! The stores of one machine: the contract of every store, and what only files can suffer.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Files, Sqlite};
use crate::recipe::ArtifactId;
use crate::testing::contract;
use crate::testing::memory::ManualClock;

/// Where an artifact's bytes lie.
fn blob(root: &Path, id: &ArtifactId) -> PathBuf {
    root.join(format!("{}.{}", id.stem(), id.kind.extension()))
}

fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes[0] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn sqlite() -> (tempfile::TempDir, Arc<ManualClock>, Sqlite) {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(ManualClock::default()));
    let stores = Sqlite::open(folder.path(), clock.clone()).unwrap();
    (folder, clock, stores)
}

#[tokio::test]
async fn artifacts_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let next = std::cell::Cell::new(0);
    let open = || {
        next.set(next.get() + 1);
        Files::open(&folder.path().join(next.get().to_string()), None)
    };
    let damage = |_: &Files, id: &ArtifactId| damage(&blob(&folder.path().join(next.get().to_string()), id));
    contract::artifacts::all(open, damage).await.unwrap();
}

#[tokio::test]
async fn tasks_in_sqlite() {
    let (_folder, clock, stores) = sqlite();
    contract::tasks::all(&stores.tasks(), &clock).await.unwrap();
}

#[tokio::test]
async fn queue_in_sqlite() {
    let (_folder, clock, stores) = sqlite();
    contract::queue::all(&stores.queue(None), &clock).await.unwrap();
    contract::queue::all(&stores.queue(Some("task")), &clock).await.unwrap();
}

#[tokio::test]
async fn leases_in_sqlite() {
    let (_folder, clock, stores) = sqlite();
    contract::leases::all(&stores.leases(), &clock).await.unwrap();
}
