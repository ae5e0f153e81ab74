//! Items that may wait a little, so that many are written in one call: lines of the index, and records of steps. None of
//! them is needed for a film to be right: without its line an artifact is looked for in the bucket, or made once more. What
//! nobody could make once more, a request's own pictures, is written before its task is recorded, and always looked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};

use super::Clients;
use super::failure::failed;
use super::items::{Item, text_of};
use crate::ports::{Class, PortError, PortResult};

/// What one call may write.
const BATCH: usize = 25;
/// What the service had no capacity for is sent again so often, with a wait that doubles.
const ATTEMPTS: u32 = 6;
const WAIT: Duration = Duration::from_millis(50);

/// Items that wait, by table. Clones share them.
#[derive(Clone)]
pub(super) struct Outbox {
    clients: Clients,
    waiting: Arc<Mutex<Vec<(String, Item)>>>,
}

impl Outbox {
    pub(super) fn new(clients: Clients) -> Self {
        Self { clients, waiting: Arc::default() }
    }

    fn waiting<T>(&self, change: impl FnOnce(&mut Vec<(String, Item)>) -> T) -> T {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes the item with the next flush.
    pub(super) fn put(&self, table: &str, item: Item) {
        self.waiting(|waiting| waiting.push((table.to_owned(), item)));
    }

    /// Drops what waits under that value of the key `name`.
    pub(super) fn discard(&self, table: &str, name: &str, value: &str) {
        let same = |(of, item): &(String, Item)| of == table && text_of(item, name) == Some(value);
        self.waiting(|waiting| waiting.retain(|entry| !same(entry)));
    }

    /// Writes all that waits. What could not be written is given up.
    pub(super) async fn flush(&self) -> PortResult<()> {
        let all = self.waiting(std::mem::take);
        for batch in all.chunks(BATCH) {
            let mut requests: HashMap<String, Vec<WriteRequest>> = HashMap::new();
            for (table, item) in batch {
                let put = PutRequest::builder().set_item(Some(item.clone())).build();
                let put = put.map_err(|e| PortError::permanent(Class::Internal, "INTERNAL", e.to_string()))?;
                requests.entry(table.clone()).or_default().push(WriteRequest::builder().put_request(put).build());
            }
            self.write(requests).await?;
        }
        Ok(())
    }

    /// The same where nothing depends on it.
    pub(super) async fn settle(&self) {
        if let Err(error) = self.flush().await {
            tracing::warn!(code = error.code, "records were not written: {error}");
        }
    }

    async fn write(&self, mut requests: HashMap<String, Vec<WriteRequest>>) -> PortResult<()> {
        for attempt in 0..ATTEMPTS {
            let call = self.clients.dynamodb.batch_write_item().set_request_items(Some(requests));
            let answer = call.send().await.map_err(|e| failed("write items", e))?;
            requests = answer.unprocessed_items.unwrap_or_default();
            if requests.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(WAIT * 2_u32.pow(attempt)).await;
        }
        Err(PortError::transient(Class::Storage, "THROTTLED", "items were not written: the tables are too busy"))
    }
}
