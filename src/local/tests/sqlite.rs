//! Tasks, queue and leases in one file.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use super::*;
use crate::domain::task::{Message, Work};
use crate::ports::{Class, Created, NewTask, Queue as _, Tasks as _};
use crate::testing::contract::{self, Passing};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn tasks_keep_the_contract() {
    let (_folder, clock, stores) = opened();
    contract::tasks::all(&stores.tasks(), &clock).await.unwrap();
}

#[tokio::test]
async fn the_queue_keeps_the_contract_as_a_whole_and_as_one_task_s() {
    let (_folder, clock, stores) = opened();
    contract::queue::all(&stores.queue(None), Passing::ByHand(&clock)).await.unwrap();
    contract::queue::all(&stores.queue(Some("task")), Passing::ByHand(&clock)).await.unwrap();
}

#[tokio::test]
async fn leases_keep_the_contract() {
    let (_folder, clock, stores) = opened();
    contract::leases::all(&stores.leases(), &clock).await.unwrap();
}

#[tokio::test]
async fn one_task_s_queue_shows_its_messages_alone() {
    let (_folder, _clock, stores) = opened();
    let all = ["a", "b"].map(|task| Message::new(task, Work::Assemble));
    stores.queue(Some("a")).send(&all).await.unwrap();
    let of = async |task: Option<&str>| stores.queue(task).receive(9, MINUTE).await.unwrap();
    assert!(of(Some("b")).await.iter().map(|d| &d.message).eq([&all[1]]));
    assert!(of(None).await.iter().map(|d| &d.message).eq([&all[0]]), "the other one is hidden already");
}

#[tokio::test]
async fn a_message_that_waits_is_not_doubled() {
    let (_folder, _clock, stores) = opened();
    let queue = stores.queue(None);
    for _ in 0..3 {
        queue.send(&[Message::new("a", Work::Assemble)]).await.unwrap();
    }
    assert_eq!(queue.receive(9, MINUTE).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_receipt_of_a_message_that_was_sent_again_is_stale() {
    let (_folder, clock, stores) = opened();
    let (queue, message) = (stores.queue(None), Message::new("a", Work::Assemble));
    let mut receipts = Vec::new();
    for _ in 0..2 {
        queue.send(std::slice::from_ref(&message)).await.unwrap();
        receipts.extend(queue.receive(9, MINUTE).await.unwrap().into_iter().map(|d| d.receipt));
    }
    queue.delete(&receipts[0]).await.unwrap();
    clock.advance(MINUTE);
    assert_eq!(queue.receive(9, MINUTE).await.unwrap().len(), 1, "{receipts:?}");
}

#[tokio::test]
async fn a_message_that_cannot_be_read_stops_no_other() {
    let (folder, clock, stores) = opened();
    let other = rusqlite::Connection::open(folder.path().join("protovideo.sqlite")).unwrap();
    let insert = "insert into message (task, body, visible_at, attempt) values ('a', '{\"do\": \"fly\"}', 0, 0)";
    other.execute(insert, []).unwrap();
    let (queue, good) = (stores.queue(None), Message::new("a", Work::Assemble));
    queue.send(std::slice::from_ref(&good)).await.unwrap();
    assert!(queue.receive(9, MINUTE).await.unwrap().iter().map(|d| &d.message).eq([&good]));
    clock.advance(MINUTE);
    assert_eq!(queue.receive(9, MINUTE).await.unwrap().len(), 1);
}

fn new_task() -> NewTask {
    NewTask {
        id: "t".into(),
        request_sha256: Digest::of("t"),
        request: json!({}),
        plan: json!({}),
        tenant: None,
        scenes: 2,
        steps: 3,
        deadline: 9,
        now: 1,
    }
}

#[tokio::test]
async fn a_file_of_an_earlier_layout_keeps_its_tasks() {
    let earlier = [
        "alter table task drop column resent_at; alter table task drop column opened_at",
        "alter table task drop column tenant",
    ];
    for layout in (1..=2).rev() {
        let (folder, clock, store) = opened();
        store.tasks().create(&new_task()).await.unwrap();
        drop(store);
        let file = rusqlite::Connection::open(folder.path().join("protovideo.sqlite")).unwrap();
        earlier[..3 - layout].iter().for_each(|change| file.execute_batch(change).unwrap());
        file.pragma_update(None, "user_version", layout as i64).unwrap();
        drop(file);
        let task = Sqlite::open(folder.path(), clock).unwrap().tasks().get("t").await.unwrap().unwrap();
        assert_eq!((task.created_at, task.opened_at, task.resent_at, task.tenant), (1, 1, None, None), "{layout}");
    }
}

#[tokio::test]
async fn processes_share_the_file() {
    let (folder, clock, first) = opened();
    let second = Sqlite::open(folder.path(), clock).unwrap();
    let messages: Vec<_> = (0..40).map(|scene| Message::new("t", Work::Render { scene })).collect();
    let new = new_task();
    let mut workers = JoinSet::new();
    first.queue(None).send(&messages).await.unwrap();
    for store in [first.clone(), second.clone()].into_iter().cycle().take(8) {
        let new = new.clone();
        workers.spawn(async move {
            let created = store.tasks().create(&new).await.unwrap();
            let mut got = Vec::new();
            while let Some(delivery) = store.queue(Some("t")).receive(1, MINUTE).await.unwrap().pop() {
                store.tasks().mark("t", &delivery.message.work.step(), 2).await.unwrap();
                store.queue(None).delete(&delivery.receipt).await.unwrap();
                got.push(delivery.message);
            }
            (created, got)
        });
    }
    let (created, got): (Vec<_>, Vec<_>) = workers.join_all().await.into_iter().unzip();
    assert_eq!(created.iter().filter(|created| **created == Created::New).count(), 1);
    let got: Vec<_> = got.into_iter().flatten().collect();
    assert_eq!(got.len(), messages.len(), "each message came to one of them");
    assert_eq!(got.into_iter().collect::<BTreeSet<_>>(), messages.into_iter().collect());
    assert_eq!(first.tasks().done("t").await.unwrap().len(), 40);
}

#[test]
fn a_file_that_is_opened_first_by_many_is_laid_out_once() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Sqlite::open(folder.path(), Arc::new(ManualClock::default())).map(drop);
    std::thread::scope(|scope| {
        let opening: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        for opened in opening {
            opened.join().unwrap().unwrap();
        }
    });
}

#[test]
fn a_file_that_is_no_store_is_named_and_so_is_the_way_out() {
    let refused = |prepare: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("protovideo.sqlite");
        prepare(&path);
        let error = Sqlite::open(folder.path(), Arc::new(ManualClock::default())).map(drop).unwrap_err();
        assert_eq!(error.class, Class::Storage);
        assert!(error.message.contains(&path.display().to_string()), "{error}");
        error
    };
    let garbage = refused(&|path| fs::write(path, "not a database, whatever its name says".repeat(99)).unwrap());
    assert_eq!(garbage.code, "STORE_CORRUPT");
    assert!(garbage.message.ends_with("move it away to begin a new one, artifacts stay"), "{garbage}");
    let newer = refused(&|path| {
        rusqlite::Connection::open(path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    });
    assert_eq!(newer.code, "STORE_VERSION");
    assert!(newer.message.contains("layout 99"), "{newer}");
    assert_eq!(refused(&|path| fs::create_dir(path).unwrap()).code, "ACCESS_DENIED");
}
