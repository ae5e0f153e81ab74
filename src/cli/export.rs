//! A finished film leaves the cache: the film, its captions and its poster, side by side, each whole or absent.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Failure;
use super::world::Station;
use crate::domain::film::film_name;
use crate::domain::task::Task;
use crate::ports::{Class, PortError, PortResult};
use crate::recipe::ArtifactId;
use crate::recipe::plan::Plan;
use crate::recipe::steps::Recipe as _;

/// What is put beside the film, by its extension in place of the film's.
const BESIDE: [&str; 4] = ["jpg", "srt", "vtt", "words.json"];

/// The film's file: what was asked for, or the request's `output_filename`, or the task's id, in the current folder.
pub(super) fn target(asked: Option<PathBuf>, named: Option<&str>, task: &str) -> PathBuf {
    asked.unwrap_or_else(|| PathBuf::from(film_name(named, task)))
}

fn is_mp4(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mp4"))
}

/// Refuses, before any work, an output that could not be written after it, or whose files would replace each other or
/// what the film is made from: `inputs`.
pub(super) fn check(output: &Path, inputs: &[PathBuf]) -> Result<(), Failure> {
    let beside = BESIDE.map(|extension| output.with_extension(extension));
    let written = || std::iter::once(output).chain(beside.iter().map(PathBuf::as_path));
    if let Some(folder) = written().find(|file| file.is_dir()) {
        return Err(PortError::io("write", folder, std::io::ErrorKind::IsADirectory.into()).into());
    }
    let folder = folder(output);
    if !folder.is_dir() {
        let message = format!("cannot write {}: there is no folder {}", output.display(), folder.display());
        return Err(PortError::permanent(Class::Storage, "NO_FOLDER", message).into());
    }
    if !is_mp4(output) {
        let other = output.with_extension("mp4");
        let message =
            format!("cannot make {}: a film's file ends in .mp4, such as {}", output.display(), other.display());
        return Err(Failure::usage(message));
    }
    for file in written() {
        let same = |input: &&PathBuf| matches!((file.canonicalize(), input.canonicalize()), (Ok(a), Ok(b)) if a == b);
        if let Some(input) = inputs.iter().find(same) {
            let message = format!(
                "cannot make {}: {} would be replaced, which the film is made from; choose another name with -o",
                output.display(),
                input.display()
            );
            return Err(Failure::usage(message));
        }
    }
    aside(output)?;
    Ok(())
}

/// A file beside the output that becomes it at the end.
pub(super) fn aside(output: &Path) -> PortResult<tempfile::NamedTempFile> {
    let made = tempfile::Builder::new().prefix(".protovideo-").tempfile_in(folder(output));
    // The cause alone: the temporary file's name says nothing to whoever reads this.
    made.map_err(|e| PortError::io("write", output, e.kind().into()))
}

/// Puts the film and what belongs to it beside `output`.
pub(super) async fn film(station: &Station, plan: &Arc<Plan>, task: &Task, output: &Path) -> Result<(), Failure> {
    let captions = station.pipeline.captions(task, plan).await?;
    let film = plan.film.id().map_err(PortError::from)?;
    let poster = plan.poster.id().map_err(PortError::from)?;
    copy(station, &film, output).await?;
    let [jpg, srt, vtt, words] = BESIDE.map(|extension| output.with_extension(extension));
    copy(station, &poster, &jpg).await?;
    write(&srt, captions.srt.as_bytes())?;
    write(&vtt, captions.vtt.as_bytes())?;
    write(&words, captions.words.to_string().as_bytes())
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
    keep(temporary, to)
}

/// Gives a file that is whole its name.
pub(super) fn keep(temporary: tempfile::NamedTempFile, to: &Path) -> Result<(), Failure> {
    let at = |e| PortError::io("write", to, e);
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    temporary.as_file().set_permissions(readable).map_err(at)?;
    temporary.persist(to).map_err(|e| at(e.error))?;
    Ok(())
}

fn folder(of: &Path) -> &Path {
    of.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
