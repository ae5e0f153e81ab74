//! What the README promises, measured on this machine: `bench`.
//!
//! Processor times count user and system time of the process and of all that it started. Speed is told as a ratio to what
//! the same machine needed, in the same run, for the part that nobody can leave out.

mod cached;
mod figure;
mod limit;
mod memory;
mod meter;
mod peer;
mod presets;
mod rates;
mod requests;
mod scenes;
mod speech;

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::{Failure, print};
use crate::config::Config;
use crate::ports::{Class, PortError};
use figure::Figure;

#[derive(Debug, clap::Args)]
pub(super) struct Bench {
    /// What to measure; default all but `peer`, which needs `--moviepy`
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Films of so many scenes are measured, such as `1,3,5`: new, the same again, one sentence changed
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=500))]
    scenes: Vec<u16>,
    /// A Python with `MoviePy` 2.2.1 and kokoro-onnx, to be measured against; `make bench` installs one
    #[arg(long, value_name = "PYTHON")]
    moviepy: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Processor time of a whole run against raw encoding and raw inference
    Limit,
    /// The same request again, and one sentence of twenty scenes changed
    Cached,
    /// Films of 1, 3 and 5 scenes, or of as many as `--scenes` says; two workers against one
    Scenes,
    /// Peak memory of 5 scenes and of 200
    Memory,
    /// Processor time of speech
    Speech,
    /// What work takes, a unit, as `quote` counts it
    Rates,
    /// What each of x264's presets takes and makes of the same frames
    Presets,
    /// The video path against `MoviePy`, and peak memory against kokoro-onnx and `MoviePy`
    Peer,
}

impl Bench {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let counted = (!self.scenes.is_empty() && !self.parts.contains(&Part::Scenes)).then_some(&Part::Scenes);
        let parts = match &self.parts[..] {
            [] if counted.is_some() => vec![&Part::Scenes],
            [] => Part::value_variants().iter().filter(|part| self.moviepy.is_some() || **part != Part::Peer).collect(),
            chosen => chosen.iter().chain(counted).collect::<Vec<_>>(),
        };
        if self.parts.contains(&Part::Peer) && self.moviepy.is_none() {
            return Err(Failure::usage(
                "peer needs --moviepy PYTHON, a Python with MoviePy and kokoro-onnx; `make bench` installs one",
            ));
        }
        let folder = tempfile::Builder::new().prefix("protovideo-bench-").tempdir();
        let folder = folder.map_err(|e| PortError::io("make a folder in", &std::env::temp_dir(), e))?;
        let mut figures = Vec::new();
        for part in parts {
            eprintln!("measuring {}", part.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned()));
            let measured = match part {
                Part::Limit => limit::measure(config, folder.path()).await?,
                Part::Cached => cached::measure(folder.path()).await?,
                Part::Scenes => scenes::measure(folder.path(), &self.counts())?,
                Part::Memory => memory::measure(folder.path())?,
                Part::Speech => speech::measure(config, folder.path())?,
                Part::Rates => rates::measure(folder.path())?,
                Part::Presets => presets::measure(config, folder.path()).await?,
                Part::Peer => peer::measure(config, folder.path(), self.moviepy.as_deref()).await?,
            };
            for figure in &measured {
                eprintln!("  {figure}");
            }
            figures.extend(measured);
        }
        self.tell(&figures)
    }

    /// Of how many scenes films are measured.
    fn counts(&self) -> Vec<usize> {
        if self.scenes.is_empty() {
            return scenes::USUAL.to_vec();
        }
        self.scenes.iter().copied().map(usize::from).collect()
    }

    fn tell(&self, figures: &[Figure]) -> Result<(), Failure> {
        if self.json {
            print(&json!({"machine": meter::machine(), "figures": figures}).to_string())?;
        } else {
            print(&format!("{}\n", meter::machine()))?;
            figures.iter().try_for_each(|figure| print(&figure.to_string()))?;
        }
        let missed = figures.iter().filter(|figure| !figure.reached()).count();
        if missed == 0 {
            return Ok(());
        }
        eprintln!("{missed} of {} figures are not what they should be", figures.len());
        Err(Failure::told(Class::Limit))
    }
}
