//! Environment to [`Config`]; the only reader of variables. A variable that is not set has its default; one that is
//! empty or cannot be read is an error that names it, what was found and what is allowed.

mod cloud;
mod function;
mod read;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

pub use cloud::Cloud;
pub use function::Function;
use read::Env;

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Config {
    /// `MAX_WORKERS`: scenes in flight at once; default 4.
    pub max_workers: usize,
    /// `CACHE_DIR`: artifacts and tasks; default `./cache`.
    pub cache_dir: PathBuf,
    /// `CACHE_ENABLED`: whether artifacts that other tasks made are used; default true.
    pub cache_enabled: bool,
    /// `CACHE_MAX_AGE`: hours since the last use after which an artifact counts as gone; default 24.
    pub cache_max_age: Duration,
    /// `CACHE_MAX_SIZE`: MB of artifacts that a machine's cache keeps when a task has ended; without it, all of them.
    pub cache_max_size: Option<u64>,
    /// `MEMORY_WARNING_THRESHOLD`: MB of resident set above which no further work is begun beside other work; default
    /// 1000, and in a Lambda function 60 % of its size.
    pub memory_warning: u64,
    /// `MEMORY_CRITICAL_THRESHOLD`: MB of resident set above which the task is given up; default 2000, and in a Lambda
    /// function 85 % of its size.
    pub memory_critical: u64,
    /// `PREFETCH_PICTURES`: so many of the pictures that requests bring most often are fetched by a new environment on AWS
    /// before it is asked for them; default 0.
    pub prefetch_pictures: usize,
    /// `SLOW_STEP_THRESHOLD`: seconds above which a step that works is told as slow; default 30.
    pub slow_step: Duration,
    /// `PROTOVIDEO_ASSETS`: models, voices, fonts and `bin/ffmpeg`; default `protovideo/assets` in the user's cache folder,
    /// and in a Lambda function `/opt`, where layers lie.
    pub assets: PathBuf,
    /// `PROTOVIDEO_FFMPEG`: the ffmpeg program; default the one in `PATH`.
    pub ffmpeg: Option<PathBuf>,
    /// `IMAGE_PROVIDER`: who draws where a scene names nobody; default `card`.
    pub image_provider: Option<String>,
    /// `OPENAI_API_KEY`: the key of the images API.
    pub openai_key: Option<SecretString>,
    /// `OPENAI_BASE_URL`: the images API's address; default the original's.
    pub openai_base_url: Option<String>,
    /// `OPENAI_IMAGE_MODEL`: the images API's model.
    pub openai_model: Option<String>,
    /// `OPENAI_IMAGE_PRICE`: US dollars that the images API asks for a picture; without it, list prices are used where
    /// the model is a listed one.
    pub openai_price: Option<f64>,
    /// `PROTOVIDEO_ALLOW_HOSTS`: `host:port` entries, separated by commas, that pictures may come from although their
    /// addresses are private.
    pub allow_hosts: Vec<String>,
    /// `TASK_DEADLINE`: seconds that a task may take; default 6 hours.
    pub task_deadline: Duration,
    /// `TTS_DEVICE`: where Kokoro's voices speak; default `cpu`.
    pub tts_device: TtsDevice,
    /// What of AWS it works with.
    pub cloud: Cloud,
    /// `PROTOVIDEO_LOG`: a log filter, such as `info`; without one, warnings are logged.
    pub log: Option<String>,
    /// `TERM`: whether a terminal can draw over its last line, as all but `dumb` can.
    pub redraws: bool,
    /// `NO_COLOR`: set to anything but nothing, it forbids colours.
    pub colours: bool,
}

/// What `TTS_DEVICE` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TtsDevice {
    /// `cpu`: the processor.
    #[default]
    Cpu,
    /// `cuda`: an NVIDIA GPU.
    Cuda,
}

