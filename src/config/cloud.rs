//! What of AWS this process works with: the stack's outputs, by variables.

use std::ffi::OsString;

use super::read::Env;
use super::{ConfigError, Function};

/// The parts of a stack. Each program asks for those it needs.
#[derive(Clone, Debug, Default)]
pub struct Cloud {
    /// `PROTOVIDEO_BUCKET`: the bucket's name.
    pub bucket: Option<String>,
    /// `PROTOVIDEO_TASKS_TABLE`: the table of tasks.
    pub tasks_table: Option<String>,
    /// `PROTOVIDEO_INDEX_TABLE`: the table of cached artifacts and leases.
    pub index_table: Option<String>,
    /// `PROTOVIDEO_REQUESTS_QUEUE`: the URL of the queue that requests are sent to.
    pub requests_queue: Option<String>,
    /// `PROTOVIDEO_RENDER_QUEUE`: the URL of the queue of scenes and narrations.
    pub render_queue: Option<String>,
    /// `PROTOVIDEO_ASSEMBLE_QUEUE`: the URL of the queue of films.
    pub assemble_queue: Option<String>,
    /// `PROTOVIDEO_DEAD_LETTERS`: the dead-letter queues' URLs, separated by commas.
    pub dead_letters: Vec<String>,
    /// `PROTOVIDEO_INPUT_BUCKETS`: buckets, separated by commas, that requests may name pictures in besides the stack's own.
    pub input_buckets: Vec<String>,
    /// `PROTOVIDEO_STACK`: the stack's name, by which metrics are told apart; default `protovideo`.
    pub stack: String,
    /// `PROTOVIDEO_RENDER_MEMORY`: the size in MB of the functions that make scenes, by which a film's cost is estimated;
    /// default 3538.
    pub render_mb: u64,
    /// What Lambda says of the function that this process is; `None` everywhere else.
    pub function: Option<Function>,
}

const QUEUE: &str = "a queue's URL, as the stack's outputs give it";

impl Cloud {
    pub(super) fn read<F: Fn(&str) -> Option<OsString>>(env: &Env<F>) -> Result<Self, ConfigError> {
        let list = |text: Option<String>| {
            let parts = text.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        };
        // A template sets a variable to nothing where its parameter is empty.
        let optional =
            |name| (env.0)(name).filter(|value| !value.is_empty()).and_then(|value| value.into_string().ok());
        Ok(Self {
            bucket: env.text("PROTOVIDEO_BUCKET", "a bucket's name")?,
            tasks_table: env.text("PROTOVIDEO_TASKS_TABLE", "a table's name")?,
            index_table: env.text("PROTOVIDEO_INDEX_TABLE", "a table's name")?,
            requests_queue: queue(env, "PROTOVIDEO_REQUESTS_QUEUE")?,
            render_queue: queue(env, "PROTOVIDEO_RENDER_QUEUE")?,
            assemble_queue: queue(env, "PROTOVIDEO_ASSEMBLE_QUEUE")?,
            dead_letters: list(env.text("PROTOVIDEO_DEAD_LETTERS", "queues' URLs, separated by commas")?),
            input_buckets: list(optional("PROTOVIDEO_INPUT_BUCKETS")),
            stack: env.text("PROTOVIDEO_STACK", "a stack's name")?.unwrap_or_else(|| "protovideo".to_owned()),
            render_mb: env.number("PROTOVIDEO_RENDER_MEMORY", 3538, "MB, a whole number from 128", 128..)?,
            function: Function::read(env)?,
        })
    }

    /// A part that this program cannot do without.
    ///
    /// # Errors
    /// Names the variable that is not set.
    pub fn need<'a>(&self, part: &'a Option<String>, name: &'static str) -> Result<&'a str, ConfigError> {
        part.as_deref().ok_or(ConfigError::Missing { name })
    }
}

fn queue<F: Fn(&str) -> Option<OsString>>(env: &Env<F>, name: &'static str) -> Result<Option<String>, ConfigError> {
    env.choice(name, QUEUE, |url| (url.starts_with("https://") || url.starts_with("http://")).then(|| url.to_owned()))
}
