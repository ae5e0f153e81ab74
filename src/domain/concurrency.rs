//! How many things a process does at once, and what that follows.

use serde::{Deserialize, Serialize};

/// What a process has, what it was allowed, and how much it does at once with that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concurrency {
    /// Cores that it may use.
    pub cores: u32,
    /// MB of resident memory that it may take with its programs.
    pub memory_mb: u64,
    /// Pieces of work at once.
    pub workers: u32,
    /// Encoders at once, of frames as large as the film's.
    pub encoders: u32,
    /// Sentences that are spoken at once.
    pub speech: u32,
    /// Whether so few pieces of work are done at once because memory was short.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub narrowed: bool,
}

impl Concurrency {
    /// Why so many pieces of work are done at once. `function` tells that this is a Lambda function.
    #[must_use]
    pub fn why_workers(&self, function: bool) -> String {
        match (function, self.narrowed) {
            (_, true) => format!("memory was above the critical threshold, {} MB", self.memory_mb),
            (true, false) => "a function gets one message at a time".to_owned(),
            (false, false) => "MAX_WORKERS".to_owned(),
        }
    }

    /// Why so many encoders run at once.
    #[must_use]
    pub fn why_encoders(&self) -> String {
        match self.encoders {
            count if count < self.cores.min(self.workers) => format!("{} MB hold no more", self.memory_mb),
            count if count == self.cores => "one a core".to_owned(),
            _ => "one a piece of work".to_owned(),
        }
    }

    /// Why so many sentences are spoken at once.
    #[must_use]
    pub fn why_speech(&self) -> String {
        match self.speech {
            count if count < self.cores => format!("{} MB hold no more", self.memory_mb),
            _ => "one a core".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_has_its_reason() {
        let free = Concurrency { cores: 2, memory_mb: 2000, workers: 4, encoders: 2, speech: 2, narrowed: false };
        assert_eq!((free.why_workers(false).as_str(), free.why_encoders().as_str()), ("MAX_WORKERS", "one a core"));
        let few = Concurrency { cores: 8, ..free };
        assert_eq!(Concurrency { workers: 2, ..few }.why_encoders(), "one a piece of work");
        assert_eq!(few.why_encoders(), "2000 MB hold no more");
        assert_eq!((few.why_speech().as_str(), free.why_speech().as_str()), ("2000 MB hold no more", "one a core"));
        let narrow = Concurrency { workers: 1, narrowed: true, ..free };
        assert_eq!(narrow.why_workers(false), "memory was above the critical threshold, 2000 MB");
        assert_eq!(free.why_workers(true), "a function gets one message at a time");
    }
}
