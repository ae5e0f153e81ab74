//! Pictures by the images API of any OpenAI-compatible server: `POST {base}/images/generations`.
//!
//! Neither the key nor a prompt ever stands in an error or a log line.

mod answer;
mod patience;
mod settings;
#[cfg(test)]
pub(super) mod tests;

use std::time::{Instant, SystemTime};

use reqwest::{Client, Response, StatusCode, redirect};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::sync::OnceCell;
use url::Url;

pub use patience::Patience;
pub use settings::{DEFAULT_BASE_URL, DEFAULT_MODEL, Settings};

use super::check;
use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult, StepContext, Used};
use answer::{Picture, bad_answer, unreachable};

/// The most bytes of an answer: a picture of 25 MB in base64, and some words.
const ANSWER_CAP: usize = 40_000_000;

/// A server that makes pictures.
#[derive(Debug)]
pub struct OpenAi {
    settings: Settings,
    base: Url,
    endpoint: Url,
    client: OnceCell<Client>,
}

impl OpenAi {
    /// A provider with these settings. Opens nothing before the first picture.
    ///
    /// # Errors
    /// `BAD_SETTING` where the base is not an http(s) URL, or holds a user name, which would be shown.
    pub fn new(settings: Settings) -> PortResult<Self> {
        let begin = settings.base_url.trim_end_matches('/');
        let (Some(base), Some(endpoint)) = (web(begin), web(&format!("{begin}/images/generations"))) else {
            let message = "the base URL of the openai image provider is not an http or https URL without a user name; \
                           set OPENAI_BASE_URL";
            return Err(PortError::permanent(Class::Request, "BAD_SETTING", message));
        };
        Ok(Self { settings, base, endpoint, client: OnceCell::new() })
    }

    /// The model that new recipes name.
    pub fn model(&self) -> &str {
        &self.settings.model
    }

    /// Makes a picture: PNG, JPEG or WebP, of the size nearest to `size` in shape that the model can make. The API
    /// knows no seed: another seed in a recipe is another key, and so another picture.
    pub async fn make(&self, model: &str, prompt: &str, size: Size, context: &StepContext) -> PortResult<Vec<u8>> {
        tokio::select! {
            biased;
            () = context.cancel.cancelled() => {
                Err(PortError::permanent(Class::Cancelled, "CANCELLED", "cancelled while a picture was made"))
            }
            () = tokio::time::sleep_until(context.deadline.into()) => {
                Err(PortError::transient(Class::Limit, "TIMEOUT", "the step's time ran out while a picture was made"))
            }
            outcome = self.ask_until(context, model, prompt, size) => outcome,
        }
    }

    /// Asks until a picture comes, or until asking again is of no use.
    async fn ask_until(&self, context: &StepContext, model: &str, prompt: &str, size: Size) -> PortResult<Vec<u8>> {
        let patience = &self.settings.patience;
        let (mut tries, mut bad_answers) = (0, 0);
        loop {
            let attempt = tokio::time::timeout(patience.total, self.ask(model, prompt, size, &context.used)).await;
            let mut error = match attempt.unwrap_or_else(|_| Err(answer::too_slow(patience.total))) {
                Ok(picture) => return Ok(picture),
                Err(error) => error,
            };
            tries += 1;
            // One answer that makes no sense may be an accident. Each may have been paid for, so two are enough.
            bad_answers += u32::from(error.code == answer::BAD_ANSWER);
            error.retryable &= bad_answers < 2;
            let wait = error.retry_after.unwrap_or_else(|| patience.backoff(tries));
            if !error.retryable || tries >= patience.tries || Instant::now() + wait >= context.deadline {
                return Err(error);
            }
            tracing::debug!(code = error.code, tries, ?wait, "the openai image provider is asked again");
            tokio::time::sleep(wait).await;
        }
    }

    /// Asks once.
    async fn ask(&self, model: &str, prompt: &str, size: Size, used: &Used) -> PortResult<Vec<u8>> {
        let client = self.client.get_or_try_init(|| async { self.build() }).await?;
        let size = self.settings.nearest(size);
        let mut body = json!({ "model": model, "prompt": prompt, "n": 1, "size": size.to_string() });
        // OpenAI's own image models answer in base64 always, and refuse to be asked for it.
        if !model.contains("gpt-image") {
            body["response_format"] = "b64_json".into();
        }
        let key = self.settings.key.expose_secret();
        let request = client.post(self.endpoint.clone()).bearer_auth(key).json(&body);
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let retry_after = patience::retry_after(response.headers(), SystemTime::now());
        let answer = read(response).await?;
        if status != StatusCode::OK {
            let secrets = [(key, "[key]"), (prompt, "[prompt]")];
            return Err(answer::refusal(status, &answer, retry_after, &secrets));
        }
        // Also an answer that is of no use was paid for.
        used.billed(used.clocked(|| answer::tokens(&answer)));
        let picture = match used.clocked(|| answer::picture(&answer))? {
            Picture::Bytes(bytes) => bytes,
            Picture::At(url) => self.download(client, url).await?,
        };
        used.clocked(|| check(&picture)).map_err(|error| bad_answer(&error.to_string()))?;
        Ok(picture)
    }

    /// Fetches a picture that the server left elsewhere: over https, or on the server's own host. The key stays here.
    async fn download(&self, client: &Client, url: Url) -> PortResult<Vec<u8>> {
        let own = url.host() == self.base.host() && url.port_or_known_default() == self.base.port_or_known_default();
        if url.scheme() != "https" && !(own && url.scheme() == self.base.scheme()) {
            return Err(bad_answer("the picture's URL is neither https nor on the server's own host"));
        }
        let response = client.get(url).send().await.map_err(unreachable)?;
        match response.status() {
            StatusCode::OK => read(response).await,
            status => Err(bad_answer(&format!("the picture's URL answers {status}"))),
        }
    }

    /// A client that trusts the system's root certificates. It follows no redirects, lest the key goes along.
    fn build(&self) -> PortResult<Client> {
        // Fails where one is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .user_agent(concat!("protovideo/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(self.settings.patience.connect);
        builder.build().map_err(|error| {
            let message = "the openai image provider cannot be asked over https; install the system's root certificates \
                           (`apt-get install ca-certificates`)";
            PortError::permanent(Class::Provider, "NO_HTTPS", message).because(error)
        })
    }
}

/// Reads a body within the cap.
async fn read(mut response: Response) -> PortResult<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_CAP {
            return Err(bad_answer("it is larger than 40 MB"));
        }
    }
    Ok(body)
}

/// An http(s) URL that holds no secret.
fn web(text: &str) -> Option<Url> {
    let open = |url: &Url| url.username().is_empty() && url.password().is_none();
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && open(url))
}
