//! A task's steps: begun, done, and done no more.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Begun, LIVING, REMEMBERED, TaskTable, living, now_of, update};
use crate::aws::items::{Item, iso, number, number_of, text};
use crate::aws::task_item::{self, KEPT_S, done, scene_is, scene_of, step_key};
use crate::domain::task::{Status, Task};
use crate::ports::PortResult;

/// How many steps a task takes.
fn steps(item: &Item) -> Option<u32> {
    number_of(item.get("progress")?.as_m().ok()?, "total")
}

/// A part of a whole, to six digits: so that as many as make the whole add up to it, and as many taken away leave none.
fn fraction(part: f64) -> AttributeValue {
    AttributeValue::N(format!("{part:.6}"))
}

impl TaskTable {
    fn remember(&self, id: &str, step: &str, now: u64, item: &Item) {
        let progress = item.get("progress").and_then(|progress| progress.as_m().ok());
        let begun = Begun {
            task: id.to_owned(),
            step: step.to_owned(),
            at_ms: now,
            started_ms: number_of(item, "started_ms").unwrap_or(now),
            steps: steps(item).unwrap_or(0),
            done: done(item).len() as u32,
            scenes: progress.and_then(|p| p.get("scenes")?.as_l().ok()).map_or(0, Vec::len),
        };
        let mut all = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(0, begun);
        all.truncate(REMEMBERED);
    }

    pub(super) fn recalled(&self, id: &str, step: &str) -> Option<Begun> {
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

    pub(super) async fn begun(&self, id: &str, step: &str, now: u64) -> PortResult<Option<Task>> {
        let mut expression = "SET #status = :inprogress, updated_ms = :now, updated_at = :at, \
            started_ms = if_not_exists(started_ms, :now), started_at = if_not_exists(started_at, :at)"
            .to_owned();
        expression += &scene_is(scene_of(step), ":inprogress");
        // Beyond the list's end a value would be added to it.
        let there = scene_of(step).map(|scene| format!(" AND attribute_exists(progress.scenes[{scene}])"));
        // What is done stays so, however often its message comes.
        let condition = format!("{LIVING} AND NOT contains(done, :name){}", there.unwrap_or_default());
        let call = now_of(living(update(self.change(id), &expression, &condition)), now);
        let call = call.expression_attribute_values(":name", text(step));
        match self.send(id, call).await? {
            Ok(item) => {
                self.remember(id, step, now, &item);
                task_item::task(&item).map(Some)
            }
            Err(item) if item.is_empty() => Ok(None),
            Err(item) => task_item::task(&item).map(Some),
        }
    }

    pub(super) async fn marked(&self, id: &str, step: &str, now: u64) -> PortResult<BTreeSet<String>> {
        self.outbox.put(&self.table, self.step_item(id, step, now));
        self.outbox.settle().await;
        let mut expression = "SET updated_ms = :now, updated_at = :at, progress.done = progress.done + :one".to_owned();
        expression += &scene_is(scene_of(step), ":finished");
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
            let (done, spent) = (f64::from(begun.done + 1), now.saturating_sub(begun.started_ms) as f64 / 1000.0);
            let left = (f64::from(begun.steps) - done).max(0.0);
            call = call
                .expression_attribute_values(":each", fraction(1.0 / f64::from(begun.steps)))
                .expression_attribute_values(":eta", number((spent / done * left).round()));
        }
        match self.send(id, call).await? {
            Ok(item) | Err(item) => Ok(done(&item)),
        }
    }

    pub(super) async fn unmarked(&self, id: &str, step: &str, now: u64) -> PortResult<()> {
        let item = self.item(id).await?.unwrap_or_default();
        let each = steps(&item).filter(|steps| *steps > 0).map_or(0.0, |steps| 1.0 / f64::from(steps));
        let mut expression =
            "SET progress.done = progress.done - :one, progress.fraction = progress.fraction - :each".to_owned();
        expression += &scene_is(scene_of(step), ":queued");
        expression += " DELETE done :step";
        let mut call = update(self.change(id), &expression, "contains(done, :name)")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":each", fraction(each))
            .expression_attribute_values(":step", AttributeValue::Ss(vec![step.to_owned()]))
            .expression_attribute_values(":name", text(step));
        if scene_of(step).is_some() {
            call = call.expression_attribute_values(":queued", text(Status::Queued.word()));
        }
        if self.send(id, call).await?.is_ok() {
            self.advance_time(id, now).await?;
        }
        Ok(())
    }

    /// Every change of a task's parts is a change of the task; its time never goes back.
    async fn advance_time(&self, id: &str, now: u64) -> PortResult<()> {
        let condition = "attribute_exists(task_id) AND updated_ms < :now";
        let call = update(self.change(id), "SET updated_ms = :now, updated_at = :at", condition);
        self.send(id, now_of(call, now)).await.map(drop)
    }
}
