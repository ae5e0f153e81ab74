//! A model file seen as memory, so that its weights are read from the page cache and copied nowhere.

use std::fs::File;
use std::path::Path;

use memmap2::{Mmap, UncheckedAdvice};

use crate::ports::{PortError, PortResult};

/// Maps a file that was just verified.
///
/// Who rewrites an installed model in place while it speaks gets undefined sound; the installer therefore
/// writes a new file and renames it, which leaves the mapped one untouched.
pub(super) fn map(path: &Path) -> PortResult<Mmap> {
    let file = File::open(path).map_err(|e| PortError::io("open", path, e))?;
    #[expect(unsafe_code, reason = "installed models are replaced by renaming and never written in place")]
    let map = unsafe { Mmap::map(&file) };
    map.map_err(|e| PortError::io("map", path, e))
}

/// Takes a file's pages out of this process's memory. The system keeps them as long as it has room, and they are here again
/// as soon as they are read.
pub(super) fn forget(map: &Mmap) {
    #[expect(
        unsafe_code,
        reason = "for other mappings than read-only ones of files the advice would lose what was written"
    )]
    // SAFETY: the mapping is of a file and was never written to, so what is read after this is what was read before.
    let forgotten = unsafe { map.unchecked_advise(UncheckedAdvice::DontNeed) };
    if let Err(error) = forgotten {
        tracing::debug!("a model's pages stay: {error}");
    }
}
