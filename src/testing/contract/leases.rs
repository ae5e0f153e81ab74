//! The contract of [`Leases`].

use std::time::Duration;

use crate::ports::{Leases, PortResult};
use crate::testing::memory::ManualClock;

/// All promises, over a store without leases that lives by `clock`.
pub async fn all(leases: &dyn Leases, clock: &ManualClock) -> PortResult<()> {
    let minute = Duration::from_secs(60);
    assert!(leases.acquire("key", "a", minute).await?);
    assert!(!leases.acquire("key", "b", minute).await?, "a lease is exclusive");
    assert!(leases.acquire("other", "b", minute).await?, "but only for its key");
    clock.advance(minute / 2);
    assert!(leases.acquire("key", "a", minute).await?, "its owner renews it");
    clock.advance(minute / 2);
    assert!(!leases.acquire("key", "b", minute).await?, "so that it lasts longer");
    leases.release("key", "b").await?;
    assert!(!leases.acquire("key", "b", minute).await?, "nobody else can give it back");
    leases.release("key", "a").await?;
    assert!(leases.acquire("key", "b", minute).await?, "whoever comes next takes it");
    clock.advance(minute);
    assert!(leases.acquire("key", "a", minute).await?, "it ends by itself, if its owner died");
    leases.release("key", "b").await?;
    assert!(!leases.acquire("key", "b", minute).await?, "a former owner cannot give back another's");
    leases.release("nothing", "a").await?;
    let keys = ["key", "new", "newer"].map(str::to_owned);
    assert_eq!(leases.acquire_all(&keys, "b", minute).await?, [false, true, true], "each for itself");
    assert_eq!(leases.acquire_all(&keys[1..], "b", minute).await?, [true, true], "their owner renews them");
    assert_eq!(leases.acquire_all(&keys, "c", minute).await?, [false; 3]);
    assert!(leases.acquire_all(&[], "c", minute).await?.is_empty());
    Ok(())
}
