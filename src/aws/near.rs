//! Artifacts that this process has at hand, so that it need not fetch what it made itself a moment ago.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::ports::Body;
use crate::recipe::{ArtifactId, Digest};

/// A folder of copies, or none. Copies are verified when they are used, as all else is.
#[derive(Clone, Debug)]
pub(super) struct Near(Option<PathBuf>);

impl Near {
    pub(super) fn at(folder: Option<PathBuf>) -> Self {
        Self(folder)
    }

    fn path(&self, id: &ArtifactId) -> Option<PathBuf> {
        self.0.as_ref().map(|folder| folder.join(format!("{}.{}", id.key, id.kind.extension())))
    }

    /// Keeps a copy; where that fails, the bucket has it.
    pub(super) fn keep(&self, id: &ArtifactId, body: Body<'_>) {
        let Some(path) = self.path(id) else { return };
        let kept = match body {
            Body::Bytes(bytes) => std::fs::write(&path, bytes),
            Body::File(from) => std::fs::hard_link(from, &path).or_else(|_| std::fs::copy(from, &path).map(|_| ())),
        };
        if let Err(error) = kept {
            tracing::debug!(artifact = %id, "no copy was kept: {error}");
            drop(std::fs::remove_file(&path));
        }
    }

    /// The copy with exactly that content.
    pub(super) fn open(&self, id: &ArtifactId, sha256: &Digest) -> Option<PathBuf> {
        let path = self.path(id)?;
        holds(&path, sha256).then_some(path)
    }

    /// Forgets a copy.
    pub(super) fn forget(&self, id: &ArtifactId) {
        if let Some(path) = self.path(id) {
            drop::<std::io::Result<()>>(std::fs::remove_file(Path::new(&path)));
        }
    }
}

/// Whether a file has that content.
pub(super) fn holds(path: &Path, sha256: &Digest) -> bool {
    File::open(path).is_ok_and(|file| Digest::of_reader(file).is_ok_and(|(found, _)| found == *sha256))
}
