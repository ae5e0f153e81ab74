//! Create-only files that are whole or absent, whenever the writer dies: write aside, sync, link, sync the folder.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::ports::{Body, PortError, PortResult};
use crate::recipe::Digest;

/// Gives `bytes` the name `to`, unless that name is taken. True where this call made it.
pub(super) fn create(aside: &Path, to: &Path, bytes: &[u8]) -> PortResult<bool> {
    let at = |e| PortError::io("write", to, e);
    let mut file = NamedTempFile::new_in(aside).map_err(at)?;
    file.write_all(bytes).map_err(at)?;
    link(&file, to)
}

/// A body written aside, with its digest and length.
pub(super) struct Staged {
    file: NamedTempFile,
    /// SHA-256 of its bytes.
    pub(super) sha256: Digest,
    /// Its length.
    pub(super) bytes: u64,
}

/// Writes a body aside, in the file system of the store.
pub(super) fn stage(aside: &Path, body: Body<'_>) -> PortResult<Staged> {
    let at = |e| PortError::io("write into", aside, e);
    let mut file = NamedTempFile::new_in(aside).map_err(at)?;
    match body {
        Body::Bytes(bytes) => {
            file.write_all(bytes).map_err(at)?;
            Ok(Staged { file, sha256: Digest::of(bytes), bytes: bytes.len() as u64 })
        }
        Body::File(from) => {
            // On one file system a rename costs nothing; elsewhere the bytes are copied.
            if fs::rename(from, file.path()).is_err() {
                fs::copy(from, file.path()).map_err(|e| PortError::io("copy", from, e))?;
            }
            let (sha256, bytes) = digest(file.path()).map_err(|e| PortError::io("read", from, e))?;
            Ok(Staged { file, sha256, bytes })
        }
    }
}

impl Staged {
    /// Gives it the name `to`, unless that name is taken. True where this call made it.
    pub(super) fn link(&self, to: &Path) -> PortResult<bool> {
        link(&self.file, to)
    }
}

fn link(file: &NamedTempFile, to: &Path) -> PortResult<bool> {
    let at = |e| PortError::io("write", to, e);
    // Opened by name: after a rename over it, the handle is of a file that has no name any more.
    File::open(file.path()).and_then(|f| f.sync_all()).map_err(at)?;
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(at)?;
    match fs::hard_link(file.path(), to) {
        Ok(()) => sync_folder(folder).map(|()| true).map_err(at),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(at(error)),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
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
