//! The cache: `cache ls`, `cache verify`, `cache prune`.

use std::collections::BTreeMap;

use clap::Subcommand;

use super::world::Station;
use super::{Failure, print, progress};
use crate::config::Config;
use crate::ports::Class;

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
        let station = Station::open(config, None, None, progress::quiet())?;
        match self.command {
            CacheCommand::Ls { json } => ls(&station, json).await,
            CacheCommand::Verify => verify(&station).await,
            CacheCommand::Prune { older_than } => {
                let hours = older_than.unwrap_or(config.cache_max_age.as_secs() / 3600);
                prune(&station, hours * 3_600_000).await
            }
        }
    }
}

async fn ls(station: &Station, json: bool) -> Result<(), Failure> {
    let listed = station.pipeline.world().artifacts.list().await?;
    if json {
        return print(&serde_json::to_string(&listed)?);
    }
    let mut kinds: BTreeMap<_, (usize, u64)> = BTreeMap::new();
    for artifact in &listed {
        let kind = kinds.entry(artifact.id.kind).or_default();
        kind.0 += 1;
        kind.1 += artifact.meta.bytes;
        print(&format!("{:>12} {}", artifact.meta.bytes, artifact.id))?;
    }
    for (kind, (count, bytes)) in kinds {
        eprintln!("{:<11} {count:>6} artifacts {:>10.1} MB", kind.word(), bytes as f64 / 1e6);
    }
    Ok(())
}

async fn verify(station: &Station) -> Result<(), Failure> {
    let artifacts = &station.pipeline.world().artifacts;
    let listed = artifacts.list().await?;
    let mut damaged = 0;
    for artifact in &listed {
        if !artifacts.verify(&artifact.id).await? {
            damaged += 1;
            print(&format!("damaged and removed: {}", artifact.id))?;
        }
    }
    eprintln!("{} artifacts read, {damaged} damaged", listed.len());
    if damaged > 0 { Err(Failure::told(Class::Storage)) } else { Ok(()) }
}

async fn prune(station: &Station, older_than_ms: u64) -> Result<(), Failure> {
    let world = station.pipeline.world();
    let before = world.clock.now_ms().saturating_sub(older_than_ms);
    let (mut count, mut bytes) = (0, 0);
    for artifact in world.artifacts.list().await?.into_iter().filter(|artifact| artifact.used_at <= before) {
        world.artifacts.remove(&artifact.id).await?;
        count += 1;
        bytes += artifact.meta.bytes;
    }
    eprintln!("{count} artifacts removed, {:.1} MB", bytes as f64 / 1e6);
    Ok(())
}
