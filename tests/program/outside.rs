//! The binary without a terminal: exit statuses, error lines, pipes, signals.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::pty::{PROGRAM, signal, wait_for};

pub(crate) fn run(args: &[&str]) -> Output {
    Command::new(PROGRAM).args(args).stdin(Stdio::null()).output().unwrap()
}

/// The one line on standard error.
pub(crate) fn complaint(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "one line: {text:?}");
    assert!(output.stdout.is_empty());
    text
}

fn headless(args: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(PROGRAM)
        .args(args)
        .args(["--headless", "-l", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}

fn next(lines: &mut impl BufRead) -> Value {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
}

#[test]
fn wrong_usage_is_status_2_and_one_line() {
    for args in [
        &["-l", "nonsense"][..],
        &["-s", "ecko"],
        &["--read-size", "0"],
        &["--for", "soon"],
        &["--frame", "crfl"],
        &["relay"],
        &["--allow", "10.0.0.0/33"],
        &["serve", "--deny", "::/129"],
        &["relay", "1", "--allow", "nonsense"],
        &["demo", "--deny", ""],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        complaint(&output);
    }
}

#[test]
fn a_network_that_is_none_is_told_with_what_would_be_one() {
    for (args, why) in [
        (["--allow", "10.0.0.0/33"], "the prefix of an IPv4 network goes from /0 to /32"),
        (
            ["--deny", "nonsense"],
            "it is neither an address nor a network, like 10.1.2.3, 10.0.0.0/8, ::1 or fe80::/10",
        ),
    ] {
        let [option, value] = args;
        let said = complaint(&run(&args));
        assert!(said.contains(&format!("{option} cannot be '{value}': {why}")), "{said}");
    }
}

#[test]
fn without_a_terminal_the_dashboard_names_the_way_out() {
    let output = run(&["-l", "0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("--headless"));
}

#[test]
fn a_busy_port_is_status_1_and_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["--headless", "-l", &address]);
    assert_eq!(output.status.code(), Some(1));
    complaint(&output);
}

#[test]
fn a_unix_socket_that_cannot_be_listened_on_is_status_1_and_one_line() {
    let path = std::env::temp_dir().join(format!("bytewatch-{}-busy", std::process::id()));
    let address = format!("unix:{}", path.display());
    let taken = UnixListener::bind(&path).unwrap();
    let output = run(&["--headless", "-l", &address]);
    assert_eq!(output.status.code(), Some(1));
    let line = complaint(&output);
    assert!(line.contains(&format!("{address} is in use by another program")), "{line}");
    drop(taken);
    // A file that an earlier program left behind is replaced.
    let output = run(&["--headless", "-l", &address, "--for", "1ms"]);
    assert_eq!((output.status.code(), path.exists()), (Some(0), false));
    std::fs::write(&path, "text").unwrap();
    let output = run(&["--headless", "-l", &address]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("not a socket"));
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_closed_pipe_ends_it_without_an_error() {
    let (mut child, mut lines) = headless(&[]);
    assert_eq!(next(&mut lines)["event"], "listening");
    drop(lines);
    let status = wait_for("the end", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_signal_ends_it_in_order() {
    for end in [Signal::SIGINT, Signal::SIGTERM] {
        let (mut child, mut lines) = headless(&["--events", "listening,decoded,ended"]);
        let address = next(&mut lines)["address"].as_str().unwrap().to_owned();
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all("é".as_bytes()).unwrap();
        client.read_exact(&mut [0; 2]).unwrap();
        assert_eq!(next(&mut lines)["text"], "é");
        assert_eq!(next(&mut lines)["direction"], "sent");
        signal(child.id(), end);
        drop(client);
        let ended = next(&mut lines);
        assert_eq!(
            (&ended["event"], &ended["received"], &ended["sent"]),
            (&"ended".into(), &2.into(), &2.into())
        );
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// A stopped process, or a machine without a free core, must not be reported as a blocked loop.
#[test]
fn a_program_that_was_stopped_is_not_called_blocked() {
    let (mut child, mut lines) = headless(&["--events", "listening,blocked,unblocked,ended"]);
    let address = next(&mut lines)["address"].as_str().unwrap().to_owned();
    let mut client = TcpStream::connect(address).unwrap();
    for _ in 0..3 {
        signal(child.id(), Signal::SIGSTOP);
        client.write_all(b"?").unwrap();
        // The pause is the subject of the test: the program is stopped for longer than a handler may block the loop.
        std::thread::sleep(Duration::from_millis(300));
        signal(child.id(), Signal::SIGCONT);
        client.read_exact(&mut [0; 1]).unwrap();
    }
    signal(child.id(), Signal::SIGTERM);
    drop(client);
    assert_eq!(next(&mut lines)["event"], "ended");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn decode_reads_standard_input_and_strict_tells_by_its_status() {
    for (args, input, status, output) in [
        (&["decode"][..], &b"h\xc3\xa9\xff"[..], 0, "hé\u{fffd}"),
        (&["decode", "--strict"], b"h\xc3\xa9", 0, "hé"),
        (
            &["decode", "--strict", "--malformed"],
            b"a\x80",
            3,
            "1  80  unexpected-continuation  80 is a continuation byte, but no character has started; 80 alone is € in windows-1252\n",
        ),
    ] {
        let mut child =
            Command::new(PROGRAM).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let done = child.wait_with_output().unwrap();
        assert_eq!(
            (done.status.code(), String::from_utf8(done.stdout).unwrap()),
            (Some(status), output.to_owned())
        );
    }
}

#[test]
fn what_other_machines_can_reach_is_said_on_standard_error() {
    for (address, warned) in [("0.0.0.0:0", true), ("127.0.0.1:0", false)] {
        let output = run(&["--headless", "-l", address, "--for", "1ms"]);
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), usize::from(warned), "{text}");
        let line = "listening on 0.0.0.0:";
        assert!(lines.iter().all(|said| said.contains(line) && said.contains("other machines can reach")));
    }
}

#[test]
fn a_refused_client_is_told_with_the_rule() {
    for args in [&["serve"][..], &["demo"], &["relay", "127.0.0.1:1"]] {
        let rule = ["--events", "listening,opened,refused", "--allow", "10.0.0.0/8"];
        let (mut child, mut lines) = headless(&[args, &rule].concat());
        let address = next(&mut lines)["address"].as_str().unwrap().to_owned();
        let mut client = TcpStream::connect(address).unwrap();
        assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
        let refused = next(&mut lines);
        let (event, detail) = (refused["event"].as_str().unwrap(), refused["detail"].as_str().unwrap());
        let clients = refused["clients"].as_u64().unwrap();
        // Clients with several addresses, as those of a demo, are told together if they come together.
        let whose =
            if args[0] == "demo" && clients > 1 && !detail.starts_with("127") { "" } else { "127.0.0.1 is " };
        assert_eq!((event, detail), ("refused", &*format!("{whose}not in --allow 10.0.0.0/8")));
        assert!(clients >= 1, "the clients of a demo come from there, too");
        signal(child.id(), Signal::SIGTERM);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn messages_are_told_by_a_rule_or_by_what_is_recognised() {
    for (frame, data) in [
        (&["--frame", "length:width=2"][..], &b"\0\x02hi\0\0"[..]),
        (&["--frame", "netstring"], b"1:a,0:,"),
        (&[], b"*1\r\n$4\r\nPING\r\n+OK\r\n"),
    ] {
        let (mut child, mut lines) = headless(&[&["--events", "listening,message"], frame].concat());
        let address = next(&mut lines)["address"].as_str().unwrap().to_owned();
        let mut client = TcpStream::connect(address).unwrap();
        let (first, second) = data.split_at(3);
        client.write_all(first).unwrap();
        client.read_exact(&mut [0; 3]).unwrap();
        client.write_all(second).unwrap();
        client.read_exact(&mut vec![0; second.len()]).unwrap();
        let mut ends = [0_u64; 2];
        // Two messages from the client, and the same ones sent back.
        for _ in 0..4 {
            let line = next(&mut lines);
            assert_eq!((&line["event"], &line["connection"]), (&"message".into(), &1.into()), "{line}");
            let end = &mut ends[usize::from(line["direction"] == "sent")];
            assert_eq!(line["offset"].as_u64(), Some(*end), "{line}");
            *end += line["length"].as_u64().unwrap();
        }
        assert_eq!(ends, [data.len() as u64; 2]);
        signal(child.id(), Signal::SIGTERM);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn an_idle_client_is_reported_with_its_own_reason() {
    let (mut child, mut lines) = headless(&["--events", "listening,closed", "--idle-timeout", "200ms"]);
    let address = next(&mut lines)["address"].as_str().unwrap().to_owned();
    let mut client = TcpStream::connect(address).unwrap();
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    drop(client);
    assert_eq!(next(&mut lines)["reason"], "idle-timeout");
    signal(child.id(), Signal::SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
