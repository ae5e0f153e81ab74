//! The `protovideo` command.

use std::process::ExitCode;

use clap::Parser as _;
use protovideo::cli::{self, Args};

fn main() -> ExitCode {
    protovideo::process::begin();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(cli::run(Args::parse())),
        Err(error) => {
            eprintln!("protovideo: cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}
