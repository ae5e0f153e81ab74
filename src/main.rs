//! The `protovideo` command.

use std::process::ExitCode;

use clap::Parser as _;
use protovideo::cli::{self, Args};

fn main() -> ExitCode {
    forbid_telemetry();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(cli::run(Args::parse())),
        Err(error) => {
            eprintln!("protovideo: cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// ONNX Runtime keeps a database of its use in the user's cache folder, and sends it to its maker, unless it finds this
/// variable when it is loaded.
#[expect(unsafe_code, reason = "a variable can only be set for a library of this process by changing its environment")]
fn forbid_telemetry() {
    // SAFETY: the process has one thread until the runtime is built, so nobody reads the environment meanwhile.
    unsafe { std::env::set_var("ORT_DISABLE_TELEMETRY", "1") };
}
