//! Calls to stores, counted: the same on every machine, so that what grows is noticed.

use std::sync::Arc;
use std::time::Duration;

use protovideo::pipeline::{Handled, Pipeline, Quiet, VISIBILITY};
use protovideo::testing::memory::Memory;
use protovideo::testing::standins::StandIns;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::calls::Calls;
use super::requests::{draft, film};
use super::scenario::{Scenario, held};
use super::site::settings;

/// Scenes of the film that is counted.
const SCENES: usize = 20;
const WORKERS: usize = 8;
const SEED: u64 = 1;

/// Each count by its name: store calls of a film of twenty scenes, of the same again, and of it with one text changed,
/// all by one worker; and of the first where eight workers share it.
pub(crate) fn all() -> Value {
    fastrand::seed(SEED);
    let request = film("counted", SCENES, SEED);
    let mut changed = request.clone();
    changed["scenes"][SCENES / 2]["narration_text"] = json!("Nobody said so before.");
    let [cold, again, changed] = held().block_on(async {
        let desk = Desk::new();
        [desk.calls("cold", &request).await, desk.calls("again", &request).await, desk.calls("changed", &changed).await]
    });
    json!({
        "20 scenes, one worker": cold,
        "20 scenes, the same again": again,
        "20 scenes, one text changed": changed,
        "20 scenes, eight workers": Scenario::calm(1, SCENES, WORKERS).run().calls,
    })
}

/// One who sends requests and works on them alone, over stores that count their calls.
struct Desk {
    calls: Arc<Calls>,
    pipeline: Pipeline,
    _work: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let (memory, calls) = (Memory::default(), Arc::new(Calls::new(Duration::ZERO)));
        let work = tempfile::tempdir().expect("a folder can be made");
        let world = calls.over(&memory.world(&Arc::new(StandIns::default())));
        let pipeline = Pipeline::new(world, settings(work.path()), Arc::new(Quiet));
        Self { calls, pipeline, _work: work }
    }

    /// Sends a request, works until nothing is left to do, and says how many calls that took.
    async fn calls(&self, task: &str, request: &Value) -> u64 {
        let before = self.calls.count();
        self.pipeline.submit(&draft(request), task).await.expect("the request is accepted");
        let queue = &self.pipeline.world().queue;
        while let Some(delivery) = queue.receive(1, VISIBILITY).await.expect("memory answers").pop() {
            let handled = self.pipeline.attend(&delivery, 0, &CancellationToken::new()).await;
            assert!(matches!(handled, Ok(Handled::Done)), "nothing fails here");
            queue.delete(&delivery.receipt).await.expect("memory answers");
        }
        self.calls.count() - before
    }
}
