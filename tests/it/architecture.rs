//! The layers of `src/lib.rs`, held against every path by which a file uses another module.

use std::fs;
use std::path::{Path, PathBuf};

/// Who may use whom. `cli` puts the world together and may use everything but the stand-ins of `testing`.
const MAY_USE: [(&str, &[&str]); 23] = [
    ("domain", &[]),
    ("recipe", &["domain"]),
    ("cost", &["domain", "recipe"]),
    ("ports", &["domain", "recipe"]),
    ("pipeline", &["cost", "domain", "recipe", "ports", "telemetry", "wav"]),
    // What hangs on the ports.
    ("speech", &["domain", "recipe", "ports", "assets", "wav"]),
    ("picture", &["domain", "recipe", "ports", "pixels"]),
    ("media", &["domain", "recipe", "ports", "pixels", "wav"]),
    ("fetch", &["domain", "recipe", "ports"]),
    ("local", &["domain", "recipe", "ports", "pipeline", "telemetry"]),
    ("aws", &["config", "domain", "recipe", "ports"]),
    ("testing", &["config", "domain", "makers", "recipe", "ports"]),
    // What stands beside the layers.
    ("assets", &["recipe", "ports"]),
    ("wav", &["domain"]),
    ("pixels", &[]),
    ("telemetry", &[]),
    ("config", &[]),
    ("process", &[]),
    ("work", &["ports"]),
    // Whoever puts the world together.
    ("makers", &["assets", "config", "fetch", "media", "picture", "ports", "speech"]),
    ("workshop", &["aws", "config", "cost", "makers", "pipeline", "ports", "recipe", "work"]),
    (
        "lambda",
        &[
            "aws",
            "config",
            "cost",
            "domain",
            "makers",
            "pipeline",
            "ports",
            "recipe",
            "speech",
            "telemetry",
            "work",
            "workshop",
        ],
    ),
    (
        "cli",
        &[
            "assets",
            "aws",
            "config",
            "cost",
            "domain",
            "fetch",
            "local",
            "makers",
            "media",
            "picture",
            "pipeline",
            "ports",
            "recipe",
            "speech",
            "telemetry",
            "wav",
            "work",
            "workshop",
        ],
    ),
];

/// What tests beside the code may use on top: the world in memory, and the installed models.
const TESTS_MAY_USE: [&str; 5] = ["testing", "assets", "cost", "pipeline", "wav"];

/// Files beside `config.rs` that read the environment outside tests, and how often.
const READS_ENVIRONMENT: [(&str, usize, &str); 1] =
    [("media/ffmpeg/mod.rs", 2, "PATH finds ffmpeg, and is all of the environment that is handed on to it")];

const LONGEST_FILE: usize = 320;

/// One line of code, without its comment.
struct Line {
    number: usize,
    code: String,
    test: bool,
}

struct Source {
    /// Under `src`, with slashes.
    name: String,
    lines: Vec<Line>,
}

impl Source {
    /// The module right under the crate that the file belongs to; `lib` and `main` are their own.
    fn module(&self) -> &str {
        let first = self.name.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many `super` lead from the file's own module to the crate.
    fn depth(&self) -> usize {
        let folders = self.name.split('/').count();
        if self.name.ends_with("/mod.rs") { folders - 1 } else { folders }
    }

    fn read(root: &Path, path: &Path) -> Self {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        let whole = name.ends_with("tests.rs") || name.contains("/tests/");
        let text = fs::read_to_string(path).unwrap();
        let all: Vec<_> = text.lines().collect();
        let (mut lines, mut inside) = (Vec::new(), false);
        for (i, line) in all.iter().enumerate() {
            let next = all.get(i + 1).unwrap_or(&"");
            inside |= *line == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{');
            lines.push(Line { number: i + 1, code: without_comment(line).to_owned(), test: whole || inside });
            inside &= *line != "}";
        }
        Self { name, lines }
    }

    /// The crate's modules that a line names: behind `crate::`, or behind as many `super::` as lead to the crate.
    fn used(&self, line: &Line) -> Vec<String> {
        let inline_tests = line.test && !self.name.contains("tests");
        let climb = "super::".repeat(self.depth() + usize::from(inline_tests));
        let mut used = Vec::new();
        for start in ["crate::", &climb] {
            for (at, _) in line.code.match_indices(start) {
                let before = line.code[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
                    continue;
                }
                used.extend(heads(&line.code[at + start.len()..]));
            }
        }
        used
    }
}

/// The first names of a path: of `a::b` it is `a`, of `{a::b, c}` they are `a` and `c`.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut found, mut part) = (0, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => found.push(name(&std::mem::take(&mut part))),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                part.push(c);
            }
        }
    }
    found.push(name(&part));
    found.retain(|name| !name.is_empty());
    found
}

