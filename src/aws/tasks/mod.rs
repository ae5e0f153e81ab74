//! Tasks in a table: one partition for each, with its steps and their records beside it. The request and the plan lie in
//! the bucket, since they may be larger than an item.

mod life;
mod lists;
mod steps;
mod usage;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use serde_json::Value;

use super::failure::failed;
use super::items::{Item, iso, number, text};
use super::objects::Objects;
use super::outbox::Outbox;
use super::packed::{pack, unpack};
use super::task_item::{self, TASK, done};
use super::{Cache, Clients};
use crate::domain::task::{Outcome, Status, StepRecord, Task};
use crate::ports::{Class, Clock, Created, NewTask, PortError, PortResult, Tasks};

/// A request or a plan may have so many bytes.
const MOST_BYTES: u64 = 64 << 20;
/// Of so many tasks it is remembered when their steps began.
const REMEMBERED: usize = 64;
const RECORD: &str = "record#";
/// Words that mean something else in expressions.
const NAMES: [(&str, &str); 5] =
    [("#status", "status"), ("#error", "error"), ("#result", "result"), ("#item", "item"), ("#total", "total")];

/// The table of tasks. Clones share what they remember.
#[derive(Clone)]
pub struct TaskTable {
    clients: Clients,
    table: String,
    objects: Objects,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
    begun: Arc<Mutex<Vec<Begun>>>,
    /// Numbers records, so that they stay in order within a millisecond.
    records: Arc<AtomicU64>,
}

/// What is remembered of a step's beginning, for its item and for the progress.
#[derive(Clone, Debug)]
struct Begun {
    task: String,
    step: String,
    at_ms: u64,
    started_ms: u64,
    steps: u32,
    done: u32,
    scenes: usize,
}

impl TaskTable {
    /// The tasks in that table, with their requests and plans in that bucket.
    #[must_use]
    pub fn new(clients: &Clients, table: &str, bucket: &str, clock: Arc<dyn Clock>) -> Self {
        Self {
            clients: clients.clone(),
            table: table.to_owned(),
            objects: Objects::new(clients, bucket),
            outbox: Outbox::new(clients.clone()),
            clock,
            begun: Arc::default(),
            records: Arc::default(),
        }
    }

    /// The same, whose records are written in one call with what that cache writes.
    #[must_use]
    pub fn beside(&self, cache: &Cache) -> Self {
        Self { outbox: cache.outbox.clone(), ..self.clone() }
    }

    fn doing(&self, what: &str, id: &str) -> String {
        format!("{what} task {id} in the table {}", self.table)
    }

    /// A change of the task's own item.
    fn change(&self, id: &str) -> UpdateItemFluentBuilder {
        self.clients.dynamodb.update_item().table_name(&self.table).key("task_id", text(id)).key("item", text(TASK))
    }

    /// Sends a change; `Err` holds the item as it is where its condition was not met.
    async fn send(&self, id: &str, call: UpdateItemFluentBuilder) -> PortResult<Result<Item, Item>> {
        let call = call
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match call.send().await {
            Ok(changed) => Ok(Ok(changed.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(unmet)) => {
                    Ok(Err(unmet.item.clone().unwrap_or_default()))
                }
                _ => Err(failed(&self.doing("change", id), error)),
            },
        }
    }

    async fn item(&self, id: &str) -> PortResult<Option<Item>> {
        let call = self.clients.dynamodb.get_item().table_name(&self.table);
        let call = call.key("task_id", text(id)).key("item", text(TASK)).consistent_read(true);
        Ok(call.send().await.map_err(|e| failed(&self.doing("read", id), e))?.item)
    }

    fn object(id: &str, name: &str) -> String {
        format!("tasks/{id}/{name}")
    }

    async fn keep(&self, id: &str, name: &str, value: &Value) -> PortResult<()> {
        let packed = pack(value.to_string().as_bytes());
        self.objects.replace(&Self::object(id, name), packed, "application/octet-stream").await
    }

