//! The pins: what is installed beside the program, with the SHA-256 of each file.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::ports::{Class, PortError, PortResult};
use crate::recipe::Digest;

/// `assets/lock.json`, of which the installer reads more than this program does.
#[derive(Deserialize)]
struct Lock {
    files: Vec<Entry>,
    derived: Vec<Derived>,
}

/// A file that is made on this machine from one of the lock.
#[derive(Debug, Deserialize)]
pub(super) struct Derived {
    /// Its path in the assets folder: `kokoro.ort`.
    pub(super) name: String,
    /// What it is made from: `kokoro.onnx`.
    pub(super) model: String,
    /// The graph that our code makes of that.
    pub(super) graph: Digest,
    /// The graph's length, where the file is the graph itself and not what ONNX Runtime makes of it.
    pub(super) bytes: Option<u64>,
}

/// One file of the lock.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    /// Its path in the assets folder: `voices/af_heart.bin`.
    pub(super) name: String,
    /// What it is installed with: `base`, `voices`.
    pub(super) set: String,
    /// The processor it is for; any, where absent.
    pub(super) arch: Option<String>,
    /// Its length.
    pub(super) bytes: u64,
    /// What it holds.
    pub(super) sha256: Digest,
}

impl Entry {
    /// The command that installs the file.
    pub(super) fn mend(&self) -> &'static str {
        match self.set.as_str() {
            "voices" => "make voices",
            "cuda" => "make cuda",
            _ => "make assets",
        }
    }
}

static LOCK: LazyLock<Result<Lock, String>> = LazyLock::new(|| {
    let mut lock: Lock =
        serde_json::from_str(include_str!("../../assets/lock.json")).map_err(|error| error.to_string())?;
    lock.files.retain(|entry| entry.arch.as_deref().is_none_or(|arch| arch == std::env::consts::ARCH));
    Ok(lock)
});

fn lock() -> PortResult<&'static Lock> {
    LOCK.as_ref().map_err(|error| {
        PortError::permanent(Class::Internal, "LOCK_UNREADABLE", format!("assets/lock.json cannot be read: {error}"))
    })
}

/// All files for this processor, in the lock's order.
pub(super) fn entries() -> PortResult<&'static [Entry]> {
    lock().map(|lock| lock.files.as_slice())
}

/// The derived file of that name; `None` for another file.
pub(super) fn derived(name: &str) -> PortResult<Option<&'static Derived>> {
    Ok(lock()?.derived.iter().find(|derived| derived.name == name))
}

/// The file of that name.
pub(super) fn entry(name: &str) -> PortResult<&'static Entry> {
    entries()?.iter().find(|entry| entry.name == name).ok_or_else(|| {
        let message = format!("assets/lock.json lists no `{name}` for {}", std::env::consts::ARCH);
        PortError::permanent(Class::Provider, "ASSET_UNKNOWN", message)
    })
}
