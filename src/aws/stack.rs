//! The parts of one stack, by the variables that name them.

use std::sync::Arc;
use std::time::Duration;

use super::failure::failed;
use super::metrics::Metrics;
use super::{Cache, Clients, Films, InputBucket, Letters, Objects, Queues, TaskTable};
use crate::config::{Cloud, Config, ConfigError};
use crate::ports::{Class, Clock, PortError, PortResult, SystemClock};

/// Where apps put requests that are too long for a message, and their pictures.
const REQUESTS: &str = "requests/";

/// A stack, of which each program asks for the parts that it needs.
#[derive(Clone)]
pub struct Stack {
    /// The services.
    pub clients: Clients,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    cloud: Cloud,
    max_age: Duration,
}

impl Stack {
    /// The stack that the configuration names. Asks nobody for anything yet.
    ///
    /// # Errors
    /// Where nothing names a region.
    pub async fn open(config: &Config) -> Result<Self, ConfigError> {
        let clock = Arc::new(SystemClock);
        let (clients, cloud) = (Clients::from_env().await?, config.cloud.clone());
        Ok(Self { clients, clock, cloud, max_age: config.cache_max_age })
    }

    /// The bucket.
    pub fn bucket(&self) -> Result<&str, ConfigError> {
        self.cloud.need(&self.cloud.bucket, "PROTOVIDEO_BUCKET")
    }

    /// The tasks.
    pub fn tasks(&self) -> Result<TaskTable, ConfigError> {
        let table = self.cloud.need(&self.cloud.tasks_table, "PROTOVIDEO_TASKS_TABLE")?;
        Ok(TaskTable::new(&self.clients, table, self.bucket()?, self.clock.clone()))
    }

    /// The cache.
    pub fn cache(&self) -> Result<Cache, ConfigError> {
        let table = self.cloud.need(&self.cloud.index_table, "PROTOVIDEO_INDEX_TABLE")?;
        let cache = Cache::new(&self.clients, self.bucket()?, table, self.clock.clone(), self.max_age);
        Ok(cache.telling(self.cloud.function.as_ref().map(|_| Metrics::of(&self.cloud.stack))))
    }

    /// The films, out of that cache.
    pub fn films(&self, cache: &Cache) -> Result<Films, ConfigError> {
        Ok(Films::new(Objects::new(&self.clients, self.bucket()?), cache.clone()))
    }

    /// The queues of work; whoever receives waits for so long.
    pub fn queues(&self, wait: Duration) -> Result<Queues, ConfigError> {
        let render = self.cloud.need(&self.cloud.render_queue, "PROTOVIDEO_RENDER_QUEUE")?;
        let assemble = self.cloud.need(&self.cloud.assemble_queue, "PROTOVIDEO_ASSEMBLE_QUEUE")?;
        Ok(Queues::new(&self.clients, render, assemble, wait))
    }

    /// The URL of the queue of requests.
    pub fn requests(&self) -> Result<&str, ConfigError> {
        self.cloud.need(&self.cloud.requests_queue, "PROTOVIDEO_REQUESTS_QUEUE")
    }

    /// Sends a request, as it stands, on a tenant's behalf.
    ///
    /// # Errors
    /// As the queue's; `CONFIG` where no variable names it.
    pub async fn send_request(&self, body: &str, tenant: Option<&str>) -> PortResult<()> {
        let unset = |e: ConfigError| PortError::permanent(Class::Request, "CONFIG", e.to_string());
        let url = self.requests().map_err(unset)?;
        let call = self.clients.sqs.send_message().queue_url(url).message_body(body);
        let sent = call.set_message_group_id(tenant.map(str::to_owned)).send().await;
        sent.map(drop).map_err(|e| failed(&format!("send to {url}"), e))
    }

    /// The dead-letter queues.
    pub fn letters(&self) -> Result<Letters, ConfigError> {
        if self.cloud.dead_letters.is_empty() {
            return Err(ConfigError::Missing { name: "PROTOVIDEO_DEAD_LETTERS" });
        }
        Ok(Letters::new(&self.clients, &self.cloud.dead_letters))
    }

    /// What requests may name: pictures in the buckets that are listed, and what apps put beside requests in the stack's own.
    pub fn input_buckets(&self) -> Result<Vec<InputBucket>, ConfigError> {
        let own = InputBucket { name: self.bucket()?.to_owned(), prefix: REQUESTS };
        let others = self.cloud.input_buckets.iter().map(|name| InputBucket { name: name.clone(), prefix: "" });
        Ok(std::iter::once(own).chain(others).collect())
    }
}
