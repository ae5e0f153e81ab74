//! Accepts requests: messages of the queue of requests.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use protovideo::lambda::{Start, Submitter, until};
use serde_json::Value;

fn main() -> Result<(), Error> {
    protovideo::process::begin();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve())
}

async fn serve() -> Result<(), Error> {
    let start = Start::new().await?;
    let submitter = &submitter(&start)?;
    start.ready();
    let handle = |event: LambdaEvent<Value>| async move {
        Ok::<_, Error>(submitter.handle(event.payload, until(event.context.deadline)).await?)
    };
    lambda_runtime::run(service_fn(handle)).await
}

#[cfg(not(feature = "stand-ins"))]
fn submitter(start: &Start) -> Result<Submitter, Error> {
    Ok(Submitter::new(start)?)
}

/// For tests of what surrounds the making: nothing is spoken or encoded.
#[cfg(feature = "stand-ins")]
fn submitter(start: &Start) -> Result<Submitter, Error> {
    Ok(Submitter::with(start, protovideo::testing::standins::makers(&start.config)?)?)
}
