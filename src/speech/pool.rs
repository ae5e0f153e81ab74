//! Sessions that several sentences share: each runs alone on its session, and as many run at once as there are sessions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};

use super::runtime::failed;
use crate::ports::PortResult;

/// A few sessions of one model, made when they are first needed.
pub(super) struct Pool<M> {
    make: Box<dyn Fn() -> PortResult<M> + Send + Sync>,
    limit: usize,
    /// So many sessions are kept when nobody uses them.
    kept: usize,
    state: Mutex<State<M>>,
    freed: Condvar,
}

struct State<M> {
    idle: Vec<M>,
    busy: usize,
}

impl<M> Pool<M> {
    /// At most `limit` sessions, each from `make`, of which `kept` are not dropped while there is nothing to say.
    pub(super) fn new(limit: usize, kept: usize, make: impl Fn() -> PortResult<M> + Send + Sync + 'static) -> Self {
        let state = Mutex::new(State { idle: Vec::new(), busy: 0 });
        Self { make: Box::new(make), limit, kept, state, freed: Condvar::new() }
    }

    /// Runs `work` on a session of its own; blocks while all are busy. A session whose work failed or panicked is
    /// dropped, and the work is tried once more on a new one.
    pub(super) fn run<T>(&self, work: impl Fn(&mut M) -> PortResult<T>) -> PortResult<T> {
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

    /// Drops the sessions that nobody uses.
    pub(super) fn shrink(&self) {
        let idle = std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).idle);
        drop(idle);
    }

    /// Waits for a free place.
    fn turn(&self) -> Turn<'_, M> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |state: &mut State<M>| state.busy >= self.limit;
        let mut state = self.freed.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        state.busy += 1;
        Turn { model: state.idle.pop(), pool: self }
    }
}

/// One of the places, given back with its session when it is dropped.
struct Turn<'a, M> {
    pool: &'a Pool<M>,
    model: Option<M>,
}

impl<M> Drop for Turn<'_, M> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.busy -= 1;
        if state.idle.len() < self.pool.kept {
            state.idle.extend(self.model.take());
        }
        self.pool.freed.notify_one();
    }
}

/// The work with a panic turned into an error; the session it may have broken is not used again.
fn guarded<M, T>(work: impl Fn(&mut M) -> PortResult<T>, model: &mut M) -> PortResult<T> {
    catch_unwind(AssertUnwindSafe(|| work(model)))
        .unwrap_or_else(|_| Err(failed("the speech engine broke off", "it panicked")))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier, mpsc};
    use std::time::Duration;

    use super::*;

    /// A pool whose sessions are numbered as they are made.
    fn pool(limit: usize) -> Pool<usize> {
        let made = AtomicUsize::new(0);
        Pool::new(limit, limit, move || Ok(made.fetch_add(1, Ordering::Relaxed)))
    }

    /// Each of the runs ends only while all the others are under way, too.
    #[test]
    fn as_many_sentences_are_spoken_at_once_as_there_are_sessions() {
        let (pool, together, (ended, ends)) = (Arc::new(pool(3)), Arc::new(Barrier::new(3)), mpsc::channel());
        for _ in 0..3 {
            let (pool, together, ended) = (Arc::clone(&pool), Arc::clone(&together), ended.clone());
            std::thread::spawn(move || {
                let session = pool.run(|session| {
                    together.wait();
                    Ok(*session)
                });
                ended.send(session.unwrap())
            });
        }
        let mut sessions: Vec<_> = (0..3).map(|_| ends.recv_timeout(Duration::from_mins(1)).unwrap()).collect();
        sessions.sort_unstable();
        assert_eq!(sessions, [0, 1, 2], "each on a session of its own");
    }

    #[test]
    fn no_more_are_spoken_at_once_and_sessions_are_used_again() {
        let (pool, running) = (pool(2), AtomicUsize::new(0));
        let speak = || {
            pool.run(|session| {
                assert!(running.fetch_add(1, Ordering::SeqCst) < 2);
                std::thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(*session)
            })
        };
        std::thread::scope(|scope| {
            let runs: Vec<_> = (0..8).map(|_| scope.spawn(speak)).collect();
            assert!(runs.into_iter().all(|run| run.join().unwrap().unwrap() < 2), "two sessions were made");
        });
    }

    #[test]
    fn no_more_sessions_than_that_are_kept_while_nobody_speaks() {
        let made = Arc::new(AtomicUsize::new(0));
        let (count, together) = (Arc::clone(&made), Barrier::new(2));
        let pool = Pool::new(2, 1, move || Ok(count.fetch_add(1, Ordering::Relaxed)));
        let two = || {
            let meet = |_: &mut usize| {
                together.wait();
                Ok(())
            };
            std::thread::scope(|scope| {
                [0, 1].map(|_| scope.spawn(|| pool.run(meet))).map(|run| run.join().unwrap().unwrap())
            })
        };
        two();
        pool.run(|_| Ok(())).unwrap();
        assert_eq!(made.load(Ordering::Relaxed), 2, "one of two was kept");
        two();
        assert_eq!(made.load(Ordering::Relaxed), 3);
        pool.shrink();
        pool.run(|_| Ok(())).unwrap();
        assert_eq!(made.load(Ordering::Relaxed), 4, "none was kept");
    }

    #[test]
    fn a_session_that_failed_is_made_anew_once() {
        let pool = pool(1);
        let failing = |first: usize| {
            move |session: &mut usize| if *session < first { Err(failed("it", "failed")) } else { Ok(*session) }
        };
        assert_eq!(pool.run(failing(1)).unwrap(), 1);
        assert_eq!(pool.run(failing(9)).unwrap_err().code, "SPEECH_ENGINE");
        let panicking = |session: &mut usize| if *session < 4 { panic!("broken") } else { Ok(*session) };
        assert_eq!(pool.run(panicking).unwrap(), 4);
    }
}
