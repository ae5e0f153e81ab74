//! A scenario: who asks for what, who works, what goes wrong; and what comes of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use protovideo::domain::task::Work;
use protovideo::pipeline::Pipeline;
use protovideo::ports::NewTask;
use protovideo::recipe::Digest;
use protovideo::recipe::plan::Plan;
use protovideo::recipe::steps::Recipe as _;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::calls::Calls;
use super::durations::{Durations, Mishaps};
use super::makers::Works;
use super::requests;
use super::site::{Log, Served, Site};

/// So many scenes may one request have.
const MOST_SCENES: usize = 500;
/// A call to a store takes so long: what DynamoDB takes at its median, and S3 at its best. Assumed, not measured.
const CALL: Duration = Duration::from_millis(5);

/// Films of so many scenes each, sent one after another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) films: usize,
    pub(crate) scenes: usize,
    /// Time from one film to the next; zero sends all at once.
    pub(crate) every: Duration,
    pub(crate) workers: usize,
    pub(crate) mishaps: Mishaps,
    pub(crate) seed: u64,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) began: Instant,
    pub(crate) log: Log,
    /// Each film's task and when it was sent.
    pub(crate) sent: Vec<(String, Instant)>,
    /// When each step ended first, and what it took.
    pub(crate) steps: Vec<(Instant, Duration)>,
    /// How often a worker died.
    pub(crate) crashes: usize,
    pub(crate) calls: u64,
    pub(crate) workers: usize,
}

impl Scenario {
    /// Films at once, and nothing that goes wrong.
    pub(crate) fn calm(films: usize, scenes: usize, workers: usize) -> Self {
        Self { films, scenes, every: Duration::ZERO, workers, mishaps: Mishaps::default(), seed: 1 }
    }

    /// Plays it in virtual time.
    pub(crate) fn run(self) -> Run {
        fastrand::seed(self.seed);
        held().block_on(self.play())
    }

    async fn play(self) -> Run {
        let works = Works::new(Durations::new(self.seed, self.mishaps));
        let site = Arc::new(Site::new(works, Calls::new(CALL), self.films));
        let mut workers = JoinSet::new();
        for lane in 0..self.workers {
            let site = Arc::clone(&site);
            workers.spawn(async move { site.worker(lane as u32).await });
        }
        let looking = Arc::clone(&site);
        workers.spawn(async move { looking.reconciler().await });
        let began = Instant::now();
        let (pipeline, _) = site.process();
        let mut sent = Vec::new();
        for film in 0..self.films {
            tokio::time::sleep_until(began + self.every * film as u32).await;
            let task = format!("film-{film}");
            sent.push((task.clone(), Instant::now()));
            send(&pipeline, &task, self.scenes, self.seed).await;
        }
        while let Some(ended) = workers.join_next().await {
            ended.expect("no worker panics");
        }
        let (steps, crashes) = site.works.note(|ledger| (std::mem::take(&mut ledger.done), ledger.crashes));
        Run { began, log: site.take_log(), sent, steps, crashes, calls: site.calls.count(), workers: self.workers }
    }
}

/// A runtime whose clock goes on only when everybody sleeps. Each step looks at all threads' children for its memory, so
/// that there are few.
pub(crate) fn held() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).max_blocking_threads(2).build().expect("a runtime can be built")
}

