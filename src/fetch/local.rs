//! Files that a request from the command line names.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tokio::io::AsyncReadExt;

use super::Policy;
use super::download::too_large;
use crate::ports::{Class, PortError, PortResult};

/// Refuses where the policy allows no paths.
pub(super) fn check_allowed(policy: &Policy) -> PortResult<()> {
    resolve(policy, "").map(|_| ())
}

/// The file that a path means: relative ones lie beside the request.
pub(super) fn resolve(policy: &Policy, path: &str) -> PortResult<PathBuf> {
    policy.allow_paths.as_ref().map(|base| base.join(path)).ok_or_else(|| {
        PortError::permanent(
            Class::Request,
            "PATH_NOT_ALLOWED",
            "this request may not name local files; allowed: https, http and data URLs",
        )
    })
}

/// The bytes of a regular file, at most `cap`.
pub(super) async fn read(path: &Path, cap: usize) -> PortResult<Vec<u8>> {
    let refused = |code, why: &str| PortError::permanent(Class::Request, code, format!("{}: {why}", path.display()));
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => refused("NOT_FOUND", "there is no such file"),
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
        return Err(too_large(&path.display().to_string(), cap));
    }
    Ok(bytes)
}
