//! What `bytewatch open --headless` prints of a file.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use serde_json::Value;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");

/// One direction of a connection: pieces of bytes, with `None` for each gap.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Stream {
    pub(crate) bytes: Vec<u8>,
    /// The offset and the length of each gap.
    pub(crate) gaps: Vec<(u64, u64)>,
}

impl Stream {
    /// The number of bytes, missing ones included.
    pub(crate) fn length(&self) -> u64 {
        self.bytes.len() as u64 + self.gaps.iter().map(|(_, length)| length).sum::<u64>()
    }
}

/// A connection as it was printed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Connection {
    pub(crate) peer: String,
    pub(crate) local: String,
    pub(crate) received: Stream,
    pub(crate) sent: Stream,
    pub(crate) closed: Option<String>,
}

/// Everything that was printed.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    pub(crate) connections: BTreeMap<u64, Connection>,
    pub(crate) failures: Vec<String>,
    pub(crate) lines: Vec<Value>,
}

/// Runs `open --headless` on a file, with more arguments.
pub(crate) fn run(file: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .arg("open")
        .arg(file)
        .args(["--headless", "--config", "none"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Reads a file that can be read.
pub(crate) fn open(file: &Path) -> Opened {
    let output = run(file, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    parse(&output.stdout)
}

/// Reads bytes through a pipe.
pub(crate) fn open_piped(bytes: &[u8]) -> Opened {
    let mut child = Command::new(PROGRAM)
        .args(["open", "-", "--headless", "--config", "none"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, bytes) = (child.stdin.take().unwrap(), bytes.to_vec());
    let writer = thread::spawn(move || drop(stdin.write_all(&bytes)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    parse(&output.stdout)
}

pub(crate) fn parse(lines: &[u8]) -> Opened {
    let mut opened = Opened::default();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).unwrap();
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        if line["event"] == "failed" {
            opened.failures.push(text("detail"));
        }
        if let Some(number) = line["connection"].as_u64() {
            let known = opened.connections.entry(number).or_default();
            let stream = if line["direction"] == "sent" { &mut known.sent } else { &mut known.received };
            match line["event"].as_str().unwrap() {
                "opened" => (known.peer, known.local) = (text("peer"), text("local")),
                "bytes" => {
                    assert_eq!(line["offset"], stream.length(), "{line}");
                    stream.bytes.extend(unhex(&text("hex")));
                }
                "missed" => stream.gaps.push((stream.length(), line["bytes"].as_u64().unwrap())),
                "closed" => known.closed = Some(text("reason")),
                _ => {}
            }
        }
        opened.lines.push(line);
    }
    opened
}

pub(crate) fn unhex(digits: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(pair).collect()
}
