//! Artifacts in a folder: `scene/v1/ab/ab12….ts`, its manifest `….recipe.json`, and, written last, what stands
//! beside it, `….meta.json`. An artifact is there when that last file is.

use std::fs::{self, File, FileTimes};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use serde_json::Value;
use tokio::task::spawn_blocking;

use super::create::{digest, stage, with_ending};
use crate::ports::{Artifacts, Body, Class, Listed, Meta, PortError, PortResult};
use crate::recipe::{ArtifactId, Kind};

const META: &str = ".meta.json";
const MANIFEST: &str = ".recipe.json";
/// The last use is written down at most so often.
const TOUCH: Duration = Duration::from_secs(60);
/// What was written aside and left by a process that died is removed after so long.
const LEFTOVER: Duration = Duration::from_secs(3600);

/// A store in a folder. Clones share it.
#[derive(Clone, Debug)]
pub struct Files {
    root: Arc<Path>,
    max_age: Option<Duration>,
}

impl Files {
    /// Opens a store, which comes to be where there is none. Artifacts whose last use is longer ago than `max_age`
    /// count as absent.
    pub fn open(root: &Path, max_age: Option<Duration>) -> PortResult<Self> {
        let store = Self { root: root.into(), max_age };
        let aside = store.aside();
        fs::create_dir_all(&aside).map_err(|e| PortError::io("make the folder", &aside, e))?;
        store.sweep();
        Ok(store)
    }

    /// Where files are written before they get their names.
    fn aside(&self) -> PathBuf {
        self.root.join("tmp")
    }

    fn stem(&self, id: &ArtifactId) -> PathBuf {
        self.root.join(id.stem())
    }

    fn blob(&self, id: &ArtifactId) -> PathBuf {
        with_ending(&self.stem(id), &format!(".{}", id.kind.extension()))
    }

    /// Removes what dead processes left aside. A file that cannot be removed is left for the next time.
    fn sweep(&self) {
        let old = |entry: &fs::DirEntry| entry.metadata().and_then(|m| m.modified()).is_ok_and(|at| age(at) > LEFTOVER);
        for entry in fs::read_dir(self.aside()).into_iter().flatten().flatten().filter(old) {
            if let Err(error) = fs::remove_file(entry.path()) {
                tracing::debug!("{} stays: {error}", entry.path().display());
            }
        }
    }

    /// Waits to be the store's only writer, among all processes, until the file is dropped. A process that dies lets
    /// go of it.
    fn writing(&self) -> PortResult<File> {
        let path = self.root.join("lock");
        let lock = || File::create(&path).and_then(|file| file.lock().map(|()| file));
        lock().map_err(|e| PortError::io("lock", &path, e))
    }

    /// What stands beside an artifact of whatever age, and when it was used last.
    fn beside(&self, id: &ArtifactId) -> PortResult<Option<(Meta, SystemTime)>> {
        let path = with_ending(&self.stem(id), META);
        let at = |e| PortError::io("read", &path, e);
        let Some(text) = absent(fs::read(&path)).map_err(at)? else { return Ok(None) };
        let Some(used) = absent(fs::metadata(&path).and_then(|m| m.modified())).map_err(at)? else { return Ok(None) };
        let Ok(meta) = serde_json::from_slice(&text) else {
            tracing::warn!(artifact = %id, code = "CACHE_CORRUPT", "an artifact's facts cannot be read; it is made anew");
            return Ok(None);
        };
        Ok(Some((meta, used)))
    }

    fn find_now(&self, id: &ArtifactId) -> PortResult<Option<Meta>> {
        let Some((meta, used)) = self.beside(id)? else { return Ok(None) };
        if self.max_age.is_some_and(|most| age(used) > most) {
            return Ok(None);
        }
        if age(used) > TOUCH {
            let times = FileTimes::new().set_modified(SystemTime::now());
            // A store that cannot be written to can still be read.
            let file = File::options().write(true).open(with_ending(&self.stem(id), META));
            drop(file.and_then(|file| file.set_times(times)));
        }
        Ok(Some(meta))
    }

    fn open_now(&self, id: &ArtifactId) -> PortResult<Option<PathBuf>> {
        let Some(meta) = self.find_now(id)? else { return Ok(None) };
        if let Some(path) = self.intact(id, &meta)? {
            return Ok(Some(path));
        }
        if !self.verify_now(id)? {
            tracing::warn!(artifact = %id, code = "CACHE_CORRUPT", "an artifact's bytes are not what was stored; it is made anew");
            return Ok(None);
        }
        // Another process removed it, or made it anew meanwhile.
        let Some(meta) = self.find_now(id)? else { return Ok(None) };
        self.intact(id, &meta)
    }

    fn verify_now(&self, id: &ArtifactId) -> PortResult<bool> {
        let whole = || match self.beside(id)? {
            Some((meta, _)) => Ok::<_, PortError>(self.intact(id, &meta)?.is_some()),
            None => Ok(true),
        };
        if whole()? {
            return Ok(true);
        }
        let _writing = self.writing()?;
        // Another process may have removed it, or made it anew meanwhile.
        let whole = whole()?;
        if !whole {
            self.clear(id)?;
        }
        Ok(whole)
    }

    /// The file with an artifact's bytes, if they are what was stored.
    fn intact(&self, id: &ArtifactId, meta: &Meta) -> PortResult<Option<PathBuf>> {
        let path = self.blob(id);
        let found = absent(digest(&path)).map_err(|e| PortError::io("read", &path, e))?;
        Ok((found == Some((meta.sha256, meta.bytes))).then_some(path))
    }

