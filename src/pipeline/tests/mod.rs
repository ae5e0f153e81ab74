//! The whole pipeline over stores in memory and stand-ins for the makers.

mod cost;
mod crashes;
mod failures;
mod long;
mod looked_after;
mod order;
mod resume;
mod reuse;
mod segments;
mod submission;
mod together;
mod tools;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Alerts, Handled, Pipeline, Quiet, Settings, Submitted};
use crate::cost::{Pricing, Site};
use crate::domain::request::{Draft, Origin};
use crate::domain::task::{Message, Task, Work};
use crate::ports::{PortResult, Tasks as _, World};
use crate::recipe::plan::Plan;
use crate::recipe::steps::Recipe as _;
use crate::testing::memory::{Memory, Order};
use crate::testing::standins::StandIns;
use crate::testing::standins::pictures::pixel;

const VISIBILITY: Duration = Duration::from_secs(90);
const TASK_DEADLINE: Duration = Duration::from_secs(3600);
const ATTEMPTS: u32 = 3;
/// No film here takes so many deliveries.
const TOO_MANY: u32 = 500;

/// Stores and makers, which outlive the pipelines that work with them.
struct Stage {
    memory: Memory,
    makers: Arc<StandIns>,
    work: tempfile::TempDir,
}

/// A plan without what its planning took.
fn graph(plan: &Plan) -> Plan {
    Plan { planning: None, ..plan.clone() }
}

impl Stage {
    fn new() -> Self {
        Self::with(Order::OldestFirst, 1)
    }

    fn with(order: Order, copies: usize) -> Self {
        let makers = Arc::new(StandIns::default());
        makers.serve("https://example.org/lake.png", pixel([1, 2, 3]).unwrap());
        Self { memory: Memory::new(order, copies), makers, work: tempfile::tempdir().unwrap() }
    }

    fn world(&self) -> World {
        self.memory.world(&self.makers)
    }

    fn pipeline(&self) -> Pipeline {
        self.pipeline_in(self.world())
    }

    fn pipeline_in(&self, world: World) -> Pipeline {
        let settings = Settings {
            work: self.work.path().to_owned(),
            cores: 4,
            workers: 4,
            encoders: 4,
            memory: u64::MAX,
            task_deadline: TASK_DEADLINE,
            step_deadline: Duration::from_secs(60),
            attempts: ATTEMPTS,
            disk_is_emptied: false,
            lease: Duration::from_secs(15),
            watches: false,
            alerts: Alerts::default(),
            function_mb: None,
            pricing: Pricing { site: Site::Machine { cores: 1 }, picture_usd: None },
        };
        Pipeline::new(world, settings, Arc::new(Quiet))
    }

    /// Delivers one message that is visible, or becomes so first; the message, or `None` where there is none.
    async fn deliver(&self, pipeline: &Pipeline) -> PortResult<Option<Message>> {
        let Some(wait) = self.memory.queue.next_visible() else { return Ok(None) };
        self.memory.clock.advance(wait);
        let queue = &pipeline.world().queue;
        let Some(delivery) = queue.receive(1, VISIBILITY).await?.pop() else { return Ok(None) };
        match pipeline.handle(&delivery.message, delivery.attempt, 0, &CancellationToken::new()).await? {
            Handled::Done => queue.delete(&delivery.receipt).await?,
            Handled::Stopped => panic!("nobody told it to stop"),
            Handled::Again(after) => queue.extend(&delivery.receipt, after).await?,
        }
        Ok(Some(delivery.message))
    }

    /// Delivers until the queue is empty.
    async fn drain(&self, pipeline: &Pipeline) -> PortResult<()> {
        for _ in 0..TOO_MANY {
            if self.deliver(pipeline).await?.is_none() {
                return Ok(());
            }
        }
        panic!("the queue never empties: {:?}", self.memory.queue.messages());
    }

    /// Delivers until nothing is left to do but to assemble.
    async fn until_assembly(&self, pipeline: &Pipeline, task: &str) {
        let assemble = [Message::new(task, Work::Assemble)];
        while self.memory.queue.messages() != assemble {
            assert!(self.deliver(pipeline).await.unwrap().is_some(), "there was never anything to assemble");
        }
    }

    /// Submits a request and makes its film.
    async fn film(&self, request: &Value, id: &str) -> Submitted {
        let pipeline = self.pipeline();
        let submitted = submit(&pipeline, request, id).await;
        self.drain(&pipeline).await.unwrap();
        submitted
    }

    async fn task(&self, id: &str) -> Task {
        self.memory.tasks.get(id).await.unwrap().unwrap()
    }

    /// The film, which here is a text.
    fn film_text(&self, submitted: &Submitted) -> String {
        let bytes = self.memory.artifacts.bytes(&submitted.plan.film.id().unwrap());
        String::from_utf8(bytes.expect("there is a film")).unwrap()
    }
}

async fn submit(pipeline: &Pipeline, request: &Value, id: &str) -> Submitted {
    pipeline.submit(&draft(request), id).await.unwrap()
}

fn draft(request: &Value) -> Draft {
    Draft::of(request, Origin::Remote)
}

/// Three scenes: two that speak, and a silent one with a picture of the user's.
fn three_scenes() -> Value {
    json!({"subtitle": true, "scenes": [
        {"type": "image", "promptImage": "a boat", "narration_text": "One two. Three."},
        {"type": "image", "promptImage": "a hill", "narration_text": "Four five."},
        {"type": "image", "image": "https://example.org/lake.png", "duration": 2.0},
    ]})
}

/// Three scenes under one narration of two runs.
fn one_narration() -> Value {
    let sentence = |letter: &str| format!("{}. ", vec![letter.repeat(10); 20].join(" "));
    let text: String = ["a", "b", "c"].map(sentence).concat();
    let scene = |prompt: &str| json!({"type": "image", "promptImage": prompt});
    json!({"narration_text": text, "subtitle": true, "scenes": [scene("a boat"), scene("a hill"), scene("a lake")]})
}
