//! File descriptors: the behaviour when few are left, and that none leaks.

use std::fs;
use std::io::{BufRead, BufReader, Read as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;
use socket2::SockRef;

use crate::pty::{LIMIT, PROGRAM, signal, wait_for};

struct Served {
    child: Child,
    lines: BufReader<ChildStdout>,
    address: String,
}

/// Starts the headless mode with at most this many descriptors.
fn serve(backend: &str, descriptors: u32) -> Served {
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -n {descriptors}; exec \"$0\" \"$@\""), PROGRAM])
        .args(["--headless", "-l", "0", "-b", backend, "--events", "listening,opened,closed,refused,ended"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let address = next(&mut lines)["address"].as_str().unwrap().to_owned();
    Served { child, lines, address }
}

fn next(lines: &mut impl BufRead) -> Value {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
}

impl Served {
    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(&self.address).unwrap();
        client.set_read_timeout(Some(LIMIT)).unwrap();
        client
    }

    fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    fn end(mut self) {
        signal(self.child.id(), Signal::SIGTERM);
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn clients_beyond_the_descriptors_are_refused_and_later_ones_are_served() {
    for backend in ["async", "threads"] {
        let mut served = serve(backend, 64);
        let clients: Vec<_> = (0..200).map(|_| served.connect()).collect();
        let (mut opened, mut refused) = (0, 0);
        while opened + refused < 200 {
            let event = next(&mut served.lines);
            match event["event"].as_str().unwrap() {
                "opened" => opened += 1,
                "refused" => refused += event["clients"].as_u64().unwrap(),
                other => panic!("{other}"),
            }
        }
        assert!((1..64).contains(&opened) && refused > 136, "{backend}: {opened} served, {refused} refused");
        drop(clients);
        (0..opened).for_each(|_| assert_eq!(next(&mut served.lines)["event"], "closed"));
        let _again = served.connect();
        assert_eq!(next(&mut served.lines)["event"], "opened", "{backend}");
        served.end();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn resets_leave_no_descriptor_behind() {
    for backend in ["async", "threads"] {
        let mut served = serve(backend, 256);
        let mut before = 0;
        for round in 0..500 {
            let client = served.connect();
            assert_eq!(next(&mut served.lines)["event"], "opened");
            SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
            drop(client);
            assert_eq!(next(&mut served.lines)["reason"], "peer-reset");
            if round == 0 {
                // By now the backend has everything open that it serves with, but perhaps this client, too.
                before = served.open_files();
            }
        }
        wait_for("the last close", || (served.open_files() <= before).then_some(()));
        served.end();
    }
}

/// Listens on both wildcard addresses, in either order: IPv4 clients reach one of them, IPv6 clients the other.
#[test]
fn both_wildcards_are_listened_on_at_once() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (four, six) = (format!("0.0.0.0:{free}"), format!("[::]:{free}"));
    for addresses in [[&four, &six], [&six, &four]] {
        let mut child = Command::new(PROGRAM)
            .args(["--headless", "--events", "listening,opened", "-l", addresses[0], "-l", addresses[1]])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        for address in addresses {
            assert_eq!(next(&mut lines)["address"], **address);
        }
        for host in ["127.0.0.1", "::1"] {
            let _client = TcpStream::connect((host, free)).unwrap();
            let peer = next(&mut lines)["peer"].as_str().unwrap().to_owned();
            assert!(peer.trim_start_matches('[').starts_with(host), "{peer}");
        }
        signal(child.id(), Signal::SIGTERM);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(
            stderr.lines().filter(|line| line.contains("other machines can reach")).count(),
            2,
            "{stderr}"
        );
    }
}
