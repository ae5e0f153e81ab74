//! Dead letters: `dlq ls` and `dlq redrive`.

use std::time::Duration;

use clap::Subcommand;

use crate::aws::{Letter, Letters as Queues, Stack};
use crate::cli::{Failure, print};
use crate::config::Config;
use crate::domain::task::Message;
use crate::ports::{PortResult, Queue as _, Tasks as _};

/// So many letters of each queue are looked at.
const LETTERS: usize = 1000;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Letters {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the dead letters: messages that nobody could work on
    Ls,
    /// Send them again: their tasks are gone on with, and what is cached is used
    Redrive {
        /// Only those of this task
        task: Option<String>,
    },
}

impl Letters {
    pub(in crate::cli) async fn run(self, config: &Config) -> Result<(), Failure> {
        let stack = Stack::open(config).await?;
        let queues = stack.letters()?;
        let letters = queues.read(LETTERS).await?;
        match self.what {
            What::Ls => {
                for letter in &letters {
                    print(&line(letter))?;
                    queues.show(letter).await?;
                }
                eprintln!("{} dead letters", letters.len());
            }
            What::Redrive { task } => {
                let mut sent = 0;
                for letter in &letters {
                    let message = serde_json::from_str::<Message>(&letter.body).ok();
                    let wanted = task.as_ref().is_none_or(|id| message.as_ref().is_some_and(|m| m.task == *id));
                    if wanted && redrive(config, &stack, &queues, letter, message.as_ref()).await? {
                        sent += 1;
                    } else {
                        queues.show(letter).await?;
                    }
                }
                eprintln!("{sent} of {} dead letters were sent again", letters.len());
            }
        }
        Ok(())
    }
}

/// Revives the letter's task and sends the message anew, before the letter goes: whoever dies in between sends it twice.
async fn redrive(
    config: &Config,
    stack: &Stack,
    queues: &Queues,
    letter: &Letter,
    message: Option<&Message>,
) -> Result<bool, Failure> {
    match message {
        Some(message) => {
            let now = stack.clock.now_ms();
            let deadline = now + config.task_deadline.as_millis() as u64;
            if !stack.tasks()?.revive(&message.task, deadline, now).await? {
                eprintln!("{}: there is no task {} any more; `dlq ls` shows it still", letter.id, message.task);
                return Ok(false);
            }
            stack.queues(Duration::ZERO)?.send(std::slice::from_ref(message)).await?;
        }
        None => stack.send_request(&letter.body, letter.group.as_deref()).await?,
    }
    remove(queues, letter).await?;
    Ok(true)
}

async fn remove(queues: &Queues, letter: &Letter) -> PortResult<()> {
    queues.remove(letter).await
}

/// `render-dead-letters  5 deliveries  {"v":1,...}`
fn line(letter: &Letter) -> String {
    let queue = letter.url.rsplit('/').next().unwrap_or(&letter.url);
    let body: String = letter.body.chars().take(200).collect();
    format!("{queue}  {}  {} deliveries  {body}", letter.id, letter.deliveries)
}