/// A `//` inside a string belongs to a URL; no path of a module stands behind one.
fn without_comment(line: &str) -> &str {
    match line.find("//") {
        Some(at) if line[..at].ends_with(':') => line,
        Some(at) => &line[..at],
        None => line,
    }
}

fn sources() -> Vec<Source> {
    fn below(folder: &Path, into: &mut Vec<PathBuf>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                below(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") {
                into.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    below(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 100, "the sources are looked for in {}", root.display());
    paths.iter().map(|path| Source::read(&root, path)).collect()
}

/// Fails with every place that a rule found.
#[track_caller]
fn none(what: &str, places: &[String]) {
    assert!(places.is_empty(), "{what}:\n{}", places.join("\n"));
}

fn places(rule: impl Fn(&Source, &Line) -> Vec<String>) -> Vec<String> {
    let mut found = Vec::new();
    for source in &sources() {
        for line in &source.lines {
            let told = rule(source, line).into_iter();
            found.extend(told.map(|what| format!("src/{}:{}: {what}", source.name, line.number)));
        }
    }
    found
}

#[test]
fn each_module_uses_only_what_its_layer_allows() {
    let rule = |source: &Source, line: &Line| {
        let module = source.module();
        let allowed = match module {
            "lib" | "main" => &[][..],
            _ => MAY_USE.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, may)| may),
        };
        let mut used = source.used(line);
        used.retain(|name| {
            let is_module = MAY_USE.iter().any(|(module, _)| module == name);
            let for_tests = line.test && TESTS_MAY_USE.contains(&name.as_str());
            is_module && name != module && !allowed.contains(&name.as_str()) && !for_tests
        });
        used.into_iter().map(|name| format!("`{module}` uses `{name}`")).collect()
    };
    none("the layers allow otherwise", &places(rule));
}

#[test]
fn every_module_has_its_place_in_the_table() {
    let known = |module: &str| MAY_USE.iter().any(|(name, _)| *name == module) || ["lib", "main"].contains(&module);
    let strangers: Vec<_> =
        sources().iter().filter(|source| !known(source.module())).map(|source| source.name.clone()).collect();
    none("modules that no layer has", &strangers);
}

/// The arrows run one way: nothing uses, over any number of steps, what uses it.
#[test]
fn the_table_has_no_circle() {
    let mut left: Vec<_> = MAY_USE.to_vec();
    while !left.is_empty() {
        let before = left.len();
        let names: Vec<_> = left.iter().map(|(name, _)| *name).collect();
        left.retain(|(_, may)| may.iter().any(|module| names.contains(module)));
        assert!(left.len() < before, "a circle among {names:?}");
    }
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let reads = |line: &Line| ["env::var", "env::vars", "env::var_os"].iter().any(|read| line.code.contains(read));
    let mut found = Vec::new();
    for source in &sources() {
        let read: Vec<_> = source.lines.iter().filter(|line| !line.test && reads(line)).collect();
        let allowed =
            READS_ENVIRONMENT.iter().find(|(name, ..)| *name == source.name).map_or(0, |(_, times, _)| *times);
        if source.name != "config.rs" && read.len() > allowed {
            found.extend(read.iter().map(|line| format!("src/{}:{}: {}", source.name, line.number, line.code.trim())));
        }
    }
    none("the environment is read", &found);
}

#[test]
fn no_file_is_long() {
    let long = |source: &Source| source.lines.len() > LONGEST_FILE;
    let told = |source: &Source| format!("src/{}: {} lines", source.name, source.lines.len());
    none("files to be split", &sources().iter().filter(|s| long(s)).map(told).collect::<Vec<_>>());
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    let rule = |_: &Source, line: &Line| {
        let unwraps = !line.test && [".unwrap()", ".expect("].iter().any(|call| line.code.contains(call));
        if unwraps { vec![line.code.trim().to_owned()] } else { Vec::new() }
    };
    none("unwrapped", &places(rule));
}

#[test]
fn the_scanner_sees_paths_of_all_shapes() {
    let source = |name: &str| Source { name: name.to_owned(), lines: Vec::new() };
    let used = |name: &str, code: &str| {
        let line = Line { number: 1, code: without_comment(code).to_owned(), test: false };
        source(name).used(&line)
    };
    assert_eq!(used("media/mix.rs", "use crate::domain::units::Fps;"), ["domain"]);
    assert_eq!(used("media/mix.rs", "use crate::{ports::{A, B}, recipe};"), ["ports", "recipe"]);
    assert_eq!(used("media/mix.rs", "    let x = crate::speech::go(crate::wav::encode(y));"), ["speech", "wav"]);
    assert_eq!(used("media/mix.rs", "use super::super::fetch::Fetcher;"), ["fetch"]);
    assert_eq!(used("media/mod.rs", "use super::fetch::Fetcher;"), ["fetch"]);
    assert_eq!(used("media/mix.rs", "use super::fetch::Fetcher; // crate::cli"), [""; 0]);
}
