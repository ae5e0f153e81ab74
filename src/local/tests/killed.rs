//! Processes that are killed while they write.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::domain::task::{Message, Outcome, Work};
use crate::ports::SystemClock;
use crate::ports::{Artifacts as _, Body, Leases as _, NewTask, Queue as _, Tasks as _};

const KILLS: usize = 20;
/// What a writer says after each round.
const WROTE: &str = "wrote";

/// Writes to both stores until somebody ends it.
async fn write_for_ever(folder: &Path) {
    let store = Files::open(folder, None).unwrap();
    let stores = Sqlite::open(folder, Arc::new(SystemClock)).unwrap();
    println!();
    for n in 0_u64.. {
        let name = format!("{}-{n}", std::process::id());
        let bytes = vec![n as u8; 1000 + 7919 * (n as usize % 40)];
        store.publish(&id(&name), b"{}", Body::Bytes(&bytes), json!({"n": n})).await.unwrap();
        // The same names in every process: some find what a dead one left.
        store.publish(&id(&format!("shared-{}", n % 20)), b"{}", Body::Bytes(&bytes), json!(n)).await.unwrap();
        store.remove(&id(&format!("shared-{}", (n + 10) % 20))).await.unwrap();
        let task = NewTask {
            id: name.clone(),
            request_sha256: Digest::of(&name),
            request: json!({}),
            plan: json!({}),
            tenant: None,
            scenes: 2,
            steps: 3,
            deadline: 0,
            now: 0,
        };
        stores.tasks().create(&task).await.unwrap();
        stores.queue(None).send(&[Message::new(&name, Work::Assemble)]).await.unwrap();
        stores.leases().acquire(&name, "me", Duration::from_secs(1)).await.unwrap();
        stores.tasks().advance(&name, &Outcome::Finished(json!(n)), n).await.unwrap();
        println!("{WROTE}");
    }
}

#[tokio::test]
async fn nothing_is_half_there() {
    if let Some(folder) = child() {
        write_for_ever(&folder).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut chance = fastrand::Rng::with_seed(46);
    for _ in 0..KILLS {
        let test = "local::tests::killed::nothing_is_half_there";
        let mut writer = again(&[], test, folder.path()).stdout(Stdio::piped()).spawn().unwrap();
        // So many rounds, however slow the machine is, and a part of the next one.
        let rounds = chance.usize(1..4);
        let said = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert_eq!(said.filter(|line| line == WROTE).take(rounds).count(), rounds);
        std::thread::sleep(Duration::from_micros(chance.u64(0..20_000)));
        writer.kill().unwrap();
        writer.wait().unwrap();
    }
    let store = Files::open(folder.path(), None).unwrap();
    let listed = store.list().await.unwrap();
    assert!(listed.len() >= KILLS, "the writers wrote: {}", listed.len());
    for listed in &listed {
        assert!(store.open(&listed.id, folder.path()).await.unwrap().is_some(), "{} is whole", listed.id);
        assert!(store.manifest(&listed.id).await.unwrap().is_some());
    }
    let stores = Sqlite::open(folder.path(), Arc::new(SystemClock)).unwrap();
    let tasks = stores.tasks().recent(usize::MAX).await.unwrap();
    assert!(tasks.len() >= KILLS, "{}", tasks.len());
    for task in tasks {
        assert_eq!(task.status.is_terminal(), task.result.is_some(), "a task's end is whole");
    }
    let file = rusqlite::Connection::open(folder.path().join("protovideo.sqlite")).unwrap();
    assert_eq!(file.query_row("pragma integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
}
