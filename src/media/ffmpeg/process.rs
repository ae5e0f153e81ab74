//! One run of ffmpeg: listened to, watched, and ended with all that it started.

use std::ffi::OsString;
use std::io;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ffmpeg_sidecar::child::FfmpegChild;
use ffmpeg_sidecar::event::FfmpegEvent;
use procfs::process::Process;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep, sleep_until};

use super::failure::{self, Tail};
use super::{Class, PortError, PortResult, StepContext};
use crate::ports::Used;

/// So often it is looked at for its memory; of what lives for less, only what it was fed is known.
const LOOKS: Duration = Duration::from_millis(100);

type Ended = Result<io::Result<(ExitStatus, Tail)>, JoinError>;

/// A started ffmpeg. Dropping it kills the process group.
pub(super) struct Running {
    group: Arc<Group>,
    listener: JoinHandle<io::Result<(ExitStatus, Tail)>>,
    argv: Vec<OsString>,
    stall: Duration,
}

impl Running {
    /// `used` counts what it uses.
    pub(super) fn new(mut child: FfmpegChild, argv: Vec<OsString>, stall: Duration, used: &Used) -> Self {
        let group = Arc::new(Group(Mutex::new(Some(Pid::from_child(child.as_inner())))));
        let (reaper, used) = (Arc::clone(&group), used.clone());
        let listener = tokio::task::spawn_blocking(move || listen(&mut child, &reaper, &used));
        Self { group, listener, argv, stall }
    }

    /// Its process group.
    pub(super) fn group(&self) -> Arc<Group> {
        Arc::clone(&self.group)
    }

    /// Waits for the end of a run that nobody feeds.
    pub(super) async fn until_ended(mut self, context: &StepContext) -> PortResult<()> {
        let ended = self.wait(context).await?;
        self.judge(ended)
    }

    /// Waits for the end of a run and of the thread that feeds it.
    pub(super) async fn until_fed(mut self, fed: JoinHandle<io::Result<()>>, context: &StepContext) -> PortResult<()> {
        let ended = self.wait(context).await;
        // Its pipe has no reader any more, so that the writer ends with its next write.
        let fed = fed.await.map_err(|e| broken(io::Error::other(e)))?;
        let ended = ended?;
        match fed {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(match error.downcast::<PortError>() {
                Ok(own) => own,
                Err(error) => broken(error),
            }),
            Err(pipe) => self.judge(ended).and(Err(broken(pipe))),
            Ok(()) => self.judge(ended),
        }
    }

    /// Until it ended by itself, or until it had to be ended and is reaped.
    async fn wait(&mut self, context: &StepContext) -> PortResult<Ended> {
        tokio::select! {
            ended = &mut self.listener => Ok(ended),
            why = watch(&self.group, self.stall, context) => {
                self.group.kill();
                let _ = (&mut self.listener).await;
                Err(why)
            }
        }
    }

    fn judge(&self, ended: Ended) -> PortResult<()> {
        let (status, tail) = ended.map_err(|e| broken(io::Error::other(e)))?.map_err(broken)?;
        // Where the last bytes do not fit, it says so and ends as if all were well.
        if !status.success() || tail.tells_of_a_full_disk() {
            return Err(failure::failed(&self.argv, status, &tail));
        }
        if !tail.is_empty() {
            tracing::warn!(stderr = tail.text(), "ffmpeg complained and ended well");
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.group.kill();
    }
}

/// The group that ffmpeg leads; empty once it is reaped, when its number may be another's.
pub(super) struct Group(Mutex<Option<Pid>>);

impl Group {
    fn pid(&self) -> Option<Pid> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kill(&self) {
        let leader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pid) = *leader {
            // It may be a zombie by now, which cannot be killed and need not be.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    /// Waits without reaping, so that the number stays taken until nobody can send it a signal any more. Until it is
    /// reaped the system still tells its processor time, in ticks of 10 ms, and that of what it started itself.
    fn reap(&self, child: &mut FfmpegChild, used: &Used) -> io::Result<ExitStatus> {
        if let Some(pid) = self.pid() {
            while let Err(rustix::io::Errno::INTR) =
                waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
            {}
        }
        if let Some(stat) = self.process().and_then(|process| process.stat().ok()) {
            let ticks = stat.utime + stat.stime + (stat.cutime + stat.cstime).unsigned_abs();
            used.child(Duration::from_millis(ticks * 1000 / procfs::ticks_per_second()));
        }
        let mut leader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *leader = None;
        child.as_inner_mut().wait()
    }

    fn process(&self) -> Option<Process> {
        Process::new(self.pid()?.as_raw_nonzero().get()).ok()
    }

    /// Bytes that its leader has read and written so far, where the system tells.
    fn traffic(&self) -> Option<u64> {
        let io = self.process()?.io().ok()?;
        Some(io.rchar.saturating_add(io.wchar))
    }

    /// Counts the most memory that its leader has had so far. The system keeps that for the program alone: what it tells
    /// of a process that was waited for, `ru_maxrss`, has that of the process which started it in it.
    pub(super) fn look(&self, used: &Used) {
        let status = self.process().and_then(|process| process.status().ok());
        if let Some(kib) = status.and_then(|status| status.vmhwm) {
            used.child_resident(kib * 1024);
        }
    }
}

/// Reads standard error to its end, then reaps.
fn listen(child: &mut FfmpegChild, group: &Group, used: &Used) -> io::Result<(ExitStatus, Tail)> {
    let mut tail = Tail::default();
    for event in child.iter().map_err(io::Error::other)? {
        match event {
            FfmpegEvent::Log(_, line) | FfmpegEvent::Error(line) => tail.push(&line),
            _ => {}
        }
    }
    Ok((group.reap(child, used)?, tail))
}

/// Ends when ffmpeg has to be ended, with the reason.
async fn watch(group: &Group, stall: Duration, context: &StepContext) -> PortError {
    let tick = stall.min(Duration::from_secs(4)) / 4;
    let (mut traffic, mut since, mut looked) = (None, Instant::now(), Instant::now());
    loop {
        tokio::select! {
            () = context.cancel.cancelled() => {
                return PortError::permanent(Class::Cancelled, "CANCELLED", "cancelled while ffmpeg was running");
            }
            () = sleep_until(context.deadline.into()) => {
                return PortError::transient(Class::Limit, "DEADLINE", "the step's time ran out while ffmpeg was running");
            }
            () = sleep(tick.min(LOOKS)) => group.look(&context.used),
        }
        if looked.elapsed() < tick {
            continue;
        }
        looked = Instant::now();
        let now = group.traffic();
        if now.is_none() || now != traffic {
            (traffic, since) = (now, Instant::now());
        } else if since.elapsed() >= stall {
            return failure::stalled("ffmpeg".as_ref(), stall);
        }
    }
}

fn broken(error: io::Error) -> PortError {
    PortError::permanent(Class::Media, "FFMPEG_FAILED", format!("cannot work with ffmpeg: {error}")).because(error)
}
