//! A web server that answers by script: the n-th connection gets the n-th answer, later ones the last.
//!
//! It says exactly the bytes it is told to, so that it can also break off, drip, lie about a length or never end.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What one connection is answered with; the connection is closed after it.
#[derive(Clone, Debug)]
pub struct Answer {
    head: String,
    body: Vec<u8>,
    ending: Ending,
}

/// What follows the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Close,
    /// The connection is reset, in place of any answer.
    Reset,
    /// The body is said again and again, with such a pause before each time.
    Forever(Duration),
}

impl Answer {
    /// A whole answer of that status.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self { head: format!("HTTP/1.1 {status} X\r\n"), body, ending: Ending::Close }
    }

    /// With one more header. Without a `content-length`, the true one is added.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.extend([name, ": ", value, "\r\n"]);
        self
    }

    /// A connection that is reset when the request was read.
    pub fn reset() -> Self {
        Self { ending: Ending::Reset, ..Self::new(200, "") }
    }

    /// A body that never ends: `part` again and again, with such a pause before each.
    pub fn forever(part: impl Into<Vec<u8>>, pause: Duration) -> Self {
        Self { ending: Ending::Forever(pause), ..Self::new(200, part) }
    }

    async fn say(&self, stream: &mut TcpStream) -> io::Result<()> {
        let mut head = self.head.clone() + "connection: close\r\n";
        match self.ending {
            Ending::Reset => return stream.set_zero_linger(),
            Ending::Close if !head.contains("content-length") => {
                head.extend(["content-length: ", &self.body.len().to_string(), "\r\n"]);
            }
            _ => {}
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).await?;
        if let Ending::Forever(pause) = self.ending {
            loop {
                tokio::time::sleep(pause).await;
                stream.write_all(&self.body).await?;
            }
        }
        stream.write_all(&self.body).await?;
        stream.shutdown().await
    }
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The request line and the headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
    /// When it was whole.
    pub at: Instant,
}

/// The server; it listens on a free port of 127.0.0.1 until it is dropped.
#[derive(Debug)]
pub struct HttpStub {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    server: JoinHandle<io::Result<()>>,
}

impl HttpStub {
    /// Starts a server with that script, which is not empty.
    pub async fn start(script: Vec<Answer>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let server = tokio::spawn(serve(listener, script, asked.clone()));
        Ok(Self { address, asked, server })
    }

    /// `127.0.0.1:54321`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All requests so far. A connection that sent nothing counts as an empty one.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for HttpStub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Answers each connection beside the others, since one may hang for as long as its client lets it.
async fn serve(listener: TcpListener, script: Vec<Answer>, asked: Arc<Mutex<Vec<Asked>>>) -> io::Result<()> {
    let mut answers = script.iter();
    let mut connections = JoinSet::new();
    loop {
        let (mut stream, _) = listener.accept().await?;
        let Some(answer) = answers.next().or(script.last()).cloned() else { return Ok(()) };
        let asked = asked.clone();
        connections.spawn(async move {
            let request = read(&mut stream).await?;
            asked.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            answer.say(&mut stream).await
        });
    }
}

/// Reads a request, with the body that its `content-length` announces.
async fn read(stream: &mut TcpStream) -> io::Result<Asked> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = announced_length(&head);
            if bytes.len() >= end + 4 + length {
                return Ok(Asked { head, body: bytes.split_off(end + 4), at: Instant::now() });
            }
        }
        // A client's greeting in TLS begins with 22; it is answered in plain text, and so fails.
        if stream.read_buf(&mut bytes).await? == 0 || bytes[0] == 22 {
            return Ok(Asked { head: String::new(), body: bytes, at: Instant::now() });
        }
    }
}

/// The number in `content-length`; zero without one.
fn announced_length(head: &str) -> usize {
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
}
