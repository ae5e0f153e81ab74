//! Getting a finished film from a stack: `fetch`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::aws::{Objects, Stack};
use crate::cli::{Failure, export, print, task};
use crate::config::Config;
use crate::domain::task::Status;
use crate::ports::{Class, PortError, Tasks as _};

/// A link is good for so long.
const LINK: Duration = Duration::from_secs(3600);

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Fetch {
    /// The task's id
    #[arg(value_parser = task::id)]
    task: String,
    /// The film's file, which ends in .mp4; captions and poster are put beside it. Default: the request's
    /// `output_filename`
    #[arg(short, long, value_name = "FILE.mp4")]
    output: Option<PathBuf>,
    /// Print a link that is good for an hour, and fetch nothing
    #[arg(long)]
    link: bool,
}

impl Fetch {
    pub(in crate::cli) async fn run(self, config: &Config) -> Result<(), Failure> {
        let stack = Stack::open(config).await?;
        let task = stack.tasks()?.get(&self.task).await?.ok_or_else(|| task::unknown(&self.task))?;
        if task.status != Status::Finished {
            let why = task.error.map(|error| format!(": {}", error.message)).unwrap_or_default();
            return Err(Failure::usage(format!("task {} is {}{why}", self.task, task.status.word())));
        }
        let result = task.result.unwrap_or_default();
        let film = key(&result, "/s3_key")?;
        let objects = Objects::new(&stack.clients, stack.bucket()?);
        if self.link {
            return print(&objects.link(film, LINK).await?);
        }
        let name = film.rsplit('/').next();
        let output = export::target(self.output, name, &self.task);
        export::check(&output, &[])?;
        get(&objects, film, &output).await?;
        get(&objects, key(&result, "/poster")?, &output.with_extension("jpg")).await?;
        for (extension, pointer) in
            [("srt", "/captions/srt"), ("vtt", "/captions/vtt"), ("words.json", "/captions/words")]
        {
            get(&objects, key(&result, pointer)?, &output.with_extension(extension)).await?;
        }
        print(&output.display().to_string())
    }
}

fn key<'a>(result: &'a Value, pointer: &str) -> Result<&'a str, Failure> {
    let key = result.pointer(pointer).and_then(Value::as_str);
    key.ok_or_else(|| Failure::defect(format!("the task's result has no {pointer}")))
}

/// A file that is whole or absent.
async fn get(objects: &Objects, key: &str, to: &Path) -> Result<(), Failure> {
    let temporary = export::aside(to)?;
    let mut file = tokio::fs::File::from_std(temporary.reopen()?);
    if objects.download(key, &mut file).await?.is_none() {
        let message =
            format!("s3://{}/{key} is not there any more; its days were over, or it was removed", objects.bucket());
        return Err(PortError::permanent(Class::Storage, "ARTIFACT_GONE", message).into());
    }
    export::keep(temporary, to)
}
