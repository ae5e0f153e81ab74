//! What a request will cost, and how long it will take: `quote`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::world::Station;
use super::{Failure, print, progress, render};
use crate::config::Config;
use crate::cost::{Estimate, Pricing, Range, Site, estimate, prices};
use crate::domain::request::{Draft, Origin};
use crate::makers;
use crate::pipeline::refusal;
use crate::ports::PortError;
use crate::recipe::plan::Plan;

/// The architecture of the stack's functions.
const FUNCTIONS_ARE: &str = "x86_64";

#[derive(Debug, clap::Args)]
pub(super) struct Quote {
    /// The request's file, or `-` for standard input
    request: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Quote {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let on_stack = config.cloud.tasks_table.is_some();
        let origin = if on_stack { Origin::Remote } else { Origin::CommandLine };
        let draft = Draft::read(&render::text(&self.request)?, origin);
        let task = draft.request().task_id.as_deref();
        let station = station(config, &self.request, task, on_stack).await?;
        let plan = station.pipeline.plan(&draft).await?;
        // With `CACHE_ENABLED=false` only a task that is there already has anything.
        let pricing = &station.pipeline.settings().pricing;
        let told = if config.cache_enabled || task.is_some() {
            station.pipeline.estimate(&plan).await?
        } else {
            estimate(&plan, &std::collections::BTreeSet::new(), pricing).map_err(PortError::from)?
        };
        let elsewhere = if on_stack { None } else { Some(on_aws(config, &plan)?) };
        let warnings = draft.request().warnings();
        for warning in &warnings {
            eprintln!("warning: {warning}");
        }
        let refused = draft.request().max_cost.and_then(|allowed| refusal(&told, allowed));
        if self.json {
            let mut told = serde_json::to_value(&told)?;
            told["site"] = site(&pricing.site).into();
            told["max_cost"] = json!({"allowed": draft.request().max_cost, "refused": refused});
            told["on_aws"] = serde_json::to_value(&elsewhere)?;
            told["prices"] = json!({"as_of": prices::AS_OF, "source": prices::SOURCE});
            told["warnings"] = serde_json::to_value(&warnings)?;
            return print(&Value::to_string(&told));
        }
        let mut text = text(&told, &pricing.site, elsewhere.as_ref());
        if let Some(why) = refused {
            let _ = writeln!(text, "it would be refused: max_cost: {why}");
        }
        print(text.trim_end())
    }
}

/// Where the request would be worked on.
async fn station(config: &Config, request: &Path, task: Option<&str>, on_stack: bool) -> Result<Station, Failure> {
    if on_stack {
        let station = Station::of(config, task, progress::quiet()).await?;
        return Ok(station.with(|world| world.sources = makers::sources(config, None)));
    }
    Ok(Station::open(config, Some(render::folder(request)), task, progress::quiet())?)
}

/// The same on AWS, where nothing is cached.
fn on_aws(config: &Config, plan: &Plan) -> Result<Estimate, Failure> {
    let site = Site::Functions { memory_mb: config.cloud.render_mb, architecture: FUNCTIONS_ARE.to_owned() };
    let pricing = Pricing { site, picture_usd: config.openai_price };
    Ok(estimate(plan, &std::collections::BTreeSet::new(), &pricing).map_err(PortError::from)?)
}

fn site(site: &Site) -> String {
    match site {
        Site::Machine { cores } => format!("this machine ({cores} cores)"),
        Site::Functions { memory_mb, architecture } => format!("AWS Lambda ({memory_mb} MB, {architecture})"),
    }
}

fn text(told: &Estimate, at: &Site, on_aws: Option<&Estimate>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} of film", span(told.film_seconds, 0, " s"));
    let _ = writeln!(out, "on {}: {}", site(at), cost(told));
    if let Some(on_aws) = on_aws {
        let _ = writeln!(out, "on AWS, nothing cached: {}", cost(on_aws));
    }
    let _ = writeln!(out, "\n{:<11} {:>5} {:>7} {:>16}", "step", "make", "cached", "processor s");
    for part in told.parts.iter().filter(|part| part.make + part.cached > 0) {
        let time = if part.make == 0 { "-".to_owned() } else { span(part.processor_s, 2, "") };
        let _ = writeln!(out, "{:<11} {:>5} {:>7} {time:>16}", part.kind.word(), part.make, part.cached);
    }
    for who in &told.unpriced {
        let _ = writeln!(out, "\nwhat a picture by {who} costs is not known and not counted: set OPENAI_IMAGE_PRICE");
    }
    let _ = writeln!(out, "\nprices of {}, {}", prices::AS_OF, prices::SOURCE);
    out
}

/// `0.2 to 0.9 min, $0.0010 to $0.0040 (functions $0.0009 to $0.0036, ...)`
fn cost(told: &Estimate) -> String {
    let parts = [
        ("functions", told.functions_usd),
        ("requests", told.requests_usd),
        ("a month's storage", told.storage_usd),
        ("pictures", told.pictures_usd),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(_, usd)| usd.high > 0.0)
        .map(|(name, usd)| format!("{name} {}", dollars(usd)))
        .collect();
    let made_of = if parts.len() > 1 { format!(" ({})", parts.join(", ")) } else { String::new() };
    format!("{}, {}{made_of}", span(told.minutes, 2, " min"), dollars(told.usd))
}

fn span(range: Range, digits: usize, unit: &str) -> String {
    format!("{:.digits$} to {:.digits$}{unit}", range.low, range.high)
}

fn dollars(usd: Range) -> String {
    if usd.high == 0.0 { "$0".to_owned() } else { format!("${:.5} to ${:.5}", usd.low, usd.high) }
}
