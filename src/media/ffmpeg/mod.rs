//! Runs ffmpeg: found once, started in a folder of its own with nothing inherited, watched, ended as a group.

mod failure;
mod process;
mod said;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ffmpeg_sidecar::child::FfmpegChild;
use ffmpeg_sidecar::command::FfmpegCommand;
use rustix::fs::{Access, access};
use tokio::sync::OnceCell;

use self::said::Said;
use crate::ports::{Class, PortError, PortResult, StepContext};
use crate::recipe::Digest;

/// Reading and writing nothing for so long means that ffmpeg hangs.
const STALL: Duration = Duration::from_secs(20);

/// What a pipe may hold on its way to ffmpeg, in bytes: the default of 64 KiB costs fifty switches a frame.
const PIPE_BYTES: usize = 1 << 20;

/// The ffmpeg of this machine.
#[derive(Clone, Debug)]
pub struct Ffmpeg {
    program: PathBuf,
    stall: Duration,
    said: Arc<OnceCell<Said>>,
    /// Where what it says is noted.
    note: Option<PathBuf>,
}

impl Ffmpeg {
    /// The configured program, or the first `ffmpeg` in `PATH`. A name without a slash is looked up in `PATH`, too.
    ///
    /// # Errors
    /// `FFMPEG_MISSING`, with what to do.
    pub fn find(configured: Option<&Path>) -> PortResult<Self> {
        let name = configured.unwrap_or(Path::new("ffmpeg"));
        let candidates = if name.components().count() > 1 {
            vec![std::path::absolute(name).unwrap_or_else(|_| name.to_owned())]
        } else {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).map(|folder| folder.join(name)).collect()
        };
        let program = candidates.into_iter().find(|p| p.is_file() && access(p, Access::EXEC_OK).is_ok());
        let program = program.ok_or_else(|| failure::missing(configured))?;
        Ok(Self { program, stall: STALL, said: Arc::default(), note: None })
    }

    /// The same, which keeps what it says about itself in that file, and asks again only where the program or a library
    /// of its has changed.
    #[must_use]
    pub fn noting(self, note: PathBuf) -> Self {
        Self { note: Some(note), ..self }
    }

    /// Where it is.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The digest of what `ffmpeg -version` says: its version, its build and its libraries. Asked once.
    ///
    /// # Errors
    /// `FFMPEG_MISSING` or `FFMPEG_FAILED`.
    pub async fn tools(&self) -> PortResult<Digest> {
        Ok(self.said().await?.digest)
    }

    /// How it names itself: `ffmpeg version 5.1.9`. Asked once.
    ///
    /// # Errors
    /// As [`tools`](Self::tools).
    pub async fn version(&self) -> PortResult<&str> {
        Ok(&self.said().await?.version)
    }

    /// The first of these encoders that it was built without.
    ///
    /// # Errors
    /// As [`tools`](Self::tools).
    pub async fn missing_encoder<'a>(&self, encoders: &[&'a str]) -> PortResult<Option<&'a str>> {
        let list = self.ask("-encoders").await?;
        let list = String::from_utf8_lossy(&list);
        Ok(encoders.iter().copied().find(|name| !list.split_whitespace().any(|word| word == *name)))
    }

    async fn said(&self) -> PortResult<&Said> {
        let ask = async || {
            if let Some(said) = self.note.as_deref().and_then(|note| said::noted(note, &self.program)) {
                return Ok(said);
            }
            let said = Said::of(&self.ask("-version").await?);
            if let Some(note) = self.note.as_deref().filter(|_| said::is_elf(&self.program)) {
                let noted = said::note(note, &self.program, &said, &self.loaded().await?);
                noted.unwrap_or_else(|error| tracing::debug!("what ffmpeg says was not noted: {error}"));
            }
            Ok(said)
        };
        self.said.get_or_try_init(ask).await
    }

    /// What the system's loader tells of the libraries that it loads the program with: nothing, where there are none.
    async fn loaded(&self) -> PortResult<String> {
        let mut command = tokio::process::Command::new(&self.program);
        command.env_clear().envs(environment()).env("LD_TRACE_LOADED_OBJECTS", "1").stdin(Stdio::null());
        let answer = tokio::time::timeout(self.stall, command.kill_on_drop(true).output()).await;
        let answer = answer.map_err(|_| failure::stalled(&self.program, self.stall))?;
        let answer = answer.map_err(|e| failure::not_started(&self.program, e))?;
        Ok(String::from_utf8_lossy(&answer.stdout).into_owned())
    }

    /// What it answers to a question about itself.
    async fn ask(&self, question: &str) -> PortResult<Vec<u8>> {
        let mut command = tokio::process::Command::new(&self.program);
        command.arg(question).env_clear().envs(environment()).stdin(Stdio::null()).kill_on_drop(true);
        let answer = tokio::time::timeout(self.stall, command.output()).await;
        let answer = answer.map_err(|_| failure::stalled(&self.program, self.stall))?;
        let answer = answer.map_err(|e| failure::not_started(&self.program, e))?;
        if answer.status.success() {
            return Ok(answer.stdout);
        }
        let tail = failure::Tail::of(&answer.stderr);
        Err(failure::failed(&[OsString::from(question)], answer.status, &tail))
    }

    /// Runs ffmpeg with these arguments in the step's folder until it ends. Its standard input is empty.
    ///
    /// The process group is gone when this returns and when the future is dropped.
    ///
    /// # Errors
    /// `FFMPEG_FAILED` with the exit status, the arguments and the last of standard error; `FFMPEG_STALLED`,
    /// `DISK_FULL`, `DEADLINE`, `CANCELLED`.
    pub async fn run<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        context: &StepContext,
    ) -> PortResult<()> {
        let (mut child, asked) = self.start(args, context)?;
        drop(child.take_stdin());
        process::Running::new(child, asked, self.stall, &context.used).until_ended(context).await
    }

    /// As [`run`](Self::run), with a standard input that `writer` fills on a thread of its own.
    ///
    /// A broken pipe is reported as what ffmpeg said when it ended; another error of the writer is the
    /// result (a [`PortError`] inside an [`io::Error`] as itself).
    ///
    /// # Errors
    /// As [`run`](Self::run), and the writer's.
    pub async fn feed<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        context: &StepContext,
        writer: impl FnOnce(&mut ChildStdin) -> io::Result<()> + Send + 'static,
    ) -> PortResult<()> {
        let (mut child, asked) = self.start(args, context)?;
        let stdin = child.take_stdin();
        let running = process::Running::new(child, asked, self.stall, &context.used);
        let (used, group) = (context.used.clone(), running.group());
        let fed = tokio::task::spawn_blocking(move || {
            let mut stdin = stdin.ok_or(io::ErrorKind::BrokenPipe)?;
            // A refusal only makes it slower: the pages for pipes may be used up.
            let _ = rustix::pipe::fcntl_setpipe_size(&stdin, PIPE_BYTES);
            let written = used.clocked(|| writer(&mut stdin));
            // It ends once its input does, and by now it has what it needs at the most.
            group.look(&used);
            written
        });
        running.until_fed(fed, context).await
    }

    /// Starts ffmpeg in the step's folder, with a group and nearly no environment of its own.
    fn start<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        context: &StepContext,
    ) -> PortResult<(FfmpegChild, Vec<OsString>)> {
        let asked: Vec<OsString> = args.into_iter().map(|a| a.as_ref().to_owned()).collect();
        let mut command = FfmpegCommand::new_with_path(&self.program);
        command.args(["-nostdin", "-hide_banner", "-nostats", "-loglevel", "error"]).args(&asked);
        command.as_inner_mut().env_clear().envs(environment()).current_dir(&context.work).process_group(0);
        let child = command.spawn().map_err(|e| failure::not_started(&self.program, e))?;
        Ok((child, asked))
    }
}

/// What is told to glibc's allocator: to keep what is freed. A frame is larger than what it keeps by itself, so that each
/// would be in pages that the system clears first.
const KEEP_MEMORY: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "33554432"), ("MALLOC_TRIM_THRESHOLD_", "1000000000")];

/// All that ffmpeg inherits: no key and no token reaches a program that reads what others made.
fn environment() -> impl Iterator<Item = (&'static str, OsString)> {
    let own = [("LANG", "C")].into_iter().chain(KEEP_MEMORY).map(|(name, value)| (name, OsString::from(value)));
    std::env::var_os("PATH").map(|path| ("PATH", path)).into_iter().chain(own)
}
