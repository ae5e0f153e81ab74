//! Which voices tasks speak with, so that a new process loads the one that it will most likely be asked for.

use std::collections::BTreeSet;

use super::TaskTable;
use crate::aws::failure::failed;
use crate::aws::items::{Item, number, number_of, text};
use crate::ports::PortResult;

/// The partition of the counts: no task has such an id.
const USAGE: &str = "usage#voices";
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
