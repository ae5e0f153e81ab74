//! One client for each service and rule, over one connection pool.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::config::ConfigError;

use super::rules::{BODY, POLL, Rule, STATE};

/// A connection that was idle for longer is not used again: a function that was frozen for long finds it dead.
const IDLE: Duration = Duration::from_secs(20);

/// The services.
#[derive(Clone, Debug)]
pub struct Clients {
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) s3: aws_sdk_s3::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
    pub(super) polling: aws_sdk_sqs::Client,
}

impl Clients {
    /// With the credentials, region and endpoint of the usual variables and files. Asks nobody for anything yet.
    ///
    /// # Errors
    /// Where nothing names a region.
    pub async fn from_env() -> Result<Self, ConfigError> {
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http()).load().await;
        if config.region().is_none() {
            return Err(ConfigError::NoRegion);
        }
        Ok(Self::new(&config))
    }

    /// With that configuration.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let under =
            |rule: Rule| config.to_builder().timeout_config(rule.timeouts()).retry_config(rule.retries()).build();
        let bodies = aws_sdk_s3::config::Builder::from(&under(BODY));
        // Where all services have one address, as those that stand in for AWS do, buckets are parts of the path.
        let bodies = bodies.force_path_style(config.endpoint_url().is_some());
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&under(STATE)),
            s3: aws_sdk_s3::Client::from_conf(bodies.build()),
            sqs: aws_sdk_sqs::Client::new(&under(STATE)),
            polling: aws_sdk_sqs::Client::new(&under(POLL)),
        }
    }
}

/// Connections by the one TLS implementation.
pub(super) fn http() -> SharedHttpClient {
    Builder::new().pool_idle_timeout(IDLE).tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}
