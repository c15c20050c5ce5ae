//! The programs of the tests: a broker, servers that publish, watchers. Each is ended by its handle.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// How long anything may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");

/// A NATS server on a port of its own.
pub(crate) struct Broker {
    port: u16,
    child: Child,
}

/// Whether there is such a process, and it is not only waited for.
pub(crate) fn is_running(process: u32) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|state| !state.contains(") Z "))
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < LIMIT, "not within the limit: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn nats_server(port: u16) -> Option<Child> {
    // Debian installs it where only the administrator looks.
    let started = ["nats-server", "/usr/sbin/nats-server"].into_iter().find_map(|program| {
        let mut command = Command::new(program);
        command.args(["-a", "127.0.0.1", "-p", &port.to_string()]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
    });
    let begin = Instant::now();
    let child = started?;
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < LIMIT, "nats-server does not listen");
        thread::sleep(Duration::from_millis(20));
    }
    Some(child)
}

impl Broker {
    /// Starts a broker; `None`, with a word about it, if there is none.
    pub(crate) fn start() -> Option<Self> {
        let port = free_port();
        let child = nats_server(port);
        if child.is_none() {
            eprintln!("not checked: nats-server is not installed (apt-get install nats-server)");
        }
        Some(Self { port, child: child? })
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn restart(&mut self) {
        self.child = nats_server(self.port).unwrap();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program of ours, and the lines that it prints.
struct Running {
    child: Child,
    lines: Receiver<Value>,
    errors: Option<ChildStderr>,
}

impl Running {
    fn start(words: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(words).args(["--config", "none"]).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let (errors, lines) = (child.stderr.take(), read_lines(output));
        Self { child, lines, errors }
    }

    fn wait_for(&self, mut is_it: impl FnMut(&Value) -> bool, kept: &mut Vec<Value>) -> Value {
        let begin = Instant::now();
        loop {
            let left = LIMIT.saturating_sub(begin.elapsed());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|error| panic!("{error}; it printed {kept:#?}"));
            kept.push(line.clone());
            if is_it(&line) {
                return line;
            }
        }
    }

    /// Ends the program. Returns the rest of its lines, and what it said.
    fn stop(mut self) -> (Vec<Value>, String) {
        kill(Pid::from_raw(self.child.id() as i32), Signal::SIGINT).unwrap();
        let rest = self.lines.iter().collect();
        let mut said = String::new();
        self.errors.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(self.child.wait().unwrap().success(), "{said}");
        (rest, said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(output: ChildStdout) -> Receiver<Value> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            let value = serde_json::from_str(&line.unwrap()).unwrap();
            if sender.send(value).is_err() {
                return;
            }
        }
    });
    lines
}

/// A server that publishes.
pub(crate) struct Server {
    running: Running,
    port: u16,
}

impl Server {
    pub(crate) fn start(broker: &Broker, name: &str, words: &[&str]) -> Self {
        Self::publish_to(&broker.url(), name, words)
    }

    /// A server whose broker is not there.
    pub(crate) fn start_without_broker() -> Self {
        Self::publish_to(&format!("nats://127.0.0.1:{}", free_port()), "web-1/edge", &[])
    }

    fn publish_to(url: &str, name: &str, words: &[&str]) -> Self {
        Self::run(&["serve"], &[&["--publish", url, "--as", name], words].concat())
    }

    /// A relay in front of the broker, which publishes to it.
    pub(crate) fn relay(broker: &Broker, name: &str, words: &[&str]) -> Self {
        let upstream = format!("127.0.0.1:{}", broker.port);
        Self::run(&["relay", &upstream], &[&["--publish", &broker.url(), "--as", name], words].concat())
    }

    fn run(command: &[&str], words: &[&str]) -> Self {
        let own = ["--headless", "--events", "listening", "-l", "0"];
        let running = Running::start(&[command, &own, words].concat());
        let listening = running.wait_for(|line| line["event"] == "listening", &mut Vec::new());
        let address = listening["address"].as_str().unwrap();
        let port = address.rsplit(':').next().unwrap().parse().unwrap();
        Self { running, port }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Ends it. Returns what it said.
    pub(crate) fn stop(self) -> String {
        self.running.stop().1
    }
}

/// A watcher without a screen.
pub(crate) struct Watcher {
    running: Running,
    lines: Vec<Value>,
}

impl Watcher {
    pub(crate) fn start(broker: &Broker, hosts: &[&str]) -> Self {
        let url = broker.url();
        let running = Running::start(&[&["watch", &url, "--headless"], hosts].concat());
        Self { running, lines: Vec::new() }
    }

    /// A demo of several hosts.
    pub(crate) fn demo(hosts: usize) -> Self {
        let running = Running::start(&["demo", "--fleet", &hosts.to_string(), "--headless"]);
        Self { running, lines: Vec::new() }
    }

    /// The processes that it has started, and those that these have.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let mut all = vec![self.running.child.id()];
        let mut at = 0;
        while let Some(parent) = all.get(at) {
            let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
            let children = children.unwrap_or_default();
            all.extend(children.split_whitespace().map(|process| process.parse::<u32>().unwrap()));
            at += 1;
        }
        all.split_off(1)
    }

    /// Ends it without any warning.
    pub(crate) fn kill(mut self) {
        self.running.child.kill().unwrap();
        self.running.child.wait().unwrap();
    }

    /// The next line that is so.
    pub(crate) fn wait_for(&mut self, is_it: impl FnMut(&Value) -> bool) -> Value {
        self.running.wait_for(is_it, &mut self.lines)
    }

    /// Ends it. Returns all of its lines.
    pub(crate) fn stop(mut self) -> Vec<Value> {
        let (rest, _) = self.running.stop();
        self.lines.extend(rest);
        self.lines
    }
}
