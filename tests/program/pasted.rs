//! The commands in the README and on the welcome screen work without changes when pasted into bash, and return.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::pty::{PROGRAM, show_with, signal, wait_for};

/// The address in the README.
const WRITTEN: [&str; 2] = ["127.0.0.1 7777", "127.0.0.1:7777"];
/// The programs that the commands call, each with its Debian package.
const CALLED: [(&str, &str); 3] =
    [("nc", "netcat-openbsd"), ("curl", "curl"), ("python3", "python3-minimal")];
/// The status of `curl` at a timeout, which is how it ends with an echo service.
const TIME_IS_OVER: i32 = 28;

#[expect(clippy::print_stderr, reason = "a command that was not run has to be told")]
/// Whether the program that a command calls is installed. If not, prints how to install it.
fn can_run(command: &str) -> bool {
    let called = |word: &str| command.split(|ch: char| !ch.is_alphanumeric()).any(|part| part == word);
    let missing = CALLED.iter().find(|(word, _)| {
        let known = Command::new("bash").args(["-c", &format!("command -v {word}")]).output().unwrap();
        called(word) && !known.status.success()
    });
    if let Some((word, package)) = missing {
        eprintln!("not tried, as there is no {word}: {command}\n(apt-get install {package})");
    }
    missing.is_none()
}

/// The server and its output.
struct Echo {
    child: Child,
    events: Box<dyn Iterator<Item = Value>>,
    port: u64,
}

impl Echo {
    fn start() -> Self {
        let args = ["--headless", "-l", "0", "--events", "listening,decoded,closed"];
        let mut child = Command::new(PROGRAM).args(args).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::<ChildStdout>::new(child.stdout.take().unwrap()).lines();
        let mut events: Box<dyn Iterator<Item = Value>> =
            Box::new(lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()));
        let address = events.next().unwrap()["address"].as_str().unwrap().to_owned();
        let port = address.rsplit(':').next().unwrap().parse().unwrap();
        Self { child, events, port }
    }

    /// Runs a command of the README in bash, with `typed` as its input; returns what was received, read by read.
    fn run(&mut self, command: &str, typed: &str) -> Vec<Value> {
        let here = [format!("127.0.0.1 {}", self.port), format!("127.0.0.1:{}", self.port)];
        let command = command.replace(WRITTEN[0], &here[0]).replace(WRITTEN[1], &here[1]);
        ends_well(&command, typed);
        let mut received = Vec::new();
        for event in self.events.by_ref() {
            if event["event"] == "closed" {
                return received;
            }
            if event["direction"] == "received" {
                received.push(event);
            }
        }
        panic!("the server has ended");
    }

    fn end(mut self) {
        signal(self.child.id(), Signal::SIGTERM);
        self.events.for_each(drop);
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

/// Runs a command in bash until it returns.
fn ends_well(command: &str, typed: &str) {
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("set -o pipefail\n{command}")]);
    let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    shell.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let status = wait_for(command, || shell.try_wait().unwrap());
    let code = status.code().unwrap();
    assert!(code == 0 || command.contains("curl") && code == TIME_IS_OVER, "{code}: {command}");
}

/// The commands in a text that connect to the written address: lines of code blocks, and code within a line.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            found.push(line.to_owned());
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    let calls = |line: &String| CALLED.iter().any(|(word, _)| line.contains(&format!("{word} ")));
    found.retain(|line| calls(line) && WRITTEN.iter().any(|address| line.contains(address)));
    found
}

#[test]
fn the_commands_of_the_readme_work_as_they_stand() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let commands = commands(&text);
    let has = |part: &str| commands.iter().any(|command| command.contains(part));
    assert!(has("nc -N") && has("sleep 2") && has("curl") && has(r"\300\257"), "{commands:?}");
    let mut echo = Echo::start();
    for command in commands.iter().filter(|command| can_run(command)) {
        let received = echo.run(command, "hello\n");
        let text: String = received.iter().map(|read| read["text"].as_str().unwrap()).collect();
        assert!(!text.is_empty(), "nothing came from {command}");
        if command.contains("sleep 2") {
            assert_eq!((received[0]["pending"].as_str(), text.as_str()), (Some("e2"), "€\n"), "{received:?}");
        }
        if command.contains(r"\300\257") {
            let malformed = received.iter().map(|read| read["malformed"].as_array().unwrap().len());
            assert_eq!((malformed.sum::<usize>(), text.as_str()), (3, "caf\u{fffd} \u{fffd}\u{fffd}"));
        }
    }
    echo.end();
}

#[test]
fn the_commands_of_the_welcome_screen_work_as_they_stand() {
    let shown = show_with(&["-l", "0"], 200, 60);
    let port = shown.address().port().to_string();
    let screen = shown
        .wait_for_screen("a welcome", |screen| Some(screen.contents()).filter(|all| all.contains("curl")));
    let lines = screen.lines().filter(|line| line.contains(&port));
    let lines = lines.map(|line| line.split('│').find(|part| part.contains(&port)).unwrap_or("").trim());
    // The description of a command stands at some distance after it.
    let commands: Vec<_> = lines.map(|line| line.split("   ").next().unwrap()).collect();
    let calls = |line: &&str| CALLED.iter().any(|(word, _)| line.contains(&format!("{word} ")));
    let commands: Vec<_> = commands.into_iter().filter(calls).collect();
    assert_eq!(commands.len(), 4, "{commands:?}");
    let mut seen = 0;
    for command in commands.into_iter().filter(|command| can_run(command)) {
        ends_well(command, "hello\n");
        seen += 1;
        shown.sees(&[&format!("{seen} seen")]);
    }
    shown.quit();
}
