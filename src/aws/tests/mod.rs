//! The stores against servers that stand in for AWS.

mod cache;
mod contract;
mod emulator;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};

use emulator::{Emulator, Server};

use super::*;
use crate::assets::Assets;
use crate::ports::Clock;

const DAY: Duration = Duration::from_secs(86_400);

/// Servers that run, and clients of them.
struct Cloud {
    clients: Clients,
    servers: Vec<Emulator>,
}

fn tools() -> PathBuf {
    let variable = std::env::var_os;
    let assets = Assets::root_from(variable("PROTOVIDEO_ASSETS"), variable("XDG_CACHE_HOME"), variable("HOME"));
    Emulator::folder(&assets.expect("HOME is set"))
}

async fn clients(endpoint: &str) -> Clients {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .endpoint_url(endpoint)
        .http_client(clients::http())
        .load()
        .await;
    Clients::new(&config)
}

/// All services by one server; with `objects` those of S3 by another.
async fn cloud(server: Server, objects: Option<Server>) -> Cloud {
    let main = Emulator::start(server, &tools());
    let mut cloud = Cloud { clients: clients(&main.endpoint).await, servers: vec![main] };
    if let Some(objects) = objects {
        let other = Emulator::start(objects, &tools());
        cloud.clients.s3 = clients(&other.endpoint).await.s3;
        cloud.servers.push(other);
    }
    cloud
}

impl Cloud {
    async fn bucket(&self, name: &str) -> String {
        self.clients.s3.create_bucket().bucket(name).send().await.unwrap();
        name.to_owned()
    }

    async fn table(&self, name: &str, keys: &[&str], live: bool) -> String {
        let attribute = |name: &str, kind| {
            AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
        };
        let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
        let mut call = self.clients.dynamodb.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
        for (name, kind) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
            call = call.key_schema(key(name, kind)).attribute_definitions(attribute(name, ScalarAttributeType::S));
        }
        if live {
            let index = GlobalSecondaryIndex::builder()
                .index_name("live")
                .key_schema(key("live", KeyType::Hash))
                .key_schema(key("updated_ms", KeyType::Range))
                .projection(Projection::builder().projection_type(ProjectionType::All).build());
            call = call
                .attribute_definitions(attribute("live", ScalarAttributeType::S))
                .attribute_definitions(attribute("updated_ms", ScalarAttributeType::N))
                .global_secondary_indexes(index.build().unwrap());
        }
        call.send().await.unwrap();
        name.to_owned()
    }

    async fn queue(&self, name: &str) -> String {
        self.clients.sqs.create_queue().queue_name(name).send().await.unwrap().queue_url.unwrap()
    }

    /// An empty cache with a bucket and a table of its own.
    async fn cache(&self, name: &str, clock: Arc<dyn Clock>) -> Cache {
        let bucket = self.bucket(&format!("bucket-{name}")).await;
        let table = self.table(&format!("index-{name}"), &["artifact"], false).await;
        Cache::new(&self.clients, &bucket, &table, clock, DAY)
    }
}
