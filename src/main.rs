//! The `protovideo` command.

use std::process::ExitCode;

use clap::Parser as _;
use protovideo::cli::{self, Args};

#[tokio::main]
async fn main() -> ExitCode {
    cli::run(Args::parse()).await
}
