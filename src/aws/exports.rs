//! Finished films at `films/<task>/<name>`, with captions and still beside them.

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::Cache;
use super::beside::content_type;
use super::objects::Objects;
use crate::ports::{Artifacts as _, Class, Export, Exports, PortError, PortResult};
use crate::recipe::ArtifactId;

/// The folder of films in the bucket.
#[derive(Clone)]
pub struct Films {
    objects: Objects,
    cache: Cache,
}

impl Films {
    /// Films out of that cache, into that bucket.
    #[must_use]
    pub fn new(objects: Objects, cache: Cache) -> Self {
        Self { objects, cache }
    }

    async fn copy(&self, id: &ArtifactId, to: &str) -> PortResult<()> {
        let gone =
            || PortError::transient(Class::Storage, "INPUT_MISSING", format!("{id} is not in the cache any more"));
        // What another work made was verified then; since then it has lain there.
        if !self.cache.is_published(&id.to_string()) && !self.cache.verify(id).await? {
            return Err(gone());
        }
        let copied = self.objects.copy(&self.cache.object_key(id), to, content_type(id.kind)).await?;
        copied.ok_or_else(gone)
    }
}

#[async_trait]
impl Exports for Films {
    async fn export(&self, export: &Export<'_>) -> PortResult<Map<String, Value>> {
        let stem = export.name.strip_suffix(".mp4").unwrap_or(export.name);
        let key = |name: &str| format!("films/{}/{name}", export.task);
        let (film, poster) = (key(export.name), key(&format!("{stem}.jpg")));
        self.copy(export.film, &film).await?;
        self.copy(export.poster, &poster).await?;
        let mut captions = Map::new();
        for (extension, bytes) in export.captions {
            let (key, kind) = (key(&format!("{stem}.{extension}")), caption_type(extension));
            self.objects.replace(&key, bytes.to_owned(), kind).await?;
            captions.insert(extension.split('.').next().unwrap_or(extension).to_owned(), json!(key));
        }
        let fields = json!({"s3_key": film, "poster": poster, "captions": captions});
        Ok(fields.as_object().cloned().unwrap_or_default())
    }
}

fn caption_type(extension: &str) -> &'static str {
    match extension {
        "srt" => "application/x-subrip",
        "vtt" => "text/vtt",
        _ => "application/json",
    }
}
