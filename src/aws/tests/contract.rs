//! What every store promises, of those on AWS.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::ports::PortResult;
use crate::recipe::{ArtifactId, Digest, Kind};
use crate::testing::contract::{self, Passing};
use crate::testing::memory::ManualClock;

/// Writes other bytes over an artifact's, under the same metadata.
async fn damage(cache: &Cache, id: &ArtifactId) {
    let (client, bucket, key) = (&cache.index.clients.s3, cache.bucket(), cache.object_key(id));
    let there = client.head_object().bucket(bucket).key(&key).send().await.unwrap();
    let put = client.put_object().bucket(bucket).key(&key).body(b"baad".to_vec().into());
    put.set_metadata(there.metadata).send().await.unwrap();
}

async fn artifacts(cloud: &Cloud) {
    let made = AtomicUsize::new(0);
    let open = || -> PortResult<Cache> {
        let name = made.fetch_add(1, Ordering::SeqCst).to_string();
        Ok(blocking(cloud.cache(&name, Arc::new(ManualClock::default()))))
    };
    contract::artifacts::all(open, |cache, id| blocking(damage(cache, id))).await.unwrap();
}

/// Waits within a constructor that is not asynchronous.
fn blocking<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

async fn tasks(cloud: &Cloud) {
    let clock = Arc::new(ManualClock::default());
    let bucket = cloud.bucket("tasks").await;
    let table = cloud.table("tasks", &["task_id", "item"], true).await;
    let tasks = TaskTable::new(&cloud.clients, &table, &bucket, clock.clone());
    contract::tasks::all(&tasks, &clock).await.unwrap();
    favourite_voice(&tasks, &clock).await.unwrap();
    favourite_pictures(&tasks, &clock).await.unwrap();
}

/// Pictures are counted as voices are.
async fn favourite_pictures(tasks: &TaskTable, clock: &ManualClock) -> PortResult<()> {
    let picture = |name: &str| ArtifactId { kind: Kind::Picture, version: 1, key: Digest::of(name) };
    let (logo, lake, boat) = (picture("logo"), picture("lake"), picture("boat"));
    assert_eq!(tasks.favourite_pictures(2).await?, []);
    tasks.count_pictures(&[].into()).await?;
    for brought in [[logo, lake], [logo, boat], [lake, logo]] {
        tasks.count_pictures(&brought.into()).await?;
    }
    assert_eq!(tasks.favourite_pictures(2).await?, [logo, lake]);
    assert_eq!(tasks.favourite_pictures(9).await?, [logo, lake, boat]);
    clock.advance(Duration::from_hours(24 * 30));
    assert_eq!(tasks.favourite_pictures(1).await?, [logo]);
    tasks.count_pictures(&[boat].into()).await?;
    assert_eq!(tasks.favourite_pictures(2).await?, [boat]);
    Ok(())
}

/// A voice is the favourite of its period, and of the next one until another is counted there.
async fn favourite_voice(tasks: &TaskTable, clock: &ManualClock) -> PortResult<()> {
    let month = Duration::from_hours(24 * 30);
    let since = clock.now_ms() % (month.as_millis() as u64);
    clock.advance(Duration::from_millis(month.as_millis() as u64 - since));
    assert_eq!(tasks.favourite_voice().await?, None);
    tasks.count_voices(&[].into()).await?;
    assert_eq!(tasks.favourite_voice().await?, None);
    for voices in [["af_heart", "heart"], ["bf_emma", "heart"]] {
        tasks.count_voices(&voices.into()).await?;
    }
    assert_eq!(tasks.favourite_voice().await?.as_deref(), Some("heart"));
    clock.advance(month);
    assert_eq!(tasks.favourite_voice().await?.as_deref(), Some("heart"));
    tasks.count_voices(&["bf_emma"].into()).await?;
    assert_eq!(tasks.favourite_voice().await?.as_deref(), Some("bf_emma"));
    clock.advance(2 * month);
    assert_eq!(tasks.favourite_voice().await?, None);
    Ok(())
}

async fn queue(cloud: &Cloud) {
    let (render, assemble) = (cloud.queue("render").await, cloud.queue("assemble").await);
    let queues = Queues::new(&cloud.clients, &render, &assemble, Duration::ZERO);
    contract::queue::all(&queues, Passing::ByItself).await.unwrap();
}

async fn leases(cloud: &Cloud) {
    let clock = Arc::new(ManualClock::default());
    let cache = cloud.cache("leases", clock.clone()).await;
    contract::leases::all(&cache, &clock).await.unwrap();
}

macro_rules! keeps_the_contract {
    ($server:ident, $main:expr, $objects:expr; $($what:ident)*) => {
        mod $server {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $what() {
                    super::$what(&cloud($main, $objects).await).await;
                }
            )*
        }
    };
}

/// What a server does otherwise than AWS; where it does no more, the test fails.
macro_rules! deviates {
    ($server:ident, $main:expr, $objects:expr; $($what:ident: $how:literal)*) => {
        mod $server {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread")]
                #[should_panic(expected = $how)]
                async fn $what() {
                    super::$what(&cloud($main, $objects).await).await;
                }
            )*
        }
    };
}

keeps_the_contract!(ministack, Server::Ministack, None; artifacts tasks queue leases);
keeps_the_contract!(moto, Server::Moto, None; artifacts tasks leases);
// A receipt stays good after its message was delivered to another.
deviates!(moto_deviates, Server::Moto, None; queue: "a stale receipt shows nothing");
keeps_the_contract!(seaweed, Server::Ministack, Some(Server::Seaweed); artifacts);
