//! One file beside the cache, `protovideo.sqlite`: tasks, their plans and records, the queue, the leases. Readers and
//! writers of several processes share it (write-ahead log); a writer that finds it locked waits.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::task::spawn_blocking;

use super::leases::SqliteLeases;
use super::queue::SqliteQueue;
use super::tasks::SqliteTasks;
use crate::ports::{Class, Clock, PortError, PortResult};

/// The layout's version, in the file's `user_version`.
const VERSION: i64 = 3;
/// How long a call waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(10);
/// How long until a file that could not be opened for that reason is opened again.
const PAUSE: Duration = Duration::from_millis(10);

const LAYOUT: &str = "
create table task (
    id text primary key, request_sha256 text not null, request text not null, plan text not null, tenant text,
    status text not null,
    created_at integer not null, updated_at integer not null, started_at integer, finished_at integer,
    deadline integer not null, error text, result text, opened_at integer not null, resent_at integer
) strict;
create table done (task text not null references task(id), step text not null, primary key (task, step)) strict;
create table record (n integer primary key, task text not null references task(id), record text not null) strict;
create index record_of on record (task);
create table message (
    n integer primary key autoincrement, task text not null, body text not null unique, visible_at integer not null,
    receipt text, attempt integer not null
) strict;
create index message_of on message (task);
create table lease (key text primary key, owner text not null, until integer not null) strict;
";

/// What a file of each earlier layout lacks, from 1 on.
const CHANGES: [&str; VERSION as usize - 1] = [
    "alter table task add column tenant text;",
    "alter table task add column opened_at integer not null default 0;
     alter table task add column resent_at integer;
     update task set opened_at = created_at;",
];

/// The file, opened. Clones share the connection.
#[derive(Clone)]
pub struct Sqlite {
    connection: Arc<Mutex<Connection>>,
    clock: Arc<dyn Clock>,
    path: Arc<Path>,
}

impl Sqlite {
    /// Opens `protovideo.sqlite` in a folder; it comes to be where there is none.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> PortResult<Self> {
        let path: PathBuf = folder.join("protovideo.sqlite");
        let connect = || -> rusqlite::Result<(Connection, i64)> {
            let mut connection = Connection::open(&path)?;
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.pragma_update(None, "synchronous", "normal")?;
            connection.pragma_update(None, "foreign_keys", true)?;
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut version = change.query_row("pragma user_version", [], |row| row.get(0))?;
            if version < VERSION {
                match version {
                    0 => change.execute_batch(LAYOUT)?,
                    from => {
                        let known = usize::try_from(from - 1).unwrap_or(0);
                        CHANGES.iter().skip(known).try_for_each(|sql| change.execute_batch(sql))?;
                    }
                }
                change.pragma_update(None, "user_version", VERSION)?;
                version = VERSION;
            }
            change.commit()?;
            Ok((connection, version))
        };
        let began = Instant::now();
        let (connection, version) = loop {
            match connect() {
                // The first of several processes changes the file's journal, and SQLite does not wait for that by itself.
                Err(error) if is_busy(&error) && began.elapsed() < BUSY => std::thread::sleep(PAUSE),
                opened => break opened.map_err(|e| failed(&path, &e))?,
            }
        };
        if version != VERSION {
            let message = format!(
                "{} has layout {version}, and this program knows layout {VERSION}; use the program that wrote it, or another CACHE_DIR",
                path.display()
            );
            return Err(PortError::permanent(Class::Storage, "STORE_VERSION", message));
        }
        Ok(Self { connection: Arc::new(Mutex::new(connection)), clock, path: path.into() })
    }

    /// The tasks in it.
    pub fn tasks(&self) -> SqliteTasks {
        SqliteTasks(self.clone())
    }

    /// The queue in it; with a task, only that task's messages are received.
    pub fn queue(&self, task: Option<&str>) -> SqliteQueue {
        SqliteQueue { store: self.clone(), task: task.map(str::to_owned) }
    }

    /// The leases in it.
    pub fn leases(&self) -> SqliteLeases {
        SqliteLeases(self.clone())
    }

    pub(super) fn now(&self) -> u64 {
        self.clock.now_ms()
    }

    /// One transaction. Calls are short and take turns on one connection, away from the runtime's threads.
    pub(super) async fn transact<T: Send + 'static>(
        &self,
        change: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> PortResult<T> {
        let store = self.clone();
        let run = move || {
            let mut connection = store.connection.lock().unwrap_or_else(PoisonError::into_inner);
            let all = || {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let value = change(&transaction)?;
                transaction.commit()?;
                Ok(value)
            };
            all().map_err(|e: rusqlite::Error| failed(&store.path, &e))
        };
        let ended = spawn_blocking(run).await;
        ended.map_err(|e| PortError::permanent(Class::Internal, "PANIC", format!("the store ended abnormally: {e}")))?
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}

fn failed(path: &Path, error: &rusqlite::Error) -> PortError {
    let extended = error.sqlite_error().map(|error| error.extended_code);
    let code = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => "DISK_FULL",
        // The file that processes share beside the database cannot grow.
        _ if extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => "DISK_FULL",
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly) => "ACCESS_DENIED",
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => "STORE_CORRUPT",
        _ => "STORE",
    };
    let mend = if code == "STORE_CORRUPT" { "; move it away to begin a new one, artifacts stay" } else { "" };
    let message = format!("cannot work with {}: {error}{mend}", path.display());
    PortError::permanent(Class::Storage, code, message)
}
