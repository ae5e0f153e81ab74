//! Artifacts that a process fetched before anybody asked for them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::Cache;
use super::near::holds;
use crate::ports::{Artifacts as _, PortResult};
use crate::recipe::{ArtifactId, Digest};

/// What has more bytes is not fetched ahead.
const MOST_BYTES: u64 = 8 << 20;

/// Copies that were fetched ahead, which all work of a process may use. An artifact's bytes never change, so that they
/// need not be asked for again.
#[derive(Debug, Default)]
pub(super) struct Ahead(Mutex<HashMap<ArtifactId, (PathBuf, Digest)>>);

impl Ahead {
    fn with<T>(&self, look: impl FnOnce(&mut HashMap<ArtifactId, (PathBuf, Digest)>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn keep(&self, id: &ArtifactId, path: PathBuf, sha256: Digest) {
        self.with(|copies| copies.insert(*id, (path, sha256)));
    }

    /// The copy, verified.
    pub(super) fn open(&self, id: &ArtifactId) -> Option<PathBuf> {
        let (path, sha256) = self.with(|copies| copies.get(id).cloned())?;
        holds(&path, &sha256).then_some(path)
    }

    pub(super) fn forget(&self, id: &ArtifactId) {
        self.with(|copies| copies.remove(id));
    }
}

impl Cache {
    /// Whether an artifact was published here, and not before.
    #[must_use]
    pub fn is_new(&self, id: &ArtifactId) -> bool {
        self.published(id).is_some()
    }

    /// Fetches artifacts into that folder, which has to stay, before they are asked for; how many there are now. What is
    /// large or gone is left out.
    pub async fn fetch_ahead(&self, ids: &[ArtifactId], folder: &Path) -> PortResult<usize> {
        let mut fetched = 0;
        for id in ids {
            let Some(meta) = self.find(id).await?.filter(|meta| meta.bytes <= MOST_BYTES) else { continue };
            if let Some(path) = self.open(id, folder).await? {
                self.ahead.keep(id, path, meta.sha256);
                fetched += 1;
            }
        }
        Ok(fetched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Kind;

    #[test]
    fn a_copy_that_was_fetched_ahead_is_used_while_it_is_what_was_fetched() {
        let folder = tempfile::tempdir().unwrap();
        let (ahead, path) = (Ahead::default(), folder.path().join("a.img"));
        let id = ArtifactId { kind: Kind::Picture, version: 1, key: Digest::of("recipe") };
        std::fs::write(&path, "bytes").unwrap();
        assert_eq!(ahead.open(&id), None);
        ahead.keep(&id, path.clone(), Digest::of("bytes"));
        assert_eq!(ahead.open(&id), Some(path.clone()));
        std::fs::write(&path, "other").unwrap();
        assert_eq!(ahead.open(&id), None, "it was altered");
        std::fs::write(&path, "bytes").unwrap();
        ahead.forget(&id);
        assert_eq!(ahead.open(&id), None);
    }
}
