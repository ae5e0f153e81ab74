//! JSON in as few bytes as metadata and items have room for.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::ports::{Class, PortError, PortResult};

/// What is unpacked may have so many bytes.
const MOST: u64 = 64 << 20;

/// Deflated bytes.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// The bytes again.
pub(super) fn unpack(bytes: &[u8]) -> PortResult<Vec<u8>> {
    let mut unpacked = Vec::new();
    let read = DeflateDecoder::new(bytes).take(MOST).read_to_end(&mut unpacked);
    read.map_err(|e| {
        PortError::permanent(Class::Storage, "STORE_CORRUPT", format!("cannot unpack what was stored: {e}"))
    })?;
    Ok(unpacked)
}
