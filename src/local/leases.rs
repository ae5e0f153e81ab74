//! Leases in `SQLite`.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::params;

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
            on conflict (key) do update set owner = ?2, until = ?3 where owner = ?2 or until <= ?4";
        let params = move |on: &rusqlite::Transaction<'_>| {
            on.execute(acquire, params![key, owner, until.cast_signed(), now.cast_signed()]).map(|changed| changed == 1)
        };
        self.0.transact(params).await
    }

    async fn release(&self, key: &str, owner: &str) -> PortResult<()> {
        let (key, owner) = (key.to_owned(), owner.to_owned());
        let release = "delete from lease where key = ?1 and owner = ?2";
        self.0.transact(move |on| on.execute(release, params![key, owner]).map(drop)).await
    }
}
