//! The beginning of an execution environment: configuration, logs, metrics.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::aws::Stack;
use crate::aws::metrics::{COLD_STARTS, INIT_MS, Metrics};
use crate::config::{Config, ConfigError};
use crate::ports::Clock as _;
use crate::telemetry;

/// Before the invocation's end by so much, work is given up and its message given back.
const MARGIN: Duration = Duration::from_secs(10);
/// What is logged where no variable says otherwise.
const LOGGED: &str = "info,aws=warn,hyper=warn";

/// What a function begins with.
pub struct Start {
    /// What the environment says.
    pub config: Config,
    /// The parts of the stack.
    pub stack: Stack,
    /// Where metrics go.
    pub metrics: Metrics,
    began: Instant,
}

impl Start {
    /// Reads the environment and begins to log, as JSON. Asks nobody for anything.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub async fn new() -> Result<Self, ConfigError> {
        let began = Instant::now();
        let config = Config::from_env()?;
        telemetry::init(config.log.as_deref().unwrap_or(LOGGED), true, false);
        let (stack, metrics) = (Stack::open(&config).await?, Metrics::of(&config.cloud.stack));
        Ok(Self { config, stack, metrics, began })
    }

    /// Tells that the environment is ready for its first message.
    pub fn ready(&self) {
        let name = self.config.cloud.function.as_ref().map_or("none", |function| &function.name);
        let took = self.began.elapsed().as_secs_f64() * 1000.0;
        self.metrics.tell_all(name, &[(COLD_STARTS, 1.0), (INIT_MS, took)], crate::ports::SystemClock.now_ms());
    }
}

/// The time that is left for work until an invocation's deadline, in milliseconds since 1970, with a margin to give
/// back a message.
#[must_use]
pub fn until(deadline_ms: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let left = Duration::from_millis(deadline_ms).saturating_sub(now);
    // A short invocation keeps half of its time for work.
    left.saturating_sub(MARGIN).max(left / 2)
}
