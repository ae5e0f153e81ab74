//! The contract of [`Artifacts`].

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use crate::ports::{Artifacts, Body, Meta, PortError, PortResult};
use crate::recipe::{ArtifactId, Digest, Kind};

/// So many writers publish the same artifact at once.
const WRITERS: u8 = 16;

/// All promises, over stores that `open` opens empty. `damage` changes an artifact's bytes behind the store's back.
pub async fn all<S: Artifacts + 'static>(
    open: impl Fn() -> PortResult<S>,
    damage: impl Fn(&S, &ArtifactId),
) -> PortResult<()> {
    let work = tempfile::tempdir().map_err(|e| PortError::io("make a folder in", Path::new("."), e))?;
    published_is_found(&open()?, work.path()).await?;
    the_first_stays(&open()?, work.path()).await?;
    one_of_many_wins(Arc::new(open()?), work.path()).await?;
    damaged_is_absent(&open()?, work.path(), &damage).await?;
    verified_is_whole(&open()?, &damage).await?;
    removed_is_absent(&open()?, work.path()).await?;
    listed_in_order(&open()?).await
}

fn id(kind: Kind, name: &str) -> ArtifactId {
    ArtifactId { kind, version: kind.version(), key: Digest::of(name) }
}

fn content(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_default()
}

async fn published_is_found(store: &dyn Artifacts, work: &Path) -> PortResult<()> {
    let (film, sound) = (id(Kind::Film, "a"), id(Kind::Soundtrack, "a"));
    assert_eq!(store.find(&film).await?, None, "nothing is there before it is published");
    assert_eq!(store.open(&film, work).await?, None);
    assert_eq!(store.manifest(&film).await?, None);
    let facts = json!({"frames": 7, "words": [{"start": 1}]});
    let meta = store.publish(&film, b"{\"of\":1}", Body::Bytes(b"bytes"), facts.clone()).await?;
    assert_eq!((meta.sha256, meta.bytes, &meta.facts), (Digest::of("bytes"), 5, &facts));
    assert_eq!(store.find(&film).await?, Some(meta));
    assert_eq!(store.manifest(&film).await?.as_deref(), Some(&b"{\"of\":1}"[..]));
    assert_eq!(store.open(&film, work).await?.map(|path| content(&path)).as_deref(), Some(&b"bytes"[..]));
    assert_eq!(store.find(&sound).await?, None, "the same key under another kind is another artifact");
    let from = work.join("from.wav");
    std::fs::write(&from, b"").map_err(|e| PortError::io("write", &from, e))?;
    let meta = store.publish(&sound, b"{}", Body::File(&from), json!(null)).await?;
    assert_eq!((meta.sha256, meta.bytes), (Digest::of(""), 0), "an empty file is an artifact too");
    assert_eq!(store.open(&sound, work).await?.map(|path| content(&path)).as_deref(), Some(&b""[..]));
    Ok(())
}

async fn the_first_stays(store: &dyn Artifacts, work: &Path) -> PortResult<()> {
    let id = id(Kind::Speech, "b");
    let first = store.publish(&id, b"{}", Body::Bytes(b"first"), json!(1)).await?;
    let second = store.publish(&id, b"{}", Body::Bytes(b"second"), json!(2)).await?;
    assert_eq!(first, second, "whoever comes second is told of the first");
    assert_eq!(store.find(&id).await?, Some(first));
    assert_eq!(store.open(&id, work).await?.map(|path| content(&path)).as_deref(), Some(&b"first"[..]));
    Ok(())
}

