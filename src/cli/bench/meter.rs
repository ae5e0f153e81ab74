//! Processor time and memory, of this process and of the programs that it starts.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use procfs::process::Process;
use procfs::{Current as _, CurrentSI as _};
use serde_json::Value;

use crate::cli::Failure;
use crate::ports::{Class, PortError};

/// How often memory is looked at.
const SAMPLING: Duration = Duration::from_millis(100);

/// Processor seconds, in steps of a clock tick (10 ms).
#[derive(Clone, Copy, Debug)]
pub(super) struct Processor {
    /// Of this process.
    pub(super) own: f64,
    /// Of its children that ended, and of theirs.
    pub(super) children: f64,
}

impl Processor {
    pub(super) fn now() -> Self {
        let Ok(stat) = Process::myself().and_then(|me| me.stat()) else { return Self { own: 0.0, children: 0.0 } };
        let seconds = |ticks: u64| ticks as f64 / procfs::ticks_per_second() as f64;
        Self { own: seconds(stat.utime + stat.stime), children: seconds((stat.cutime + stat.cstime).unsigned_abs()) }
    }

    /// All of it since then.
    pub(super) fn since(then: Self) -> f64 {
        let now = Self::now();
        now.own - then.own + now.children - then.children
    }
}

/// Processor seconds of all processes of the machine since it began.
pub(super) fn everybody() -> f64 {
    let total = procfs::KernelStats::current().map(|stats| stats.total);
    total.map_or(0.0, |t| (t.user + t.nice + t.system) as f64 / procfs::ticks_per_second() as f64)
}

/// What a run of a program came to.
#[derive(Debug)]
pub(super) struct Ran {
    /// Seconds from start to end.
    pub(super) wall: f64,
    /// Processor seconds of it and of all that it started.
    pub(super) processor: f64,
    /// The most memory in MB that it and all that it started had at once: their proportional set sizes added up.
    pub(super) peak: f64,
    /// What it wrote.
    pub(super) stdout: String,
}

/// This program, with a cache of its own in `folder`.
pub(super) fn protovideo(folder: &Path, arguments: &[&str]) -> Result<Command, Failure> {
    let program = std::env::current_exe().map_err(|e| PortError::io("find", Path::new("this program"), e))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("CACHE_DIR", folder.join("cache"));
    for (name, value) in [("MAX_WORKERS", "4"), ("CACHE_ENABLED", "true"), ("TTS_DEVICE", "cpu")] {
        command.env(name, value);
    }
    Ok(command)
}

/// Runs a program to its end, which has to be a good one. `sampled` looks at its memory meanwhile.
pub(super) fn run(command: &mut Command, sampled: bool) -> Result<Ran, Failure> {
    let failed = |why: String| PortError::permanent(Class::Internal, "BENCH", why);
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (before, began) = (Processor::now(), Instant::now());
    let mut child = command.spawn().map_err(|e| failed(format!("cannot start {name}: {e}")))?;
    let (pid, ended) = (child.id().cast_signed(), AtomicBool::new(false));
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let mut pipes = (child.stdout.take(), child.stderr.take());
    let peak = std::thread::scope(|scope| {
        let sampler = scope.spawn(|| if sampled { peak(pid, &ended) } else { 0.0 });
        let errors = scope.spawn(|| pipes.1.take().map(|mut pipe| pipe.read_to_string(&mut stderr)));
        // What cannot be read shows as a run that said nothing.
        let _ = pipes.0.take().map(|mut pipe| pipe.read_to_string(&mut stdout));
        let _ = errors.join();
        let status = child.wait();
        ended.store(true, Ordering::Relaxed);
        (status, sampler.join().unwrap_or(0.0))
    });
    let (status, peak) = peak;
    let wall = began.elapsed().as_secs_f64();
    let status = status.map_err(|e| failed(format!("cannot wait for {name}: {e}")))?;
    if !status.success() {
        return Err(failed(format!("{name} ended with {status}: {}", stderr.trim())).into());
    }
    Ok(Ran { wall, processor: Processor::now().children - before.children, peak, stdout })
}

/// The most memory in MB that a process and its descendants had at once, until `ended`.
fn peak(pid: i32, ended: &AtomicBool) -> f64 {
    let mut peak = 0;
    while !ended.load(Ordering::Relaxed) {
        peak = peak.max(proportional(pid));
        std::thread::sleep(SAMPLING);
    }
    peak as f64 / 1e6
}

/// Proportional set size in bytes of a process and its descendants. Who ended meanwhile has none.
fn proportional(pid: i32) -> u64 {
    let Ok(process) = Process::new(pid) else { return 0 };
    let rollup = process.smaps_rollup();
    let own: u64 = rollup
        .into_iter()
        .flat_map(|r| r.memory_map_rollup)
        .filter_map(|map| map.extension.map.get("Pss").copied())
        .sum();
    let tasks = process.tasks().into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| task.children().ok()).flatten();
    own + children.map(|child| proportional(child.cast_signed())).sum::<u64>()
}

/// The processor, the cores and the memory, in words.
pub(super) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let model = procfs::CpuInfo::current().ok().and_then(|info| info.model_name(0).map(str::to_owned));
    let memory = procfs::Meminfo::current().map_or(0, |memory| memory.mem_total) as f64 / 1e9;
    format!("{cores} cores of {}, {memory:.0} GB", model.unwrap_or_else(|| "an unknown processor".to_owned()))
}

/// The report of the newest task in `folder`.
pub(super) fn report(folder: &Path) -> Result<Value, Failure> {
    Ok(serde_json::from_str(&run(&mut protovideo(folder, &["report", "--format", "json"])?, false)?.stdout)?)
}

/// How many artifacts a report's task made, by kind.
pub(super) fn made(report: &Value) -> BTreeMap<&str, usize> {
    let mut kinds = BTreeMap::new();
    for record in report["artifacts"].as_array().into_iter().flatten() {
        if record["cache"] == "miss" {
            *kinds.entry(record["kind"].as_str().unwrap_or_default()).or_default() += 1;
        }
    }
    kinds
}
