//! Leases in `SQLite`. The lease of a process that is gone counts as given back, so that whoever goes on with a killed
//! run need not wait for its leases to end.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Transaction, params};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::sqlite::Sqlite;
use crate::ports::{Leases, PortResult};

/// Leases in an opened file.
#[derive(Clone)]
pub struct SqliteLeases(pub(super) Sqlite);

#[async_trait]
impl Leases for SqliteLeases {
    async fn acquire(&self, key: &str, owner: &str, span: Duration) -> PortResult<bool> {
        let now = self.0.now();
        let (key, owner, until) = (key.to_owned(), recorded(owner), now + span.as_millis() as u64);
        let acquire = "insert into lease (key, owner, until) values (?1, ?2, ?3)
            on conflict (key) do update set until = ?3 where owner = ?2";
        let take = move |on: &Transaction<'_>| {
            on.execute("delete from lease where until <= ?1", [now.cast_signed()])?;
            let holder = on.query_row("select owner from lease where key = ?1", [&key], |row| row.get(0)).optional()?;
            if holder.is_some_and(|holder: String| is_orphaned(&holder)) {
                on.execute("delete from lease where key = ?1", [&key])?;
            }
            on.execute(acquire, params![key, owner, until.cast_signed()]).map(|changed| changed == 1)
        };
        self.0.transact(take).await
    }

    async fn release(&self, key: &str, owner: &str) -> PortResult<()> {
        let (key, owner) = (key.to_owned(), recorded(owner));
        let release = "delete from lease where key = ?1 and owner = ?2";
        self.0.transact(move |on| on.execute(release, params![key, owner]).map(drop)).await
    }
}

/// An owner as it is recorded: behind the id of its process.
fn recorded(owner: &str) -> String {
    format!("{}:{owner}", std::process::id())
}

/// Whether a recorded owner's process is gone.
fn is_orphaned(recorded: &str) -> bool {
    let pid = recorded.split_once(':').and_then(|(pid, _)| pid.parse().ok()).and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid) == Err(Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ports::SystemClock;

    #[tokio::test]
    async fn the_lease_of_a_process_that_is_gone_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let leases = SqliteLeases(Sqlite::open(folder.path(), Arc::new(SystemClock)).unwrap());
        let minute = Duration::from_secs(60);
        assert!(leases.acquire("k", "a", minute).await.unwrap());
        assert!(!leases.acquire("k", "b", minute).await.unwrap(), "this process lives");
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let owner = format!("{}:a", gone.id());
        leases.0.transact(move |on| on.execute("update lease set owner = ?1", [owner]).map(drop)).await.unwrap();
        assert!(leases.acquire("k", "b", minute).await.unwrap());
    }
}
