//! The cache: `cache ls`, `cache verify`, `cache prune`.

use std::collections::BTreeMap;

use clap::Subcommand;
use serde::Serialize;

use super::world::{self, Station};
use super::{Failure, print, progress};
use crate::config::Config;
use crate::ports::{Artifacts as _, Class, Listed, PortError, World};

#[derive(Debug, clap::Args)]
pub(super) struct Cache {
    #[command(subcommand)]
    command: CacheCommand,
}

#[derive(Debug, Subcommand)]
enum CacheCommand {
    /// List artifacts, by kind
    Ls {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Read every artifact and remove those whose bytes are not what was stored
    Verify,
    /// Remove artifacts that were not used for some time
    Prune {
        /// Hours since the last use; default `CACHE_MAX_AGE`
        #[arg(long, value_name = "HOURS")]
        older_than: Option<u64>,
    },
}

impl Cache {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let caches = world::caches(config)?;
        match self.command {
            CacheCommand::Ls { json } => ls(&caches, json).await,
            CacheCommand::Verify => verify(&caches).await,
            CacheCommand::Prune { older_than } => {
                let hours = older_than.unwrap_or(config.cache_max_age.as_secs() / 3600);
                let station = Station::open(config, None, None, progress::quiet())?;
                prune(station.pipeline.world(), &caches, hours * 3_600_000).await
            }
        }
    }
}

/// An artifact, and the task that has it to itself, if one does.
#[derive(Serialize)]
struct Held<'a> {
    #[serde(flatten)]
    artifact: Listed,
    task: Option<&'a str>,
}

async fn ls(caches: &[world::Cache], json: bool) -> Result<(), Failure> {
    let mut listed = Vec::new();
    for cache in caches {
        let task = cache.task.as_deref();
        listed.extend(cache.artifacts.list().await?.into_iter().map(|artifact| Held { artifact, task }));
    }
    if json {
        return print(&serde_json::to_string(&listed)?);
    }
    let mut kinds: BTreeMap<_, (usize, u64)> = BTreeMap::new();
    for Held { artifact, task } in &listed {
        let kind = kinds.entry(artifact.id.kind).or_default();
        kind.0 += 1;
        kind.1 += artifact.meta.bytes;
        print(&format!("{:>12} {}{}", artifact.meta.bytes, artifact.id, of(*task)))?;
    }
    for (kind, (count, bytes)) in kinds {
        eprintln!("{:<11} {count:>6} artifacts {:>10.1} MB", kind.word(), bytes as f64 / 1e6);
    }
    Ok(())
}

/// Whose it is, behind an artifact's id.
fn of(task: Option<&str>) -> String {
    task.map(|task| format!(" of task {task}")).unwrap_or_default()
}

async fn verify(caches: &[world::Cache]) -> Result<(), Failure> {
    let (mut read, mut damaged) = (0, 0);
    for cache in caches {
        for artifact in cache.artifacts.list().await? {
            read += 1;
            if !cache.artifacts.verify(&artifact.id).await? {
                damaged += 1;
                print(&format!("damaged and removed: {}{}", artifact.id, of(cache.task.as_deref())))?;
            }
        }
    }
    eprintln!("{read} artifacts read, {damaged} damaged");
    if damaged > 0 { Err(Failure::told(Class::Storage)) } else { Ok(()) }
}

async fn prune(world: &World, caches: &[world::Cache], older_than_ms: u64) -> Result<(), Failure> {
    let before = world.clock.now_ms().saturating_sub(older_than_ms);
    let (mut count, mut bytes) = (0, 0);
    for world::Cache { task, folder, artifacts } in caches {
        let (old, kept): (Vec<_>, Vec<_>) =
            artifacts.list().await?.into_iter().partition(|artifact| artifact.used_at <= before);
        for artifact in &old {
            artifacts.remove(&artifact.id).await?;
            bytes += artifact.meta.bytes;
        }
        count += old.len();
        if let Some(task) = task
            && kept.is_empty()
            && world.tasks.get(task).await?.is_none_or(|task| task.status.is_terminal())
        {
            std::fs::remove_dir_all(folder).map_err(|e| PortError::io("remove", folder, e))?;
        }
    }
    eprintln!("{count} artifacts removed, {:.1} MB", bytes as f64 / 1e6);
    Ok(())
}
