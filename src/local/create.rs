//! Files that are whole or absent, whenever the writer dies: write aside, sync, link, sync the folder.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::ports::{Body, PortError, PortResult};
use crate::recipe::Digest;

/// Bytes written aside, with their digest and length.
pub(super) struct Staged {
    file: NamedTempFile,
    /// SHA-256 of its bytes.
    pub(super) sha256: Digest,
    /// Its length.
    pub(super) bytes: u64,
}

/// Writes a body aside, in the file system of the store. A staged file that gets no name is gone when it is dropped.
pub(super) fn stage(aside: &Path, body: Body<'_>) -> PortResult<Staged> {
    let at = |e| PortError::io("write into", aside, e);
    let mut file = NamedTempFile::new_in(aside).map_err(at)?;
    let (sha256, bytes) = match body {
        Body::Bytes(bytes) => {
            file.write_all(bytes).map_err(at)?;
            (Digest::of(bytes), bytes.len() as u64)
        }
        Body::File(from) => {
            // On one file system a rename costs nothing; elsewhere the bytes are copied.
            if fs::rename(from, file.path()).is_err() {
                fs::copy(from, file.path()).map_err(|e| PortError::io("copy", from, e))?;
            }
            digest(file.path()).map_err(|e| PortError::io("read", from, e))?
        }
    };
    // Opened by name: after a rename over it, the handle is of a file that has no name any more.
    File::open(file.path()).and_then(|file| file.sync_all()).map_err(at)?;
    Ok(Staged { file, sha256, bytes })
}

impl Staged {
    /// Gives it the name `to`, in a folder that is there. The name must be free.
    pub(super) fn link(self, to: &Path) -> PortResult<()> {
        let folder = to.parent().unwrap_or(Path::new("."));
        let link = || fs::hard_link(self.file.path(), to).and_then(|()| File::open(folder)?.sync_all());
        link().map_err(|e| PortError::io("write", to, e))
    }
}

/// SHA-256 and length of a file.
pub(super) fn digest(path: &Path) -> io::Result<(Digest, u64)> {
    Digest::of_reader(File::open(path)?)
}

/// A path with another ending: `ab12` and `.recipe.json`.
pub(super) fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let mut path = stem.as_os_str().to_owned();
    path.push(ending);
    PathBuf::from(path)
}
