//! Pictures: their providers, and the check that every picture passes, made or found.

mod card;
mod check;
pub mod openai;

use async_trait::async_trait;

pub use check::check;

use crate::domain::units::Size;
use crate::ports::{Class, Pictures, PortError, PortResult, StepContext};
use crate::recipe::steps::PictureRecipe;
use openai::OpenAi;

/// The built-in illustrator.
const CARD: &str = "card";
/// The images API of any OpenAI-compatible server.
const OPENAI: &str = "openai";

/// All providers that are configured.
#[derive(Debug)]
pub struct Providers {
    default: String,
    openai: Option<OpenAi>,
}

impl Providers {
    /// The providers of a configuration; `default` serves scenes that name none, and is `card` where it is `None`.
    pub fn new(default: Option<String>, openai: Option<OpenAi>) -> Self {
        Self { default: default.unwrap_or_else(|| CARD.to_owned()), openai }
    }

    fn openai(&self) -> PortResult<&OpenAi> {
        self.openai.as_ref().ok_or_else(|| {
            let message = "the image provider openai is not configured; set OPENAI_API_KEY, or use card";
            PortError::permanent(Class::Request, "PROVIDER_NOT_CONFIGURED", message)
        })
    }

    fn unknown(&self, name: &str) -> PortError {
        let near = [CARD, OPENAI].into_iter().find(|known| strsim::damerau_levenshtein(name, known) <= 2);
        let near = near.map(|known| format!("; did you mean {known}?")).unwrap_or_default();
        let hint = if self.openai.is_some() { "" } else { " (set OPENAI_API_KEY first)" };
        let message = format!("unknown image provider {name:?}{near}; allowed: {CARD}, {OPENAI}{hint}");
        PortError::permanent(Class::Request, "UNKNOWN_PROVIDER", message)
    }
}

#[async_trait]
impl Pictures for Providers {
    fn provider(&self, name: Option<&str>) -> PortResult<(String, String)> {
        let name = name.unwrap_or(&self.default);
        let model = match name {
            CARD => card::MODEL,
            OPENAI => self.openai()?.model(),
            other => return Err(self.unknown(other)),
        };
        Ok((name.to_owned(), model.to_owned()))
    }

    fn lead(&self, provider: &str, first_prompt: &str) -> Option<String> {
        (provider == CARD).then(|| first_prompt.to_owned())
    }

    async fn make(&self, recipe: &PictureRecipe, context: &StepContext) -> PortResult<Vec<u8>> {
        let PictureRecipe::Prompt { prompt, lead, provider, model, width, height, seed } = recipe else {
            return Err(PortError::permanent(Class::Internal, "NO_PROMPT", "a pinned picture is fetched, never made"));
        };
        let size = Size { width: *width, height: *height };
        match provider.as_str() {
            CARD if model != card::MODEL => {
                let message =
                    format!("the recipe asks for the illustrator {model}, this is {}; submit again", card::MODEL);
                Err(PortError::permanent(Class::Internal, "VERSION_SKEW", message))
            }
            CARD => {
                let (prompt, lead, seed, used) = (prompt.clone(), lead.clone(), *seed, context.used.clone());
                let draw = move || used.clocked(|| card::draw(&prompt, lead.as_deref(), seed, size));
                let drawn = tokio::task::spawn_blocking(draw);
                drawn.await.map_err(|error| {
                    PortError::permanent(Class::Internal, "CARD_PANICKED", "the illustrator broke down").because(error)
                })?
            }
            OPENAI => self.openai()?.make(model, prompt, size, context).await,
            other => Err(self.unknown(other)),
        }
    }

    fn check(&self, bytes: &[u8]) -> PortResult<Size> {
        check(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::ports::Used;
    use crate::recipe::Digest;

    fn context() -> StepContext {
        StepContext {
            cancel: CancellationToken::new(),
            deadline: Instant::now() + Duration::from_secs(20),
            work: PathBuf::new(),
            frames_done: Arc::new(|_| {}),
            used: Used::default(),
        }
    }

    fn prompt(provider: &str, model: &str) -> PictureRecipe {
        PictureRecipe::Prompt {
            prompt: "a lighthouse".into(),
            lead: None,
            provider: provider.into(),
            model: model.into(),
            width: 180,
            height: 320,
            seed: 0,
        }
    }

    #[tokio::test]
    async fn a_recipe_goes_to_its_provider() {
        let providers = Providers::new(None, None);
        let card = providers.make(&prompt("card", card::MODEL), &context()).await.unwrap();
        assert_eq!(providers.check(&card).unwrap(), Size { width: 180, height: 320 });
        for (recipe, code) in [
            (prompt("card", "0"), "VERSION_SKEW"),
            (prompt("openai", "gpt-image-1"), "PROVIDER_NOT_CONFIGURED"),
            (prompt("other", "1"), "UNKNOWN_PROVIDER"),
            (PictureRecipe::Pin { sha256: Digest::of(b"x") }, "NO_PROMPT"),
        ] {
            let error = providers.make(&recipe, &context()).await.unwrap_err();
            assert_eq!((error.code, error.retryable), (code, false));
        }
    }

    #[test]
    fn card_serves_scenes_that_name_no_provider() {
        let (name, model) = Providers::new(None, None).provider(None).unwrap();
        assert_eq!((name.as_str(), model.as_str()), ("card", card::MODEL));
        let configured = Providers::new(Some("openai".into()), Some(openai::tests::provider("http://127.0.0.1:1/v1")));
        assert_eq!(configured.provider(None).unwrap(), ("openai".into(), "gpt-image-1".into()));
        assert_eq!(configured.provider(Some("card")).unwrap().0, "card");
    }

    #[test]
    fn other_names_are_refused_with_what_there_is() {
        let providers = Providers::new(None, None);
        let error = providers.provider(Some("opnai")).unwrap_err();
        assert_eq!((error.class, error.code), (Class::Request, "UNKNOWN_PROVIDER"));
        assert_eq!(
            error.to_string(),
            "unknown image provider \"opnai\"; did you mean openai?; allowed: card, openai (set OPENAI_API_KEY first)"
        );
        let error = providers.provider(Some("openai")).unwrap_err();
        assert_eq!((error.class, error.code), (Class::Request, "PROVIDER_NOT_CONFIGURED"));
        assert!(error.to_string().contains("OPENAI_API_KEY"));
        assert_eq!(providers.provider(Some("midjourney")).unwrap_err().code, "UNKNOWN_PROVIDER");
    }
}
