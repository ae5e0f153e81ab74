//! What an artifact was made from, and how two differ: `explain`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::world::{self, Cache};
use super::{Failure, print};
use crate::config::Config;
use crate::ports::Artifacts as _;
use crate::recipe::{ArtifactId, Kind};

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// An artifact's id, such as `scene/v1/ab12...`, or the beginning of its key
    artifact: String,
    /// Another, to see how the two differ
    other: Option<String>,
}

impl Explain {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let caches = world::caches(config)?;
        let first = manifest(&caches, &self.artifact).await?;
        let Some(other) = &self.other else { return print(&serde_json::to_string_pretty(&first)?) };
        let differences = differences(&first, &manifest(&caches, other).await?);
        if differences.is_empty() {
            eprintln!("the two recipes are the same");
        }
        differences.iter().try_for_each(|line| print(line))
    }
}

/// `place: before -> after` for every leaf that differs.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    let (mut a, mut b) = (BTreeMap::new(), BTreeMap::new());
    flatten("", before, &mut a);
    flatten("", after, &mut b);
    let places: BTreeSet<_> = a.keys().chain(b.keys()).collect();
    let show = |value: Option<&Value>| value.map_or_else(|| "absent".to_owned(), Value::to_string);
    let differ = places.into_iter().filter(|place| a.get(*place) != b.get(*place));
    differ.map(|place| format!("{place}: {} -> {}", show(a.get(place)), show(b.get(place)))).collect()
}

/// The recipe of an artifact, by its id or the beginning of its key.
async fn manifest(caches: &[Cache], name: &str) -> Result<Value, Failure> {
    let id = match ArtifactId::parse(name) {
        Ok(id) => id,
        Err(_) => by_prefix(&ids(caches).await?, name)?,
    };
    for cache in caches {
        if let Some(manifest) = cache.artifacts.manifest(&id).await? {
            return Ok(serde_json::from_slice(&manifest)?);
        }
    }
    Err(Failure::usage(format!("the cache has no {id}")))
}

/// All artifacts that there are, whosever they are.
async fn ids(caches: &[Cache]) -> Result<BTreeSet<ArtifactId>, Failure> {
    let mut ids = BTreeSet::new();
    for cache in caches {
        ids.extend(cache.artifacts.list().await?.into_iter().map(|listed| listed.id));
    }
    Ok(ids)
}

fn by_prefix(ids: &BTreeSet<ArtifactId>, prefix: &str) -> Result<ArtifactId, Failure> {
    let kinds = Kind::ALL.map(Kind::word).join(", ");
    let found: Vec<_> = ids.iter().filter(|id| id.key.to_string().starts_with(prefix)).collect();
    match found[..] {
        [id] => Ok(*id),
        [] => Err(Failure::usage(format!(
            "the cache has no artifact `{prefix}`; give an id of one of the kinds {kinds}, or the beginning of a key"
        ))),
        [..] => Err(Failure::usage(format!("`{prefix}` begins {} keys; give more of it", found.len()))),
    }
}

/// Every leaf of a value under its path.
fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let place = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&place, field, into);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                flatten(&format!("{path}[{i}]"), item, into);
            }
        }
        leaf => {
            into.insert(path.to_owned(), leaf.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn leaves_that_differ_are_told_with_their_paths() {
        let before = json!({"a": {"b": [1, {"c": null}]}, "same": 0});
        let after = json!({"a": {"b": [2]}, "same": 0});
        assert_eq!(differences(&before, &after), ["a.b[0]: 1 -> 2", "a.b[1].c: null -> absent"]);
        assert!(differences(&before, &before).is_empty());
    }
}
