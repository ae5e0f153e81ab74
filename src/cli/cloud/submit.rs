//! Sending a request to a stack: `submit`.

use std::path::PathBuf;

use serde_json::Value;

use crate::aws::{Objects, Stack};
use crate::cli::world::Station;
use crate::cli::{Failure, print, progress, render, task, watch};
use crate::config::Config;
use crate::domain::request::{Draft, Faults, Origin};
use crate::pipeline::SubmitError;

/// A larger request goes into the bucket, and the message names it; a message may have 1 MiB.
const IN_MESSAGE: usize = 256 * 1024;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Submit {
    /// The request's file, or - for standard input
    #[arg(value_name = "REQUEST.json")]
    request: PathBuf,
    /// On whose behalf; the queue serves many of them fairly
    #[arg(long)]
    tenant: Option<String>,
    /// Follow the task to its end
    #[arg(long)]
    watch: bool,
}

impl Submit {
    pub(in crate::cli) async fn run(self, config: &Config) -> Result<(), Failure> {
        let text = render::text(&self.request)?;
        let draft = Draft::read(&text, Origin::Remote);
        if !draft.faults().is_empty() {
            return Err(SubmitError::from(Faults::new(draft.faults().to_vec())).into());
        }
        let stack = Stack::open(config).await?;
        let mut request: Value = serde_json::from_str(&text)?;
        let id = draft.request().task_id.clone().unwrap_or_else(task::new_id);
        request["task_id"] = Value::String(id.clone());
        for warning in draft.request().warnings() {
            eprintln!("warning: {warning}");
        }
        let mut body = request.to_string();
        if body.len() > IN_MESSAGE || !body.chars().all(may_be_sent) {
            let key = format!("requests/{id}.json");
            let objects = Objects::new(&stack.clients, stack.bucket()?);
            objects.replace(&key, body.into_bytes(), "application/json").await?;
            body = serde_json::json!({"request_url": format!("s3://{}/{key}", stack.bucket()?)}).to_string();
        }
        stack.send_request(&body, self.tenant.as_deref()).await?;
        print(&id)?;
        if self.watch {
            let station = Station::of(config, None, progress::quiet()).await?;
            return watch::follow(&station, config, &id).await;
        }
        eprintln!("`protovideo status --watch {id}` follows it, `protovideo fetch {id}` gets the film");
        Ok(())
    }
}

/// Characters that a message may hold: those of XML 1.0.
fn may_be_sent(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}
