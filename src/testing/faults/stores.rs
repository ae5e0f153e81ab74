//! The stores of a world that may die.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::Faults;
use crate::domain::task::{Message, Outcome, StepRecord, Task};
use crate::ports::{self, Body, Created, Delivery, Export, Listed, Meta, NewTask, PortResult};
use crate::recipe::ArtifactId;

pub(super) struct Artifacts {
    pub(super) inner: Arc<dyn ports::Artifacts>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl ports::Artifacts for Artifacts {
    async fn find(&self, id: &ArtifactId) -> PortResult<Option<Meta>> {
        self.faults.look(self.inner.find(id)).await
    }

    async fn open(&self, id: &ArtifactId, work: &Path) -> PortResult<Option<PathBuf>> {
        self.faults.look(self.inner.open(id, work)).await
    }

    async fn publish(&self, id: &ArtifactId, manifest: &[u8], body: Body<'_>, facts: Value) -> PortResult<Meta> {
        self.faults.effect(self.inner.publish(id, manifest, body, facts)).await
    }

    async fn manifest(&self, id: &ArtifactId) -> PortResult<Option<Vec<u8>>> {
        self.faults.look(self.inner.manifest(id)).await
    }

    async fn list(&self) -> PortResult<Vec<Listed>> {
        self.faults.look(self.inner.list()).await
    }

    async fn verify(&self, id: &ArtifactId) -> PortResult<bool> {
        self.faults.look(self.inner.verify(id)).await
    }

    async fn remove(&self, id: &ArtifactId) -> PortResult<()> {
        self.faults.effect(self.inner.remove(id)).await
    }
}

pub(super) struct Tasks {
    pub(super) inner: Arc<dyn ports::Tasks>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl ports::Tasks for Tasks {
    async fn create(&self, task: &NewTask) -> PortResult<Created> {
        self.faults.effect(self.inner.create(task)).await
    }

    async fn get(&self, id: &str) -> PortResult<Option<Task>> {
        self.faults.look(self.inner.get(id)).await
    }

    async fn request(&self, id: &str) -> PortResult<Option<Value>> {
        self.faults.look(self.inner.request(id)).await
    }

    async fn plan(&self, id: &str) -> PortResult<Option<Value>> {
        self.faults.look(self.inner.plan(id)).await
    }

    async fn begin(&self, id: &str, step: &str, now: u64) -> PortResult<Option<Task>> {
        self.faults.effect(self.inner.begin(id, step, now)).await
    }

    async fn advance(&self, id: &str, outcome: &Outcome, now: u64) -> PortResult<bool> {
        self.faults.effect(self.inner.advance(id, outcome, now)).await
    }

    async fn revive(&self, id: &str, deadline: u64, now: u64) -> PortResult<bool> {
        self.faults.effect(self.inner.revive(id, deadline, now)).await
    }

    async fn touch(&self, id: &str, now: u64) -> PortResult<()> {
        self.faults.effect(self.inner.touch(id, now)).await
    }

    async fn resend(&self, id: &str, resent: Option<u64>, now: u64) -> PortResult<bool> {
        self.faults.effect(self.inner.resend(id, resent, now)).await
    }

    async fn mark(&self, id: &str, step: &str, now: u64) -> PortResult<BTreeSet<String>> {
        self.faults.effect(self.inner.mark(id, step, now)).await
    }

    async fn unmark(&self, id: &str, step: &str, now: u64) -> PortResult<()> {
        self.faults.effect(self.inner.unmark(id, step, now)).await
    }

    async fn done(&self, id: &str) -> PortResult<BTreeSet<String>> {
        self.faults.look(self.inner.done(id)).await
    }

    async fn record(&self, id: &str, record: &StepRecord) -> PortResult<()> {
        self.faults.effect(self.inner.record(id, record)).await
    }

    async fn records(&self, id: &str) -> PortResult<Vec<StepRecord>> {
        self.faults.look(self.inner.records(id)).await
    }

    async fn recent(&self, limit: usize) -> PortResult<Vec<Task>> {
        self.faults.look(self.inner.recent(limit)).await
    }

    async fn live(&self) -> PortResult<Vec<Task>> {
        self.faults.look(self.inner.live()).await
    }
}

pub(super) struct Queue {
    pub(super) inner: Arc<dyn ports::Queue>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl ports::Queue for Queue {
    async fn send(&self, messages: &[Message]) -> PortResult<()> {
        self.faults.effect(self.inner.send(messages)).await
    }

    async fn receive(&self, max: usize, visibility: Duration) -> PortResult<Vec<Delivery>> {
        self.faults.effect(self.inner.receive(max, visibility)).await
    }

    async fn delete(&self, receipt: &str) -> PortResult<()> {
        self.faults.effect(self.inner.delete(receipt)).await
    }

    async fn extend(&self, receipt: &str, visibility: Duration) -> PortResult<()> {
        self.faults.effect(self.inner.extend(receipt, visibility)).await
    }
}

pub(super) struct Leases {
    pub(super) inner: Arc<dyn ports::Leases>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl ports::Leases for Leases {
    async fn acquire(&self, key: &str, owner: &str, span: Duration) -> PortResult<bool> {
        self.faults.effect(self.inner.acquire(key, owner, span)).await
    }

    async fn release(&self, key: &str, owner: &str) -> PortResult<()> {
        self.faults.effect(self.inner.release(key, owner)).await
    }
}

pub(super) struct Exports {
    pub(super) inner: Arc<dyn ports::Exports>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl ports::Exports for Exports {
    fn wanted(&self) -> bool {
        self.inner.wanted()
    }

    async fn export(&self, export: &Export<'_>) -> PortResult<serde_json::Map<String, Value>> {
        self.faults.effect(self.inner.export(export)).await
    }
}
