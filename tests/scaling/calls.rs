//! Stores whose calls are counted and take a while.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use protovideo::domain::task::{Message, Outcome, StepRecord, Task};
use protovideo::ports::{
    Artifacts, Body, Created, Delivery, Leases, Listed, Meta, NewTask, PortResult, Queue, Tasks, World,
};
use protovideo::recipe::ArtifactId;
use serde_json::Value;
use tokio::sync::Notify;

/// Counts the calls that a pipeline makes, and lets each take so long.
#[derive(Debug)]
pub(crate) struct Calls {
    count: AtomicU64,
    takes: Duration,
    /// Told when messages are sent or put off.
    pub(crate) queue_changed: Notify,
}

impl Calls {
    pub(crate) fn new(takes: Duration) -> Self {
        Self { count: AtomicU64::new(0), takes, queue_changed: Notify::new() }
    }

    /// Calls so far.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// One call.
    pub(crate) async fn one<T>(&self, call: impl Future<Output = T>) -> T {
        self.count.fetch_add(1, Ordering::Relaxed);
        if !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        call.await
    }

    /// A world of the same stores, counted.
    pub(crate) fn over(self: &Arc<Self>, world: &World) -> World {
        World {
            artifacts: Arc::new(Counted { inner: world.artifacts.clone(), calls: self.clone() }),
            tasks: Arc::new(Counted { inner: world.tasks.clone(), calls: self.clone() }),
            queue: Arc::new(Counted { inner: world.queue.clone(), calls: self.clone() }),
            leases: Arc::new(Counted { inner: world.leases.clone(), calls: self.clone() }),
            ..world.clone()
        }
    }
}

struct Counted<S: ?Sized> {
    inner: Arc<S>,
    calls: Arc<Calls>,
}

#[async_trait]
impl Artifacts for Counted<dyn Artifacts> {
    async fn find(&self, id: &ArtifactId) -> PortResult<Option<Meta>> {
        self.calls.one(self.inner.find(id)).await
    }

    async fn find_all(&self, ids: &[ArtifactId]) -> PortResult<Vec<Option<Meta>>> {
        self.calls.one(self.inner.find_all(ids)).await
    }

    async fn open(&self, id: &ArtifactId, work: &Path) -> PortResult<Option<PathBuf>> {
        self.calls.one(self.inner.open(id, work)).await
    }

    async fn publish(&self, id: &ArtifactId, manifest: &[u8], body: Body<'_>, facts: Value) -> PortResult<Meta> {
        self.calls.one(self.inner.publish(id, manifest, body, facts)).await
    }

    async fn manifest(&self, id: &ArtifactId) -> PortResult<Option<Vec<u8>>> {
        self.calls.one(self.inner.manifest(id)).await
    }

    async fn list(&self) -> PortResult<Vec<Listed>> {
        self.calls.one(self.inner.list()).await
    }

    async fn verify(&self, id: &ArtifactId) -> PortResult<bool> {
        self.calls.one(self.inner.verify(id)).await
    }

    async fn remove(&self, id: &ArtifactId) -> PortResult<()> {
        self.calls.one(self.inner.remove(id)).await
    }
}

#[async_trait]
impl Tasks for Counted<dyn Tasks> {
    async fn create(&self, task: &NewTask) -> PortResult<Created> {
        self.calls.one(self.inner.create(task)).await
    }

    async fn get(&self, id: &str) -> PortResult<Option<Task>> {
        self.calls.one(self.inner.get(id)).await
    }

    async fn request(&self, id: &str) -> PortResult<Option<Value>> {
        self.calls.one(self.inner.request(id)).await
    }

    async fn plan(&self, id: &str) -> PortResult<Option<Value>> {
        self.calls.one(self.inner.plan(id)).await
    }

    async fn begin(&self, id: &str, step: &str, now: u64) -> PortResult<Option<Task>> {
        self.calls.one(self.inner.begin(id, step, now)).await
    }

    async fn advance(&self, id: &str, outcome: &Outcome, now: u64) -> PortResult<bool> {
        self.calls.one(self.inner.advance(id, outcome, now)).await
    }

    async fn revive(&self, id: &str, deadline: u64, now: u64) -> PortResult<bool> {
        self.calls.one(self.inner.revive(id, deadline, now)).await
    }

    async fn touch(&self, id: &str, now: u64) -> PortResult<()> {
        self.calls.one(self.inner.touch(id, now)).await
    }

    async fn resend(&self, id: &str, resent: Option<u64>, now: u64) -> PortResult<bool> {
        self.calls.one(self.inner.resend(id, resent, now)).await
    }

    async fn mark(&self, id: &str, step: &str, now: u64) -> PortResult<BTreeSet<String>> {
        self.calls.one(self.inner.mark(id, step, now)).await
    }

    async fn unmark(&self, id: &str, step: &str, now: u64) -> PortResult<()> {
        self.calls.one(self.inner.unmark(id, step, now)).await
    }

    async fn done(&self, id: &str) -> PortResult<BTreeSet<String>> {
        self.calls.one(self.inner.done(id)).await
    }

    async fn record(&self, id: &str, record: &StepRecord) -> PortResult<()> {
        // On AWS records wait for the end of their message, where one call writes all.
        self.inner.record(id, record).await
    }

    async fn records(&self, id: &str) -> PortResult<Vec<StepRecord>> {
        self.calls.one(self.inner.records(id)).await
    }

    async fn recent(&self, limit: usize) -> PortResult<Vec<Task>> {
        self.calls.one(self.inner.recent(limit)).await
    }

    async fn live(&self) -> PortResult<Vec<Task>> {
        self.calls.one(self.inner.live()).await
    }
}

#[async_trait]
impl Queue for Counted<dyn Queue> {
    async fn send(&self, messages: &[Message]) -> PortResult<()> {
        let sent = self.calls.one(self.inner.send(messages)).await;
        self.calls.queue_changed.notify_waiters();
        sent
    }

    async fn receive(&self, max: usize, visibility: Duration) -> PortResult<Vec<Delivery>> {
        self.calls.one(self.inner.receive(max, visibility)).await
    }

    async fn delete(&self, receipt: &str) -> PortResult<()> {
        self.calls.one(self.inner.delete(receipt)).await
    }

    async fn extend(&self, receipt: &str, visibility: Duration) -> PortResult<()> {
        let extended = self.calls.one(self.inner.extend(receipt, visibility)).await;
        self.calls.queue_changed.notify_waiters();
        extended
    }
}

#[async_trait]
impl Leases for Counted<dyn Leases> {
    async fn acquire(&self, key: &str, owner: &str, span: Duration) -> PortResult<bool> {
        self.calls.one(self.inner.acquire(key, owner, span)).await
    }

    async fn acquire_all(&self, keys: &[String], owner: &str, span: Duration) -> PortResult<Vec<bool>> {
        self.calls.one(self.inner.acquire_all(keys, owner, span)).await
    }

    async fn release(&self, key: &str, owner: &str) -> PortResult<()> {
        // On AWS the line that publishes an artifact ends its lease.
        self.inner.release(key, owner).await
    }
}
