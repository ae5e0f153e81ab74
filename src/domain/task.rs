//! A task: one request's life, its messages, its steps' records.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::concurrency::Concurrency;

/// The status words that clients know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Recorded, not begun.
    Queued,
    /// Some step has begun.
    #[serde(rename = "inprogress")]
    InProgress,
    /// The film is there and was verified.
    Finished,
    /// It could not be made.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
}

impl Status {
    /// Whether nothing follows any more.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Cancelled)
    }

    /// The word clients know.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "inprogress",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Whether a text is a task's id, which is also a safe name of a folder: `^[A-Za-z0-9_-]{1,64}$`.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (1..=64).contains(&text.len()) && text.chars().all(plain)
}

/// Why a task failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskError {
    /// A stable code in capitals.
    pub code: String,
    /// The class, as in `PortError`.
    pub class: String,
    /// The scene's place, from 0, where one was at fault.
    pub scene: Option<u32>,
    /// The step's name, where one was at fault.
    pub step: Option<String>,
    /// One sentence that reads alone.
    pub message: String,
    /// Whether trying again may help.
    pub retryable: bool,
}

/// Where a task goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To `inprogress`.
    Started,
    /// To `finished`, with the result that clients see.
    Finished(serde_json::Value),
    /// To `failed`.
    Failed(TaskError),
    /// To `cancelled`.
    Cancelled,
}

impl Outcome {
    /// The status it leads to.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self {
            Self::Started => Status::InProgress,
            Self::Finished(_) => Status::Finished,
            Self::Failed(_) => Status::Failed,
            Self::Cancelled => Status::Cancelled,
        }
    }
}

/// A task as it is recorded. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// The digest of its request, in hexadecimal.
    pub request_sha256: String,
    /// On whose behalf.
    pub tenant: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// When it was recorded.
    pub created_at: u64,
    /// When it was recorded, or revived: what was sent before is of an earlier attempt.
    pub opened_at: u64,
    /// When anything of it changed last.
    pub updated_at: u64,
    /// When its ready work was sent again last, because nothing was done for long.
    pub resent_at: Option<u64>,
    /// When its first step began.
    pub started_at: Option<u64>,
    /// When it reached a terminal state.
    pub finished_at: Option<u64>,
    /// When it must have ended.
    pub deadline: u64,
    /// Why it failed.
    pub error: Option<TaskError>,
    /// What came of it.
    pub result: Option<serde_json::Value>,
}

impl Task {
    /// The step at which a request was refused, before anything was planned.
    pub const SUBMIT: &str = "submit";

    /// Whether it only tells that a request was refused; its id is free for a better one.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        let step = self.error.as_ref().and_then(|error| error.step.as_deref());
        self.status == Status::Failed && step == Some(Self::SUBMIT)
    }
}

/// What a message asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Work {
    /// Speak a run of the film's sentences, before its scenes are made.
    Narrate {
        /// The run's place, from 0.
        run: u32,
    },
    /// Make one scene: its speech, its picture, its video.
    Render {
        /// The scene's place, from 0.
        scene: u32,
    },
    /// Make the film's sound, beside its scenes.
    Sound,
    /// Join the film.
    Assemble,
}

impl Work {
    /// The step's name in the done set and in records: `narrate#0`, `scene#3`, `sound`, `film`.
    #[must_use]
    pub fn step(&self) -> String {
        match self {
            Self::Narrate { run } => format!("narrate#{run}"),
            Self::Render { scene } => format!("scene#{scene}"),
            Self::Sound => "sound".to_owned(),
            Self::Assemble => "film".to_owned(),
        }
    }
}

/// A message: ids only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Message {
    /// The format's version, 1.
    pub v: u32,
    /// The task.
    pub task: String,
    /// On whose behalf; a queue serves many of them fairly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// What to do for it.
    #[serde(flatten)]
    pub work: Work,
}

impl Message {
    /// A message of today's version.
    #[must_use]
    pub fn new(task: &str, work: Work) -> Self {
        Self { v: 1, task: task.to_owned(), tenant: None, work }
    }
}

/// What became of an artifact in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheOutcome {
    /// It was there.
    Hit,
    /// It was made.
    #[default]
    Miss,
    /// Another worker was making it, and this one waited.
    Waited,
}

impl CacheOutcome {
    /// The word by which it is recorded.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Waited => "waited",
        }
    }
}

/// Where a step ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The process, told apart from all others: its id and a random number.
    pub worker: String,
    /// The processor's architecture: `x86_64`, `aarch64`.
    #[serde(default)]
    pub architecture: String,
    /// What computed it: `cpu`, or `cuda` for an NVIDIA GPU.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
    /// The size in MB of the Lambda function that it was, by which its time is billed; `None` for a machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_mb: Option<u64>,
    /// How much the process did at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<Concurrency>,
}

/// One step as it ran: the report's raw material. Times are milliseconds. What has a default was not recorded by earlier
/// versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The recipe's kind: `speech`, `picture`, `scene`, `soundtrack`, `film`, `poster`; `plan` for the request's planning.
    pub kind: String,
    /// The scene's place, from 0; `None` for steps of the whole film.
    pub scene: Option<u32>,
    /// The artifact's id, as text.
    pub artifact: String,
    /// Whether it was there.
    pub cache: CacheOutcome,
    /// Why it was made, in one line; empty for hits.
    pub reason: String,
    /// When it began, since 1970.
    pub began_at: u64,
    /// How long it took, by the monotonic clock.
    pub wall_ms: u64,
    /// The most memory of the process and its children that was resident while it ran, in bytes.
    pub memory_bytes: u64,
    /// The artifact's length.
    pub bytes: u64,
    /// Which worker lane did it, from 0, for the chart.
    pub lane: u32,
    /// How much of `wall_ms` it waited: for another maker of the same artifact, or for a free encoder.
    #[serde(default)]
    pub waited_ms: u64,
    /// Processor time of the threads that made it. Looking for it, waiting for a network and storing are not in it.
    #[serde(default)]
    pub processor_ms: u64,
    /// Processor time of the programs that were started to make it.
    #[serde(default)]
    pub children_processor_ms: u64,
    /// The most memory that one of those programs had resident, in bytes.
    #[serde(default)]
    pub children_memory_bytes: u64,
    /// Tokens that a provider billed for it.
    #[serde(default, skip_serializing_if = "Tokens::is_none")]
    pub tokens: Tokens,
    /// Where it ran.
    #[serde(default)]
    pub place: Place,
}

impl StepRecord {
    /// Processor time of the threads and of the programs that made it.
    #[must_use]
    pub const fn all_processor_ms(&self) -> u64 {
        self.processor_ms + self.children_processor_ms
    }

    /// When it ended, since 1970.
    #[must_use]
    pub const fn ended_at(&self) -> u64 {
        self.began_at + self.wall_ms
    }
}

/// What a provider counts, and bills by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Of what it was sent.
    pub input: u64,
    /// Of what it made.
    pub output: u64,
}

impl Tokens {
    /// Whether nothing was counted.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.input == 0 && self.output == 0
    }
}
