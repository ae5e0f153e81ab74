//! What tasks use again and again, so that a new process has at hand what it will most likely be asked for: the voices they
//! speak with, and the pictures that requests bring once more.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use futures_util::future::try_join_all;

use super::TaskTable;
use crate::aws::failure::failed;
use crate::aws::items::{Item, number, number_of, text, text_of};
use crate::ports::PortResult;
use crate::recipe::ArtifactId;

/// The partitions of the counts: no task has such an id.
const USAGE: &str = "usage#voices";
const PICTURES: &str = "usage#pictures";
/// Of one task's pictures so many are counted, each in an item of its own.
const COUNTED: usize = 8;
/// Counts are kept by periods of so many milliseconds, 30 days: what was asked for long ago says little.
const PERIOD_MS: u64 = 30 * 86_400_000;
/// An attribute that counts tasks.
const VOICE: &str = "voice#";

impl TaskTable {
    /// Counts a task that speaks with these voices.
    pub async fn count_voices(&self, voices: &BTreeSet<&str>) -> PortResult<()> {
        if voices.is_empty() {
            return Ok(());
        }
        let period = self.clock.now_ms() / PERIOD_MS;
        let expires_s = (period + 3) * PERIOD_MS / 1000;
        let mut call = self.clients.dynamodb.update_item().table_name(&self.table);
        let mut adds = Vec::new();
        for (index, voice) in voices.iter().enumerate() {
            call = call.expression_attribute_names(format!("#v{index}"), format!("{VOICE}{voice}"));
            adds.push(format!("#v{index} :one"));
        }
        call.key("task_id", text(USAGE))
            .key("item", text(item(period)))
            .update_expression(format!("SET expires_at = :expires ADD {}", adds.join(", ")))
            .expression_attribute_values(":expires", number(expires_s))
            .expression_attribute_values(":one", number(1))
            .send()
            .await
            .map_err(|e| failed("count voices", e))?;
        Ok(())
    }

    /// The voice that most tasks of this period spoke with, or else most of the one before; `None` where there was none.
    pub async fn favourite_voice(&self) -> PortResult<Option<String>> {
        let period = self.clock.now_ms() / PERIOD_MS;
        for period in [period, period.saturating_sub(1)] {
            let call = self.clients.dynamodb.get_item().table_name(&self.table);
            let call = call.key("task_id", text(USAGE)).key("item", text(item(period)));
            let found = call.send().await.map_err(|e| failed("read how often voices are used", e))?.item;
            if let Some(voice) = found.as_ref().and_then(most) {
                return Ok(Some(voice));
            }
        }
        Ok(None)
    }
}

impl TaskTable {
    /// Counts pictures that a task brought and that were there before.
    pub async fn count_pictures(&self, pictures: &BTreeSet<ArtifactId>) -> PortResult<()> {
        let period = self.clock.now_ms() / PERIOD_MS;
        let count = |picture: &ArtifactId| {
            let call = self.clients.dynamodb.update_item().table_name(&self.table);
            call.key("task_id", text(PICTURES))
                .key("item", text(format!("{}#{picture}", item(period))))
                .update_expression("SET expires_at = :expires ADD uses :one")
                .expression_attribute_values(":expires", number((period + 3) * PERIOD_MS / 1000))
                .expression_attribute_values(":one", number(1))
                .send()
        };
        let counts = try_join_all(pictures.iter().take(COUNTED).map(count)).await;
        counts.map(drop).map_err(|e| failed("count pictures", e))
    }

    /// The pictures that were brought most often in this period, or else in the one before; at most `most`. Of thousands
    /// only those are looked at that one call reads.
    pub async fn favourite_pictures(&self, most: usize) -> PortResult<Vec<ArtifactId>> {
        let period = self.clock.now_ms() / PERIOD_MS;
        for period in [period, period.saturating_sub(1)] {
            let prefix = format!("{}#", item(period));
            let call = self.clients.dynamodb.query().table_name(&self.table);
            let call = call
                .key_condition_expression("task_id = :pictures AND begins_with(#item, :period)")
                .expression_attribute_names("#item", "item")
                .expression_attribute_values(":pictures", text(PICTURES))
                .expression_attribute_values(":period", text(&prefix));
            let found = call.send().await.map_err(|e| failed("read how often pictures are used", e))?;
            let one = |counted: &Item| {
                let picture = ArtifactId::parse(text_of(counted, "item")?.strip_prefix(&prefix)?).ok()?;
                Some((Reverse(number_of::<u64>(counted, "uses")?), picture))
            };
            let mut pictures: Vec<_> = found.items().iter().filter_map(one).collect();
            if !pictures.is_empty() {
                pictures.sort_unstable();
                return Ok(pictures.into_iter().take(most).map(|(_, picture)| picture).collect());
            }
        }
        Ok(Vec::new())
    }
}

fn item(period: u64) -> String {
    format!("period#{period}")
}

/// The voice with the largest count; of several, the first by its name.
fn most(counts: &Item) -> Option<String> {
    let voices = counts.keys().filter_map(|name| Some((name.strip_prefix(VOICE)?, number_of::<u64>(counts, name)?)));
    voices.max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0))).map(|(voice, _)| voice.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_voice_that_was_used_most_is_the_favourite() {
        let counts = |all: &[(&str, u64)]| all.iter().map(|(name, uses)| ((*name).to_owned(), number(uses))).collect();
        assert_eq!(most(&counts(&[("expires_at", 99), ("item", 3)])), None);
        let some = counts(&[("expires_at", 99), ("voice#heart", 3), ("voice#bf_emma", 7), ("voice#af_heart", 7)]);
        assert_eq!(most(&some).as_deref(), Some("af_heart"));
    }
}
