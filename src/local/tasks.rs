//! Tasks in `SQLite`.

use std::collections::BTreeSet;

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::sqlite::Sqlite;
use crate::domain::task::{Outcome, Status, StepRecord, Task};
use crate::ports::{Created, NewTask, PortResult, Tasks};

/// Tasks in an opened file.
#[derive(Clone)]
pub struct SqliteTasks(pub(super) Sqlite);

const COLUMNS: &str = "id, request_sha256, tenant, status, created_at, updated_at, started_at, finished_at, deadline, error, result, \
    opened_at, resent_at";

const STARTED: &str = "update task set status = 'inprogress', updated_at = max(updated_at, ?2),
    started_at = coalesce(started_at, ?2) where id = ?1 and status = 'queued'";

const BEGUN: &str = "update task set status = 'inprogress', updated_at = max(updated_at, ?2),
    started_at = coalesce(started_at, ?2) where id = ?1 and status in ('queued', 'inprogress')";

impl SqliteTasks {
    /// A column that holds JSON.
    async fn column(&self, select: &'static str, id: &str) -> PortResult<Option<Value>> {
        let id = id.to_owned();
        let column = move |on: &Transaction<'_>| {
            let found: Option<String> = on.query_row(select, [id], |row| row.get(0)).optional()?;
            found.as_deref().map(json).transpose()
        };
        self.0.transact(column).await
    }
}

fn json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
}

fn text(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
}

fn task(row: &Row<'_>) -> rusqlite::Result<Task> {
    let optional = |column| row.get::<_, Option<String>>(column);
    Ok(Task {
        id: row.get(0)?,
        request_sha256: row.get(1)?,
        tenant: row.get(2)?,
        status: status(&row.get::<_, String>(3)?)?,
        created_at: time(row, 4)?,
        updated_at: time(row, 5)?,
        opened_at: time(row, 11)?,
        resent_at: row.get::<_, Option<i64>>(12)?.map(i64::cast_unsigned),
        started_at: row.get::<_, Option<i64>>(6)?.map(i64::cast_unsigned),
        finished_at: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
        deadline: time(row, 8)?,
        error: optional(9)?.as_deref().map(json).transpose()?,
        result: optional(10)?.as_deref().map(json).transpose()?,
    })
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

fn status(word: &str) -> rusqlite::Result<Status> {
    serde_json::from_value(Value::String(word.to_owned()))
        .map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
}

fn many(on: &Transaction<'_>, rest: &str, limit: usize) -> rusqlite::Result<Vec<Task>> {
    let mut select = on.prepare_cached(&format!("select {COLUMNS} from task {rest} limit ?1"))?;
    select.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], task)?.collect()
}

fn done(on: &Transaction<'_>, id: &str) -> rusqlite::Result<BTreeSet<String>> {
    on.prepare_cached("select step from done where task = ?1")?.query_map([id], |row| row.get(0))?.collect()
}

/// Every change of a task's parts is a change of the task.
fn touch(on: &Transaction<'_>, id: &str, now: u64) -> rusqlite::Result<usize> {
    on.execute("update task set updated_at = max(updated_at, ?2) where id = ?1", params![id, now.cast_signed()])
}

