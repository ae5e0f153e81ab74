//! A finished film leaves the cache: the film, its captions and its poster, side by side, each whole or absent.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Failure;
use super::world::Station;
use crate::domain::task::Task;
use crate::ports::{Class, PortError, PortResult};
use crate::recipe::ArtifactId;
use crate::recipe::plan::Plan;
use crate::recipe::steps::Recipe as _;

/// The film's file: what was asked for, or the request's `output_filename`, or the task's id, in the current folder.
pub(super) async fn target(station: &Station, task: &str, asked: Option<&Path>) -> PortResult<PathBuf> {
    if let Some(asked) = asked {
        return Ok(asked.to_owned());
    }
    let request = station.pipeline.world().tasks.get(task).await?.map(|task| task.request);
    let named = request.as_ref().and_then(|r| r.get("output_filename")).and_then(Value::as_str);
    let name = named.unwrap_or(task);
    let has = Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("mp4"));
    Ok(PathBuf::from(if has { name.to_owned() } else { format!("{name}.mp4") }))
}

/// Refuses, before any work, an output that could not be written after it.
pub(super) fn check(output: &Path) -> Result<(), Failure> {
    if output.is_dir() {
        let at = PortError::io("write", output, std::io::Error::from(std::io::ErrorKind::IsADirectory));
        return Err(at.into());
    }
    let folder = folder(output);
    if !folder.is_dir() {
        let message = format!("cannot write {}: there is no folder {}", output.display(), folder.display());
        return Err(PortError::permanent(Class::Storage, "NO_FOLDER", message).into());
    }
    aside(output)?;
    Ok(())
}

/// A file beside the output that becomes it at the end.
fn aside(output: &Path) -> PortResult<tempfile::NamedTempFile> {
    let made = tempfile::Builder::new().prefix(".protovideo-").tempfile_in(folder(output));
    // The cause alone: the temporary file's name says nothing to whoever reads this.
    made.map_err(|e| PortError::io("write", output, e.kind().into()))
}

/// Puts the film and what belongs to it beside `output`.
pub(super) async fn film(station: &Station, plan: &Plan, task: &Task, output: &Path) -> Result<(), Failure> {
    let captions = station.pipeline.captions(&task.id, plan).await?;
    let film = plan.film.id().map_err(PortError::from)?;
    let poster = plan.poster.id().map_err(PortError::from)?;
    copy(station, &film, output).await?;
    copy(station, &poster, &output.with_extension("jpg")).await?;
    write(&output.with_extension("srt"), captions.srt.as_bytes())?;
    write(&output.with_extension("vtt"), captions.vtt.as_bytes())?;
    write(&output.with_extension("words.json"), captions.words.to_string().as_bytes())
}

/// Copies rather than links: a user's edit of a film must not reach the cache.
async fn copy(station: &Station, id: &ArtifactId, to: &Path) -> Result<(), Failure> {
    let from = station.pipeline.world().artifacts.open(id, &station.work).await?;
    let from = from.ok_or_else(|| Failure::from(gone(id)))?;
    put(to, |temporary| fs::copy(&from, temporary.path()).map(|_| ()))
}

fn gone(id: &ArtifactId) -> PortError {
    let message = format!("{id} is not in the cache any more, or was damaged; run the same command again");
    PortError::transient(Class::Storage, "ARTIFACT_GONE", message)
}

/// Writes a file that is whole or absent.
pub(super) fn write(to: &Path, bytes: &[u8]) -> Result<(), Failure> {
    put(to, |temporary| temporary.write_all(bytes))
}

fn put(to: &Path, fill: impl FnOnce(&mut tempfile::NamedTempFile) -> std::io::Result<()>) -> Result<(), Failure> {
    let at = |e| PortError::io("write", to, e);
    let mut temporary = aside(to)?;
    fill(&mut temporary).map_err(at)?;
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    temporary.as_file().set_permissions(readable).map_err(at)?;
    temporary.persist(to).map_err(|e| at(e.error))?;
    Ok(())
}

fn folder(of: &Path) -> &Path {
    of.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
