//! A task's beginning and its ends.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use serde_json::Value;

use super::{LIVING, TaskTable, living, now_of, update};
use crate::aws::failure::{code, failed};
use aws_sdk_dynamodb::types::AttributeValue;

use crate::aws::items::{Item, attribute, iso, number, text, text_of};
use crate::aws::task_item::{self, KEPT_S, LIVE, scene_is};
use crate::domain::task::{Outcome, Status, Task, TaskError, Work};
use crate::ports::{Created, NewTask, PortResult};

/// So many characters of a refusal are kept: a request may have thousands of faults, and an item has an end.
const MOST_MESSAGE: usize = 20_000;

impl TaskTable {
    pub(super) async fn recorded(&self, new: &NewTask) -> PortResult<Created> {
        let same = |item: &Item| match text_of(item, "request_sha256") {
            Some(sha256) if sha256 == new.request_sha256.to_string() => Created::Same,
            _ => Created::Conflict,
        };
        // What the plan relies on is told before anybody can work on it.
        self.outbox.flush().await?;
        // The request and the plan come first, so that whoever finds the task finds them; a task that is there keeps its own.
        if let Some(item) = self.item(&new.id).await?.filter(|item| !is_refusal(item)) {
            return Ok(same(&item));
        }
        for (name, value) in [("request.json", &new.request), ("plan.json", &new.plan)] {
            // A request that was refused has neither.
            if !value.is_null() {
                self.keep(&new.id, name, value).await?;
            }
        }
        let call = self.clients.dynamodb.put_item().table_name(&self.table).set_item(Some(task_item::new(new)));
        let call = call
            .condition_expression("attribute_not_exists(task_id) OR #error.step = :submit")
            .expression_attribute_names("#error", "error")
            .expression_attribute_values(":submit", text(Task::SUBMIT));
        match call.send().await {
            Ok(_) => Ok(Created::New),
            Err(error) if code(&error) == "ConditionalCheckFailedException" => {
                Ok(self.item(&new.id).await?.as_ref().map_or(Created::Conflict, same))
            }
            Err(error) => Err(failed(&self.doing("record", &new.id), error)),
        }
    }

    pub(super) async fn advanced(&self, id: &str, outcome: &Outcome, now: u64) -> PortResult<bool> {
        self.outbox.settle().await;
        let status = outcome.status();
        // A film that was cached needs no scenes; they count as finished with it.
        let scenes = self.recalled(id, &Work::Assemble.step()).map(|begun| begun.scenes);
        let call = self.change(id);
        let call = if status.is_terminal() {
            let mut expression = "SET #status = :status, updated_ms = :now, updated_at = :at, finished_ms = :now, \
                finished_at = :at"
                .to_owned();
            match outcome {
                Outcome::Finished(_) => {
                    expression += ", #result = :told, progress.fraction = :one, progress.eta_s = :zero, \
                        progress.done = progress.#total";
                    if scenes.is_some() {
                        expression += ", progress.scenes = :scenes";
                    }
                }
                Outcome::Failed(error) => {
                    expression += ", #error = :told";
                    expression += &scene_is(error.scene, ":status");
                }
                Outcome::Started | Outcome::Cancelled => {}
            }
            expression += " REMOVE live";
            let call = living(update(call, &expression, LIVING));
            let call = call.expression_attribute_values(":status", text(status.word()));
            let call = match scenes.filter(|_| status == Status::Finished) {
                Some(scenes) => {
                    let all = vec![text(Status::Finished.word()); scenes];
                    call.expression_attribute_values(":scenes", AttributeValue::L(all))
                }
                None => call,
            };
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

    pub(super) async fn revived(&self, id: &str, deadline: u64, now: u64) -> PortResult<bool> {
        self.outbox.flush().await?;
        let times =
            "deadline_ms = :deadline, opened_ms = :now, updated_ms = :now, updated_at = :at, expires_at = :expires";
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

    pub(super) async fn touched(&self, id: &str, now: u64) -> PortResult<()> {
        let condition = format!("{LIVING} AND updated_ms < :now");
        let call = living(update(self.change(id), "SET updated_ms = :now, updated_at = :at", &condition));
        self.send(id, now_of(call, now)).await.map(drop)
    }

    pub(super) async fn resent(&self, id: &str, resent: Option<u64>, now: u64) -> PortResult<bool> {
        let seen = if resent.is_some() { "resent_ms = :seen" } else { "attribute_not_exists(resent_ms)" };
        let call = living(update(self.change(id), "SET resent_ms = :now", &format!("{LIVING} AND {seen}")));
        let mut call = call.expression_attribute_values(":now", number(now));
        if let Some(resent) = resent {
            call = call.expression_attribute_values(":seen", number(resent));
        }
        Ok(self.send(id, call).await?.is_ok())
    }
}

impl TaskTable {
    /// Records a request that was refused, as a task that has failed already; false where a task of another request has
    /// that id.
    pub async fn refuse(&self, new: &NewTask, error: &TaskError) -> PortResult<bool> {
        let message: String = error.message.chars().take(MOST_MESSAGE).collect();
        let told = serde_json::to_value(TaskError { message, ..error.clone() }).unwrap_or_default();
        let mut item = task_item::new(new);
        item.remove("live");
        item.insert("status".to_owned(), text(Status::Failed.word()));
        item.insert("error".to_owned(), attribute(&told));
        item.insert("finished_at".to_owned(), iso(new.now));
        item.insert("finished_ms".to_owned(), number(new.now));
        let call = self.clients.dynamodb.put_item().table_name(&self.table).set_item(Some(item));
        let call = call
            .condition_expression("attribute_not_exists(task_id) OR #error.step = :submit")
            .expression_attribute_names("#error", "error")
            .expression_attribute_values(":submit", text(Task::SUBMIT));
        match call.send().await {
            Ok(_) => Ok(true),
            Err(error) if code(&error) == "ConditionalCheckFailedException" => Ok(false),
            Err(error) => Err(failed(&self.doing("record", &new.id), error)),
        }
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
