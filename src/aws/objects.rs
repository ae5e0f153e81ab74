//! Objects of the bucket: whole or absent, verified on their way.

use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::MetadataDirective;
use aws_smithy_types::base64;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::Clients;
use super::failure::{code, failed};
use super::rules::STATE;
use crate::ports::{Body, Class, PortError, PortResult};
use crate::recipe::Digest;

/// A body has so long, and longer by its length at the least rate.
const BODY_TIME: Duration = Duration::from_secs(30);
const LEAST_BYTES_A_SECOND: u64 = 256 * 1024;

/// The objects of one bucket.
#[derive(Clone, Debug)]
pub struct Objects {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// What stands beside an object, by name.
pub(super) type Metadata = std::collections::HashMap<String, String>;

/// What came of a create-only write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// It is there now.
    Created,
    /// Another was there before.
    Exists,
}

impl Objects {
    /// The bucket of that name.
    #[must_use]
    pub fn new(clients: &Clients, bucket: &str) -> Self {
        Self { client: clients.s3.clone(), bucket: bucket.to_owned() }
    }

    /// The bucket's name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    fn doing(&self, what: &str, key: &str) -> String {
        format!("{what} s3://{}/{key}", self.bucket)
    }

    /// Writes an object that is not there yet. The service checks the digest before it stores anything.
    pub(super) async fn create(
        &self,
        key: &str,
        body: Body<'_>,
        sha256: &Digest,
        metadata: Metadata,
        kind: &str,
    ) -> PortResult<Put> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).if_none_match("*");
        let put = put.checksum_sha256(base64::encode(sha256.as_bytes())).content_type(kind);
        let sent = put.set_metadata(Some(metadata)).body(self.stream(body).await?).send().await;
        match sent {
            Ok(_) => Ok(Put::Created),
            Err(error) if code(&error) == "PreconditionFailed" => Ok(Put::Exists),
            // Another writer was at it in the same moment.
            Err(error) if code(&error) == "ConditionalRequestConflict" => {
                let message = self.doing("write", key);
                Err(PortError::transient(
                    Class::Storage,
                    "AWS_CONFLICT",
                    format!("cannot {message}: it is being written"),
                ))
            }
            Err(error) => Err(failed(&self.doing("write", key), error)),
        }
    }

    /// Writes an object, whatever is there.
    pub async fn replace(&self, key: &str, bytes: Vec<u8>, kind: &str) -> PortResult<()> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(kind).body(bytes.into());
        put.send().await.map(drop).map_err(|e| failed(&self.doing("write", key), e))
    }

    async fn stream(&self, body: Body<'_>) -> PortResult<ByteStream> {
        match body {
            Body::Bytes(bytes) => Ok(bytes.to_owned().into()),
            Body::File(path) => {
                ByteStream::from_path(path).await.map_err(|e| PortError::io("read", path, std::io::Error::other(e)))
            }
        }
    }

    /// What stands beside an object.
    pub(super) async fn head(&self, key: &str) -> PortResult<Option<HeadObjectOutput>> {
        match self.client.head_object().bucket(&self.bucket).key(key).customize().config_override(small()).send().await
        {
            Ok(head) => Ok(Some(head)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed(&self.doing("look at", key), error)),
        }
    }

    /// An object, its body not read yet.
    pub(super) async fn get(&self, key: &str) -> PortResult<Option<GetObjectOutput>> {
        match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(object) => Ok(Some(object)),
            Err(error) if matches!(code(&error), "NoSuchKey" | "NotFound") => Ok(None),
            Err(error) => Err(failed(&self.doing("read", key), error)),
        }
    }

    /// All bytes of an object of at most `most`.
    pub async fn bytes(&self, key: &str, most: u64) -> PortResult<Option<Vec<u8>>> {
        let Some(object) = self.get(key).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        let (_, length) = self.read(key, object.body, most, &mut bytes).await?;
        if length > most {
            let message = format!("s3://{}/{key} has more than {most} bytes, which is what is allowed", self.bucket);
            return Err(PortError::permanent(Class::Request, "TOO_LARGE", message));
        }
        Ok(Some(bytes))
    }

    /// Writes an object into `out`; `None` where there is none.
    pub async fn download(&self, key: &str, out: &mut (impl tokio::io::AsyncWrite + Unpin)) -> PortResult<Option<()>> {
        let Some(object) = self.get(key).await? else { return Ok(None) };
        let length = object.content_length.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
        let (_, read) = self.read(key, object.body, length, out).await?;
        if read != length {
            let message = format!("cannot {}: it has {length} bytes, {read} came", self.doing("read", key));
            return Err(PortError::transient(Class::Storage, "AWS_UNREACHABLE", message));
        }
        Ok(Some(()))
    }

    /// Reads a body to its end, or a little beyond `most` bytes, into `out`; its digest and length.
    pub(super) async fn read(
        &self,
        key: &str,
        mut body: ByteStream,
        most: u64,
        out: &mut (impl tokio::io::AsyncWrite + Unpin),
    ) -> PortResult<(Digest, u64)> {
        let broken = |why: &str| {
            PortError::transient(
                Class::Storage,
                "AWS_UNREACHABLE",
                format!("cannot {}: {why}", self.doing("read", key)),
            )
        };
        let (began, mut hasher, mut length) = (tokio::time::Instant::now(), Sha256::new(), 0_u64);
        while length <= most {
            let limit = began + BODY_TIME + Duration::from_secs(length / LEAST_BYTES_A_SECOND);
            let next = tokio::time::timeout_at(limit, body.next()).await.map_err(|_| broken("it comes too slowly"))?;
            let Some(block) = next.transpose().map_err(|e| broken(&e.to_string()))? else { break };
            hasher.update(&block);
            length += block.len() as u64;
            out.write_all(&block).await.map_err(|e| PortError::io("write", Path::new(key), e))?;
        }
        out.flush().await.map_err(|e| PortError::io("write", Path::new(key), e))?;
        Ok((<[u8; 32]>::from(hasher.finalize()).into(), length))
    }

    /// Removes an object; with an `etag`, only that one. Nothing happens where there is none.
    pub(super) async fn remove(&self, key: &str, etag: Option<&str>) -> PortResult<()> {
        let delete = self.client.delete_object().bucket(&self.bucket).key(key);
        let delete = delete.set_if_match(etag.map(str::to_owned)).customize().config_override(small());
        match delete.send().await {
            Ok(_) => Ok(()),
            Err(error) if matches!(code(&error), "PreconditionFailed" | "NoSuchKey" | "NotFound") => Ok(()),
            Err(error) => Err(failed(&self.doing("remove", key), error)),
        }
    }

    /// Copies an object under another name, within the service; `None` where it is not there.
    pub(super) async fn copy(&self, from: &str, to: &str, kind: &str) -> PortResult<Option<()>> {
        let name = to.rsplit('/').next().unwrap_or(to);
        let copy = self.client.copy_object().bucket(&self.bucket).key(to);
        let copy = copy.copy_source(format!("{}/{from}", self.bucket)).metadata_directive(MetadataDirective::Replace);
        let copy = copy.content_type(kind).content_disposition(format!("attachment; filename=\"{name}\""));
        match copy.send().await {
            Ok(_) => Ok(Some(())),
            Err(error) if matches!(code(&error), "NoSuchKey" | "NotFound") => Ok(None),
            Err(error) => Err(failed(&self.doing("copy to", to), error)),
        }
    }

    /// Lets an object's life begin anew: the bucket's rules count from when it was written. `None` where it is not there.
    pub(super) async fn refresh(&self, key: &str, metadata: Metadata, kind: &str) -> PortResult<Option<()>> {
        let copy = self.client.copy_object().bucket(&self.bucket).key(key).set_metadata(Some(metadata));
        let copy = copy.copy_source(format!("{}/{key}", self.bucket)).metadata_directive(MetadataDirective::Replace);
        match copy.content_type(kind).send().await {
            Ok(_) => Ok(Some(())),
            Err(error) if matches!(code(&error), "NoSuchKey" | "NotFound") => Ok(None),
            Err(error) => Err(failed(&self.doing("refresh", key), error)),
        }
    }

    /// A link that lets whoever has it read an object for a while, though no longer than the credentials live by which it
    /// is made.
    pub async fn link(&self, key: &str, span: Duration) -> PortResult<String> {
        let wrong = |e: &dyn std::fmt::Display| {
            PortError::permanent(Class::Storage, "AWS_REQUEST", format!("cannot make a link: {e}"))
        };
        let config = PresigningConfig::expires_in(span).map_err(|e| wrong(&e))?;
        let link = self.client.get_object().bucket(&self.bucket).key(key).presigned(config).await;
        link.map(|link| link.uri().to_owned()).map_err(|e| failed(&self.doing("make a link to", key), e))
    }
}

/// The rule of calls that carry no body.
fn small() -> aws_sdk_s3::config::Builder {
    aws_sdk_s3::config::Builder::new().timeout_config(STATE.timeouts()).retry_config(STATE.retries())
}

/// An answer to HEAD has no body, and so no code but the status.
fn is_absent<E, R>(error: &aws_sdk_s3::error::SdkError<E, R>) -> bool
where
    E: aws_sdk_s3::error::ProvideErrorMetadata,
{
    matches!(code(error), "NoSuchKey" | "NotFound")
}
