//! Sessions that several sentences share: each runs alone on its session, and as many run at once as there are sessions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};

use super::runtime::{Model, failed};
use crate::ports::PortResult;

/// A few sessions of one model, made when they are first needed.
pub(super) struct Pool {
    make: Box<dyn Fn() -> PortResult<Model> + Send + Sync>,
    limit: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Model>,
    busy: usize,
}

impl Pool {
    /// At most `limit` sessions, each from `make`.
    pub(super) fn new(limit: usize, make: impl Fn() -> PortResult<Model> + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), limit, state: Mutex::default(), freed: Condvar::new() }
    }

    /// Runs `work` on a session of its own; blocks while all are busy. A session whose work failed or panicked is
    /// dropped, and the work is tried once more on a new one.
    pub(super) fn run<T>(&self, work: impl Fn(&mut Model) -> PortResult<T>) -> PortResult<T> {
        let mut turn = self.turn();
        let mut model = match turn.model.take() {
            Some(model) => model,
            None => (self.make)()?,
        };
        let result = match guarded(&work, &mut model) {
            Err(error) => {
                tracing::warn!(%error, "a speech session failed and is made anew");
                drop(model);
                model = (self.make)()?;
                guarded(&work, &mut model)?
            }
            Ok(result) => result,
        };
        turn.model = Some(model);
        Ok(result)
    }

    /// Waits for a free place.
    fn turn(&self) -> Turn<'_> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |state: &mut State| state.busy >= self.limit;
        let mut state = self.freed.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        state.busy += 1;
        Turn { model: state.idle.pop(), pool: self }
    }
}

/// One of the places, given back with its session when it is dropped.
struct Turn<'a> {
    pool: &'a Pool,
    model: Option<Model>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.busy -= 1;
        state.idle.extend(self.model.take());
        self.pool.freed.notify_one();
    }
}

/// The work with a panic turned into an error; the session it may have broken is not used again.
fn guarded<T>(work: impl Fn(&mut Model) -> PortResult<T>, model: &mut Model) -> PortResult<T> {
    catch_unwind(AssertUnwindSafe(|| work(model)))
        .unwrap_or_else(|_| Err(failed("the speech engine broke off", "it panicked")))
}
