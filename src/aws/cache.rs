//! Artifacts in the bucket, and their lines in the index.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::fs::File;

use super::Clients;
use super::ahead::Ahead;
use super::beside::content_type;
use super::index::{Index, Line, There};
use super::metrics::{CACHE_CORRUPT, Metrics};
use super::near::Near;
use super::objects::{Objects, Put};
use super::outbox::Outbox;
use crate::ports::{Artifacts, Body, Class, Clock, Listed, Meta, PortError, PortResult};
use crate::recipe::{ArtifactId, Digest};

/// A write that met another one is tried so often.
const ATTEMPTS: usize = 5;
/// A use is written down when so much of the allowed age has passed since the last one that was.
const TOUCHES: u64 = 8;

/// The cache. Clones share what they found.
#[derive(Clone)]
pub struct Cache {
    pub(super) index: Index,
    pub(super) objects: Objects,
    pub(super) outbox: Outbox,
    pub(super) clock: Arc<dyn Clock>,
    near: Near,
    /// What was fetched before it was asked for.
    pub(super) ahead: Arc<Ahead>,
    /// Who is told of damage, in a function.
    metrics: Option<Metrics>,
    /// What every key begins with: nothing, or the task that shares nothing with others.
    pub(super) scope: String,
    max_age: Duration,
    /// What was published here and may have no line yet.
    published: Arc<Mutex<HashMap<ArtifactId, There>>>,
}

impl Cache {
    /// The cache in that bucket and table. What was not used for `max_age` counts as absent.
    #[must_use]
    pub fn new(clients: &Clients, bucket: &str, table: &str, clock: Arc<dyn Clock>, max_age: Duration) -> Self {
        Self {
            index: Index { clients: clients.clone(), table: table.to_owned() },
            objects: Objects::new(clients, bucket),
            outbox: Outbox::new(clients.clone()),
            clock,
            near: Near::at(None),
            ahead: Arc::default(),
            metrics: None,
            scope: String::new(),
            max_age,
            published: Arc::default(),
        }
    }

    /// The same, telling of damage.
    #[must_use]
    pub(super) fn telling(self, metrics: Option<Metrics>) -> Self {
        Self { metrics, ..self }
    }

    /// The same for one piece of work: copies of what it makes are kept in `near`, and with `alone` nothing that
    /// another task made is found.
    #[must_use]
    pub fn for_work(&self, near: Option<PathBuf>, alone: Option<&str>) -> Self {
        let scope = alone.map(|task| format!("private/{task}/")).unwrap_or_default();
        let outbox = Outbox::new(self.index.clients.clone());
        Self { near: Near::at(near), scope, outbox, published: Arc::default(), ..self.clone() }
    }

    /// Writes the lines that wait.
    pub async fn settle(&self) {
        self.outbox.settle().await;
    }

    /// The bucket's name.
    #[cfg(test)]
    pub(super) fn bucket(&self) -> &str {
        self.objects.bucket()
    }

    pub(super) fn line_key(&self, id: &str) -> String {
        format!("{}{id}", self.scope)
    }

    /// The object's key: `cache/scene/v2/ab/ab12….ts`.
    pub(super) fn object_key(&self, id: &ArtifactId) -> String {
        format!("cache/{}{}.{}", self.scope, id.stem(), id.kind.extension())
    }

    pub(super) fn published(&self, id: &ArtifactId) -> Option<There> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Whether an artifact was published here: its line, which is written soon, ends the lease on it.
    pub(super) fn is_published(&self, id: &str) -> bool {
        ArtifactId::parse(id).is_ok_and(|id| self.published(&id).is_some())
    }

    /// Notes an artifact that is in the bucket; its line is written soon.
    fn note(&self, id: &ArtifactId, there: There) {
        let key = self.line_key(&id.to_string());
        // One call may not write a line twice.
        self.outbox.discard(&self.index.table, "artifact", &key);
        self.outbox.put(&self.index.table, there.item(&key, self.expires(there.used_ms)));
        self.published.lock().unwrap_or_else(PoisonError::into_inner).insert(*id, there);
    }

    fn forget(&self, id: &ArtifactId) {
        self.outbox.discard(&self.index.table, "artifact", &self.line_key(&id.to_string()));
        self.published.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.near.forget(id);
        self.ahead.forget(id);
    }

