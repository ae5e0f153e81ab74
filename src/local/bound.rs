//! Keeping a cache within a size: what was used longest ago goes first.

use crate::ports::{Artifacts, PortResult};

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many artifacts.
    pub count: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Removes artifacts until at most `most` bytes are left: those that were used longest ago, and none that was used after
/// `spared`, in milliseconds since 1970, since somebody may be working with it.
pub async fn bound(artifacts: &dyn Artifacts, most: u64, spared: u64) -> PortResult<Removed> {
    let mut all = artifacts.list().await?;
    all.sort_by_key(|listed| (listed.used_at, listed.id));
    let mut left: u64 = all.iter().map(|listed| listed.meta.bytes).sum();
    let mut removed = Removed::default();
    for listed in all.iter().take_while(|listed| listed.used_at < spared) {
        if left <= most {
            break;
        }
        artifacts.remove(&listed.id).await?;
        left -= listed.meta.bytes;
        removed.count += 1;
        removed.bytes += listed.meta.bytes;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::ports::{Body, Clock as _};
    use crate::recipe::{ArtifactId, Digest, Kind};
    use crate::testing::memory::Memory;

    #[tokio::test]
    async fn what_was_used_longest_ago_goes_first_and_what_is_worked_with_stays() {
        let memory = Memory::default();
        let artifacts: Arc<dyn Artifacts> = memory.artifacts.clone();
        let id = |name: &str| ArtifactId { kind: Kind::Scene, version: 1, key: Digest::of(name) };
        let minute = Duration::from_secs(60);
        for name in ["a", "b", "c", "d"] {
            memory.clock.advance(minute);
            artifacts.publish(&id(name), b"{}", Body::Bytes(&[0; 100]), json!(null)).await.unwrap();
        }
        memory.clock.advance(minute);
        assert!(artifacts.find(&id("a")).await.unwrap().is_some(), "it is used once more");
        assert_eq!(bound(&*artifacts, 400, u64::MAX).await.unwrap(), Removed::default());
        assert_eq!(bound(&*artifacts, 300, u64::MAX).await.unwrap(), Removed { count: 1, bytes: 100 });
        let left = async || artifacts.list().await.unwrap().into_iter().map(|listed| listed.id).collect::<Vec<_>>();
        let sorted = |names: &[&str]| {
            let mut ids: Vec<_> = names.iter().map(|name| id(name)).collect();
            ids.sort();
            ids
        };
        assert_eq!(left().await, sorted(&["a", "c", "d"]));
        let spared = memory.clock.now_ms() - 90_000;
        assert_eq!(bound(&*artifacts, 0, spared).await.unwrap(), Removed { count: 1, bytes: 100 });
        assert_eq!(left().await, sorted(&["a", "d"]), "those are in use");
    }
}
