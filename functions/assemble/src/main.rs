//! Joins films, and makes the sound of those that are spoken first: messages of the queue `assemble`.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use protovideo::aws::WorkQueue;
use protovideo::lambda::{Start, Worker, until};
use serde_json::Value;

fn main() -> Result<(), Error> {
    protovideo::process::begin();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve())
}

async fn serve() -> Result<(), Error> {
    let start = Start::new().await?;
    let worker = &worker(&start)?;
    start.ready();
    let handle = |event: LambdaEvent<Value>| async move {
        Ok::<_, Error>(worker.handle(event.payload, until(event.context.deadline)).await?)
    };
    lambda_runtime::run(service_fn(handle)).await
}

#[cfg(not(feature = "stand-ins"))]
fn worker(start: &Start) -> Result<Worker, Error> {
    Ok(Worker::new(start, WorkQueue::Assemble)?)
}

/// For tests of what surrounds the making: nothing is spoken or encoded.
#[cfg(feature = "stand-ins")]
fn worker(start: &Start) -> Result<Worker, Error> {
    Ok(Worker::with(start, WorkQueue::Assemble, protovideo::testing::standins::makers(&start.config)?)?)
}
