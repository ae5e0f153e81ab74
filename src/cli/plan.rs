//! What a request would make: `plan`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::json;

use super::world::Station;
use super::{Failure, print, progress, render};
use crate::config::Config;
use crate::ports::PortError;
use crate::recipe::ArtifactId;

#[derive(Debug, clap::Args)]
pub(super) struct Plan {
    /// The request's file, or `-` for standard input
    request: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One artifact of the plan.
struct Step {
    scene: Option<u32>,
    id: ArtifactId,
    cached: bool,
}

impl Plan {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let draft = render::read(&self.request)?;
        let task = draft.request().task_id.as_deref();
        let station = Station::open(config, Some(render::folder(&self.request)), task, progress::quiet())?;
        // With `CACHE_ENABLED=false` only a task that is there already has anything.
        let reuses = config.cache_enabled || task.is_some();
        let plan = station.pipeline.plan(&draft).await?;
        let warnings = draft.request().warnings();
        for warning in &warnings {
            eprintln!("warning: {warning}");
        }
        let mut steps = Vec::new();
        for (scene, id) in plan.artifacts().map_err(PortError::from)? {
            let cached = reuses && station.pipeline.world().artifacts.find(&id).await?.is_some();
            steps.push(Step { scene, id, cached });
        }
        if self.json {
            let step = |step: &Step| json!({"scene": step.scene, "artifact": step.id, "cached": step.cached});
            let steps: Vec<_> = steps.iter().map(step).collect();
            return print(&json!({"steps": steps, "warnings": warnings}).to_string());
        }
        for Step { scene, id, cached } in &steps {
            let place = scene.map_or_else(|| "film".to_owned(), |scene| format!("scene {scene}"));
            print(&format!("{:<7} {place:<10} {id}", if *cached { "cached" } else { "make" }))?;
        }
        eprintln!("to make: {}", summary(&steps));
        Ok(())
    }
}

/// `2 picture, 3 speech`: what is to be made, the same artifact counted once.
fn summary(steps: &[Step]) -> String {
    let mut made: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for step in steps.iter().filter(|step| !step.cached) {
        made.entry(step.id.kind).or_default().insert(step.id.key);
    }
    if made.is_empty() {
        return "nothing".to_owned();
    }
    made.iter().map(|(kind, keys)| format!("{} {}", keys.len(), kind.word())).collect::<Vec<_>>().join(", ")
}
