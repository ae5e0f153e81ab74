//! Looking at tasks and recipes: `plan`, `explain`, `status`, `cancel`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::world::Station;
use super::{Failure, print, progress, render};
use crate::config::Config;
use crate::domain::request::{Origin, Request};
use crate::domain::task::{Outcome, Task};
use crate::pipeline::{Pipeline, SubmitError};
use crate::ports::{PortError, PortResult};
use crate::recipe::{ArtifactId, Kind};

#[derive(Debug, clap::Args)]
pub(super) struct Plan {
    /// The request's file, or `-` for standard input
    request: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// An artifact's id, such as `scene/v1/ab12...`, or the beginning of its key
    artifact: String,
    /// Another, to see how the two differ
    other: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Status {
    /// The task's id; without one, the newest tasks are listed
    task: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Cancel {
    /// The task's id
    task: String,
}

impl Plan {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let value = render::read(&self.request)?;
        let folder = self.request.parent().unwrap_or(Path::new("."));
        let station = Station::open(config, Some(folder), None, progress::quiet())?;
        let request = Request::from_value(value, Origin::CommandLine).map_err(SubmitError::from)?;
        let plan = station.pipeline.plan(&request).await?;
        let mut steps = Vec::new();
        for (scene, id) in plan.artifacts().map_err(PortError::from)? {
            let cached = station.pipeline.world().artifacts.find(&id).await?.is_some();
            steps.push((scene, id, cached));
        }
        if self.json {
            let step = |(scene, id, cached): &(Option<u32>, ArtifactId, bool)| json!({"scene": scene, "artifact": id, "cached": cached});
            return print(&json!({"steps": steps.iter().map(step).collect::<Vec<_>>()}).to_string());
        }
        for (scene, id, cached) in &steps {
            let place = scene.map_or_else(|| "film".to_owned(), |scene| format!("scene {scene}"));
            print(&format!("{:<7} {place:<10} {id}", if *cached { "cached" } else { "make" }))?;
        }
        let mut made = BTreeMap::new();
        for (_, id, _) in steps.iter().filter(|(_, _, cached)| !cached) {
            made.entry(id.kind).or_insert_with(std::collections::BTreeSet::new).insert(id.key);
        }
        let made: Vec<_> = made.iter().map(|(kind, keys)| format!("{} {}", keys.len(), kind.word())).collect();
        eprintln!("to make: {}", if made.is_empty() { "nothing".to_owned() } else { made.join(", ") });
        Ok(())
    }
}

impl Explain {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let station = Station::open(config, None, None, progress::quiet())?;
        let first = manifest(&station, &self.artifact).await?;
        let Some(other) = &self.other else { return print(&serde_json::to_string_pretty(&first)?) };
        let second = manifest(&station, other).await?;
        let (mut a, mut b) = (BTreeMap::new(), BTreeMap::new());
        flatten("", &first, &mut a);
        flatten("", &second, &mut b);
        let places: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
        let mut same = true;
        for place in places.into_iter().filter(|place| a.get(*place) != b.get(*place)) {
            let show = |value: Option<&Value>| value.map_or_else(|| "absent".to_owned(), Value::to_string);
            print(&format!("{place}: {} -> {}", show(a.get(place)), show(b.get(place))))?;
            same = false;
        }
        if same {
            eprintln!("the two recipes are the same");
        }
        Ok(())
    }
}

impl Status {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let station = Station::open(config, None, None, progress::quiet())?;
        let tasks = &station.pipeline.world().tasks;
        let Some(id) = &self.task else {
            for task in tasks.recent(20).await? {
                print(&format!("{:<24} {}", task.id, task.status.word()))?;
            }
            return Ok(());
        };
        let task = tasks.get(id).await?.ok_or_else(|| unknown(id))?;
        let plan = station.pipeline.plan_of(id).await?.ok_or_else(|| unknown(id))?;
        print(&task_status(&task, &plan, &station.pipeline, None).await?.to_string())
    }
}