    fn expires(&self, used_ms: u64) -> u64 {
        used_ms / 1000 + self.max_age.as_secs()
    }

    /// What a line says, unless it is too old; a use is written down now and then.
    async fn fresh(&self, id: &ArtifactId, there: There) -> PortResult<Option<Meta>> {
        let (now, most) = (self.clock.now_ms(), self.max_age.as_millis() as u64);
        let age = now.saturating_sub(there.used_ms);
        if age > most {
            // It could not be made anew while it lies there.
            self.remove(id).await?;
            return Ok(None);
        }
        if age > most / TOUCHES {
            let metadata = self.metadata(id, &there.meta).await?;
            if self.objects.refresh(&self.object_key(id), metadata, content_type(id.kind)).await?.is_none() {
                // The bucket's rules took it; its line goes after it.
                self.forget(id);
                self.index.remove(&self.line_key(&id.to_string())).await?;
                return Ok(None);
            }
            self.index.used(&self.line_key(&id.to_string()), now, self.expires(now)).await?;
        }
        Ok(Some(there.meta))
    }

    /// Looks into the bucket itself, and notes what is there.
    async fn look(&self, id: &ArtifactId) -> PortResult<Option<Meta>> {
        let Some(head) = self.objects.head(&self.object_key(id)).await? else { return Ok(None) };
        let Some(meta) = self.meta(id, head.metadata.as_ref(), head.content_length).await? else {
            self.throw_away(id, head.e_tag.as_deref()).await?;
            return Ok(None);
        };
        self.note(id, There { meta: meta.clone(), manifest: Vec::new(), used_ms: self.clock.now_ms() });
        Ok(Some(meta))
    }

    /// Removes an object that is not what was stored.
    async fn throw_away(&self, id: &ArtifactId, etag: Option<&str>) -> PortResult<()> {
        tracing::warn!(artifact = %id, code = "CACHE_CORRUPT", "an artifact is not what was stored; it is made anew");
        if let Some(metrics) = &self.metrics {
            metrics.tell(CACHE_CORRUPT, "", 1.0, self.clock.now_ms());
        }
        self.forget(id);
        self.objects.remove(&self.object_key(id), etag).await?;
        self.index.remove(&self.line_key(&id.to_string())).await
    }

    /// Reads an object into `out`; false where its bytes are not what was stored, and it is thrown away.
    async fn read(&self, id: &ArtifactId, out: &mut (impl tokio::io::AsyncWrite + Unpin)) -> PortResult<Option<bool>> {
        let key = self.object_key(id);
        let Some(object) = self.objects.get(&key).await? else { return Ok(None) };
        let etag = object.e_tag.clone();
        let length = object.content_length.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
        let stored = object.metadata.as_ref().and_then(|metadata| Digest::parse(metadata.get("sha256")?).ok());
        let read = self.objects.read(&key, object.body, length, out).await?;
        let expected = self.published(id).map(|there| there.meta.sha256).or(stored);
        let whole = Some(read.0) == stored && stored == expected && read.1 == length;
        if !whole {
            self.throw_away(id, etag.as_deref()).await?;
        }
        Ok(Some(whole))
    }
}

#[async_trait]
impl Artifacts for Cache {
    async fn find(&self, id: &ArtifactId) -> PortResult<Option<Meta>> {
        if let Some(there) = self.published(id) {
            return self.fresh(id, there).await;
        }
        match self.index.line(&self.line_key(&id.to_string())).await? {
            Line::There(there) => self.fresh(id, there).await,
            Line::Leased | Line::Nothing => self.look(id).await,
        }
    }

