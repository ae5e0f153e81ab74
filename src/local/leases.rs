//! Leases in `SQLite`.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Transaction, params};

use super::sqlite::Sqlite;
use crate::ports::{Leases, PortResult};

/// Leases in an opened file.
#[derive(Clone)]
pub struct SqliteLeases(pub(super) Sqlite);

#[async_trait]
impl Leases for SqliteLeases {
    async fn acquire(&self, key: &str, owner: &str, span: Duration) -> PortResult<bool> {
        let now = self.0.now();
        let (key, owner, until) = (key.to_owned(), owner.to_owned(), now + span.as_millis() as u64);
        let acquire = "insert into lease (key, owner, until) values (?1, ?2, ?3)
            on conflict (key) do update set until = ?3 where owner = ?2";
        let acquire = move |on: &Transaction<'_>| {
            on.execute("delete from lease where until <= ?1", [now.cast_signed()])?;
            on.execute(acquire, params![key, owner, until.cast_signed()]).map(|changed| changed == 1)
        };
        self.0.transact(acquire).await
    }

    async fn release(&self, key: &str, owner: &str) -> PortResult<()> {
        let (key, owner) = (key.to_owned(), owner.to_owned());
        let release = "delete from lease where key = ?1 and owner = ?2";
        self.0.transact(move |on| on.execute(release, params![key, owner]).map(drop)).await
    }
}
