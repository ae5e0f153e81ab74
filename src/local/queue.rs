//! The queue in `SQLite`: at least once, hidden while it is worked on, as SQS has it.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Transaction, params};

use super::sqlite::Sqlite;
use crate::domain::task::Message;
use crate::ports::{Delivery, PortResult, Queue};

/// The queue in an opened file, or one task's part of it.
#[derive(Clone)]
pub struct SqliteQueue {
    pub(super) store: Sqlite,
    pub(super) task: Option<String>,
}

fn unreadable(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}

#[async_trait]
impl Queue for SqliteQueue {
    /// A message that is there already is not doubled but replaced: it is shown at once, since what it asks for may be
    /// needed anew, and its deliveries are counted from the beginning. The receipt of whoever works on it is stale from
    /// then on.
    async fn send(&self, messages: &[Message]) -> PortResult<()> {
        let (messages, now) = (messages.to_vec(), self.store.now().cast_signed());
        let send = move |on: &Transaction<'_>| {
            let mut insert = on.prepare_cached(
                "insert or replace into message (task, body, visible_at, attempt) values (?1, ?2, ?3, 0)",
            )?;
            for message in &messages {
                insert.execute(params![message.task, serde_json::to_string(message).map_err(unreadable)?, now])?;
            }
            Ok(())
        };
        self.store.transact(send).await
    }

    async fn receive(&self, max: usize, visibility: Duration) -> PortResult<Vec<Delivery>> {
        if max == 0 {
            return Ok(Vec::new());
        }
        let now = self.store.now();
        let (until, task) = (now + visibility.as_millis() as u64, self.task.clone());
        let receive = move |on: &Transaction<'_>| {
            let mut select = on.prepare_cached(
                "select n, body, attempt from message where visible_at <= ?1 and (?2 is null or task = ?2) order by n limit ?3",
            )?;
            let max = i64::try_from(max).unwrap_or(i64::MAX);
            let row =
                |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?));
            let found: Vec<_> =
                select.query_map(params![now.cast_signed(), task, max], row)?.collect::<rusqlite::Result<_>>()?;
            let mut hide = on.prepare_cached(
                "update message set visible_at = ?2, receipt = ?3, attempt = attempt + 1 where n = ?1",
            )?;
            let mut deliveries = Vec::new();
            for (n, body, attempt) in found {
                // A newer program may have sent it: what this one understands is sent again by reconciling.
                let Ok(message) = serde_json::from_str(&body) else {
                    tracing::error!(code = "MESSAGE_UNREADABLE", "a message cannot be read and is dropped: {body}");
                    on.execute("delete from message where n = ?1", [n])?;
                    continue;
                };
                let attempt = attempt + 1;
                // A number that is never used again, and a count: no other delivery of any message has this receipt.
                let receipt = format!("{n}-{attempt}");
                hide.execute(params![n, until.cast_signed(), receipt])?;
                deliveries.push(Delivery { message, receipt, attempt });
            }
            Ok(deliveries)
        };
        self.store.transact(receive).await
    }

    async fn delete(&self, receipt: &str) -> PortResult<()> {
        let receipt = receipt.to_owned();
        self.store.transact(move |on| on.execute("delete from message where receipt = ?1", [receipt]).map(drop)).await
    }

    async fn extend(&self, receipt: &str, visibility: Duration) -> PortResult<()> {
        let until = (self.store.now() + visibility.as_millis() as u64).cast_signed();
        let receipt = receipt.to_owned();
        let extend = "update message set visible_at = ?2 where receipt = ?1";
        self.store.transact(move |on| on.execute(extend, params![receipt, until]).map(drop)).await
    }
}
