//! How the threads of connections rank when the processors are full.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::pty::{FRAME, PROGRAM, Shown, show_with, wait_for};

/// The field `nice` of a thread, counted from the one behind its name; see proc_pid_stat(5).
const NICE: usize = 16;

/// The steps of `nice` of the thread with this name, once it is there.
fn nice_of(pid: u32, name: &str) -> i32 {
    wait_for("the thread", || {
        let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
        let mut found = threads.flatten().filter_map(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat")).ok()?;
            let (named, fields) = stat.rsplit_once(") ")?;
            named.ends_with(&format!("({name}")).then(|| fields.split(' ').nth(NICE)?.parse().ok())?
        });
        found.next()
    })
}

fn shown(backend: &str) -> (Shown, TcpStream) {
    let shown = show_with(&["-l", "0", "-b", backend], 80, 24);
    shown.wait(FRAME);
    let client = shown.connect();
    (shown, client)
}

#[test]
fn threads_of_connections_rank_behind_the_dashboard() {
    let (shown, _client) = shown("threads");
    let screen = nice_of(shown.pid(), "screen");
    let behind = (screen + 10).min(19);
    wait_for("the rank", || (nice_of(shown.pid(), "connection 1") == behind).then_some(()));
    shown.quit();
}

#[test]
fn nothing_ranks_behind_where_nobody_looks() {
    let mut command = Command::new(PROGRAM);
    command.args(["--headless", "-l", "0", "-b", "threads", "--events", "listening"]);
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let listening: Value = serde_json::from_str(&line).unwrap();
    let mut client = TcpStream::connect(listening["address"].as_str().unwrap()).unwrap();
    client.write_all(b"x").unwrap();
    client.read_exact(&mut [0]).unwrap();
    assert_eq!(nice_of(server.id(), "connection 1"), nice_of(server.id(), "accept"));
    server.kill().unwrap();
    server.wait().unwrap();
}
