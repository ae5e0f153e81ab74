//! Fixed work, one piece a run, whose instructions are counted from outside: `scripts/counts.py` runs it in callgrind.
//!
//! `counts list` prints the names of all pieces, `counts NAME FOLDER` does one and keeps its files in that folder, and
//! `counts processor` prints which vector instructions the code finds, since these decide which code is counted.

#![allow(missing_docs, reason = "a program")]

mod media;
mod text;

use std::path::Path;
use std::process::ExitCode;

/// A piece of work: its name, and what does it in a folder.
type Work = (&'static str, fn(&Path));

const WORK: [Work; 6] = [
    ("captions", |_| text::captions()),
    ("frames", media::frames),
    ("picture", media::picture),
    ("script", |_| text::script()),
    ("sound", media::sound),
    ("validation", |_| text::validation()),
];

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => WORK.iter().for_each(|(name, _)| println!("{name}")),
        ["processor"] => println!("{}", processor()),
        [name, folder] => match WORK.iter().find(|(known, _)| *known == name) {
            Some((_, work)) => work(Path::new(folder)),
            None => return usage(),
        },
        // `cargo bench` asks without a name; counting takes callgrind.
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: counts list | counts processor | counts NAME FOLDER; `make counts` counts all of them");
    ExitCode::from(2)
}

/// The architecture, and the vector instructions that are looked for while the program runs.
#[cfg(target_arch = "x86_64")]
fn processor() -> String {
    let found = [
        ("ssse3", std::arch::is_x86_feature_detected!("ssse3")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
    ];
    let found = found.into_iter().filter(|(_, there)| *there).map(|(name, _)| name);
    std::iter::once("x86_64").chain(found).collect::<Vec<_>>().join(" ")
}

/// The architecture.
#[cfg(not(target_arch = "x86_64"))]
fn processor() -> String {
    std::env::consts::ARCH.to_owned()
}
