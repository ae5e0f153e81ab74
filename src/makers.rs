//! What makes things, put together from the configuration: each maker with the feature that holds it.

#[cfg(any(feature = "fetch", feature = "media", feature = "picture", feature = "speech"))]
use crate::config::Config;

#[cfg(all(feature = "media", feature = "picture", feature = "speech"))]
pub use all::Makers;

/// The cores that this process may use.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The voices.
#[cfg(feature = "speech")]
#[must_use]
pub fn speech(config: &Config) -> crate::speech::Speaker {
    let assets = crate::assets::Assets::at(config.assets.clone());
    crate::speech::Speaker::on(device(config), assets, cores())
}

/// Where Kokoro's voices speak.
#[cfg(feature = "speech")]
#[must_use]
pub fn device(config: &Config) -> crate::speech::Device {
    match config.tts_device {
        crate::config::TtsDevice::Cpu => crate::speech::Device::Cpu,
        crate::config::TtsDevice::Cuda => crate::speech::Device::Cuda,
    }
}

/// The illustrator, and the images API where there is a key for it.
#[cfg(feature = "picture")]
pub fn pictures(config: &Config) -> crate::ports::PortResult<std::sync::Arc<dyn crate::ports::Pictures>> {
    use crate::picture::Providers;
    use crate::picture::openai::{OpenAi, Settings};

    let openai = match &config.openai_key {
        Some(key) => {
            let mut settings = Settings::new(key.clone());
            if let Some(base_url) = &config.openai_base_url {
                settings.base_url.clone_from(base_url);
            }
            if let Some(model) = &config.openai_model {
                settings.model.clone_from(model);
            }
            Some(OpenAi::new(settings)?)
        }
        None => None,
    };
    Ok(std::sync::Arc::new(Providers::new(config.image_provider.clone(), openai)))
}

/// Films by the configured ffmpeg, with the installed fonts.
#[cfg(feature = "media")]
pub fn films(config: &Config) -> crate::ports::PortResult<crate::media::Studio> {
    let assets = crate::assets::Assets::at(config.assets.clone());
    Ok(crate::media::Studio::new(ffmpeg(config), crate::media::Fonts::new(assets.fonts()?)))
}

/// The ffmpeg that is to be used; without one, that of `PATH`.
#[cfg(feature = "media")]
#[must_use]
pub fn ffmpeg(config: &Config) -> Option<std::path::PathBuf> {
    // One that was installed beside the models is the one to use.
    let installed = crate::assets::Assets::at(config.assets.clone()).path("bin/ffmpeg");
    config.ffmpeg.clone().or_else(|| Some(installed).filter(|program| program.is_file()))
}

/// What users point at. `folder` is where a request's relative paths begin; without one, no path is read.
#[cfg(feature = "fetch")]
#[must_use]
pub fn sources(config: &Config, folder: Option<&std::path::Path>) -> std::sync::Arc<dyn crate::ports::Sources> {
    use crate::fetch::{Fetcher, Policy};

    std::sync::Arc::new(Fetcher::new(Policy {
        allow_paths: folder.map(std::path::Path::to_owned),
        allow_hosts: config.allow_hosts.clone(),
        ..Policy::default()
    }))
}

#[cfg(all(feature = "media", feature = "picture", feature = "speech"))]
mod all {
    use std::sync::Arc;

    use crate::config::Config;
    use crate::ports::{Films, Pictures, PortResult, Speech};
    use crate::speech::Speaker;

    /// All that makes films.
    #[derive(Clone)]
    pub struct Makers {
        /// Sound from text.
        pub speech: Arc<dyn Speech>,
        /// Pictures from prompts.
        pub pictures: Arc<dyn Pictures>,
        /// Films from pictures and sound.
        pub films: Arc<dyn Films>,
    }

    impl Makers {
        /// Those of this machine.
        pub fn installed(config: &Config, speaker: Speaker) -> PortResult<Self> {
            let (pictures, films) = (super::pictures(config)?, Arc::new(super::films(config)?));
            Ok(Self { speech: Arc::new(speaker), pictures, films })
        }
    }
}
