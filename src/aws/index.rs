//! The table of artifacts and of the leases on them: one item for each, which is a lease until the artifact is there.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use super::Clients;
use super::failure::failed;
use super::items::{Item, number, number_of, text, text_of};
use super::packed::{pack, unpack};
use crate::ports::{Meta, PortError, PortResult};
use crate::recipe::Digest;

/// What one call may read.
const BATCH: usize = 100;
/// What the service had no capacity for is asked for again so often, with a wait that doubles.
const ATTEMPTS: u32 = 6;
const WAIT: Duration = Duration::from_millis(50);

/// The table.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) clients: Clients,
    pub(super) table: String,
}

/// An item as it was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    /// Nobody has made it, nor begun to.
    Nothing,
    /// Somebody leased it; it may be in the bucket without a line, where they died.
    Leased,
    /// It is there.
    There(There),
}

/// An artifact's line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct There {
    pub(super) meta: Meta,
    pub(super) manifest: Vec<u8>,
    /// When it was used last, to within a while, in milliseconds since 1970.
    pub(super) used_ms: u64,
}

impl There {
    /// The item, which goes by itself at `expires_s`, in seconds since 1970.
    pub(super) fn item(&self, key: &str, expires_s: u64) -> Item {
        HashMap::from([
            ("artifact".to_owned(), text(key)),
            ("sha256".to_owned(), text(self.meta.sha256.to_string())),
            ("bytes".to_owned(), number(self.meta.bytes)),
            ("facts".to_owned(), text(self.meta.facts.to_string())),
            ("made_ms".to_owned(), number(self.meta.made_at)),
            ("used_ms".to_owned(), number(self.used_ms)),
            ("manifest".to_owned(), AttributeValue::B(Blob::new(pack(&self.manifest)))),
            ("expires_at".to_owned(), number(expires_s)),
        ])
    }

    fn read(item: &Item) -> Option<Self> {
        let manifest = item.get("manifest").and_then(|value| value.as_b().ok());
        let meta = Meta {
            sha256: Digest::parse(text_of(item, "sha256")?).ok()?,
            bytes: number_of(item, "bytes")?,
            facts: serde_json::from_str(text_of(item, "facts")?).ok()?,
            made_at: number_of(item, "made_ms")?,
        };
        let manifest = manifest.and_then(|packed| unpack(packed.as_ref()).ok()).unwrap_or_default();
        Some(Self { meta, manifest, used_ms: number_of(item, "used_ms")? })
    }
}

impl Line {
    fn of(item: Option<&Item>) -> Self {
        match item {
            None => Self::Nothing,
            Some(item) => There::read(item).map_or(Self::Leased, Self::There),
        }
    }
}

impl Index {
    fn doing(&self, what: &str) -> String {
        format!("{what} the table {}", self.table)
    }

    /// The lines of those keys, in their order.
    pub(super) async fn lines(&self, keys: &[String]) -> PortResult<Vec<Line>> {
        let mut items: HashMap<String, Item> = HashMap::new();
        // What is asked for twice would be refused.
        let once: Vec<_> = keys.iter().collect::<BTreeSet<_>>().into_iter().collect();
        for batch in once.chunks(BATCH) {
            let keys = batch.iter().map(|key| HashMap::from([("artifact".to_owned(), text(*key))]));
            let asked = KeysAndAttributes::builder().set_keys(Some(keys.collect())).consistent_read(true).build();
            let asked = asked.map_err(|e| failed_to_build(&e))?;
            let mut open = Some(HashMap::from([(self.table.clone(), asked)]));
            for attempt in 0.. {
                let Some(asked) = open.take().filter(|asked| !asked.is_empty()) else { break };
                if attempt == ATTEMPTS {
                    return Err(too_busy(&self.table));
                }
                if attempt > 0 {
                    tokio::time::sleep(WAIT * 2_u32.pow(attempt)).await;
                }
                let call = self.clients.dynamodb.batch_get_item().set_request_items(Some(asked));
                let answer = call.send().await.map_err(|e| failed(&self.doing("read"), e))?;
                for item in answer.responses.unwrap_or_default().into_values().flatten() {
                    if let Some(key) = text_of(&item, "artifact").map(str::to_owned) {
                        items.insert(key, item);
                    }
                }
                open = answer.unprocessed_keys;
            }
        }
        Ok(keys.iter().map(|key| Line::of(items.get(key))).collect())
    }

    /// One line.
    pub(super) async fn line(&self, key: &str) -> PortResult<Line> {
        let call = self.clients.dynamodb.get_item().table_name(&self.table).key("artifact", text(key));
        let answer = call.consistent_read(true).send().await.map_err(|e| failed(&self.doing("read"), e))?;
        Ok(Line::of(answer.item.as_ref()))
    }

    /// Removes a line, or a lease.
    pub(super) async fn remove(&self, key: &str) -> PortResult<()> {
        let call = self.clients.dynamodb.delete_item().table_name(&self.table).key("artifact", text(key));
        call.send().await.map(drop).map_err(|e| failed(&self.doing("write"), e))
    }

    /// Notes a use.
    pub(super) async fn used(&self, key: &str, used_ms: u64, expires_s: u64) -> PortResult<()> {
        let call = self.clients.dynamodb.update_item().table_name(&self.table).key("artifact", text(key));
        let call = call
            .update_expression("SET used_ms = :used, expires_at = :expires")
            .condition_expression("attribute_exists(sha256)")
            .expression_attribute_values(":used", number(used_ms))
            .expression_attribute_values(":expires", number(expires_s));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if super::failure::code(&error) == "ConditionalCheckFailedException" => Ok(()),
            Err(error) => Err(failed(&self.doing("write"), error)),
        }
    }

    /// All lines of artifacts whose keys begin so.
    pub(super) async fn all(&self, prefix: &str) -> PortResult<Vec<(String, There)>> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let call = self.clients.dynamodb.scan().table_name(&self.table).consistent_read(true);
            let call = call
                .filter_expression("begins_with(artifact, :prefix) AND attribute_exists(sha256)")
                .expression_attribute_values(":prefix", text(prefix))
                .set_exclusive_start_key(from);
            let answer = call.send().await.map_err(|e| failed(&self.doing("read"), e))?;
            let read = |item: &Item| Some((text_of(item, "artifact")?.to_owned(), There::read(item)?));
            found.extend(answer.items.unwrap_or_default().iter().filter_map(read));
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }
}

/// A request that cannot be put together is a defect.
pub(super) fn failed_to_build(error: &dyn std::fmt::Display) -> PortError {
    PortError::permanent(crate::ports::Class::Internal, "INTERNAL", format!("cannot put a request together: {error}"))
}

fn too_busy(table: &str) -> PortError {
    PortError::transient(crate::ports::Class::Storage, "THROTTLED", format!("the table {table} is too busy"))
}
