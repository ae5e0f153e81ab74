//! What stands beside an artifact's object: its digest, and what was measured when it was made.

use aws_smithy_types::base64;

use super::Cache;
use super::objects::Metadata;
use super::packed::{pack, unpack};
use crate::ports::{Meta, PortResult};
use crate::recipe::{ArtifactId, Digest, Kind};

/// Facts that are packed into no more than this stand in an object's metadata, which has room for 2 KB; others lie
/// in an object of their own, written first.
const FACTS_ROOM: usize = 1600;
const FACTS: &str = ".facts.json";
impl Cache {
    pub(super) fn facts_key(&self, id: &ArtifactId) -> String {
        format!("cache/{}{}{FACTS}", self.scope, id.stem())
    }

    /// What stands beside an object.
    pub(super) async fn metadata(&self, id: &ArtifactId, meta: &Meta) -> PortResult<Metadata> {
        let facts = meta.facts.to_string();
        let packed = base64::encode(pack(facts.as_bytes()));
        let mut metadata = Metadata::from([
            ("sha256".to_owned(), meta.sha256.to_string()),
            ("made-ms".to_owned(), meta.made_at.to_string()),
        ]);
        if packed.len() <= FACTS_ROOM {
            metadata.insert("facts".to_owned(), packed);
        } else {
            self.objects.replace(&self.facts_key(id), facts.into_bytes(), "application/json").await?;
        }
        Ok(metadata)
    }

    /// What stands beside an object, read again; `None` where it cannot be.
    pub(super) async fn meta(
        &self,
        id: &ArtifactId,
        metadata: Option<&Metadata>,
        bytes: Option<i64>,
    ) -> PortResult<Option<Meta>> {
        let Some(metadata) = metadata else { return Ok(None) };
        let facts = match metadata.get("facts") {
            Some(packed) => base64::decode(packed).ok().and_then(|packed| unpack(&packed).ok()),
            None => self.objects.bytes(&self.facts_key(id), 1 << 24).await?,
        };
        let read = || {
            Some(Meta {
                sha256: Digest::parse(metadata.get("sha256")?).ok()?,
                bytes: u64::try_from(bytes?).ok()?,
                facts: serde_json::from_slice(&facts?).ok()?,
                made_at: metadata.get("made-ms")?.parse().ok()?,
            })
        };
        Ok(read())
    }
}

/// How an artifact is served.
pub(super) fn content_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Speech => "audio/wav",
        Kind::Soundtrack => "audio/mp4",
        Kind::Picture => "application/octet-stream",
        Kind::Segment | Kind::Scene => "video/mp2t",
        Kind::Film => "video/mp4",
        Kind::Poster => "image/jpeg",
    }
}