impl Cancel {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let station = Station::open(config, None, None, progress::quiet())?;
        let world = station.pipeline.world();
        let task = world.tasks.get(&self.task).await?.ok_or_else(|| unknown(&self.task))?;
        if world.tasks.advance(&self.task, &Outcome::Cancelled, world.clock.now_ms()).await? {
            eprintln!("task {} is cancelled", self.task);
            return Ok(());
        }
        Err(Failure::usage(format!("task {} is {} already", self.task, task.status.word())))
    }
}

fn unknown(id: &str) -> Failure {
    Failure::request(format!("there is no task `{id}`; `protovideo status` lists them"))
}

/// What `GET /task-status/{id}` answers.
pub(super) async fn task_status(
    task: &Task,
    plan: &crate::recipe::plan::Plan,
    pipeline: &Pipeline,
    film: Option<&Path>,
) -> PortResult<Value> {
    let done = pipeline.world().tasks.done(&task.id).await?;
    let scenes: Vec<_> = (0..plan.scenes.len()).map(|i| done.contains(&format!("scene#{i}"))).collect();
    let finished = task.status == crate::domain::task::Status::Finished;
    let total = plan.narration.len() + plan.scenes.len() + 1;
    let steps = if finished { total } else { done.len().min(total) };
    let mut answer = json!({
        "task_id": task.id,
        "status": task.status,
        "progress": {
            "done": steps,
            "total": total,
            "fraction": steps as f64 / total as f64,
            "scenes": scenes.iter().map(|done| if *done || finished { "finished" } else { "queued" }).collect::<Vec<_>>(),
        },
    });
    if let Some(mut result) = task.result.clone() {
        let file = match film {
            Some(path) => std::path::absolute(path).ok(),
            None => None,
        };
        if let Some(url) = file.and_then(|path| url::Url::from_file_path(path).ok()) {
            result["download_url"] = json!(url.as_str());
        }
        answer["result"] = result;
    }
    if let Some(error) = &task.error {
        answer["error"] = json!(error);
    }
    Ok(answer)
}

/// An id that no other task has: the time, and what the system says is random.
pub(super) fn new_id() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!("{:x}-{:08x}", now.as_secs(), random as u32)
}

/// The recipe of an artifact, by its id or the beginning of its key.
async fn manifest(station: &Station, name: &str) -> Result<Value, Failure> {
    let artifacts = &station.pipeline.world().artifacts;
    let id = match ArtifactId::parse(name) {
        Ok(id) => id,
        Err(_) => by_prefix(&artifacts.list().await?.into_iter().map(|l| l.id).collect::<Vec<_>>(), name)?,
    };
    let manifest = artifacts.manifest(&id).await?;
    let manifest = manifest.ok_or_else(|| Failure::usage(format!("the cache has no {id}")))?;
    Ok(serde_json::from_slice(&manifest)?)
}

fn by_prefix(ids: &[ArtifactId], prefix: &str) -> Result<ArtifactId, Failure> {
    let kinds = Kind::ALL.map(Kind::word).join(", ");
    let found: Vec<_> = ids.iter().filter(|id| id.key.to_string().starts_with(prefix)).collect();
    match found[..] {
        [id] => Ok(*id),
        [] => Err(Failure::usage(format!(
            "the cache has no artifact `{prefix}`; give an id of one of the kinds {kinds}, or the beginning of a key"
        ))),
        [..] => Err(Failure::usage(format!("`{prefix}` begins {} keys; give more of it", found.len()))),
    }
}

/// Every leaf of a value under its path.
fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let place = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&place, field, into);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                flatten(&format!("{path}[{i}]"), item, into);
            }
        }
        leaf => {
            into.insert(path.to_owned(), leaf.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_within_the_contract_s_form() {
        let id = new_id();
        assert!(id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{id}");
        assert_ne!(id, new_id());
    }

    #[test]
    fn leaves_have_their_paths() {
        let mut leaves = BTreeMap::new();
        flatten("", &json!({"a": {"b": [1, {"c": null}]}}), &mut leaves);
        assert_eq!(
            leaves.into_iter().collect::<Vec<_>>(),
            [("a.b[0]".to_owned(), json!(1)), ("a.b[1].c".to_owned(), json!(null))]
        );
    }
}
