//! Tasks in a table: one partition for each, with its steps and their records beside it. The request and the plan lie in
//! the bucket, since they may be larger than an item.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use serde_json::Value;

use super::failure::{code, failed};
use super::items::{Item, attribute, iso, number, number_of, text, text_of};
use super::objects::Objects;
use super::outbox::Outbox;
use super::packed::{pack, unpack};
use super::task_item::{self, KEPT_S, LIVE, LIVE_INDEX, TASK, done, scene_of, step_key};
use super::{Cache, Clients};
use crate::domain::task::{Outcome, Status, StepRecord, Task};
use crate::ports::{Class, Clock, Created, NewTask, PortError, PortResult, Tasks};

/// A request or a plan may have so many bytes.
const MOST_BYTES: u64 = 64 << 20;
/// Of so many tasks it is remembered when their steps began.
const REMEMBERED: usize = 64;
const RECORD: &str = "record#";
/// Words that mean something else in expressions.
const NAMES: [(&str, &str); 4] = [("#status", "status"), ("#error", "error"), ("#result", "result"), ("#item", "item")];

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

    /// A change of the task's own item. All times go forward alone.
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

    fn remember(&self, id: &str, step: &str, now: u64, item: &Item) {
        let progress = item.get("progress").and_then(|progress| progress.as_m().ok());
        let begun = Begun {
            task: id.to_owned(),
            step: step.to_owned(),
            at_ms: now,
            started_ms: number_of(item, "started_ms").unwrap_or(now),
            steps: progress.and_then(|progress| number_of(progress, "total")).unwrap_or(0),
            done: done(item).len() as u32,
        };
        let mut all = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(0, begun);
        all.truncate(REMEMBERED);
    }

    fn recalled(&self, id: &str, step: &str) -> Option<Begun> {
        let all = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|begun| begun.task == id && begun.step == step).cloned()
    }

    /// The item of a step that is done.
    fn step_item(&self, id: &str, step: &str, now: u64) -> Item {
        let begun = self.recalled(id, step).map_or(now, |begun| begun.at_ms);
        Item::from([
            ("task_id".to_owned(), text(id)),
            ("item".to_owned(), text(step_key(step))),
            ("status".to_owned(), text(Status::Finished.word())),
            ("started_at".to_owned(), iso(begun)),
            ("finished_at".to_owned(), iso(now)),
            ("wall_ms".to_owned(), number(now.saturating_sub(begun))),
            ("expires_at".to_owned(), number(now / 1000 + KEPT_S)),
        ])
    }

    async fn all(&self, mut from: Option<HashMap<String, AttributeValue>>, live: bool) -> PortResult<Vec<Task>> {
        let mut tasks = Vec::new();
        loop {
            let items = if live {
                let call = self.clients.dynamodb.query().table_name(&self.table).index_name(LIVE_INDEX);
                let call = call
                    .key_condition_expression("live = :live")
                    .expression_attribute_values(":live", text(LIVE))
                    .set_exclusive_start_key(from);
                let answer = call.send().await.map_err(|e| failed(&self.doing("look for", "*"), e))?;
                from = answer.last_evaluated_key;
                answer.items
            } else {
                let call = self.clients.dynamodb.scan().table_name(&self.table).filter_expression("#item = :task");
                let call = call
                    .expression_attribute_names("#item", "item")
                    .expression_attribute_values(":task", text(TASK))
                    .set_exclusive_start_key(from);
                let answer = call.send().await.map_err(|e| failed(&self.doing("look for", "*"), e))?;
                from = answer.last_evaluated_key;
                answer.items
            };
            for item in items.unwrap_or_default() {
                tasks.push(task_item::task(&item)?);
            }
            if from.is_none() {
                return Ok(tasks);
            }
        }
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
        let same = |item: &Item| match text_of(item, "request_sha256") {
            Some(sha256) if sha256 == new.request_sha256.to_string() => Created::Same,
            _ => Created::Conflict,
        };
        // The request and the plan come first, so that whoever finds the task finds them; a task that is there keeps its own.
        if let Some(item) = self.item(&new.id).await?.filter(|item| !is_refusal(item)) {
            return Ok(same(&item));
        }
        self.keep(&new.id, "request.json", &new.request).await?;
        self.keep(&new.id, "plan.json", &new.plan).await?;
        let call = self.clients.dynamodb.put_item().table_name(&self.table).set_item(Some(task_item::new(new)));
        let call = call
            .condition_expression("attribute_not_exists(task_id) OR #error.code = :refused")
            .expression_attribute_names("#error", "error")
            .expression_attribute_values(":refused", text(Task::REFUSED));
        match call.send().await {
            Ok(_) => Ok(Created::New),
            Err(error) if code(&error) == "ConditionalCheckFailedException" => {
                Ok(self.item(&new.id).await?.as_ref().map_or(Created::Conflict, same))
            }
            Err(error) => Err(failed(&self.doing("record", &new.id), error)),
        }
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
        let mut expression = "SET #status = :inprogress, updated_ms = :now, updated_at = :at, \
            started_ms = if_not_exists(started_ms, :now), started_at = if_not_exists(started_at, :at)"
            .to_owned();
        if let Some(scene) = scene_of(step) {
            expression += &format!(", progress.scenes[{scene}] = :inprogress");
        }
        let call = now_of(living(update(self.change(id), &expression, LIVING)), now);
        match self.send(id, call).await? {
            Ok(item) => {
                self.remember(id, step, now, &item);
                task_item::task(&item).map(Some)
            }
            Err(item) if item.is_empty() => Ok(None),
            Err(item) => task_item::task(&item).map(Some),
        }
    }

    async fn advance(&self, id: &str, outcome: &Outcome, now: u64) -> PortResult<bool> {
        self.outbox.settle().await;
        let status = outcome.status();
        let call = self.change(id);
        let call = if status.is_terminal() {
            let mut expression = "SET #status = :status, updated_ms = :now, updated_at = :at, finished_ms = :now, \
                finished_at = :at"
                .to_owned();
            match outcome {
                Outcome::Finished(_) => {
                    expression += ", #result = :told, progress.fraction = :one, progress.eta_s = :zero";
                }
                Outcome::Failed(error) => {
                    expression += ", #error = :told";
                    if let Some(scene) = error.scene {
                        expression += &format!(", progress.scenes[{scene}] = :status");
                    }
                }
                Outcome::Started | Outcome::Cancelled => {}
            }
            expression += " REMOVE live";
            let call = living(update(call, &expression, LIVING));
            let call = call.expression_attribute_values(":status", text(status.word()));
            match outcome {
                Outcome::Finished(result) => call
                    .expression_attribute_values(":told", attribute(&without_records(result)))
                    .expression_attribute_values(":one", number(1))
                    .expression_attribute_values(":zero", number(0)),
                Outcome::Failed(error) => {
                    let error = serde_json::to_value(error).unwrap_or_default();
                    call.expression_attribute_values(":told", attribute(&error))
                }
                Outcome::Started | Outcome::Cancelled => call,
            }
        } else {
            let expression = "SET #status = :inprogress, updated_ms = :now, updated_at = :at, \
                started_ms = if_not_exists(started_ms, :now), started_at = if_not_exists(started_at, :at)";
            living(update(call, expression, "#status = :queued"))
        };
        Ok(self.send(id, now_of(call, now)).await?.is_ok())
    }

    async fn revive(&self, id: &str, deadline: u64, now: u64) -> PortResult<bool> {
        let times = "deadline_ms = :deadline, updated_ms = :now, updated_at = :at, expires_at = :expires";
        let expires = number(now / 1000 + KEPT_S);
        let with = |call: UpdateItemFluentBuilder| {
            let call = call.expression_attribute_values(":deadline", number(deadline));
            now_of(call, now).expression_attribute_values(":expires", expires.clone())
        };
        let expression =
            format!("SET #status = :queued, {times}, live = :live REMOVE finished_ms, finished_at, #error, #result");
        let ended = "attribute_exists(task_id) AND attribute_exists(finished_ms)";
        let call = with(update(self.change(id), &expression, ended));
        let call = call
            .expression_attribute_values(":queued", text(Status::Queued.word()))
            .expression_attribute_values(":live", text(LIVE));
        match self.send(id, call).await? {
            Ok(_) => Ok(true),
            Err(item) if item.is_empty() => Ok(false),
            Err(_) => {
                let call = with(update(self.change(id), &format!("SET {times}"), "attribute_exists(task_id)"));
                Ok(self.send(id, call).await?.is_ok())
            }
        }
    }

    async fn mark(&self, id: &str, step: &str, now: u64) -> PortResult<BTreeSet<String>> {
        self.outbox.put(&self.table, self.step_item(id, step, now));
        self.outbox.settle().await;
        let mut expression = "SET updated_ms = :now, updated_at = :at, progress.done = progress.done + :one".to_owned();
        if let Some(scene) = scene_of(step) {
            expression += &format!(", progress.scenes[{scene}] = :finished");
        }
        let begun = self.recalled(id, step).filter(|begun| begun.steps > 0);
        if begun.is_some() {
            expression += ", progress.fraction = progress.fraction + :each, progress.eta_s = :eta";
        }
        expression += " ADD done :step";
        let condition = "attribute_exists(task_id) AND NOT contains(done, :name)";
        let mut call = now_of(update(self.change(id), &expression, condition), now)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":step", AttributeValue::Ss(vec![step.to_owned()]))
            .expression_attribute_values(":name", text(step));
        if scene_of(step).is_some() {
            call = call.expression_attribute_values(":finished", text(Status::Finished.word()));
        }
        if let Some(begun) = begun {
            let each = format!("{:.6}", 1.0 / f64::from(begun.steps));
            let (done, spent) = (f64::from(begun.done + 1), now.saturating_sub(begun.started_ms) as f64 / 1000.0);
            let left = (f64::from(begun.steps) - done).max(0.0);
            call = call
                .expression_attribute_values(":each", AttributeValue::N(each))
                .expression_attribute_values(":eta", number((spent / done * left).round()));
        }
        match self.send(id, call).await? {
            Ok(item) | Err(item) => Ok(done(&item)),
        }
    }

    async fn unmark(&self, id: &str, step: &str, now: u64) -> PortResult<()> {
        let mut expression = "SET progress.done = progress.done - :one".to_owned();
        if let Some(scene) = scene_of(step) {
            expression += &format!(", progress.scenes[{scene}] = :queued");
        }
        expression += " DELETE done :step";
        let mut call = update(self.change(id), &expression, "contains(done, :name)")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":step", AttributeValue::Ss(vec![step.to_owned()]))
            .expression_attribute_values(":name", text(step));
        if scene_of(step).is_some() {
            call = call.expression_attribute_values(":queued", text(Status::Queued.word()));
        }
        if self.send(id, call).await?.is_ok() {
            self.touch(id, now).await?;
        }
        Ok(())
    }

    async fn done(&self, id: &str) -> PortResult<BTreeSet<String>> {
        Ok(self.item(id).await?.as_ref().map(done).unwrap_or_default())
    }

    async fn record(&self, id: &str, record: &StepRecord) -> PortResult<()> {
        let now = self.clock.now_ms();
        let number_here = self.records.fetch_add(1, Ordering::Relaxed);
        let key = format!("{RECORD}{now:013}#{number_here:08}#{:08x}", fastrand::u32(..));
        let Value::Object(fields) = serde_json::to_value(record).unwrap_or_default() else { return Ok(()) };
        let mut item: Item = fields.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
        item.insert("task_id".to_owned(), text(id));
        item.insert("item".to_owned(), text(key));
        item.insert("expires_at".to_owned(), number(now / 1000 + KEPT_S));
        self.outbox.put(&self.table, item);
        Ok(())
    }

    async fn records(&self, id: &str) -> PortResult<Vec<StepRecord>> {
        self.outbox.settle().await;
        let (mut records, mut from) = (Vec::new(), None);
        loop {
            let call = self.clients.dynamodb.query().table_name(&self.table).consistent_read(true);
            let call = call
                .key_condition_expression("task_id = :id AND begins_with(#item, :record)")
                .expression_attribute_names("#item", "item")
                .expression_attribute_values(":id", text(id))
                .expression_attribute_values(":record", text(RECORD))
                .set_exclusive_start_key(from);
            let answer = call.send().await.map_err(|e| failed(&self.doing("read the records of", id), e))?;
            for item in answer.items.unwrap_or_default() {
                let fields: serde_json::Map<_, _> =
                    item.iter().map(|(name, of)| (name.clone(), super::items::value(of))).collect();
                // One of another version is of no use for a report, and harms none.
                records.extend(serde_json::from_value::<StepRecord>(Value::Object(fields)));
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(records);
            }
        }
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

impl TaskTable {
    /// Every change of a task's parts is a change of the task; its time never goes back.
    async fn touch(&self, id: &str, now: u64) -> PortResult<()> {
        let condition = "attribute_exists(task_id) AND updated_ms < :now";
        let call = update(self.change(id), "SET updated_ms = :now, updated_at = :at", condition);
        self.send(id, now_of(call, now)).await.map(drop)
    }
}

fn is_refusal(item: &Item) -> bool {
    task_item::task(item).is_ok_and(|task| task.is_refusal())
}

/// A result without the list of all records, which stand in items of their own: an item has an end.
fn without_records(result: &Value) -> Value {
    let mut result = result.clone();
    if let Some(report) = result.get_mut("performance_report").and_then(Value::as_object_mut) {
        report.remove("artifacts");
    }
    result
}
