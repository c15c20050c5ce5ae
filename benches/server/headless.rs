//! The program without a dashboard: it prints events of switches.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use bytewatch::event::BackendKind;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");
/// The time limit for its start, and for its end.
const LIMIT: Duration = Duration::from_secs(20);

/// The running program, and the lines that it prints.
pub(crate) struct Headless {
    pub(crate) address: SocketAddr,
    child: Child,
    pub(crate) lines: Receiver<Value>,
}

impl Headless {
    /// Starts the program as an echo server with these options.
    ///
    /// # Errors
    /// The program does not start, or prints no address.
    pub(crate) fn start(backend: BackendKind, options: &[String]) -> io::Result<Self> {
        let mut child = Command::new(PROGRAM)
            .args(["--headless", "--listen", "0", "--backend", backend.word()])
            .args(options)
            .args(["--events", "listening,switching,switched,switch-failed,missed,ended"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = child.stdout.take().ok_or_else(|| io::Error::other("the program has no output"))?;
        let (send, lines) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            for line in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let mut headless = Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), child, lines };
        let first = headless.lines.recv_timeout(LIMIT).map_err(io::Error::other)?;
        let address = first["address"].as_str().and_then(|address| address.parse().ok());
        headless.address = address.ok_or_else(|| io::Error::other("the program tells no address"))?;
        Ok(headless)
    }

    /// The process number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the program in order; returns what it reported as missed.
    pub(crate) fn finish(self) -> Option<String> {
        // A program that has ended has printed its last line, or never will.
        let _ = kill(Pid::from_raw(i32::try_from(self.child.id()).ok()?), Signal::SIGTERM);
        while let Ok(line) = self.lines.recv_timeout(LIMIT) {
            if line["event"] == "ended" {
                let missed = line["missed"].as_u64()?;
                return Some(if missed == 0 { "nothing".to_owned() } else { format!("{missed} bytes") });
            }
        }
        None
    }
}

impl Drop for Headless {
    fn drop(&mut self) {
        // A process that cannot be killed has ended.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}