/// A variable that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is set to nothing.
    #[error("{name} is empty; allowed: {allowed}; unset it for the default")]
    Empty {
        /// The variable.
        name: &'static str,
        /// What it may be.
        allowed: &'static str,
    },
    /// It is not set, and there is no default.
    #[error("{name} is not set; the stack's output Environment gives its value")]
    Missing {
        /// The variable.
        name: &'static str,
    },
    /// AWS has to be asked, and nothing says where.
    #[error("AWS_REGION is not set, and no profile names a region")]
    NoRegion,
    /// It is set to something else.
    #[error("{name} is {found:?}; allowed: {allowed}")]
    Unparsable {
        /// The variable.
        name: &'static str,
        /// What was found.
        found: String,
        /// What it may be.
        allowed: &'static str,
    },
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var_os(name))
    }

    /// Reads variables from wherever `variable` finds them.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let env = Env(variable);
        let openai_key = env.text("OPENAI_API_KEY", "a key")?.map(SecretString::from);
        let cloud = Cloud::read(&env)?;
        let share = |percent, default| cloud.function.as_ref().map_or(default, |f| f.memory_mb * percent / 100);
        let allowed = "MB, a whole number from 1";
        let memory_warning = env.number("MEMORY_WARNING_THRESHOLD", share(60, 1000), allowed, 1..)?;
        let memory_critical = env.number("MEMORY_CRITICAL_THRESHOLD", share(85, 2000), allowed, 1..)?;
        Ok(Self {
            max_workers: env.number("MAX_WORKERS", 4, "a whole number from 1 to 256", 1..=256)? as usize,
            cache_dir: env.path("CACHE_DIR", "a folder")?.unwrap_or_else(|| PathBuf::from("./cache")),
            cache_enabled: env
                .choice("CACHE_ENABLED", "true, false, 1, 0", |v| match v {
                    "true" | "1" => Some(true),
                    "false" | "0" => Some(false),
                    _ => None,
                })?
                .unwrap_or(true),
            cache_max_age: hours(env.number("CACHE_MAX_AGE", 24, "hours, a whole number from 1", 1..=1_000_000)?),
            cache_max_size: env.choice("CACHE_MAX_SIZE", allowed, |v| v.trim().parse().ok().filter(|mb| *mb > 0))?,
            prefetch_pictures: env.number("PREFETCH_PICTURES", 0, "a whole number to 100", 0..=100)? as usize,
            memory_warning,
            memory_critical,
            slow_step: Duration::from_secs(env.number(
                "SLOW_STEP_THRESHOLD",
                30,
                "seconds, a whole number from 1",
                1..=31_536_000,
            )?),
            assets: match env.path("PROTOVIDEO_ASSETS", "a folder")? {
                Some(folder) => folder,
                None if cloud.function.is_some() => PathBuf::from("/opt"),
                None => user_cache(&env.0).join("protovideo/assets"),
            },
            ffmpeg: env.path("PROTOVIDEO_FFMPEG", "the ffmpeg program's path")?,
            image_provider: env.choice("IMAGE_PROVIDER", "card, or openai where OPENAI_API_KEY is set", |v| {
                (v == "card" || v == "openai" && openai_key.is_some()).then(|| v.to_owned())
            })?,
            openai_key,
            openai_base_url: env.web_address("OPENAI_BASE_URL")?,
            openai_model: env.text("OPENAI_IMAGE_MODEL", "a model's name")?,
            openai_price: env.choice("OPENAI_IMAGE_PRICE", "US dollars a picture, 0 or more", |v| {
                v.trim().parse().ok().filter(|usd: &f64| usd.is_finite() && *usd >= 0.0)
            })?,
            allow_hosts: env
                .choice("PROTOVIDEO_ALLOW_HOSTS", "host:port, separated by commas", |v| {
                    v.split(',').map(|host| read::host_and_port(host.trim())).collect()
                })?
                .unwrap_or_default(),
            task_deadline: Duration::from_secs(env.number(
                "TASK_DEADLINE",
                6 * 3600,
                "seconds, a whole number from 1",
                1..=31_536_000,
            )?),
            tts_device: env
                .choice("TTS_DEVICE", "cpu or cuda", |v| match v {
                    "cpu" => Some(TtsDevice::Cpu),
                    "cuda" => Some(TtsDevice::Cuda),
                    _ => None,
                })?
                .unwrap_or_default(),
            cloud,
            log: env.choice("PROTOVIDEO_LOG", "a log filter, such as info or protovideo=debug", |v| {
                EnvFilter::try_new(v).is_ok().then(|| v.to_owned())
            })?,
            redraws: (env.0)("TERM").is_none_or(|term| term != "dumb"),
            colours: (env.0)("NO_COLOR").is_none_or(|forbids| forbids.is_empty()),
        })
    }
}

const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

/// The XDG base directory for caches.
fn user_cache(variable: &impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|p| p.is_absolute());
    variable("XDG_CACHE_HOME")
        .and_then(absolute)
        .or_else(|| variable("HOME").and_then(absolute).map(|home| home.join(".cache")))
        .unwrap_or_else(|| Path::new(".cache").to_owned())
}

#[cfg(test)]
mod tests;
