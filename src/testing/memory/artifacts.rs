//! Artifacts in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;

use super::{ManualClock, locked};
use crate::ports::{Artifacts, Body, Clock as _, Listed, Meta, PortError, PortResult};
use crate::recipe::{ArtifactId, Digest, Kind};

/// Artifacts in memory.
#[derive(Default)]
pub struct MemoryArtifacts {
    clock: Arc<ManualClock>,
    kept: Mutex<BTreeMap<ArtifactId, Kept>>,
}

struct Kept {
    manifest: Vec<u8>,
    bytes: Vec<u8>,
    meta: Meta,
    used_at: u64,
}

impl MemoryArtifacts {
    /// An empty store.
    pub fn new(clock: Arc<ManualClock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    /// The bytes as they lie there, unchecked.
    pub fn bytes(&self, id: &ArtifactId) -> Option<Vec<u8>> {
        locked(&self.kept).get(id).map(|kept| kept.bytes.clone())
    }

    /// The bytes of all films, unchecked.
    pub fn films(&self) -> Vec<Vec<u8>> {
        let kept = locked(&self.kept);
        kept.iter().filter(|(id, _)| id.kind == Kind::Film).map(|(_, kept)| kept.bytes.clone()).collect()
    }

    /// Flips a bit of an artifact, as a bad disk does.
    pub fn damage(&self, id: &ArtifactId) {
        if let Some(byte) = locked(&self.kept).get_mut(id).and_then(|kept| kept.bytes.last_mut()) {
            *byte ^= 1;
        }
    }
}

/// Removes an artifact whose bytes are not what was stored; false where it did.
fn intact(kept: &mut BTreeMap<ArtifactId, Kept>, id: &ArtifactId) -> bool {
    let damaged = kept.get(id).is_some_and(|found| Digest::of(&found.bytes) != found.meta.sha256);
    if damaged {
        kept.remove(id);
    }
    !damaged
}

#[async_trait]
impl Artifacts for MemoryArtifacts {
    async fn find(&self, id: &ArtifactId) -> PortResult<Option<Meta>> {
        let mut kept = locked(&self.kept);
        let Some(found) = kept.get_mut(id) else { return Ok(None) };
        found.used_at = self.clock.now_ms();
        Ok(Some(found.meta.clone()))
    }

    async fn open(&self, id: &ArtifactId, work: &Path) -> PortResult<Option<PathBuf>> {
        let mut kept = locked(&self.kept);
        if !intact(&mut kept, id) {
            return Ok(None);
        }
        let Some(found) = kept.get(id) else { return Ok(None) };
        let path = work.join(format!("{}.{}", id.key, id.kind.extension()));
        std::fs::write(&path, &found.bytes).map_err(|e| PortError::io("write", &path, e))?;
        Ok(Some(path))
    }

    async fn publish(&self, id: &ArtifactId, manifest: &[u8], body: Body<'_>, facts: Value) -> PortResult<Meta> {
        let bytes = match body {
            Body::Bytes(bytes) => bytes.to_owned(),
            Body::File(path) => std::fs::read(path).map_err(|e| PortError::io("read", path, e))?,
        };
        let now = self.clock.now_ms();
        let meta = Meta { sha256: Digest::of(&bytes), bytes: bytes.len() as u64, facts, made_at: now };
        let ours = Kept { manifest: manifest.to_owned(), bytes, meta, used_at: now };
        Ok(locked(&self.kept).entry(*id).or_insert(ours).meta.clone())
    }

    async fn manifest(&self, id: &ArtifactId) -> PortResult<Option<Vec<u8>>> {
        Ok(locked(&self.kept).get(id).map(|kept| kept.manifest.clone()))
    }

    async fn list(&self) -> PortResult<Vec<Listed>> {
        let listed =
            |(id, kept): (&ArtifactId, &Kept)| Listed { id: *id, meta: kept.meta.clone(), used_at: kept.used_at };
        Ok(locked(&self.kept).iter().map(listed).collect())
    }

    async fn verify(&self, id: &ArtifactId) -> PortResult<bool> {
        Ok(intact(&mut locked(&self.kept), id))
    }

    async fn remove(&self, id: &ArtifactId) -> PortResult<()> {
        locked(&self.kept).remove(id);
        Ok(())
    }
}
