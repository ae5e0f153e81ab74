//! Files made here from installed ones: models in ONNX Runtime's own format, which load several times faster.
//!
//! `hibari.ort` is made from `hibari.onnx` by the installed ONNX Runtime. A note beside it, `hibari.ort.json`, holds its
//! digest and those of what it was made from, so that it is made again when either of them changes.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::lock;
use crate::ports::{PortError, PortResult};
use crate::recipe::Digest;

/// The way derived files are made. Raised when our code makes other bytes from the same model and library.
const VERSION: u32 = 1;
const LIBRARY: &str = "libonnxruntime.so";

/// The note beside a derived file.
#[derive(Serialize, Deserialize)]
pub(super) struct Note {
    version: u32,
    model: Digest,
    library: Digest,
    /// The derived file's length.
    pub(super) bytes: u64,
    /// The derived file's digest.
    pub(super) sha256: Digest,
}

/// The model that a derived file is made from; `None` for a file that the lock lists itself.
pub(super) fn model_of(name: &str) -> Option<String> {
    name.strip_suffix(".ort").map(|stem| format!("{stem}.onnx"))
}

/// The digest of a file's bytes, read in blocks.
pub(super) fn digest_of(path: &Path) -> PortResult<(Digest, u64)> {
    let read = || Digest::of_reader(File::open(path)?);
    read().map_err(|error| PortError::io("read", path, error))
}

/// The note on a derived file, if what it was made from is what the lock lists now.
pub(super) fn current(root: &Path, name: &str, model: &str) -> PortResult<Option<Note>> {
    let Ok(text) = std::fs::read_to_string(root.join(format!("{name}.json"))) else { return Ok(None) };
    let Ok(note) = serde_json::from_str::<Note>(&text) else { return Ok(None) };
    let same = note.version == VERSION
        && note.model == lock::entry(model)?.sha256
        && note.library == lock::entry(LIBRARY)?.sha256;
    Ok(same.then_some(note))
}

/// Writes the note on a derived file that was just made.
pub(super) fn record(root: &Path, name: &str, model: &str) -> PortResult<()> {
    let (sha256, bytes) = digest_of(&root.join(name))?;
    let (model, library) = (lock::entry(model)?.sha256, lock::entry(LIBRARY)?.sha256);
    let note = Note { version: VERSION, model, library, bytes, sha256 };
    let path = root.join(format!("{name}.json"));
    let write = || {
        let mut part = tempfile::NamedTempFile::new_in(root)?;
        serde_json::to_writer_pretty(&mut part, &note)?;
        part.flush()?;
        part.as_file().sync_all()?;
        part.persist(&path).map_err(|error| error.error)
    };
    write().map(drop).map_err(|error| PortError::io("write", &path, error))
}
