//! The `protovideo` command.

fn main() {}