    async fn find_all(&self, ids: &[ArtifactId]) -> PortResult<Vec<Option<Meta>>> {
        let asked: Vec<_> = ids.iter().filter(|id| self.published(id).is_none()).collect();
        let keys: Vec<_> = asked.iter().map(|id| self.line_key(&id.to_string())).collect();
        let lines: HashMap<_, _> = asked.into_iter().zip(self.index.lines(&keys).await?).collect();
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            let line = match self.published(id) {
                Some(there) => Line::There(there),
                None => lines.get(id).cloned().unwrap_or(Line::Nothing),
            };
            found.push(match line {
                Line::There(there) => self.fresh(id, there).await?,
                Line::Leased => self.look(id).await?,
                Line::Nothing => None,
            });
        }
        Ok(found)
    }

    /// Nothing, and nobody is asked: what has a line is not leased.
    async fn find_published(&self, leased: &[ArtifactId]) -> PortResult<Vec<Option<Meta>>> {
        Ok(vec![None; leased.len()])
    }

    async fn open(&self, id: &ArtifactId, work: &Path) -> PortResult<Option<PathBuf>> {
        if let Some(there) = self.published(id)
            && let Some(path) = self.near.open(id, &there.meta.sha256)
        {
            return Ok(Some(path));
        }
        // Who shares nothing with other tasks looks at what is its own.
        if let Some(path) = self.ahead.open(id).filter(|_| self.scope.is_empty()) {
            return Ok(Some(path));
        }
        let path = work.join(format!("{}.{}", id.key, id.kind.extension()));
        let mut file = File::create(&path).await.map_err(|e| PortError::io("write", &path, e))?;
        match self.read(id, &mut file).await? {
            Some(true) => Ok(Some(path)),
            Some(false) => Ok(None),
            None => {
                // The bucket's rules took it; its line goes after it.
                self.forget(id);
                self.index.remove(&self.line_key(&id.to_string())).await?;
                Ok(None)
            }
        }
    }

    async fn publish(&self, id: &ArtifactId, manifest: &[u8], body: Body<'_>, facts: Value) -> PortResult<Meta> {
        let (sha256, bytes) = digest_of(body)?;
        let meta = Meta { sha256, bytes, facts, made_at: self.clock.now_ms() };
        for _ in 0..ATTEMPTS {
            let metadata = self.metadata(id, &meta).await?;
            let (key, kind) = (self.object_key(id), content_type(id.kind));
            match self.objects.create(&key, body, &sha256, metadata, kind).await {
                Ok(Put::Created) => {
                    self.near.keep(id, body);
                    let used_ms = meta.made_at;
                    self.note(id, There { meta: meta.clone(), manifest: manifest.to_owned(), used_ms });
                    return Ok(meta);
                }
                Ok(Put::Exists) => {
                    if let Some(theirs) = self.look(id).await? {
                        return Ok(theirs);
                    }
                }
                Err(error) if error.code == "AWS_CONFLICT" => {
                    tokio::time::sleep(Duration::from_millis(fastrand::u64(20..200))).await;
                }
                Err(error) => return Err(error),
            }
        }
        let message = format!("{id} could not be written: others wrote and removed it {ATTEMPTS} times meanwhile");
        Err(PortError::transient(Class::Storage, "AWS_CONFLICT", message))
    }

    async fn manifest(&self, id: &ArtifactId) -> PortResult<Option<Vec<u8>>> {
        let there = match self.published(id) {
            Some(there) => Some(there),
            None => match self.index.line(&self.line_key(&id.to_string())).await? {
                Line::There(there) => Some(there),
                Line::Leased | Line::Nothing => None,
            },
        };
        Ok(there.map(|there| there.manifest).filter(|manifest| !manifest.is_empty()))
    }

    async fn list(&self) -> PortResult<Vec<Listed>> {
        self.outbox.flush().await?;
        let listed = |(key, there): (String, There)| {
            let id = ArtifactId::parse(key.strip_prefix(&self.scope)?).ok()?;
            Some(Listed { id, meta: there.meta, used_at: there.used_ms })
        };
        let mut all: Vec<_> = self.index.all(&self.scope).await?.into_iter().filter_map(listed).collect();
        all.sort_by_key(|listed| listed.id);
        Ok(all)
    }

    async fn verify(&self, id: &ArtifactId) -> PortResult<bool> {
        Ok(self.read(id, &mut tokio::io::sink()).await?.unwrap_or(true))
    }

    async fn remove(&self, id: &ArtifactId) -> PortResult<()> {
        self.forget(id);
        self.index.remove(&self.line_key(&id.to_string())).await?;
        self.objects.remove(&self.object_key(id), None).await?;
        self.objects.remove(&self.facts_key(id), None).await
    }
}

fn digest_of(body: Body<'_>) -> PortResult<(Digest, u64)> {
    match body {
        Body::Bytes(bytes) => Ok((Digest::of(bytes), bytes.len() as u64)),
        Body::File(path) => {
            let read = std::fs::File::open(path).and_then(Digest::of_reader);
            read.map_err(|e| PortError::io("read", path, e))
        }
    }
}