/// Writers that made different bytes, and a reader who looks all the while.
async fn one_of_many_wins<S: Artifacts + 'static>(store: Arc<S>, work: &Path) -> PortResult<()> {
    let id = id(Kind::Picture, "c");
    let mut writers: JoinSet<PortResult<Meta>> = JoinSet::new();
    for n in 0..WRITERS {
        let store = store.clone();
        let bytes = vec![n; 1000 + usize::from(n)];
        writers.spawn(async move { store.publish(&id, b"{}", Body::Bytes(&bytes), json!(n)).await });
    }
    let mut metas = Vec::new();
    while !writers.is_empty() {
        if store.find(&id).await?.is_some() {
            assert!(store.open(&id, work).await?.is_some(), "what is found can be opened");
        }
        if let Some(written) = writers.join_next().await {
            metas.extend(written.ok().transpose()?);
        }
    }
    assert_eq!(metas.len(), usize::from(WRITERS), "no writer fails");
    let found = store.find(&id).await?;
    assert!(metas.iter().all(|meta| Some(meta) == found.as_ref()), "all writers are told of the same artifact");
    let opened = store.open(&id, work).await?.map(|path| content(&path)).unwrap_or_default();
    assert_eq!(metas[0].sha256, Digest::of(&opened));
    assert_eq!(metas[0].facts, json!(opened.first()), "the facts are those of the bytes");
    Ok(())
}

async fn damaged_is_absent<S: Artifacts>(store: &S, work: &Path, damage: impl Fn(&S, &ArtifactId)) -> PortResult<()> {
    let id = id(Kind::Scene, "d");
    store.publish(&id, b"{}", Body::Bytes(b"good"), json!(null)).await?;
    damage(store, &id);
    assert_eq!(store.open(&id, work).await?, None, "bytes that are not what was stored are never handed out");
    assert_eq!(store.find(&id).await?, None, "and are removed");
    store.publish(&id, b"{}", Body::Bytes(b"good"), json!(null)).await?;
    assert!(store.open(&id, work).await?.is_some(), "and can be made anew");
    Ok(())
}

async fn verified_is_whole<S: Artifacts>(store: &S, damage: impl Fn(&S, &ArtifactId)) -> PortResult<()> {
    let (good, bad) = (id(Kind::Scene, "h"), id(Kind::Scene, "i"));
    for id in [&good, &bad] {
        store.publish(id, b"{}", Body::Bytes(b"good"), json!(null)).await?;
    }
    damage(store, &bad);
    assert!(store.verify(&good).await?);
    assert!(!store.verify(&bad).await?, "what is damaged is found");
    assert_eq!(store.list().await?.iter().map(|listed| listed.id).collect::<Vec<_>>(), [good], "and removed");
    assert!(store.verify(&bad).await?, "what is not there is not damaged");
    Ok(())
}

async fn removed_is_absent(store: &dyn Artifacts, work: &Path) -> PortResult<()> {
    let id = id(Kind::Poster, "e");
    store.remove(&id).await?;
    store.publish(&id, b"{}", Body::Bytes(b"old"), json!(null)).await?;
    store.remove(&id).await?;
    assert_eq!(store.find(&id).await?, None);
    assert_eq!(store.open(&id, work).await?, None);
    assert_eq!(store.list().await?, []);
    let meta = store.publish(&id, b"{}", Body::Bytes(b"new"), json!(null)).await?;
    assert_eq!(meta.sha256, Digest::of("new"));
    Ok(())
}

async fn listed_in_order(store: &dyn Artifacts) -> PortResult<()> {
    let mut ids: Vec<_> = Kind::ALL.into_iter().flat_map(|kind| [id(kind, "f"), id(kind, "g")]).collect();
    for id in ids.iter().rev() {
        store.publish(id, b"{}", Body::Bytes(b"x"), json!(null)).await?;
    }
    ids.sort();
    let listed = store.list().await?;
    assert_eq!(listed.iter().map(|listed| listed.id).collect::<Vec<_>>(), ids);
    let absent = id(Kind::Film, "h");
    let asked: Vec<_> = ids.iter().copied().chain([absent, absent, ids[0]]).rev().collect();
    let again = [Some(listed[0].meta.clone()), None, None];
    let expected = again.into_iter().chain(listed.iter().rev().map(|listed| Some(listed.meta.clone())));
    assert!(
        store.find_all(&asked).await?.into_iter().eq(expected),
        "many are found in the order of the question, however often each is asked for"
    );
    assert_eq!(store.find_all(&[]).await?, []);
    for listed in listed {
        assert_eq!(store.find(&listed.id).await?, Some(listed.meta));
    }
    Ok(())
}
