//! Files made here from installed ones: models in ONNX Runtime's own format, which load several times faster.
//!
//! `kokoro.ort` is made from `kokoro.onnx`: our code rewrites the graph, whose digest the lock pins, and the installed ONNX
//! Runtime writes it in its own format. A note beside it, `kokoro.ort.json`, holds its digest and those of what it was
//! made from, so that it is made again when one of them changes. `kokoro-f32.onnx` is such a graph itself.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::lock::{self, Derived};
use crate::ports::{PortError, PortResult};
use crate::recipe::Digest;

/// The way ONNX Runtime writes derived files. Raised when it is to make other bytes from the same graph.
const VERSION: u32 = 2;
const LIBRARY: &str = "libonnxruntime.so";

/// The note beside a derived file.
#[derive(Serialize, Deserialize)]
struct Note {
    version: u32,
    model: Digest,
    graph: Digest,
    library: Digest,
    /// The derived file's length.
    bytes: u64,
    /// The derived file's digest.
    sha256: Digest,
}

/// The digest of a file's bytes, read in blocks.
pub(super) fn digest_of(path: &Path) -> PortResult<(Digest, u64)> {
    let read = || Digest::of_reader(File::open(path)?);
    read().map_err(|error| PortError::io("read", path, error))
}

/// The length and the digest that a derived file must have. `None` where nothing tells them: it was not made yet, or of
/// other things than the lock lists now.
pub(super) fn expected(root: &Path, derived: &Derived) -> PortResult<Option<(u64, Digest)>> {
    if let Some(bytes) = derived.bytes {
        return Ok(Some((bytes, derived.graph)));
    }
    let Ok(text) = std::fs::read_to_string(root.join(format!("{}.json", derived.name))) else { return Ok(None) };
    let Ok(note) = serde_json::from_str::<Note>(&text) else { return Ok(None) };
    let same = note.version == VERSION
        && note.model == lock::entry(&derived.model)?.sha256
        && note.graph == derived.graph
        && note.library == lock::entry(LIBRARY)?.sha256;
    Ok(same.then_some((note.bytes, note.sha256)))
}

/// Writes the note on a derived file that was just made.
pub(super) fn record(root: &Path, derived: &Derived) -> PortResult<()> {
    let (sha256, bytes) = digest_of(&root.join(&derived.name))?;
    let (model, library) = (lock::entry(&derived.model)?.sha256, lock::entry(LIBRARY)?.sha256);
    let note = Note { version: VERSION, model, graph: derived.graph, library, bytes, sha256 };
    let path = root.join(format!("{}.json", derived.name));
    let write = || {
        let mut part = tempfile::NamedTempFile::new_in(root)?;
        serde_json::to_writer_pretty(&mut part, &note)?;
        part.flush()?;
        part.as_file().sync_all()?;
        part.persist(&path).map_err(|error| error.error)
    };
    write().map(drop).map_err(|error| PortError::io("write", &path, error))
}
