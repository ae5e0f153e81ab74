//! A model file seen as memory, so that its weights are read from the page cache and copied nowhere.

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;

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
