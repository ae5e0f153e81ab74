//! A key is sent to its provider and is found nowhere else.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use serde_json::json;

use crate::support::{Desk, film};

const KEY: &str = "sk-canary-4711";

/// A server of the images API, which answers one request with a picture and hands over what it was asked.
fn provider() -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let answering = thread::spawn(move || answer(&listener.accept().unwrap().0));
    (address, answering)
}

fn answer(mut stream: &TcpStream) -> String {
    let (mut head, mut reader) = (String::new(), BufReader::new(stream));
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).unwrap();
    }
    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    // A PNG of one grey pixel.
    let picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";
    let answer = json!({"data": [{"b64_json": picture}]}).to_string();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}", answer.len()).unwrap();
    head + &String::from_utf8_lossy(&body)
}

/// The files below a folder that hold the key.
fn told_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let told = entries.flat_map(|path| {
        if path.is_dir() {
            return told_in(&path);
        }
        let bytes = fs::read(&path).unwrap();
        let holds = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        if holds { vec![path.display().to_string()] } else { Vec::new() }
    });
    told.collect()
}

#[test]
fn no_recipe_no_record_and_no_word_holds_a_key() {
    let desk = Desk::new();
    let (address, asked) = provider();
    let request =
        film(&json!([{"type": "image", "promptImage": "A boat", "image_provider": "openai", "duration": 0.25}]));
    desk.write("request.json", request.to_string());
    let variables = [("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", &address), ("PROTOVIDEO_LOG", "trace")];
    let ran = desk.run_with(&variables, &["render", "request.json", "-o", "film.mp4", "--json"]);
    ran.ok();
    assert!(asked.join().unwrap().contains(&format!("Bearer {KEY}")), "the provider gets it");
    assert!(!ran.stdout.contains(KEY) && !ran.stderr.contains(KEY), "{ran:#?}");
    for command in [&["report", "--format", "json"][..], &["report", "--format", "html"], &["status", "--json"]] {
        assert!(!desk.run_with(&variables, command).ok().contains(KEY));
    }
    let recipes = fs::read_dir(desk.path("cache/picture")).unwrap().count();
    assert!(recipes > 0, "the picture was kept");
    assert_eq!(told_in(&desk.path("")), [""; 0]);
}
