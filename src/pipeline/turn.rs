//! Whose turn it is to make an artifact: one maker's in this process, and, by a lease, one among all processes.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Flight, OwnedMutexGuard};

use super::cache::stop_if_over;
use super::{Job, Pipeline};
use crate::ports::{Meta, PortResult};
use crate::recipe::ArtifactId;

/// A lease is taken for so long, and renewed at a third of it; so long does a dead process keep others waiting.
const LEASE: Duration = Duration::from_secs(15);
/// Whoever waits for another process's artifact looks for it so often.
const POLL: Duration = Duration::from_millis(100);

/// What is being made in this process, so that the second comer waits for the first.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<ArtifactId, Arc<Flight<()>>>>);

impl Flights {
    /// Waits until nobody else in this process makes that artifact, and says whether somebody did.
    pub(super) async fn turn(&self, id: &ArtifactId) -> (OwnedMutexGuard<()>, bool) {
        let flight = self.of(id);
        match flight.clone().try_lock_owned() {
            Ok(turn) => (turn, false),
            Err(_) => (flight.lock_owned().await, true),
        }
    }

    fn of(&self, id: &ArtifactId) -> Arc<Flight<()>> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| Arc::strong_count(flight) > 1);
        flights.entry(*id).or_default().clone()
    }
}

impl Pipeline {
    /// The artifact, if it is there, or comes to be there while another process holds its lease; and whether that was
    /// waited for. Without it, the lease is ours.
    pub(super) async fn found_or_leased(&self, job: &Job, id: &ArtifactId) -> PortResult<(Option<Meta>, bool)> {
        let mut waited = false;
        loop {
            if let Some(meta) = self.world.artifacts.find(id).await? {
                return Ok((Some(meta), waited));
            }
            if self.world.leases.acquire(&id.to_string(), &self.name, LEASE).await? {
                break;
            }
            waited = true;
            stop_if_over(job)?;
            tokio::time::sleep(POLL).await;
        }
        // Its maker may have published between our look and its giving back the lease.
        let found = self.world.artifacts.find(id).await?;
        if found.is_some() {
            self.give_back(id).await;
        }
        Ok((found, true))
    }

    /// Works while the lease is ours: renews it meanwhile, and gives it back after.
    pub(super) async fn leased<T>(&self, id: &ArtifactId, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        let mut renewal = tokio::time::interval(LEASE / 3);
        renewal.tick().await;
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                _ = renewal.tick() => {
                    if let Err(error) = self.world.leases.acquire(&id.to_string(), &self.name, LEASE).await {
                        tracing::warn!(artifact = %id, code = error.code, "a lease was not renewed: {error}");
                    }
                }
            }
        };
        self.give_back(id).await;
        done
    }

    /// A failure only keeps others waiting until the lease ends.
    async fn give_back(&self, id: &ArtifactId) {
        if let Err(error) = self.world.leases.release(&id.to_string(), &self.name).await {
            tracing::warn!(artifact = %id, code = error.code, "a lease was not given back: {error}");
        }
    }
}
