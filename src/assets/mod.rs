//! Where the installed models, voices and fonts lie, and the digests they must have.
//!
//! `assets/lock.json` lists every file; `scripts/install.py` brings them into one folder under the names they have there:
//! `hibari.onnx`, `voices/af_heart.bin`, `fonts/NotoSansThai_700Bold.ttf`. Nothing in that folder is trusted by its name.

mod derived;
mod lock;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::ports::{Class, PortError, PortResult};
use crate::recipe::Digest;

/// The folder of installed files. Clones share what was verified already.
#[derive(Clone, Debug)]
pub struct Assets {
    root: PathBuf,
    verified: Arc<Mutex<HashSet<String>>>,
}

/// One file of the lock and how it stands, by its length alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its path in the folder.
    pub name: String,
    /// What it is installed with: `base`, `voices`.
    pub set: String,
    /// The length it must have.
    pub bytes: u64,
    /// The length it has; `None` where it is missing.
    pub found: Option<u64>,
    /// The command that installs it.
    pub mend: &'static str,
}

impl Listed {
    /// Whether the file is there with the right length.
    pub fn installed(&self) -> bool {
        self.found == Some(self.bytes)
    }
}

impl Assets {
    /// The files in that folder, which need not exist.
    pub fn at(root: PathBuf) -> Self {
        Self { root, verified: Arc::default() }
    }

    /// The folder to use, from `PROTOVIDEO_ASSETS`, `XDG_CACHE_HOME` and `HOME`, in this order; empty values count as
    /// unset. The installer goes by the same rule. `None` where all three are unset.
    pub fn root_from(named: Option<OsString>, cache: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
        let set = |value: Option<OsString>| value.filter(|text| !text.is_empty()).map(PathBuf::from);
        set(named).or_else(|| {
            let cache = set(cache).or_else(|| set(home).map(|home| home.join(".cache")));
            cache.map(|cache| cache.join("protovideo").join("assets"))
        })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file of that name lies or would lie.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The file, which is there with the right length; its bytes were not looked at.
    ///
    /// # Errors
    /// `ASSET_MISSING` says how to install it, `MODEL_INTEGRITY` how to mend it, `ASSET_UNKNOWN` that the lock has no such name.
    pub fn file(&self, name: &str) -> PortResult<PathBuf> {
        self.expected(name).map(|_| self.path(name))
    }

    /// The file, which holds the right bytes; they are read once for each process.
    ///
    /// # Errors
    /// As [`Assets::file`]; `MODEL_INTEGRITY` also where the bytes are others.
    pub fn verified(&self, name: &str) -> PortResult<PathBuf> {
        let expected = self.expected(name)?;
        let path = self.path(name);
        let known = || self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if !known().contains(name) {
            let (found, _) = derived::digest_of(&path)?;
            if found != expected {
                let what = format!("its SHA-256 is {found}, but {expected} is expected");
                return Err(altered(&path, &what, mend(name)?));
            }
            known().insert(name.to_owned());
        }
        Ok(path)
    }

    /// The digest that stands for the file in recipes; reads nothing. For a derived file (`kokoro.ort`) it is that of
    /// the graph it is made from, because the graph and the library, which has a digest of its own, determine it.
    pub fn digest(&self, name: &str) -> PortResult<Digest> {
        match lock::derived(name)? {
            Some(derived) => Ok(derived.graph),
            None => Ok(lock::entry(name)?.sha256),
        }
    }

    /// Holds the graph that a derived file is about to be made from against the one that is pinned.
    ///
    /// # Errors
    /// `MODEL_INTEGRITY` where it is another one.
    pub fn expect_graph(&self, name: &str, graph: &[u8]) -> PortResult<()> {
        let (found, expected) = (Digest::of(graph), self.digest(name)?);
        if found == expected {
            return Ok(());
        }
        let message = format!(
            "the graph for {name} that this program made has SHA-256 {found}, but assets/lock.json pins {expected}: the \
             program does not fit its lock; build it again from an unchanged checkout"
        );
        Err(PortError::permanent(Class::Provider, "MODEL_INTEGRITY", message))
    }

    /// All files of the lock with their state.
    pub fn list(&self) -> PortResult<Vec<Listed>> {
        let listed = |entry: &lock::Entry| Listed {
            name: entry.name.clone(),
            set: entry.set.clone(),
            bytes: entry.bytes,
            found: length(&self.path(&entry.name)),
            mend: entry.mend(),
        };
        Ok(lock::entries()?.iter().map(listed).collect())
    }

    /// The fonts that are there with the right length, and the digests that their bytes must have; reads none of them.
    pub fn fonts(&self) -> PortResult<Vec<(PathBuf, Digest)>> {
        let fonts = lock::entries()?.iter().filter(|entry| entry.name.starts_with("fonts/"));
        let fonts = fonts.map(|entry| (self.path(&entry.name), entry));
        let there = fonts.filter(|(path, entry)| length(path) == Some(entry.bytes));
        Ok(there.map(|(path, entry)| (path, entry.sha256)).collect())
    }

    /// The names of all files whose bytes were read through this folder and its clones.
    #[cfg(test)]
    pub(crate) fn read_so_far(&self) -> Vec<String> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Notes that the derived file `name` (`hibari.ort`) was just made, whole, from its graph by the installed library.
    pub fn record_derived(&self, name: &str) -> PortResult<()> {
        let derived = lock::derived(name)?.ok_or_else(|| {
            PortError::permanent(Class::Internal, "ASSET_UNKNOWN", format!("`{name}` is not a derived file"))
        })?;
        derived::record(&self.root, derived)
    }

    /// The digest that the file must have, once it was found there with the right length.
    fn expected(&self, name: &str) -> PortResult<Digest> {
        let path = self.path(name);
        let (bytes, digest) = match lock::derived(name)? {
            Some(derived) => derived::expected(&self.root, derived)?,
            None => Some(lock::entry(name).map(|entry| (entry.bytes, entry.sha256))?),
        }
        .ok_or_else(|| missing(&path, mend(name)))?;
        match length(&path) {
            None => Err(missing(&path, mend(name))),
            Some(found) if found != bytes => {
                Err(altered(&path, &format!("it is {found} bytes long, but {bytes} are expected"), mend(name)?))
            }
            Some(_) => Ok(digest),
        }
    }
}

/// The command that brings a file back.
fn mend(name: &str) -> PortResult<&'static str> {
    match lock::derived(name)? {
        Some(_) => Ok("protovideo prepare"),
        None => lock::entry(name).map(lock::Entry::mend),
    }
}

fn length(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|file| file.len())
}

fn missing(path: &Path, mend: PortResult<&str>) -> PortError {
    let message = match mend {
        Ok(command) => format!("{} is not installed: run `{command}`", path.display()),
        Err(error) => return error,
    };
    PortError::permanent(Class::Provider, "ASSET_MISSING", message)
}

fn altered(path: &Path, what: &str, command: &str) -> PortError {
    let message = format!("{} is not the file that was installed: {what}; run `{command}`", path.display());
    PortError::permanent(Class::Provider, "MODEL_INTEGRITY", message)
}
