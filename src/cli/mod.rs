//! The command line: data on standard output, all else on standard error, and an exit code for each class of failure.

mod bench;
mod cache;
mod cloud;
mod doctor;
mod explain;
mod export;
mod failure;
mod plan;
mod prepare;
mod progress;
mod quote;
mod render;
mod report;
mod speak;
mod status;
mod task;
mod watch;
mod world;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

pub use failure::Failure;

use crate::config::Config;
use crate::domain::request::Request;
use crate::telemetry;

/// Turns a script into a narrated film.
#[derive(Debug, Parser)]
#[command(name = "protovideo", version, about, after_help = EXIT_CODES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    2  wrong usage, or a variable that cannot be used
    3  the request is at fault, or names a task that is not there
    4  a provider of speech or pictures failed, or a model is missing or altered
    5  ffmpeg or media
    6  storage: the cache, the disk, the output
    7  the task was cancelled
    8  time or memory ran out
   70  a defect of protovideo
  130  interrupted by Ctrl-C; the task can be resumed";

/// Warnings; but a step's failure is told by the command that it ends, once.
const LOGGED: &str = "warn,protovideo::pipeline::handle=off";

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the film of a request
    Render(render::Render),
    /// Say what a request would make, and what of it is cached
    Plan(plan::Plan),
    /// Say what a request will cost and how long it will take, before anything is spent
    Quote(quote::Quote),
    /// Say what an artifact was made from, or how two differ
    Explain(explain::Explain),
    /// Show where a task stands
    Status(status::Status),
    /// Go on with a task that was killed, cancelled or failed, or whose film is gone
    Resume(render::Resume),
    /// Cancel a task
    Cancel(task::Cancel),
    /// Say where a task's time went
    Report(report::Report),
    /// Send a request to a stack on AWS
    Submit(cloud::Submit),
    /// Get a finished film from a stack on AWS
    Fetch(cloud::Fetch),
    /// Work for a stack on AWS until Ctrl-C: on a server, a box with a GPU, a laptop
    Worker(cloud::Worker),
    /// Look at a stack's dead letters, and send them again
    Dlq(cloud::Letters),
    /// Look at the cache and tidy it
    Cache(cache::Cache),
    /// Speak a text into a WAV file
    Speak(speak::Speak),
    /// List the voices
    Voices(speak::Voices),
    /// Check that everything needed is there, and say how to mend it
    Doctor(doctor::Doctor),
    /// Turn the installed models into the form that loads at once; `make film` does this
    Prepare(prepare::Prepare),
    /// Measure speed, memory and cache against what they should be
    Bench(bench::Bench),
    /// Print the JSON Schema of a request
    Schema,
    /// Print a shell's completions
    Completions {
        /// bash, elvish, fish, powershell or zsh
        shell: clap_complete::Shell,
    },
}

/// Where a finished film is put.
#[derive(Debug, clap::Args)]
struct Output {
    /// The film's file, which ends in .mp4; captions and poster are put beside it. Default: the request's
    /// `output_filename`
    #[arg(short, long, value_name = "FILE.mp4")]
    output: Option<PathBuf>,
    /// Print the task as JSON instead of the film's path
    #[arg(long)]
    json: bool,
}

/// Runs a command; failures are told on standard error.
pub async fn run(args: Args) -> ExitCode {
    match dispatch(args.command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_silent() {
                eprintln!("protovideo: {failure}");
            }
            failure.exit_code()
        }
    }
}

async fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Schema => return print(&serde_json::to_string_pretty(&Request::schema())?),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "protovideo", &mut script);
            return Ok(io::stdout().write_all(&script)?);
        }
        _ => {}
    }
    let config = Config::from_env()?;
    let colours = config.colours && config.redraws && io::stderr().is_terminal();
    telemetry::init(config.log.as_deref().unwrap_or(LOGGED), false, colours);
    match command {
        Command::Render(render) => render.run(&config).await,
        Command::Plan(plan) => plan.run(&config).await,
        Command::Quote(quote) => quote.run(&config).await,
        Command::Explain(explain) => explain.run(&config).await,
        Command::Status(status) => status.run(&config).await,
        Command::Resume(resume) => resume.run(&config).await,
        Command::Cancel(cancel) => cancel.run(&config).await,
        Command::Report(report) => report.run(&config).await,
        Command::Submit(submit) => submit.run(&config).await,
        Command::Fetch(fetch) => fetch.run(&config).await,
        Command::Worker(worker) => Box::pin(worker.run(&config)).await,
        Command::Dlq(letters) => letters.run(&config).await,
        Command::Cache(cache) => cache.run(&config).await,
        Command::Speak(speak) => speak.run(&config).await,
        Command::Voices(voices) => voices.run(&config),
        Command::Doctor(doctor) => doctor.run(&config).await,
        Command::Prepare(prepare) => prepare.run(&config).await,
        Command::Bench(bench) => bench.run(&config).await,
        Command::Schema | Command::Completions { .. } => Ok(()),
    }
}

/// A line of data. A reader that went away is not a failure.
fn print(line: &str) -> Result<(), Failure> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
