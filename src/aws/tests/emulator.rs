//! Servers that stand in for AWS, for tests: programs of a folder that `make` fills, on free ports of this machine,
//! ended with the value that started them.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to begin.
const START: Duration = Duration::from_secs(60);

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    /// ministack: all services.
    Ministack,
    /// moto: all services, by other people.
    Moto,
    /// `SeaweedFS`: S3 alone, a real store.
    Seaweed,
}

/// A server that runs.
pub(super) struct Emulator {
    child: Child,
    /// `http://127.0.0.1:4566`.
    pub(super) endpoint: String,
    _folder: tempfile::TempDir,
}

impl Emulator {
    /// Starts a server of the programs in `folder`, and waits until it answers.
    ///
    /// # Panics
    /// Where it is not there, or does not begin: a test cannot go on.
    #[must_use]
    pub(super) fn start(server: Server, folder: &Path) -> Self {
        let data = tempfile::tempdir().expect("a folder can be made");
        let port = free_port();
        let mut command = match server {
            Server::Ministack => {
                let mut command = program(folder, "ministack");
                command.envs([("BIND_HOST", "127.0.0.1"), ("IOT_MTLS_ENABLED", "0"), ("AUTH", "false")]);
                command.env("GATEWAY_PORT", port.to_string());
                command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"));
                command
            }
            Server::Moto => {
                let mut command = program(folder, "moto_server");
                command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
                command
            }
            Server::Seaweed => {
                let mut command = program(folder, "weed");
                let identities = r#"{"identities": [{"name": "test", "credentials":
                    [{"accessKey": "test", "secretKey": "test"}], "actions": ["Admin", "Read", "Write", "List"]}]}"#;
                std::fs::write(data.path().join("s3.json"), identities).expect("a file can be written");
                command.args(["server", "-dir=.", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-s3.config=s3.json"]);
                command.args(["-volume.max=200", "-master.volumeSizeLimitMB=64", &format!("-s3.port={port}")]);
                for name in ["master.port", "volume.port", "filer.port"] {
                    command.arg(format!("-{name}={}", free_port()));
                }
                command
            }
        };
        command.current_dir(data.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|e| panic!("cannot start {command:?}: {e}"));
        let mut started = Self { child, endpoint: format!("http://127.0.0.1:{port}"), _folder: data };
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < START, "{server:?} does not begin");
            assert!(started.child.try_wait().is_ok_and(|ended| ended.is_none()), "{server:?} ended at once");
            std::thread::sleep(Duration::from_millis(50));
        }
        started
    }

    /// Where `make` puts the servers, under a folder of installed files.
    #[must_use]
    pub(super) fn folder(assets: &Path) -> PathBuf {
        assets.join("cloud").join("bin")
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn program(folder: &Path, name: &str) -> Command {
    let path = folder.join(name);
    assert!(path.exists(), "{} is not there; `make test` installs it", path.display());
    Command::new(path)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}
