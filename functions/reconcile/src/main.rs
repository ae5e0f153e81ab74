//! Looks after tasks: called every few minutes, whatever the event.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use protovideo::lambda::{Reconciler, Start};
use serde_json::Value;

fn main() -> Result<(), Error> {
    protovideo::process::begin();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve())
}

async fn serve() -> Result<(), Error> {
    let start = Start::new().await?;
    let reconciler = &Reconciler::new(&start)?;
    start.ready();
    let handle = |_: LambdaEvent<Value>| async move { Ok::<_, Error>(reconciler.handle().await?) };
    lambda_runtime::run(service_fn(handle)).await
}
