//! What ffmpeg says about itself, and a note of it beside the cache: to ask costs as long as all else that a cached film
//! costs, since most ffmpegs load some two hundred libraries first.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::recipe::Digest;

/// What it says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said {
    /// Of all of it: its version, its build and its libraries.
    pub(super) digest: Digest,
    /// Its first line, without the copyright.
    pub(super) version: String,
}

impl Said {
    /// Of the answer to `-version`.
    pub(super) fn of(answer: &[u8]) -> Self {
        let text = String::from_utf8_lossy(answer);
        let line = text.lines().next().unwrap_or_default();
        let version = line.split(" Copyright").next().unwrap_or(line).to_owned();
        Self { digest: Digest::of(answer), version }
    }
}

/// What a program said, and all files that it was loaded from.
#[derive(Serialize, Deserialize)]
struct Note {
    said: Said,
    /// The program, then its libraries.
    files: Vec<Seen>,
}

/// A file, by what changes when it does.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    path: PathBuf,
    bytes: u64,
    inode: u64,
    modified: (i64, i64),
}

impl Seen {
    fn now(path: &Path) -> io::Result<Self> {
        let file = fs::metadata(path)?;
        let modified = (file.mtime(), file.mtime_nsec());
        Ok(Self { path: path.to_owned(), bytes: file.len(), inode: file.ino(), modified })
    }

    fn is_unchanged(&self) -> bool {
        Self::now(&self.path).is_ok_and(|now| now == *self)
    }
}

/// What the program said when it was asked last, where neither it nor a library of its has changed since.
pub(super) fn noted(note: &Path, program: &Path) -> Option<Said> {
    let note: Note = serde_json::from_slice(&fs::read(note).ok()?).ok()?;
    let same = note.files.first()?.path == program && note.files.iter().all(Seen::is_unchanged);
    same.then_some(note.said)
}

/// Notes what a program said. `loaded` is what the system's loader tells of it.
pub(super) fn note(note: &Path, program: &Path, said: &Said, loaded: &str) -> io::Result<()> {
    let paths = std::iter::once(program).chain(libraries(loaded));
    let files = paths.map(Seen::now).collect::<io::Result<_>>()?;
    let folder = note.parent().unwrap_or(Path::new("."));
    let file = NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&file, &Note { said: said.clone(), files })?;
    file.persist(note).map(drop).map_err(|e| e.error)
}

/// Whether the system loads the program itself: of a script, its libraries say nothing.
pub(super) fn is_elf(program: &Path) -> bool {
    let mut magic = [0; 4];
    fs::File::open(program).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *b"\x7fELF"
}

/// The libraries in lines such as `libx264.so.164 => /lib/libx264.so.164 (0x00007f)`.
fn libraries(loaded: &str) -> impl Iterator<Item = &Path> {
    loaded.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/'))).map(Path::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_holds_until_the_program_or_a_library_changes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["ffmpeg", "liba.so", "libb.so", "other"] {
            fs::write(at(name), name).unwrap();
        }
        let loaded = format!(
            "\tlinux-vdso.so.1 (0x00007ffc)\n\tliba.so => {} (0x00007f)\n\t{} (0x00007f)\n",
            at("liba.so").display(),
            at("libb.so").display()
        );
        let said = Said::of(b"ffmpeg version 9 Copyright (c)\nbuilt with care\n");
        assert_eq!(said.version, "ffmpeg version 9");
        let (kept, program) = (at("note.json"), at("ffmpeg"));
        assert_eq!(noted(&kept, &program), None);
        for changed in ["ffmpeg", "liba.so", "libb.so"] {
            note(&kept, &program, &said, &loaded).unwrap();
            assert_eq!(noted(&kept, &program), Some(said.clone()));
            assert_eq!(noted(&kept, &at("other")), None, "of another program");
            fs::write(at(changed), "changed").unwrap();
            assert_eq!(noted(&kept, &program), None, "{changed}");
        }
        fs::remove_file(at("liba.so")).unwrap();
        assert!(note(&kept, &program, &said, &loaded).is_err());
        fs::write(&kept, "{").unwrap();
        assert_eq!(noted(&kept, &program), None);
    }

    #[test]
    fn a_script_is_told_from_a_program() {
        let script = tempfile::NamedTempFile::new().unwrap();
        fs::write(script.path(), "#!/bin/sh").unwrap();
        assert!(!is_elf(script.path()));
        assert!(is_elf(&std::env::current_exe().unwrap()));
    }
}