    /// Removes all that lies under an artifact's name, for the only writer. What announces it goes first.
    fn clear(&self, id: &ArtifactId) -> PortResult<()> {
        let stem = self.stem(id);
        for path in [with_ending(&stem, META), self.blob(id), with_ending(&stem, MANIFEST)] {
            absent(fs::remove_file(&path)).map_err(|e| PortError::io("remove", &path, e))?;
        }
        Ok(())
    }

    fn publish_now(&self, id: &ArtifactId, manifest: &[u8], body: Body<'_>, facts: Value) -> PortResult<Meta> {
        let (aside, stem) = (self.aside(), self.stem(id));
        let made_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64);
        let blob = stage(&aside, body)?;
        let meta = Meta { sha256: blob.sha256, bytes: blob.bytes, facts, made_at };
        let text = serde_json::to_vec(&meta).map_err(|e| PortError::io("write", &stem, e.into()))?;
        let (manifest, text) = (stage(&aside, Body::Bytes(manifest))?, stage(&aside, Body::Bytes(&text))?);
        let folder = stem.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(|e| PortError::io("make the folder", folder, e))?;
        let _writing = self.writing()?;
        if let Some(theirs) = self.find_now(id)? {
            return Ok(theirs);
        }
        // What lies there and is not announced is too old, or was left by a writer that died.
        self.clear(id)?;
        manifest.link(&with_ending(&stem, MANIFEST))?;
        blob.link(&self.blob(id))?;
        text.link(&with_ending(&stem, META))?;
        Ok(meta)
    }

    fn remove_now(&self, id: &ArtifactId) -> PortResult<()> {
        let _writing = self.writing()?;
        self.clear(id)
    }

    fn list_now(&self) -> PortResult<Vec<Listed>> {
        let mut found = Vec::new();
        for kind in Kind::ALL {
            for version in folders(&self.root.join(kind.word()))? {
                for prefix in folders(&version)? {
                    for path in entries(&prefix)? {
                        found.extend(self.listed(&version, &path));
                    }
                }
            }
        }
        found.sort_by_key(|listed| listed.id);
        Ok(found)
    }

    fn listed(&self, version: &Path, path: &Path) -> Option<Listed> {
        let key = path.file_name()?.to_str()?.strip_suffix(META)?;
        let version = version.strip_prefix(&self.root).ok()?.to_str()?;
        let id = ArtifactId::parse(&format!("{version}/{key}")).ok()?;
        let meta = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        let used = path.metadata().and_then(|m| m.modified()).ok()?;
        let used_at = used.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64);
        Some(Listed { id, meta, used_at })
    }

    /// File system calls block; they run where that harms nobody.
    async fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Self) -> PortResult<T> + Send + 'static,
    ) -> PortResult<T> {
        let store = self.clone();
        let ended = spawn_blocking(move || call(&store)).await;
        ended.map_err(|e| PortError::permanent(Class::Internal, "PANIC", format!("the store ended abnormally: {e}")))?
    }
}

fn age(at: SystemTime) -> Duration {
    at.elapsed().unwrap_or_default()
}

/// `None` where there is no such file.
fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn entries(folder: &Path) -> PortResult<Vec<PathBuf>> {
    let at = |e| PortError::io("list", folder, e);
    let Some(entries) = absent(fs::read_dir(folder)).map_err(at)? else { return Ok(Vec::new()) };
    let mut paths = entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(at)?;
    paths.sort();
    Ok(paths)
}

fn folders(folder: &Path) -> PortResult<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

#[async_trait]
impl Artifacts for Files {
    async fn find(&self, id: &ArtifactId) -> PortResult<Option<Meta>> {
        let id = *id;
        self.blocking(move |store| store.find_now(&id)).await
    }

    async fn open(&self, id: &ArtifactId, _work: &Path) -> PortResult<Option<PathBuf>> {
        let id = *id;
        self.blocking(move |store| store.open_now(&id)).await
    }

    async fn publish(&self, id: &ArtifactId, manifest: &[u8], body: Body<'_>, facts: Value) -> PortResult<Meta> {
        let (id, manifest) = (*id, manifest.to_owned());
        match body {
            Body::Bytes(bytes) => {
                let bytes = bytes.to_owned();
                self.blocking(move |store| store.publish_now(&id, &manifest, Body::Bytes(&bytes), facts)).await
            }
            Body::File(path) => {
                let path = path.to_owned();
                self.blocking(move |store| store.publish_now(&id, &manifest, Body::File(&path), facts)).await
            }
        }
    }

    async fn manifest(&self, id: &ArtifactId) -> PortResult<Option<Vec<u8>>> {
        let path = with_ending(&self.stem(id), MANIFEST);
        let read = move |_: &Self| absent(fs::read(&path)).map_err(|e| PortError::io("read", &path, e));
        self.blocking(read).await
    }

    async fn list(&self) -> PortResult<Vec<Listed>> {
        self.blocking(Self::list_now).await
    }

    async fn verify(&self, id: &ArtifactId) -> PortResult<bool> {
        let id = *id;
        self.blocking(move |store| store.verify_now(&id)).await
    }

    async fn remove(&self, id: &ArtifactId) -> PortResult<()> {
        let id = *id;
        self.blocking(move |store| store.remove_now(&id)).await
    }
}
