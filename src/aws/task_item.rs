//! A task's item, as apps read it: `status`, `progress`, times in ISO 8601, `error`, `result`. What only we read are
//! the same times in milliseconds, the done set, and `live`, by which tasks without an end are found.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::items::{Item, attribute, iso, number, number_of, text, text_of, value};
use crate::domain::task::{Status, Task};
use crate::ports::{Class, NewTask, PortError, PortResult};

/// The sort key of a task itself.
pub(super) const TASK: &str = "task";
/// What `live` says, and the index by it.
pub(super) const LIVE: &str = "1";
pub(super) const LIVE_INDEX: &str = "live";
/// A task's items go so long after it was recorded, in seconds.
pub(super) const KEPT_S: u64 = 90 * 86_400;

/// The item of a new task.
pub(super) fn new(task: &NewTask) -> Item {
    let progress = json!({
        "done": 0, "total": task.steps, "fraction": 0, "eta_s": null, "scenes": vec!["queued"; task.scenes as usize],
    });
    let mut item = Item::from([
        ("task_id".to_owned(), text(&task.id)),
        ("item".to_owned(), text(TASK)),
        ("status".to_owned(), text(Status::Queued.word())),
        ("progress".to_owned(), attribute(&progress)),
        ("request_sha256".to_owned(), text(task.request_sha256.to_string())),
        ("created_at".to_owned(), iso(task.now)),
        ("created_ms".to_owned(), number(task.now)),
        ("opened_ms".to_owned(), number(task.now)),
        ("updated_at".to_owned(), iso(task.now)),
        ("updated_ms".to_owned(), number(task.now)),
        ("deadline_ms".to_owned(), number(task.deadline)),
        ("live".to_owned(), text(LIVE)),
        ("expires_at".to_owned(), number(task.now / 1000 + KEPT_S)),
    ]);
    if let Some(tenant) = &task.tenant {
        item.insert("tenant".to_owned(), text(tenant));
    }
    item
}

/// The task of an item.
pub(super) fn task(item: &Item) -> PortResult<Task> {
    let read = || {
        let json = |name| item.get(name).map(value).filter(|value| !value.is_null());
        Some(Task {
            id: text_of(item, "task_id")?.to_owned(),
            request_sha256: text_of(item, "request_sha256").unwrap_or_default().to_owned(),
            tenant: text_of(item, "tenant").map(str::to_owned),
            status: serde_json::from_value(Value::String(text_of(item, "status")?.to_owned())).ok()?,
            created_at: number_of(item, "created_ms")?,
            opened_at: number_of(item, "opened_ms").or_else(|| number_of(item, "created_ms"))?,
            resent_at: number_of(item, "resent_ms"),
            updated_at: number_of(item, "updated_ms")?,
            started_at: number_of(item, "started_ms"),
            finished_at: number_of(item, "finished_ms"),
            deadline: number_of(item, "deadline_ms")?,
            error: json("error").and_then(|error| serde_json::from_value(error).ok()),
            result: json("result"),
        })
    };
    read().ok_or_else(|| {
        let id = text_of(item, "task_id").unwrap_or_default();
        PortError::permanent(Class::Storage, "STORE_CORRUPT", format!("the item of task {id} cannot be read"))
    })
}

/// The done set of an item.
pub(super) fn done(item: &Item) -> BTreeSet<String> {
    match item.get("done") {
        Some(AttributeValue::Ss(steps)) => steps.iter().cloned().collect(),
        _ => BTreeSet::new(),
    }
}

/// The place in `progress.scenes` of a scene's step.
pub(super) fn scene_of(step: &str) -> Option<u32> {
    step.strip_prefix("scene#")?.parse().ok()
}

/// The end of an update's `SET` that gives a scene's place in `progress.scenes` a value; nothing where it is no scene.
pub(super) fn scene_is(scene: Option<u32>, value: &str) -> String {
    scene.map(|scene| format!(", progress.scenes[{scene}] = {value}")).unwrap_or_default()
}

/// The sort key of a step's own item: `scene#0003`, so that a query answers them in order.
pub(super) fn step_key(step: &str) -> String {
    match step.split_once('#') {
        Some((kind, place)) => format!("{kind}#{place:0>4}"),
        None => step.to_owned(),
    }
}
