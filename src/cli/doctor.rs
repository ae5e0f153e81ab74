//! Whether all that films need is there, and how to mend what is not.

use std::path::Path;

use super::prepare::MODELS;
use super::{Failure, print};
use crate::assets::Assets;
use crate::config::Config;
use crate::fetch::{Fetcher, Policy};
use crate::makers;
use crate::media::ffmpeg::Ffmpeg;
use crate::ports::{Class, PortError, PortResult};
use crate::speech::Device;

/// Free space below which a film of some minutes may not fit, in bytes.
const ROOM: u64 = 1_000_000_000;
/// What films are encoded with.
const ENCODERS: [&str; 2] = ["libx264", "aac"];

#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    /// Read every installed and prepared file and compare its digest, instead of its length only
    #[arg(long)]
    deep: bool,
}

/// One thing that was looked at: what, and how it stands. The error's sentence says how to mend it, its class what would
/// fail.
struct Finding {
    what: String,
    found: PortResult<String>,
}

impl Finding {
    fn new(what: impl Into<String>, found: PortResult<String>) -> Self {
        Self { what: what.into(), found }
    }
}

impl Doctor {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let mut first = None;
        for Finding { what, found } in self.findings(config).await? {
            match found {
                Ok(found) => print(&format!("ok    {what}: {found}"))?,
                Err(error) => {
                    print(&format!("mend  {what}: {error}"))?;
                    first.get_or_insert(error.class);
                }
            }
        }
        first.map_or(Ok(()), |class| Err(Failure::told(class)))
    }

    async fn findings(&self, config: &Config) -> PortResult<Vec<Finding>> {
        let assets = Assets::at(config.assets.clone());
        let mut findings = vec![Finding::new("ffmpeg", ffmpeg(config).await)];
        findings.extend(installed(&assets, self.deep)?);
        let device = makers::device(config);
        let made = MODELS.into_iter().filter(|(.., for_gpus)| device == Device::Cuda || !for_gpus);
        findings.extend(made.map(|(name, ..)| Finding::new(name, held(&assets, name, self.deep))));
        findings.push(Finding::new("ONNX Runtime", device.load_engine(&assets).map(|()| "loads".to_owned())));
        let speaks = || format!("Kokoro's voices speak on {}", device.name());
        findings.push(Finding::new("TTS_DEVICE", device.ready(&assets).map(|()| speaks())));
        let https = Fetcher::new(Policy::default()).https().await;
        findings.push(Finding::new("https", https.map(|()| "root certificates are there".to_owned())));
        findings.push(Finding::new("cache", writable(&config.cache_dir)));
        for folder in [config.cache_dir.clone(), std::env::temp_dir()] {
            findings.push(Finding::new(folder.display().to_string(), room(&folder)));
        }
        Ok(findings)
    }
}

/// Its version, where it has the encoders.
async fn ffmpeg(config: &Config) -> PortResult<String> {
    let ffmpeg = Ffmpeg::find(makers::ffmpeg(config).as_deref())?;
    let missing = ffmpeg.missing_encoder(&ENCODERS).await?;
    let program = ffmpeg.program().display();
    match missing {
        Some(missing) => {
            let mend = "install one that has it (`apt-get install ffmpeg`), or name it in PROTOVIDEO_FFMPEG";
            let message = format!("{program} has no encoder {missing}: {mend}");
            Err(PortError::permanent(Class::Media, "ENCODER_MISSING", message))
        }
        None => Ok(format!("{program}, {}", ffmpeg.version().await?)),
    }
}

/// All files of the lock: models, voices, fonts. Only those of the base set have to be there.
fn installed(assets: &Assets, deep: bool) -> PortResult<Vec<Finding>> {
    let finding = |listed: crate::assets::Listed| {
        let found = if listed.found.is_none() && listed.set != "base" {
            Ok(format!("not installed; `{}` installs it", listed.mend))
        } else {
            held(assets, &listed.name, deep)
        };
        Finding::new(listed.name, found)
    };
    Ok(assets.list()?.into_iter().map(finding).collect())
}

/// Whether a file has its length, or, deeply, its bytes.
fn held(assets: &Assets, name: &str, deep: bool) -> PortResult<String> {
    if deep {
        return assets.verified(name).map(|_| "holds what it should".to_owned());
    }
    assets.file(name).map(|_| "there".to_owned())
}

fn writable(folder: &Path) -> PortResult<String> {
    let probe = std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
    probe.map(|_| format!("{} can be written to", folder.display())).map_err(|error| {
        let error = PortError::io("write into", folder, error);
        PortError { message: format!("{error}; set CACHE_DIR to another folder"), ..error }
    })
}

fn room(folder: &Path) -> PortResult<String> {
    let space = rustix::fs::statvfs(folder).map_err(|e| PortError::io("look at", folder, e.into()))?;
    let (free, megabytes) = (space.f_bavail * space.f_frsize, space.f_bavail * space.f_frsize / 1_000_000);
    if free < ROOM {
        let message = format!("only {megabytes} MB are free: make room, or name another disk in CACHE_DIR and TMPDIR");
        return Err(PortError::permanent(Class::Storage, "DISK_FULL", message));
    }
    Ok(format!("{megabytes} MB are free"))
}