    async fn kept(&self, id: &str, name: &str) -> PortResult<Option<Value>> {
        let Some(packed) = self.objects.bytes(&Self::object(id, name), MOST_BYTES).await? else { return Ok(None) };
        let unreadable = |e| PortError::permanent(Class::Storage, "STORE_CORRUPT", format!("{name} of {id}: {e}"));
        serde_json::from_slice(&unpack(&packed)?).map(Some).map_err(unreadable)
    }
}

/// Names the words of an expression that mean something else in it.
fn named(mut call: UpdateItemFluentBuilder, expression: &str) -> UpdateItemFluentBuilder {
    for (short, name) in NAMES.iter().filter(|(short, _)| expression.contains(short)) {
        call = call.expression_attribute_names(*short, *name);
    }
    call
}

/// Sets an update's expression and condition.
fn update(call: UpdateItemFluentBuilder, expression: &str, condition: &str) -> UpdateItemFluentBuilder {
    let call = named(call, &format!("{expression} {condition}"));
    call.update_expression(expression).condition_expression(condition)
}

const LIVING: &str = "#status IN (:queued, :inprogress)";

fn living(call: UpdateItemFluentBuilder) -> UpdateItemFluentBuilder {
    call.expression_attribute_values(":queued", text(Status::Queued.word()))
        .expression_attribute_values(":inprogress", text(Status::InProgress.word()))
}

fn now_of(call: UpdateItemFluentBuilder, now: u64) -> UpdateItemFluentBuilder {
    call.expression_attribute_values(":now", number(now)).expression_attribute_values(":at", iso(now))
}

#[async_trait]
impl Tasks for TaskTable {
    async fn create(&self, new: &NewTask) -> PortResult<Created> {
        self.recorded(new).await
    }

    async fn get(&self, id: &str) -> PortResult<Option<Task>> {
        self.item(id).await?.as_ref().map(task_item::task).transpose()
    }

    async fn request(&self, id: &str) -> PortResult<Option<Value>> {
        self.kept(id, "request.json").await
    }

    async fn plan(&self, id: &str) -> PortResult<Option<Value>> {
        self.kept(id, "plan.json").await
    }

    async fn begin(&self, id: &str, step: &str, now: u64) -> PortResult<Option<Task>> {
        self.begun(id, step, now).await
    }

    async fn advance(&self, id: &str, outcome: &Outcome, now: u64) -> PortResult<bool> {
        self.advanced(id, outcome, now).await
    }

    async fn revive(&self, id: &str, deadline: u64, now: u64) -> PortResult<bool> {
        self.revived(id, deadline, now).await
    }

    async fn touch(&self, id: &str, now: u64) -> PortResult<()> {
        self.touched(id, now).await
    }

    async fn resend(&self, id: &str, resent: Option<u64>, now: u64) -> PortResult<bool> {
        self.resent(id, resent, now).await
    }

    async fn mark(&self, id: &str, step: &str, now: u64) -> PortResult<BTreeSet<String>> {
        self.marked(id, step, now).await
    }

    async fn unmark(&self, id: &str, step: &str, now: u64) -> PortResult<()> {
        self.unmarked(id, step, now).await
    }

    async fn done(&self, id: &str) -> PortResult<BTreeSet<String>> {
        Ok(self.item(id).await?.as_ref().map(done).unwrap_or_default())
    }

    async fn record(&self, id: &str, record: &StepRecord) -> PortResult<()> {
        self.noted(id, record);
        Ok(())
    }

    async fn records(&self, id: &str) -> PortResult<Vec<StepRecord>> {
        self.noted_of(id).await
    }

    async fn recent(&self, limit: usize) -> PortResult<Vec<Task>> {
        let mut tasks = self.all(None, false).await?;
        tasks.sort_by_key(|task| std::cmp::Reverse(task.created_at));
        tasks.truncate(limit);
        Ok(tasks)
    }

    async fn live(&self) -> PortResult<Vec<Task>> {
        let mut tasks = self.all(None, true).await?;
        tasks.retain(|task| !task.status.is_terminal());
        tasks.sort_by_key(|task| task.created_at);
        Ok(tasks)
    }
}
