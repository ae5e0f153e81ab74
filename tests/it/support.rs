//! A desk: a folder with a request, a film and a cache of its own, and the program to run there.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Variables of the machine that runs the tests must not reach the program.
const CLEARED: [&str; 17] = [
    "CACHE_ENABLED",
    "CACHE_MAX_AGE",
    "IMAGE_PROVIDER",
    "MAX_WORKERS",
    "MEMORY_CRITICAL_THRESHOLD",
    "MEMORY_WARNING_THRESHOLD",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_IMAGE_MODEL",
    "OPENAI_IMAGE_PRICE",
    "PROTOVIDEO_ALLOW_HOSTS",
    "PROTOVIDEO_FFMPEG",
    "PROTOVIDEO_LOG",
    "PREFETCH_PICTURES",
    "SLOW_STEP_THRESHOLD",
    "TASK_DEADLINE",
    "TTS_DEVICE",
];

pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self(TempDir::new().expect("a folder for the test"));
        fs::create_dir(desk.scratch()).expect("a folder for temporary files");
        desk
    }

    /// Where the program's temporary files go.
    fn scratch(&self) -> PathBuf {
        self.path("scratch")
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("a file of the test");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Temporary files that were left behind.
    pub(crate) fn scraps(&self) -> Vec<String> {
        let entries = fs::read_dir(self.scratch()).expect("the folder for temporary files");
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// All that lies in the folder, by name; the cache and the folder for temporary files are left out.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the test's folder");
        let mut names: Vec<_> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| name != "cache" && name != "scratch");
        names.sort();
        names
    }

    /// The program, with this folder as the current one and a cache in it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_protovideo"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        for name in CLEARED {
            command.env_remove(name);
        }
        command.env("CACHE_DIR", self.path("cache")).env("TMPDIR", self.scratch());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// Runs with variables.
    pub(crate) fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).envs(variables.iter().copied()))
    }

    /// Renders a request into `film.mp4`.
    pub(crate) fn render(&self, request: &Value) -> Ran {
        self.write("request.json", request.to_string());
        self.run(&["render", "request.json", "-o", "film.mp4"])
    }

    /// The newest task's report.
    pub(crate) fn report(&self) -> Value {
        self.run(&["report", "--format", "json"]).json()
    }
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; `None` after a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Standard output of a run that went well.
    #[track_caller]
    pub(crate) fn ok(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:#?}");
        &self.stdout
    }

    /// Standard output of a run that went well, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.ok()).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }

    /// A failure with that exit code, all of whose `told` stand on standard error, and nothing on standard output.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, told: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert_eq!(self.stdout, "", "data of a run that failed");
        for part in told {
            assert!(self.stderr.contains(part), "{part:?} is not told: {}", self.stderr);
        }
    }
}

/// The folder of installed models, by the program's own rule.
pub(crate) fn installed() -> PathBuf {
    let variable = |name| std::env::var_os(name);
    let named = (variable("PROTOVIDEO_ASSETS"), variable("XDG_CACHE_HOME"), variable("HOME"));
    protovideo::assets::Assets::root_from(named.0, named.1, named.2).expect("a home")
}

/// A folder of links to the installed files, one of which is a copy with one byte altered.
pub(crate) fn tampered(desk: &Desk, name: &str) -> String {
    let assets = installed();
    let folder = desk.path("assets");
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(&assets).unwrap().flatten() {
        std::os::unix::fs::symlink(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    fs::remove_file(folder.join(name)).unwrap();
    let mut bytes = fs::read(assets.join(name)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(folder.join(name), bytes).unwrap();
    folder.to_str().unwrap().to_owned()
}

/// All files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A small, quick film.
pub(crate) fn film(scenes: &Value) -> Value {
    json!({"size": "108x192", "fps": 24, "scenes": scenes})
}

/// Artifacts that were made, not found, by kind.
pub(crate) fn made(report: &Value) -> BTreeMap<&str, usize> {
    let mut made = BTreeMap::new();
    for record in report["artifacts"].as_array().expect("records") {
        if record["cache"] == "miss" {
            *made.entry(record["kind"].as_str().expect("a kind")).or_default() += 1;
        }
    }
    made
}

/// A run that goes on in the background, with its lines on standard error.
pub(crate) struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
    seen: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("a pipe");
        Self { child, lines: BufReader::new(stderr).lines(), seen: String::new() }
    }

    /// Waits for a line that begins so.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, beginning: &str) {
        while let Some(Ok(line)) = self.lines.next() {
            self.seen += &line;
            self.seen.push('\n');
            if line.starts_with(beginning) {
                return;
            }
        }
        panic!("no line begins with {beginning:?}: {}", self.seen);
    }

    pub(crate) fn send(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("the program runs");
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Ran {
        let rest = self.lines.map_while(Result::ok);
        let stderr = rest.fold(self.seen, |seen, line| seen + &line + "\n");
        let mut stdout = String::new();
        let mut pipe = self.child.stdout.take().expect("a pipe");
        std::io::Read::read_to_string(&mut pipe, &mut stdout).expect("UTF-8");
        Ran { code: self.child.wait().expect("it ends").code(), stdout, stderr }
    }
}

/// Runs ffmpeg or ffprobe.
pub(crate) fn tool(program: &str, arguments: &[&str]) -> Output {
    let ran = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let ran = ran.unwrap_or_else(|e| panic!("{program}: {e}"));
    assert!(ran.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    ran
}

/// What ffprobe says about a film.
pub(crate) fn probed(film: &Path) -> Value {
    let film = film.to_str().expect("UTF-8");
    let ran = tool("ffprobe", &["-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json", film]);
    serde_json::from_slice(&ran.stdout).expect("JSON")
}
