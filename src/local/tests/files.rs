//! Artifacts in a folder.

use std::cell::Cell;
use std::fs::File;
use std::time::{Duration, SystemTime};

use serde_json::json;
use tokio::task::JoinSet;

use super::*;
use crate::ports::{Artifacts as _, Body, Class};
use crate::testing::contract;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn keep_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let opened = Cell::new(0);
    let root = || folder.path().join(opened.get().to_string());
    let open = || {
        opened.set(opened.get() + 1);
        Files::open(&root(), None)
    };
    contract::artifacts::all(open, |_: &Files, id: &ArtifactId| damage(&paths(&root(), id).0)).await.unwrap();
}

#[tokio::test]
async fn two_stores_on_one_folder_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let stores = [(); 2].map(|()| Files::open(folder.path(), None).unwrap());
    let mut writers = JoinSet::new();
    for n in 0..12_u8 {
        let store = stores[usize::from(n) % 2].clone();
        writers.spawn(async move { store.publish(&id("a"), b"{}", Body::Bytes(&[n; 5000]), json!(n)).await.unwrap() });
    }
    let metas = writers.join_all().await;
    for store in &stores {
        let found = store.find(&id("a")).await.unwrap();
        assert!(metas.iter().all(|meta| Some(meta) == found.as_ref()));
        assert!(store.open(&id("a"), folder.path()).await.unwrap().is_some());
    }
    stores[0].remove(&id("a")).await.unwrap();
    assert_eq!(stores[1].find(&id("a")).await.unwrap(), None);
    assert_eq!(aside(folder.path()), 0, "the losers' bytes are not left behind");
}

#[tokio::test]
async fn what_was_not_used_for_long_is_absent() {
    let folder = tempfile::tempdir().unwrap();
    let (limited, patient) =
        (Files::open(folder.path(), Some(HOUR)).unwrap(), Files::open(folder.path(), None).unwrap());
    limited.publish(&id("a"), b"{}", Body::Bytes(b"old"), json!(null)).await.unwrap();
    assert!(limited.find(&id("a")).await.unwrap().is_some());
    let used = |ago| {
        let beside = File::options().write(true).open(paths(folder.path(), &id("a")).1).unwrap();
        beside.set_modified(SystemTime::now() - ago).unwrap();
    };
    used(HOUR * 2);
    assert_eq!(limited.find(&id("a")).await.unwrap(), None);
    assert_eq!(limited.open(&id("a"), folder.path()).await.unwrap(), None);
    let made = limited.publish(&id("a"), b"{}", Body::Bytes(b"new"), json!(null)).await.unwrap();
    assert_eq!(made.sha256, Digest::of("new"), "and is made anew");
    used(HOUR / 2);
    assert!(patient.find(&id("a")).await.unwrap().is_some(), "which counts as a use");
    used(HOUR * 2);
    assert!(patient.open(&id("a"), folder.path()).await.unwrap().is_some(), "without a limit nothing is too old");
    assert!(limited.find(&id("a")).await.unwrap().is_some(), "and that was a use");
}

#[tokio::test]
async fn verifying_is_no_use_and_reads_what_is_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let store = Files::open(folder.path(), Some(HOUR)).unwrap();
    store.publish(&id("a"), b"{}", Body::Bytes(b"old"), json!(null)).await.unwrap();
    let (blob, beside) = paths(folder.path(), &id("a"));
    File::options().write(true).open(beside).unwrap().set_modified(SystemTime::now() - HOUR * 2).unwrap();
    let before = store.list().await.unwrap();
    assert!(store.verify(&id("a")).await.unwrap(), "old is not damaged");
    assert_eq!(store.list().await.unwrap(), before, "and its last use is as long ago as it was");
    damage(&blob);
    assert!(!store.verify(&id("a")).await.unwrap());
    assert_eq!(store.list().await.unwrap(), []);
}

#[tokio::test]
async fn a_body_in_a_file_is_moved_or_copied() {
    let folder = tempfile::tempdir().unwrap();
    let store = Files::open(folder.path(), None).unwrap();
    let from = folder.path().join("film.mp4");
    fs::write(&from, b"film").unwrap();
    store.publish(&id("a"), b"{}", Body::File(&from), json!(null)).await.unwrap();
    let path = store.open(&id("a"), folder.path()).await.unwrap().unwrap();
    assert_eq!(fs::read(path).unwrap(), b"film");
    let nothing = store.publish(&id("b"), b"{}", Body::File(&from.with_extension("none")), json!(null)).await;
    let error = nothing.unwrap_err();
    assert!(error.class == Class::Storage && error.message.contains("film.none"), "{error}");
    assert_eq!((store.find(&id("b")).await.unwrap(), aside(folder.path())), (None, 0));
}

#[tokio::test]
async fn facts_or_bytes_that_are_gone_make_an_artifact_absent() {
    let folder = tempfile::tempdir().unwrap();
    let store = Files::open(folder.path(), None).unwrap();
    let (blob, beside) = paths(folder.path(), &id("a"));
    for spoil in [&|| fs::write(&beside, b"{").unwrap(), &|| fs::remove_file(&blob).unwrap() as _] as [&dyn Fn(); 2] {
        store.publish(&id("a"), b"{}", Body::Bytes(b"x"), json!(null)).await.unwrap();
        spoil();
        assert_eq!(store.open(&id("a"), folder.path()).await.unwrap(), None);
        store.publish(&id("a"), b"{}", Body::Bytes(b"x"), json!(null)).await.unwrap();
        assert!(store.open(&id("a"), folder.path()).await.unwrap().is_some());
    }
}

#[test]
fn leftovers_of_dead_processes_are_swept() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tmp")).unwrap();
    for (name, age) in [("old", HOUR * 2), ("new", HOUR / 2)] {
        let file = File::create(folder.path().join("tmp").join(name)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }
    Files::open(folder.path(), None).unwrap();
    assert!(folder.path().join("tmp/new").exists(), "its process may be alive");
    assert_eq!(aside(folder.path()), 1);
}

/// A shell's limit on the length of files stands in for a full disk: the write fails in the middle.
#[tokio::test]
async fn a_write_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(root) = child() else {
        let limit = ["sh", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"];
        let ended = again(&limit, "local::tests::files::a_write_that_fails_leaves_nothing", folder.path()).status();
        assert!(ended.unwrap().success());
        return;
    };
    let store = Files::open(&root, None).unwrap();
    let failed = store.publish(&id("large"), b"{}", Body::Bytes(&vec![7; 1 << 20]), json!(null)).await;
    let error = failed.unwrap_err();
    assert!(error.class == Class::Storage && error.message.contains("tmp"), "{error}");
    assert_eq!(store.find(&id("large")).await.unwrap(), None);
    assert_eq!(aside(&root), 0);
    store.publish(&id("small"), b"{}", Body::Bytes(b"fits"), json!(null)).await.unwrap();
    assert!(store.open(&id("small"), &root).await.unwrap().is_some());
}
