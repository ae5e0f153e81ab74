//! Leases on artifacts, in the artifacts' own items, so that publishing ends them.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use super::Cache;
use super::failure::{code, failed};
use super::index::failed_to_build;
use super::items::{number, text};
use crate::ports::{Leases, PortResult};

const TAKE: &str = "SET lease_owner = :owner, lease_until = :until, expires_at = :expires";
const FREE: &str = "attribute_not_exists(sha256) \
    AND (attribute_not_exists(lease_owner) OR lease_owner = :owner OR lease_until <= :now)";
/// A lease's item goes so long after the lease ended. Until then whoever finds it looks into the bucket.
const TRACE: Duration = Duration::from_secs(86_400);
/// What one transaction may hold.
const BATCH: usize = 100;
/// A transaction that met another is tried again so often.
const ATTEMPTS: usize = 8;

impl Cache {
    fn take(&self, key: &str, owner: &str, span: Duration) -> PortResult<Update> {
        let now = self.clock.now_ms();
        let until = now + span.as_millis() as u64;
        Update::builder()
            .table_name(&self.index.table)
            .key("artifact", text(self.line_key(key)))
            .update_expression(TAKE)
            .condition_expression(FREE)
            .expression_attribute_values(":owner", text(owner))
            .expression_attribute_values(":until", number(until))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":expires", number((until / 1000) + TRACE.as_secs()))
            .build()
            .map_err(|e| failed_to_build(&e))
    }

    /// One transaction over those keys: all are taken, or none, and then for each whether it was free (`None` where
    /// that is not known, because another transaction was at it).
    async fn transact(&self, keys: &[&String], owner: &str, span: Duration) -> PortResult<Vec<Option<bool>>> {
        let mut call = self.index.clients.dynamodb.transact_write_items();
        for key in keys {
            call = call.transact_items(TransactWriteItem::builder().update(self.take(key, owner, span)?).build());
        }
        let Err(error) = call.send().await else { return Ok(vec![Some(true); keys.len()]) };
        let reasons = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => canceled.cancellation_reasons(),
            _ => return Err(failed(&format!("take leases in the table {}", self.index.table), error)),
        };
        let free = |reason: Option<&str>| match reason {
            Some("ConditionalCheckFailed") => Some(false),
            _ => None,
        };
        Ok(reasons.iter().map(|reason| free(reason.code())).chain(std::iter::repeat(None)).take(keys.len()).collect())
    }
}

#[async_trait]
impl Leases for Cache {
    async fn acquire(&self, key: &str, owner: &str, span: Duration) -> PortResult<bool> {
        Ok(self.acquire_all(&[key.to_owned()], owner, span).await?.first().copied().unwrap_or(false))
    }

    async fn acquire_all(&self, keys: &[String], owner: &str, span: Duration) -> PortResult<Vec<bool>> {
        let mut taken: Vec<Option<bool>> = vec![None; keys.len()];
        for first in (0..keys.len()).step_by(BATCH) {
            for attempt in 0..ATTEMPTS {
                let open = (first..keys.len().min(first + BATCH)).filter(|at| taken[*at].is_none());
                let open: Vec<_> = open.collect();
                if open.is_empty() {
                    break;
                }
                if attempt > 1 {
                    tokio::time::sleep(Duration::from_millis(fastrand::u64(5..25 << attempt))).await;
                }
                let asked: Vec<_> = open.iter().map(|at| &keys[*at]).collect();
                for (at, free) in open.into_iter().zip(self.transact(&asked, owner, span).await?) {
                    taken[at] = free;
                }
            }
        }
        // Whoever was at it all the while has it.
        Ok(taken.into_iter().map(|taken| taken.unwrap_or(false)).collect())
    }

    async fn release(&self, key: &str, owner: &str) -> PortResult<()> {
        if self.is_published(key) {
            return Ok(());
        }
        let call = self.index.clients.dynamodb.delete_item().table_name(&self.index.table);
        let call = call
            .key("artifact", text(self.line_key(key)))
            .condition_expression("lease_owner = :owner AND attribute_not_exists(sha256)")
            .expression_attribute_values(":owner", text(owner));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if code(&error) == "ConditionalCheckFailedException" => Ok(()),
            Err(error) => Err(failed(&format!("give back a lease in the table {}", self.index.table), error)),
        }
    }
}
