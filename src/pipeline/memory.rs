//! The most memory that was resident while a step ran; alerts where it is too much, and what is given back then.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Alerts;
use crate::ports::Speech;
use crate::telemetry::resident_bytes;

/// So often a step looks; what lasts for less may not be seen.
const PERIOD: Duration = Duration::from_millis(100);

/// The latest look at the memory, which steps that run side by side share.
pub(super) struct Memory {
    alerts: Alerts,
    speech: Arc<dyn Speech>,
    latest: Mutex<Option<Look>>,
}

#[derive(Clone, Copy)]
struct Look {
    at: Instant,
    bytes: u64,
    level: Level,
}

/// How much is resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Plenty,
    Warning,
    Critical,
}

impl Memory {
    /// Where memory rises over a threshold, `speech` gives some back.
    pub(super) fn new(alerts: Alerts, speech: Arc<dyn Speech>) -> Self {
        Self { alerts, speech, latest: Mutex::new(None) }
    }

    /// Works, and says how many bytes were resident at most meanwhile, of this process and its children.
    pub(super) async fn during<T>(&self, work: impl Future<Output = T>) -> (T, u64) {
        tokio::pin!(work);
        let (began, mut most) = (Instant::now(), 0);
        loop {
            tokio::select! {
                done = &mut work => return (done, most.max(self.since(began))),
                () = tokio::time::sleep(PERIOD) => most = most.max(self.since(began)),
            }
        }
    }

    /// A look that is not older than the step, nor than a period.
    fn since(&self, began: Instant) -> u64 {
        let (look, before) = {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            let look = latest.filter(|look| look.at >= began && look.at.elapsed() < PERIOD);
            let before = latest.map_or(Level::Plenty, |look| look.level);
            (*latest.insert(look.unwrap_or_else(|| self.look(resident_bytes(), before))), before)
        };
        if look.level > before {
            // It may wait for a model that is being loaded.
            let speech = Arc::clone(&self.speech);
            drop(tokio::task::spawn_blocking(move || speech.shrink()));
        }
        look.bytes
    }

    /// Looks, and tells where there is more than at the look before.
    fn look(&self, bytes: u64, before: Level) -> Look {
        let level = self.level(bytes);
        let resident_mb = bytes / 1_000_000;
        match level {
            Level::Warning if level > before => {
                let threshold_mb = self.alerts.memory_warning / 1_000_000;
                tracing::warn!(resident_mb, threshold_mb, code = "MEMORY_WARNING", "MEMORY_WARNING");
            }
            Level::Critical if level > before => {
                let threshold_mb = self.alerts.memory_critical / 1_000_000;
                tracing::error!(resident_mb, threshold_mb, code = "MEMORY_CRITICAL", "MEMORY_CRITICAL");
            }
            _ => {}
        }
        Look { at: Instant::now(), bytes, level }
    }

    fn level(&self, bytes: u64) -> Level {
        match bytes {
            _ if bytes > self.alerts.memory_critical => Level::Critical,
            _ if bytes > self.alerts.memory_warning => Level::Warning,
            _ => Level::Plenty,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::perf::tests::logged;
    use crate::testing::standins::StandIns;

    #[test]
    fn memory_is_told_when_it_rises_over_a_threshold_and_not_again_while_it_stays() {
        let memory = Memory::new(Alerts::new(Duration::MAX, 300, 400), Arc::new(StandIns::default()));
        let looks = [200, 300, 301, 350, 450, 460, 310, 290, 500];
        let told = logged(|| {
            looks.into_iter().fold(Level::Plenty, |before, mb| memory.look(mb * 1_000_000, before).level);
        });
        let told: Vec<_> = told
            .iter()
            .map(|(level, fields)| {
                let mb = |field: &str| fields[field].as_u64().unwrap();
                (level.as_str().unwrap(), fields["code"].as_str().unwrap(), mb("resident_mb"), mb("threshold_mb"))
            })
            .collect();
        let expected = [
            ("WARN", "MEMORY_WARNING", 301, 300),
            ("ERROR", "MEMORY_CRITICAL", 450, 400),
            ("ERROR", "MEMORY_CRITICAL", 500, 400),
        ];
        assert_eq!(told, expected);
    }

    #[tokio::test]
    async fn where_memory_rises_over_a_threshold_speech_gives_some_back_once() {
        for (warning_mb, times) in [(0, 1), (u64::MAX, 0)] {
            let speech = Arc::new(StandIns::default());
            let memory = Memory::new(Alerts::new(Duration::MAX, warning_mb, u64::MAX), speech.clone());
            for _ in 0..3 {
                let ((), bytes) = memory.during(async {}).await;
                assert!(bytes > 0);
            }
            let told = async {
                while speech.calls().values().sum::<u32>() < times {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(30), told).await.expect("it gives some back");
            assert_eq!(speech.calls().get("shrink").copied().unwrap_or(0), times);
        }
    }
}
