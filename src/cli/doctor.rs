//! What a machine needs: `doctor` says what is missing and how to mend it, `prepare` makes what is made here.

use std::path::Path;
use std::process::Stdio;

use super::{Failure, print};
use crate::assets::Assets;
use crate::config::Config;
use crate::media::ffmpeg::Ffmpeg;
use crate::ports::{Class, PortError, PortResult};
use crate::speech::{ModelKind, prepare};

/// Free space below which a film of some minutes may not fit, in bytes.
const ROOM: u64 = 1_000_000_000;

#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    /// Read every installed file and compare its digest, instead of its length only
    #[arg(long)]
    deep: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Prepare {}

/// One thing that was looked at: what, how it stands, and the command or the sentence that mends it.
struct Finding {
    what: String,
    found: Result<String, String>,
}

impl Doctor {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let assets = Assets::at(config.assets.clone());
        let mut findings = vec![ffmpeg(config).await];
        findings.extend(installed(&assets, self.deep)?);
        findings.push(prepared(&assets));
        findings.push(writable("cache", &config.cache_dir));
        findings.push(room(&config.cache_dir));
        findings.push(room(&std::env::temp_dir()));
        let mut well = true;
        for Finding { what, found } in findings {
            match found {
                Ok(found) => print(&format!("ok       {what}: {found}"))?,
                Err(mend) => {
                    well = false;
                    print(&format!("missing  {what}: {mend}"))?;
                }
            }
        }
        if well { Ok(()) } else { Err(Failure::told(Class::Media)) }
    }
}

impl Prepare {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let assets = Assets::at(config.assets.clone());
        for (name, model, kind) in MODELS {
            if assets.file(name).is_ok() {
                continue;
            }
            eprintln!("preparing {name}");
            let (from, to) = (assets.verified(model)?, assets.path(name));
            let library = assets.verified(LIBRARY)?;
            let made = tokio::task::spawn_blocking(move || {
                // Under another name until it is whole.
                let part = to.with_extension("ort.part");
                prepare(&library, &from, kind, &part)?;
                std::fs::rename(&part, &to).map_err(|e| PortError::io("name", &to, e))
            });
            made.await.map_err(|e| PortError::permanent(Class::Internal, "PANIC", e.to_string()))??;
            assets.record_derived(name)?;
        }
        Ok(())
    }
}

const LIBRARY: &str = "libonnxruntime.so";
/// What is made, and what it is made from.
const MODELS: [(&str, &str, ModelKind); 2] =
    [("hibari.ort", "hibari.onnx", ModelKind::Hibari), ("kokoro.ort", "kokoro.onnx", ModelKind::Kokoro)];

async fn ffmpeg(config: &Config) -> Finding {
    let found = async {
        let ffmpeg = Ffmpeg::find(config.ffmpeg.as_deref()).map_err(|e| e.to_string())?;
        let encoders = tokio::process::Command::new(ffmpeg.program())
            .args(["-hide_banner", "-encoders"])
            .stdin(Stdio::null())
            .output()
            .await
            .map_err(|e| e.to_string())?;
        let list = String::from_utf8_lossy(&encoders.stdout);
        match ["libx264", "aac"].iter().find(|name| !list.split_whitespace().any(|word| word == **name)) {
            Some(missing) => {
                Err(format!("{} has no encoder {missing}; install one that has it", ffmpeg.program().display()))
            }
            None => Ok(ffmpeg.program().display().to_string()),
        }
    };
    Finding { what: "ffmpeg".to_owned(), found: found.await }
}

fn installed(assets: &Assets, deep: bool) -> PortResult<Vec<Finding>> {
    let mut findings = Vec::new();
    for listed in assets.list()? {
        let found = if listed.installed() && deep {
            assets.verified(&listed.name).map(|_| "as pinned".to_owned()).map_err(|e| e.to_string())
        } else if listed.installed() {
            Ok(format!("{} bytes", listed.bytes))
        } else if listed.set == "base" {
            Err(format!("`{}` installs it", listed.mend))
        } else {
            Ok(format!("not installed; `{}` installs it", listed.mend))
        };
        findings.push(Finding { what: listed.name, found });
    }
    Ok(findings)
}

fn prepared(assets: &Assets) -> Finding {
    let missing = MODELS.iter().find(|(name, ..)| assets.file(name).is_err());
    let found = match missing {
        Some((name, ..)) => Err(format!("{name} is not there; `protovideo prepare` makes it")),
        None => Ok("ready to load".to_owned()),
    };
    Finding { what: "models".to_owned(), found }
}

fn writable(what: &str, folder: &Path) -> Finding {
    let probe = std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
    let found = match probe {
        Ok(_) => Ok(format!("{} can be written to", folder.display())),
        Err(error) => Err(format!("{} cannot be written to: {error}; set CACHE_DIR", folder.display())),
    };
    Finding { what: what.to_owned(), found }
}

fn room(folder: &Path) -> Finding {
    let free = rustix::fs::statvfs(folder).map(|s| s.f_bavail * s.f_frsize);
    let found = match free {
        Ok(free) if free < ROOM => Err(format!("only {} MB are free; make room", free / 1_000_000)),
        Ok(free) => Ok(format!("{} MB are free", free / 1_000_000)),
        Err(error) => Err(format!("cannot be looked at: {error}")),
    };
    Finding { what: folder.display().to_string(), found }
}
