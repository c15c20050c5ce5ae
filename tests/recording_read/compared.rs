//! Two recordings that are compared by `open --against --headless`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::opened::PROGRAM;

/// A folder that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bytewatch-compared-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a recording of connections to these ports, each with its question and its answer.
    fn recording(&self, name: &str, connections: &[(u16, &str, &str)]) -> PathBuf {
        let mut text = String::new();
        for (number, (port, question, answer)) in (1..).zip(connections) {
            let at = format!("2026-01-01T00:00:0{number}.000000Z");
            text += &format!(
                "{{\"event\":\"opened\",\"at\":\"{at}\",\"connection\":{number},\"peer\":\"127.0.0.1:5000{number}\",\
                 \"local\":\"127.0.0.1:{port}\",\"backend\":\"async\"}}\n"
            );
            for (direction, bytes) in [("received", question), ("sent", answer)] {
                let hex: String = bytes.bytes().map(|byte| format!("{byte:02x}")).collect();
                text += &format!(
                    "{{\"event\":\"bytes\",\"at\":\"{at}\",\"connection\":{number},\"direction\":\"{direction}\",\
                     \"offset\":0,\"length\":{},\"hex\":\"{hex}\"}}\n",
                    bytes.len()
                );
            }
        }
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn run(first: &Path, second: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("open").arg(first).arg("--against").arg(second).args(["--config", "none"]).args(words);
    command.output().unwrap()
}

/// The exit status, and the lines that were printed.
fn compared(first: &Path, second: &Path, words: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = run(first, second, &[&["--headless"], words].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn equal_recordings_have_no_difference() {
    let folder = Folder::new("equal");
    // The order of connections to different ports does not matter.
    let first = folder.recording("a", &[(80, "GET /", "one"), (443, "hello", "two")]);
    let second = folder.recording("b", &[(443, "hello", "two"), (80, "GET /", "one")]);
    let (status, lines) = compared(&first, &second, &[]);
    assert_eq!(status, Some(0), "{lines:?}");
    assert_eq!(
        lines,
        [serde_json::json!({
            "event": "compared", "connections": 2, "others": 2, "compared": 2, "differences": 0
        })]
    );
}

#[test]
fn what_differs_is_printed_and_fails() {
    let folder = Folder::new("different");
    let first = folder.recording("a", &[(80, "GET /", "date: 1; body"), (80, "more", "same"), (80, "x", "")]);
    let second = folder.recording("b", &[(80, "GET /", "date: 22; bOdy"), (80, "Xore", "same")]);
    let (status, lines) = compared(&first, &second, &["--ignore", "re:date: [0-9]+"]);
    assert_eq!(status, Some(1));
    let expected = [
        r#"{"event":"difference","connection":1,"other":1,"direction":"sent","offset":10,"expected":"6f","got":"4f"}"#,
        r#"{"event":"difference","connection":2,"other":2,"direction":"received","offset":0,"expected":"6d","got":"58"}"#,
        r#"{"event":"deviation","connection":3,"offset":0,"detail":"the other recording has no such connection"}"#,
        r#"{"event":"compared","connections":3,"others":2,"compared":2,"differences":3}"#,
    ]
    .map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(lines, expected);
    let (_, lines) = compared(&second, &first, &["--connection", "2"]);
    assert_eq!(lines.len(), 2, "{lines:?}");
    let (_, lines) = compared(&second, &first, &[]);
    let alone = lines.iter().find(|line| line["event"] == "deviation").unwrap();
    assert_eq!((&alone["other"], alone.get("connection")), (&Value::from(3), None));
}

#[test]
fn what_cannot_be_compared_is_said_in_one_line() {
    let folder = Folder::new("refused");
    let first = folder.recording("a", &[(80, "GET /", "one")]);
    let said = |second: &Path, words: &[&str]| {
        let output = run(&first, second, words);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (status, error) = said(&folder.0.join("none"), &["--headless"]);
    assert_eq!(status, Some(1));
    assert!(error.contains("none cannot be opened") && error.lines().count() == 1, "{error}");
    let other = folder.0.join("other");
    fs::write(&other, "neither").unwrap();
    let (status, error) = said(&other, &["--headless"]);
    assert_eq!(status, Some(1));
    assert!(error.contains("other is no recording"), "{error}");
    assert_eq!(said(&first, &["--speed", "2"]).0, Some(2), "two recordings are not played");
    assert_eq!(said(&first, &["--ignore", "x"]).0, Some(2), "the dashboard leaves nothing out");
}
