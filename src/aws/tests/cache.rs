//! The cache where its two halves do not agree: what is in the bucket, and what the index says.

use serde_json::{Value, json};

use super::*;
use crate::ports::{Artifacts as _, Body, Leases as _};
use crate::recipe::{ArtifactId, Digest, Kind};
use crate::testing::memory::ManualClock;

const MINUTE: Duration = Duration::from_secs(60);

fn id(name: &str) -> ArtifactId {
    ArtifactId { kind: Kind::Speech, version: 1, key: Digest::of(name) }
}

/// A sentence's facts, with so many words.
fn facts(words: u32) -> Value {
    let word = |n: u32| json!({"start": n * 7_919, "end": n * 7_919 + fastrand::u32(1..6_000)});
    json!({"samples": words * 8_000, "words": (0..words).map(word).collect::<Vec<_>>()})
}

async fn stage() -> (Cloud, Arc<ManualClock>, Cache) {
    let (cloud, clock) = (cloud(Server::Ministack, None).await, Arc::new(ManualClock::default()));
    let cache = cloud.cache("cache", clock.clone()).await;
    (cloud, clock, cache)
}

#[tokio::test]
async fn what_a_dead_process_published_is_found_and_stays() {
    let (_cloud, _clock, cache) = stage().await;
    for words in [1, 30, 900] {
        let (id, facts) = (id(&words.to_string()), facts(words));
        // It dies before it writes its line.
        let dead = cache.for_work(None, None);
        let meta = dead.publish(&id, b"{}", Body::Bytes(b"theirs"), facts).await.unwrap();
        let next = cache.for_work(None, None);
        let second = next.publish(&id, b"{}", Body::Bytes(b"ours"), json!({})).await.unwrap();
        assert_eq!(second, meta, "facts of {words} words come back with the bytes");
        assert_eq!(cache.for_work(None, None).find(&id).await.unwrap(), Some(meta));
    }
}

#[tokio::test]
async fn many_are_looked_for_in_the_bucket_only_where_somebody_began() {
    let (_cloud, _clock, cache) = stage().await;
    let (begun, never) = (id("begun"), id("never"));
    let dead = cache.for_work(None, None);
    assert!(dead.acquire(&begun.to_string(), "dead", MINUTE).await.unwrap());
    let meta = dead.publish(&begun, b"{}", Body::Bytes(b"x"), json!(1)).await.unwrap();
    let next = cache.for_work(None, None);
    assert_eq!(next.find_all(&[begun, never]).await.unwrap(), [Some(meta), None]);
}

#[tokio::test]
async fn a_line_ends_the_lease_and_is_found_by_others() {
    let (_cloud, _clock, cache) = stage().await;
    let id = id("leased");
    let (one, other) = (cache.for_work(None, None), cache.for_work(None, None));
    assert!(one.acquire(&id.to_string(), "one", MINUTE).await.unwrap());
    assert!(!other.acquire(&id.to_string(), "other", MINUTE).await.unwrap());
    let meta = one.publish(&id, b"{\"a\":1}", Body::Bytes(b"x"), json!(1)).await.unwrap();
    one.settle().await;
    assert_eq!(other.find_all(&[id]).await.unwrap(), [Some(meta)]);
    assert_eq!(other.manifest(&id).await.unwrap().as_deref(), Some(&b"{\"a\":1}"[..]));
    assert!(!other.acquire(&id.to_string(), "other", MINUTE).await.unwrap(), "nobody need make it");
}

#[tokio::test]
async fn age_counts_from_the_last_use() {
    let (_cloud, clock, cache) = stage().await;
    let (used, unused) = (id("used"), id("unused"));
    for id in [&used, &unused] {
        cache.publish(id, b"{}", Body::Bytes(b"old"), json!(1)).await.unwrap();
    }
    cache.settle().await;
    clock.advance(DAY / 2);
    assert!(cache.for_work(None, None).find(&used).await.unwrap().is_some());
    clock.advance(DAY / 2 + MINUTE);
    let late = cache.for_work(None, None);
    assert!(late.find(&used).await.unwrap().is_some(), "a use is remembered");
    let work = tempfile::tempdir().unwrap();
    assert!(late.open(&used, work.path()).await.unwrap().is_some(), "and its object is whole");
    assert_eq!(late.find(&unused).await.unwrap(), None);
    let anew = late.publish(&unused, b"{}", Body::Bytes(b"new"), json!(1)).await.unwrap();
    assert_eq!(anew.sha256, Digest::of("new"), "what was too old is made anew");
}

#[tokio::test]
async fn a_task_that_shares_nothing_finds_nothing_of_others() {
    let (_cloud, _clock, cache) = stage().await;
    let id = id("shared");
    let (shared, alone) = (cache.for_work(None, None), cache.for_work(None, Some("t")));
    shared.publish(&id, b"{}", Body::Bytes(b"shared"), json!(1)).await.unwrap();
    shared.settle().await;
    assert_eq!(alone.find(&id).await.unwrap(), None);
    let own = alone.publish(&id, b"{}", Body::Bytes(b"own"), json!(1)).await.unwrap();
    alone.settle().await;
    assert_eq!(cache.for_work(None, Some("t")).find(&id).await.unwrap(), Some(own), "but what it made itself");
    assert_eq!(cache.for_work(None, None).find(&id).await.unwrap().unwrap().sha256, Digest::of("shared"));
}

#[tokio::test]
async fn a_copy_at_hand_is_verified_too() {
    let (_cloud, _clock, cache) = stage().await;
    let (near, work) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let cache = cache.for_work(Some(near.path().to_owned()), None);
    let id = id("near");
    cache.publish(&id, b"{}", Body::Bytes(b"good"), json!(1)).await.unwrap();
    let path = cache.open(&id, work.path()).await.unwrap().unwrap();
    assert!(path.starts_with(near.path()), "it need not be fetched");
    std::fs::write(&path, b"baad").unwrap();
    let path = cache.open(&id, work.path()).await.unwrap().unwrap();
    assert!(path.starts_with(work.path()), "a copy that was altered is not used");
    assert_eq!(std::fs::read(path).unwrap(), b"good");
}

#[tokio::test]
async fn what_was_fetched_ahead_is_not_fetched_again() {
    let (_cloud, _clock, cache) = stage().await;
    let (hot, cold, gone) = (id("hot"), id("cold"), id("gone"));
    for id in [hot, cold] {
        cache.publish(&id, b"{}", Body::Bytes(b"bytes"), json!({})).await.unwrap();
    }
    cache.settle().await;
    let folder = tempfile::tempdir().unwrap();
    let (ahead, work) = (folder.path().join("ahead"), folder.path().join("work"));
    std::fs::create_dir(&ahead).unwrap();
    std::fs::create_dir(&work).unwrap();
    assert_eq!(cache.fetch_ahead(&[gone, hot], &ahead).await.unwrap(), 1);
    let file = |path: Option<PathBuf>| path.map(|path| (path.parent().unwrap() == ahead, std::fs::read(path).unwrap()));
    let for_work = cache.for_work(None, None);
    assert_eq!(file(for_work.open(&hot, &work).await.unwrap()), Some((true, b"bytes".to_vec())));
    assert_eq!(file(for_work.open(&cold, &work).await.unwrap()), Some((false, b"bytes".to_vec())));
    assert_eq!(cache.for_work(None, Some("t")).open(&hot, &work).await.unwrap(), None, "it shares nothing");
    cache.remove(&hot).await.unwrap();
    assert_eq!(for_work.open(&hot, &work).await.unwrap(), None, "what is removed is not at hand any more");
}
