//! Is it the film that was asked for? Asked of the file's boxes, without decoding a frame.

mod boxes;
mod samples;
mod tracks;

use std::path::Path;

use crate::ports::{Class, FilmFacts, FilmJob, PortError, PortResult};

/// What is wrong with a film.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// It is a film, but another one.
    #[error("{what}: expected {expected}, found {found}")]
    Differs {
        /// What was looked at.
        what: &'static str,
        /// What the job asks for.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// It ends early or is not MP4.
    #[error("its boxes cannot be read: {0}")]
    Boxes(#[from] mp4_atom::Error),
    /// The disk failed.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// Checks a finished film: `moov` before `mdat`, no edit list, one H.264 High 4:2:0 track of the right size in BT.709 with
/// exactly the scenes' frames at a constant rate from 0 on, in closed groups of two seconds that begin anew with each
/// scene, one stereo AAC track at 48 kHz of the same length, and every sample inside the file.
///
/// # Errors
/// `FILM_BROKEN`, with what was expected and what was found.
pub(super) fn verify(film: &Path, job: &FilmJob) -> PortResult<FilmFacts> {
    check(film, job).map_err(|broken| {
        let message = format!("the film {} was not made as it should be: {broken}", film.display());
        PortError::permanent(Class::Media, "FILM_BROKEN", message).because(broken)
    })
}

fn check(film: &Path, job: &FilmJob) -> Result<FilmFacts, Broken> {
    let layout = boxes::read(film)?;
    let (video, audio) = tracks::pair(&layout.moov)?;
    let frames = tracks::video(video, job)?;
    tracks::audio(audio, u64::from(frames) * job.fps.samples_per_frame())?;
    for track in [video, audio] {
        samples::within(&track.mdia.minf.stbl, &layout.data)?;
    }
    Ok(FilmFacts { frames, bytes: layout.bytes })
}

/// Whether something is as it should be.
#[expect(clippy::needless_pass_by_value, reason = "the checks read as a table of values")]
fn same<T: PartialEq + ToString>(what: &'static str, expected: T, found: T) -> Result<(), Broken> {
    if expected == found {
        return Ok(());
    }
    differs(what, expected.to_string(), found.to_string())
}

fn differs<T>(what: &'static str, expected: impl Into<String>, found: impl Into<String>) -> Result<T, Broken> {
    Err(Broken::Differs { what, expected: expected.into(), found: found.into() })
}
