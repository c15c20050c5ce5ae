//! Captures of other programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::opened::{self, Connection};
use crate::traffic;
use crate::tshark::{self, is_installed};

const LIMIT: Duration = Duration::from_secs(60);

/// A program that captures into a file. It is killed when this is dropped.
struct Capturing {
    child: Child,
    file: PathBuf,
}

impl Drop for Capturing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Capturing {
    fn start(program: &str, arguments: &[&str], name: &str) -> Self {
        let file = std::env::temp_dir().join(format!("bytewatch-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&file);
        let child = Command::new(program)
            .arg("-w")
            .arg(&file)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, file }
    }

    /// Waits until the file has the end of a connection to this port, then ends the program in order.
    fn end_after(mut self, is_complete: impl Fn(&Path) -> bool) -> PathBuf {
        let deadline = Instant::now() + LIMIT;
        while !is_complete(&self.file) {
            assert!(Instant::now() < deadline, "the capture does not become complete");
            assert!(self.child.try_wait().unwrap().is_none(), "the program has ended");
            thread::sleep(Duration::from_millis(50));
        }
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGINT).unwrap();
        self.child.wait().unwrap();
        self.file.clone()
    }
}

/// The connections of a file that may not be complete.
fn connections(file: &Path) -> Vec<Connection> {
    if !file.exists() {
        return Vec::new();
    }
    opened::parse(&opened::run(file, &[]).stdout).connections.into_values().collect()
}

/// Captures traffic with a program, and compares.
fn compare(program: &str, package: &str, arguments: &[&str], name: &str, address: &str) {
    if !is_installed("tshark", "tshark") || !is_installed(program, package) {
        return;
    }
    let server = traffic::serve(address);
    let filter = format!("tcp port {}", server.port());
    let mut arguments = arguments.to_vec();
    if program == "dumpcap" {
        arguments.extend(["-q", "-f", &filter]);
    } else {
        arguments.extend(["-U", "-B", "16384", &filter]);
    }
    let capturing = Capturing::start(program, &arguments, name);
    // The capture has begun once it has a connection.
    let deadline = Instant::now() + LIMIT;
    while !connections(&capturing.file).iter().any(|known| known.closed.is_some()) {
        assert!(Instant::now() < deadline, "nothing is captured (that needs root)");
        drop(std::net::TcpStream::connect(server).unwrap());
        thread::sleep(Duration::from_millis(100));
    }
    traffic::make(server);
    let file = capturing.end_after(|file| {
        let all = connections(file);
        all.iter().filter(|known| known.received.length() > 0).count() == 12
            && all.iter().all(|known| known.closed.is_some())
    });
    equals_tshark(&file);
    fs::remove_file(file).unwrap();
}

/// Every connection of the file is to us what it is to tshark.
pub(crate) fn equals_tshark(file: &Path) {
    let mut ours: Vec<Connection> = opened::open(file).connections.into_values().collect();
    let mut theirs = tshark::follow(file);
    assert_eq!(ours.len(), theirs.len());
    ours.sort_by(|one, other| (&one.peer, &one.received.bytes).cmp(&(&other.peer, &other.received.bytes)));
    theirs.sort_by(|one, other| (&one.nodes[0], &one.bytes[0]).cmp(&(&other.nodes[0], &other.bytes[0])));
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!([&ours.peer, &ours.local], [&theirs.nodes[0], &theirs.nodes[1]]);
        assert!(ours.received.gaps.is_empty() && ours.sent.gaps.is_empty(), "{}: gaps", ours.peer);
        assert!(ours.received.bytes == theirs.bytes[0], "{}: received", ours.peer);
        assert!(ours.sent.bytes == theirs.bytes[1], "{}: sent", ours.peer);
    }
}

#[test]
fn tcpdump_on_the_loopback() {
    compare("tcpdump", "tcpdump", &["-i", "lo"], "lo.pcap", "127.0.0.1:0");
}

#[test]
fn tcpdump_on_any_interface() {
    compare("tcpdump", "tcpdump", &["-i", "any"], "any.pcap", "127.0.0.1:0");
}

#[test]
fn tcpdump_with_nanoseconds_and_ipv6() {
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        compare("tcpdump", "tcpdump", &["-i", "lo", "--nano"], "v6.pcap", "[::1]:0");
    }
}

#[test]
fn dumpcap_on_the_loopback_and_on_any() {
    compare("dumpcap", "wireshark-common", &["-i", "lo"], "lo.pcapng", "127.0.0.1:0");
    compare("dumpcap", "wireshark-common", &["-i", "any"], "any.pcapng", "127.0.0.1:0");
}
