//! Files that a request from the command line names.

use std::io::ErrorKind;
use std::path::Path;

use tokio::io::AsyncReadExt;

use super::Policy;
use super::failure::too_large;
use crate::ports::{Class, PortError, PortResult};

/// The folder that relative paths are read against, where the policy allows paths at all.
pub(super) fn base(policy: &Policy) -> PortResult<&Path> {
    policy.allow_paths.as_deref().ok_or_else(|| {
        PortError::permanent(
            Class::Request,
            "PATH_NOT_ALLOWED",
            "this request may not name local files; allowed: https, http and data URLs",
        )
    })
}

/// The bytes of a regular file, at most `cap`.
pub(super) async fn read(path: &Path, cap: usize) -> PortResult<Vec<u8>> {
    // Cut short, since somebody will put a picture in base64 where a path is expected.
    let shown = format!("{:.200}", path.to_string_lossy());
    let refused = |code, why: &str| PortError::permanent(Class::Request, code, format!("{shown}: {why}"));
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput | ErrorKind::InvalidFilename => {
            refused("NOT_FOUND", "there is no such file")
        }
        ErrorKind::PermissionDenied => refused("ACCESS_DENIED", "the file may not be read"),
        _ => PortError::io("read", path, error),
    };
    // Asked before it is opened: opening a pipe would wait for its writer.
    if !tokio::fs::metadata(path).await.map_err(failed)?.is_file() {
        return Err(refused("NOT_A_FILE", "it is not a regular file"));
    }
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(cap as u64 + 1).read_to_end(&mut bytes).await.map_err(failed)?;
    if bytes.len() > cap {
        return Err(too_large(&shown, cap));
    }
    Ok(bytes)
}
