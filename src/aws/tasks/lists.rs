//! Records of a task's steps, and lists of tasks.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use super::{RECORD, TaskTable};
use crate::aws::failure::failed;
use crate::aws::items::{Item, attribute, number, text, value};
use crate::aws::task_item::{self, KEPT_S, LIVE, LIVE_INDEX, TASK};
use crate::domain::task::{StepRecord, Task};
use crate::ports::PortResult;

impl TaskTable {
    pub(super) fn noted(&self, id: &str, record: &StepRecord) {
        let now = self.clock.now_ms();
        let number_here = self.records.fetch_add(1, Ordering::Relaxed);
        let key = format!("{RECORD}{now:013}#{number_here:08}#{:08x}", fastrand::u32(..));
        let Value::Object(fields) = serde_json::to_value(record).unwrap_or_default() else { return };
        let mut item: Item = fields.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
        item.insert("task_id".to_owned(), text(id));
        item.insert("item".to_owned(), text(key));
        item.insert("expires_at".to_owned(), number(now / 1000 + KEPT_S));
        self.outbox.put(&self.table, item);
    }

    pub(super) async fn noted_of(&self, id: &str) -> PortResult<Vec<StepRecord>> {
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
                let fields: serde_json::Map<_, _> = item.iter().map(|(name, of)| (name.clone(), value(of))).collect();
                // One of another version is of no use for a report, and harms none.
                records.extend(serde_json::from_value::<StepRecord>(Value::Object(fields)));
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(records);
            }
        }
    }

    pub(super) async fn all(
        &self,
        mut from: Option<HashMap<String, AttributeValue>>,
        live: bool,
    ) -> PortResult<Vec<Task>> {
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
                match task_item::task(&item) {
                    Ok(task) => tasks.push(task),
                    // Others are still told of.
                    Err(error) => tracing::error!(code = error.code, "{error}"),
                }
            }
            if from.is_none() {
                return Ok(tasks);
            }
        }
    }
}