/// Submits a film. One with more scenes than a request may have is put together from plans of parts.
async fn send(pipeline: &Pipeline, task: &str, scenes: usize, seed: u64) {
    let whole = requests::film(task, scenes, seed);
    if scenes <= MOST_SCENES {
        pipeline.submit(&requests::draft(&whole), task).await.expect("the request is accepted");
        return;
    }
    let all = whole["scenes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut plans = Vec::new();
    for part in all.chunks(MOST_SCENES) {
        let part = requests::draft(&serde_json::json!({"scenes": part}));
        plans.push(pipeline.plan(&part).await.expect("the request is accepted"));
    }
    record(pipeline, task, &whole, joined(plans)).await;
}

/// One film of all scenes.
fn joined(plans: Vec<Plan>) -> Plan {
    let join = |mut whole: Plan, part: Plan| {
        whole.scenes.extend(part.scenes);
        whole.scene_runs.extend(part.scene_runs);
        whole.soundtrack.scenes.extend(part.soundtrack.scenes);
        whole.film.scenes.extend(part.film.scenes);
        whole
    };
    let mut whole = plans.into_iter().reduce(join).expect("there is a part");
    whole.film.soundtrack = whole.soundtrack.id().expect("a recipe has an id");
    whole
}

/// Records a task as submit does, and lets reconcile send its work.
async fn record(pipeline: &Pipeline, task: &str, request: &Value, plan: Plan) {
    let (world, now) = (pipeline.world(), pipeline.world().clock.now_ms());
    let new = NewTask {
        id: task.to_owned(),
        request_sha256: Digest::of(request.to_string()),
        request: request.clone(),
        scenes: plan.scenes.len() as u32,
        steps: plan.steps(),
        plan: serde_json::to_value(plan).expect("a plan is JSON"),
        tenant: None,
        deadline: now + pipeline.settings().task_deadline.as_millis() as u64,
        now,
    };
    world.tasks.create(&new).await.expect("memory answers");
    pipeline.reconcile(Duration::ZERO).await.expect("memory answers");
}

impl Run {
    /// From the first request to the last film.
    pub(crate) fn makespan(&self) -> Duration {
        self.log.ended.iter().map(|(_, at, _)| *at - self.began).max().unwrap_or_default()
    }

    /// Whether every task has a film.
    pub(crate) fn all_made(&self) -> bool {
        self.log.ended.len() == self.sent.len() && self.log.ended.iter().all(|(_, _, made)| *made)
    }

    /// What all steps took together.
    pub(crate) fn work(&self) -> Duration {
        self.steps.iter().map(|(_, took)| *took).sum()
    }

    /// The longest chain of a film's work: a run of sentences, a scene or the sound, the assembly. Nothing makes that film
    /// sooner.
    pub(crate) fn chain(&self) -> Duration {
        let mut films: BTreeMap<&str, [Duration; 3]> = BTreeMap::new();
        for served in &self.log.served {
            let phase = match served.message.work {
                Work::Narrate { .. } => 0,
                Work::Render { .. } | Work::Sound => 1,
                Work::Assemble => 2,
            };
            let longest = &mut films.entry(&served.message.task).or_default()[phase];
            *longest = served.steps.max(*longest);
        }
        films.values().map(|phases| phases.iter().sum()).max().unwrap_or_default()
    }

    /// The larger of all work shared out evenly and the longest chain.
    pub(crate) fn ideal(&self) -> Duration {
        (self.work() / self.workers as u32).max(self.chain())
    }

    /// What no order of the same steps can beat: a film's assembly begins when its last scene is there, so that after all
    /// scenes, shared out evenly, one assembly at least is left.
    pub(crate) fn bound(&self) -> Duration {
        let assemblies = self.log.served.iter().filter(|served| served.message.work == Work::Assemble);
        let assemblies: Vec<_> = assemblies.map(|served| served.steps).collect();
        let scenes = self.work().saturating_sub(assemblies.iter().sum());
        let last = assemblies.into_iter().filter(|steps| !steps.is_zero()).min().unwrap_or_default();
        (scenes / self.workers as u32 + last).max(self.ideal())
    }

    /// The share of the ideal that was reached.
    pub(crate) fn efficiency(&self) -> f64 {
        self.ideal().div_duration_f64(self.makespan())
    }

    /// The share of what can be reached at all.
    pub(crate) fn efficiency_of_bound(&self) -> f64 {
        self.bound().div_duration_f64(self.makespan())
    }

    /// How long workers were busy, all together.
    pub(crate) fn busy(&self) -> Duration {
        self.log.served.iter().map(|served| served.ended - served.began).sum()
    }

    /// How long each film took from its request on.
    pub(crate) fn took(&self) -> BTreeMap<&str, Duration> {
        let sent: BTreeMap<_, _> = self.sent.iter().map(|(task, at)| (task.as_str(), *at)).collect();
        self.log.ended.iter().map(|(task, at, _)| (task.as_str(), *at - sent[task.as_str()])).collect()
    }

    /// The longest time from a worker's death to the next delivery of what it worked on.
    pub(crate) fn longest_silence(&self) -> Duration {
        let again = |died: &Served| {
            let next = self.log.served.iter().filter(|s| s.message == died.message && s.began >= died.ended);
            next.map(|s| s.began - died.ended).min()
        };
        self.log.served.iter().filter(|served| served.died).filter_map(again).max().unwrap_or_default()
    }

    /// The work that was done within so long.
    pub(crate) fn work_within(&self, span: Duration) -> Duration {
        self.steps.iter().filter(|(at, _)| *at - self.began <= span).map(|(_, took)| *took).sum()
    }
}
