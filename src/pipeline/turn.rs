//! Whose turn it is to make an artifact: one maker's in this process, and, by a lease, one among all processes.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as Flight, OwnedMutexGuard};

use super::cache::stop_if_over;
use super::{Job, Pipeline};
use crate::ports::{Meta, PortResult};
use crate::recipe::ArtifactId;

/// Whoever waits for another process's artifact looks for it so often while a lease lasts.
const LOOKS: u32 = 120;

/// What is being made in this process, so that the second comer waits for the first.
#[derive(Default)]
pub(super) struct Flights {
    flights: Mutex<HashMap<ArtifactId, Arc<Flight<()>>>>,
    /// What the work in this process knows, since all of it holds leases under one name.
    surveys: Mutex<Vec<Weak<Turns>>>,
}

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
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| Arc::strong_count(flight) > 1);
        flights.entry(*id).or_default().clone()
    }

    /// Keeps what a piece of work surveyed up to date while it goes on.
    fn follow(&self, turns: &Arc<Turns>) {
        let mut surveys = self.surveys.lock().unwrap_or_else(PoisonError::into_inner);
        surveys.retain(|turns| turns.strong_count() > 0);
        surveys.push(Arc::downgrade(turns));
    }

    /// An artifact was made here: nobody in this process need make it on the strength of an earlier survey.
    pub(super) fn made(&self, id: &ArtifactId) {
        let surveys = self.surveys.lock().unwrap_or_else(PoisonError::into_inner);
        for turns in surveys.iter().filter_map(Weak::upgrade) {
            turns.with(|state| state.ours.remove(id));
        }
    }
}

/// What one piece of work knows of the artifacts it needs.
#[derive(Default)]
pub(super) struct Turns(Mutex<State>);

#[derive(Default)]
struct State {
    /// Found by a survey, and not asked for yet.
    there: HashMap<ArtifactId, Meta>,
    /// Leased by a survey, and not asked for yet.
    ours: BTreeSet<ArtifactId>,
    /// All that is leased now.
    held: BTreeSet<ArtifactId>,
}

/// What a survey knows of an artifact.
enum Surveyed {
    There(Meta),
    Ours,
    Nothing,
}

impl Turns {
    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the survey found, once: whoever asks again has to look.
    fn take(&self, id: &ArtifactId) -> Surveyed {
        self.with(|state| match state.there.remove(id) {
            Some(meta) => Surveyed::There(meta),
            None if state.ours.remove(id) => Surveyed::Ours,
            None => Surveyed::Nothing,
        })
    }
}

impl Pipeline {
    /// Looks for all artifacts that a piece of work needs at once, and leases those that are not there and that `makes`
    /// names, so that a store in the network is asked twice and not twice for each. Whoever leases an artifact here has to
    /// make it before it waits for another that is leased here too.
    pub(super) async fn survey(&self, job: &Job, needs: &[ArtifactId], makes: &[ArtifactId]) -> PortResult<()> {
        let needs: Vec<_> = needs.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let found = self.world.artifacts.find_all(&needs).await?;
        let there: HashMap<_, _> =
            needs.iter().copied().zip(found).filter_map(|(id, meta)| Some((id, meta?))).collect();
        let open: BTreeSet<_> = makes.iter().copied().filter(|id| !there.contains_key(id)).collect();
        let open: Vec<_> = open.into_iter().collect();
        job.turns.with(|state| state.there = there);
        self.flights.follow(&job.turns);
        if open.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = open.iter().map(ToString::to_string).collect();
        let taken = self.world.leases.acquire_all(&keys, &self.name, self.settings.lease).await?;
        let taken: Vec<_> = open.into_iter().zip(taken).filter_map(|(id, taken)| taken.then_some(id)).collect();
        job.turns.with(|state| state.held = taken.iter().copied().collect());
        // Another maker may have published between our look and its giving back the lease.
        let found = self.world.artifacts.find_published(&taken).await?;
        for (id, found) in taken.into_iter().zip(found) {
            match found {
                Some(meta) => {
                    job.turns.with(|state| state.there.insert(id, meta));
                    self.give_back(job, &id).await;
                }
                None => drop(job.turns.with(|state| state.ours.insert(id))),
            }
        }
        Ok(())
    }

    /// The artifact, if it is there.
    pub(super) async fn look(&self, job: &Job, id: &ArtifactId) -> PortResult<Option<Meta>> {
        match job.turns.with(|state| state.there.get(id).cloned()) {
            Some(meta) => Ok(Some(meta)),
            None => self.world.artifacts.find(id).await,
        }
    }

    /// The artifact, if it is there, or comes to be there while another process holds its lease; and whether that was
    /// waited for. Without it, the lease is ours. `surveyed` says that nobody in this process had a turn meanwhile.
    pub(super) async fn found_or_leased(
        &self,
        job: &Job,
        id: &ArtifactId,
        surveyed: bool,
    ) -> PortResult<(Option<Meta>, bool)> {
        match job.turns.take(id) {
            Surveyed::There(meta) => return Ok((Some(meta), false)),
            Surveyed::Ours if surveyed => return Ok((None, false)),
            Surveyed::Ours | Surveyed::Nothing => {}
        }
        let mut waited = false;
        loop {
            if let Some(meta) = self.world.artifacts.find(id).await? {
                return Ok((Some(meta), waited));
            }
            if self.world.leases.acquire(&id.to_string(), &self.name, self.settings.lease).await? {
                job.turns.with(|state| state.held.insert(*id));
                break;
            }
            waited = true;
            stop_if_over(job)?;
            tokio::time::sleep(self.settings.lease / LOOKS).await;
        }
        // Its maker may have published between our look and its giving back the lease.
        let found = self.world.artifacts.find(id).await?;
        if found.is_some() {
            self.give_back(job, id).await;
        }
        Ok((found, true))
    }

    /// Works, and renews all leases that the work takes; those that it leaves are given back after it.
    pub(super) async fn holding<T>(&self, job: &Job, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        let mut renewal = tokio::time::interval(self.settings.lease / 3);
        renewal.tick().await;
        let held = || job.turns.with(|state| state.held.iter().copied().collect::<Vec<_>>());
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                _ = renewal.tick() => {
                    let keys: Vec<_> = held().iter().map(ToString::to_string).collect();
                    if !keys.is_empty()
                        && let Err(error) = self.world.leases.acquire_all(&keys, &self.name, self.settings.lease).await
                    {
                        tracing::warn!(task = job.task.id, code = error.code, "leases were not renewed: {error}");
                    }
                }
            }
        };
        for id in held() {
            self.give_back(job, &id).await;
        }
        done
    }

    /// A failure only keeps others waiting until the lease ends.
    pub(super) async fn give_back(&self, job: &Job, id: &ArtifactId) {
        job.turns.with(|state| state.held.remove(id));
        if let Err(error) = self.world.leases.release(&id.to_string(), &self.name).await {
            tracing::warn!(artifact = %id, code = error.code, "a lease was not given back: {error}");
        }
    }
}
