//! A task by its id, and its end by a user's word: `cancel`.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use super::world::Station;
use super::{Failure, progress};
use crate::config::Config;
use crate::domain::task::{Outcome, is_id};

#[derive(Debug, clap::Args)]
pub(super) struct Cancel {
    /// The task's id
    #[arg(value_parser = id)]
    task: String,
}

impl Cancel {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let station = Station::of(config, None, progress::quiet()).await?;
        let world = station.pipeline.world();
        let task = world.tasks.get(&self.task).await?.ok_or_else(|| unknown(&self.task))?;
        if world.tasks.advance(&self.task, &Outcome::Cancelled, world.clock.now_ms()).await? {
            eprintln!("task {} is cancelled", self.task);
            return Ok(());
        }
        Err(Failure::usage(format!("task {} is {} already", self.task, task.status.word())))
    }
}

/// Reads an id of the contract's form.
pub(super) fn id(text: &str) -> Result<String, String> {
    if is_id(text) { Ok(text.to_owned()) } else { Err("a task's id is 1 to 64 of A-Z a-z 0-9 _ -".to_owned()) }
}

/// An id that no other task has: the time, and what the system says is random.
pub(super) fn new_id() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let random = RandomState::new().build_hasher().finish();
    format!("{:x}-{:08x}", now.as_secs(), random as u32)
}

/// There is no such task.
pub(super) fn unknown(id: &str) -> Failure {
    Failure::request(format!("there is no task `{id}`; `protovideo status` lists them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ids_are_ids_and_differ() {
        let new = new_id();
        assert_eq!(id(&new), Ok(new.clone()));
        assert_ne!(new, new_id());
    }

    #[test]
    fn what_could_leave_a_folder_is_no_id() {
        for wrong in ["", "..", "a/b", "a b", &"x".repeat(65)] {
            assert!(id(wrong).is_err(), "{wrong}");
        }
    }
}