#[async_trait]
impl Tasks for SqliteTasks {
    async fn create(&self, new: &NewTask) -> PortResult<Created> {
        let new = new.clone();
        self.0
            .transact(move |on| {
                let (now, deadline) = (new.now.cast_signed(), new.deadline.cast_signed());
                let sha256 = new.request_sha256.to_string();
                let inserted = on.execute(
                    "insert into task (id, request_sha256, request, plan, tenant, status, created_at, updated_at, opened_at,
                     deadline) values (?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?6, ?6, ?7) on conflict (id) do nothing",
                    params![new.id, sha256, text(&new.request)?, text(&new.plan)?, new.tenant, now, deadline],
                )?;
                if inserted == 1 {
                    return Ok(Created::New);
                }
                let there: String =
                    on.query_row("select request_sha256 from task where id = ?1", [&new.id], |row| row.get(0))?;
                Ok(if there == sha256 { Created::Same } else { Created::Conflict })
            })
            .await
    }

    async fn get(&self, id: &str) -> PortResult<Option<Task>> {
        let id = id.to_owned();
        let select = format!("select {COLUMNS} from task where id = ?1");
        self.0.transact(move |on| on.prepare_cached(&select)?.query_row([id], task).optional()).await
    }

    async fn request(&self, id: &str) -> PortResult<Option<Value>> {
        self.column("select request from task where id = ?1", id).await
    }

    async fn plan(&self, id: &str) -> PortResult<Option<Value>> {
        self.column("select plan from task where id = ?1", id).await
    }

    async fn begin(&self, id: &str, _: &str, now: u64) -> PortResult<Option<Task>> {
        let (id, now) = (id.to_owned(), now.cast_signed());
        let begin = move |on: &Transaction<'_>| {
            on.execute(BEGUN, params![id, now])?;
            on.prepare_cached(&format!("select {COLUMNS} from task where id = ?1"))?.query_row([id], task).optional()
        };
        self.0.transact(begin).await
    }

    async fn advance(&self, id: &str, outcome: &Outcome, now: u64) -> PortResult<bool> {
        let (id, outcome, now) = (id.to_owned(), outcome.clone(), now.cast_signed());
        self.0
            .transact(move |on| {
                let status = outcome.status();
                if !status.is_terminal() {
                    return Ok(on.execute(STARTED, params![id, now])? == 1);
                }
                let (error, result) = match &outcome {
                    Outcome::Failed(error) => (Some(text(error)?), None),
                    Outcome::Finished(result) => (None, Some(text(result)?)),
                    Outcome::Started | Outcome::Cancelled => (None, None),
                };
                let ended =
                    "update task set status = ?3, updated_at = max(updated_at, ?2), finished_at = ?2, error = ?4,
                    result = ?5 where id = ?1 and status in ('queued', 'inprogress')";
                Ok(on.execute(ended, params![id, now, status.word(), error, result])? == 1)
            })
            .await
    }

    async fn revive(&self, id: &str, deadline: u64, now: u64) -> PortResult<bool> {
        let (id, deadline, now) = (id.to_owned(), deadline.cast_signed(), now.cast_signed());
        let revive = "update task set status = iif(finished_at is null, status, 'queued'), finished_at = null,
            error = null, result = null, deadline = ?2, updated_at = max(updated_at, ?3), opened_at = ?3 where id = ?1";
        self.0.transact(move |on| Ok(on.execute(revive, params![id, deadline, now])? == 1)).await
    }

    async fn touch(&self, id: &str, now: u64) -> PortResult<()> {
        let (id, now) = (id.to_owned(), now.cast_signed());
        let touch = "update task set updated_at = max(updated_at, ?2) where id = ?1 and finished_at is null";
        self.0.transact(move |on| on.execute(touch, params![id, now]).map(drop)).await
    }

    async fn resend(&self, id: &str, resent: Option<u64>, now: u64) -> PortResult<bool> {
        let (id, resent, now) = (id.to_owned(), resent.map(u64::cast_signed), now.cast_signed());
        let resend = "update task set resent_at = ?3 where id = ?1 and resent_at is ?2 and finished_at is null";
        self.0.transact(move |on| Ok(on.execute(resend, params![id, resent, now])? == 1)).await
    }

    async fn mark(&self, id: &str, step: &str, now: u64) -> PortResult<BTreeSet<String>> {
        let (id, step) = (id.to_owned(), step.to_owned());
        let mark = move |on: &Transaction<'_>| {
            on.execute(
                "insert into done (task, step) select id, ?2 from task where id = ?1 on conflict do nothing",
                [&id, &step],
            )?;
            touch(on, &id, now)?;
            done(on, &id)
        };
        self.0.transact(mark).await
    }

    async fn unmark(&self, id: &str, step: &str, now: u64) -> PortResult<()> {
        let (id, step) = (id.to_owned(), step.to_owned());
        let unmark = move |on: &Transaction<'_>| {
            on.execute("delete from done where task = ?1 and step = ?2", [&id, &step])?;
            touch(on, &id, now).map(drop)
        };
        self.0.transact(unmark).await
    }

    async fn done(&self, id: &str) -> PortResult<BTreeSet<String>> {
        let id = id.to_owned();
        self.0.transact(move |on| done(on, &id)).await
    }

    async fn record(&self, id: &str, record: &StepRecord) -> PortResult<()> {
        let (id, record, now) = (id.to_owned(), record.clone(), self.0.now());
        let insert = move |on: &Transaction<'_>| {
            on.execute("insert into record (task, record) values (?1, ?2)", [&id, &text(&record)?])?;
            touch(on, &id, now).map(drop)
        };
        self.0.transact(insert).await
    }

    async fn records(&self, id: &str) -> PortResult<Vec<StepRecord>> {
        let id = id.to_owned();
        let records = move |on: &Transaction<'_>| {
            let mut select = on.prepare_cached("select record from record where task = ?1 order by n")?;
            select.query_map([id], |row| json(&row.get::<_, String>(0)?))?.collect()
        };
        self.0.transact(records).await
    }

    async fn recent(&self, limit: usize) -> PortResult<Vec<Task>> {
        self.0.transact(move |on| many(on, "order by created_at desc, id", limit)).await
    }

    async fn live(&self) -> PortResult<Vec<Task>> {
        let rest = "where status in ('queued', 'inprogress') order by created_at, id";
        self.0.transact(move |on| many(on, rest, usize::MAX)).await
    }
}
