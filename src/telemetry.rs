//! Logs, their field names, and the memory that is reported.

use tracing_subscriber::EnvFilter;

/// Field names of log lines: queries rely on them, so they are spelt once.
pub mod field {
    /// The task's id.
    pub const TASK: &str = "task";
    /// The step's name.
    pub const STEP: &str = "step";
    /// A stable code of an error.
    pub const CODE: &str = "code";
}

/// Writes logs to standard error: one line each, or JSON where `json` says so. `filter` is a `tracing` filter
/// such as `info` or `protovideo=debug`; one that cannot be read counts as `warn`. `colours` are for terminals.
pub fn init(filter: &str, json: bool, colours: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    let result = if json { logs.json().try_init() } else { logs.compact().try_init() };
    // A second call in one process keeps the first one's settings.
    drop(result);
}

/// Resident memory of this process and its children, in bytes; zero where `/proc` cannot be read.
#[must_use]
pub fn resident_bytes() -> u64 {
    let page = procfs::page_size();
    let Ok(me) = procfs::process::Process::myself() else { return 0 };
    let of = |process: &procfs::process::Process| process.statm().map_or(0, |statm| statm.resident * page);
    let tasks = me.tasks().into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| task.children().ok()).flatten();
    let below: u64 =
        children.filter_map(|pid| procfs::process::Process::new(pid.cast_signed()).ok()).map(|child| of(&child)).sum();
    of(&me) + below
}

#[cfg(test)]
mod tests {
    use super::resident_bytes;

    #[test]
    fn this_process_is_somewhere_between_a_megabyte_and_a_terabyte() {
        let bytes = resident_bytes();
        assert!((1 << 20..1 << 40).contains(&bytes), "{bytes}");
    }
}
