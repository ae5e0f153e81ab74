//! What Lambda says of the function that a process is.

use std::ffi::OsString;

use super::ConfigError;
use super::read::Env;

/// A Lambda function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub name: String,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, in MB.
    pub memory_mb: u64,
}

impl Function {
    pub(super) fn read<F: Fn(&str) -> Option<OsString>>(env: &Env<F>) -> Result<Option<Self>, ConfigError> {
        let Some(name) = env.text("AWS_LAMBDA_FUNCTION_NAME", "a function's name")? else { return Ok(None) };
        let allowed = "MB, a whole number from 128";
        let memory_mb = env.number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 128, allowed, 128..)?;
        Ok(Some(Self { name, memory_mb }))
    }
}
