//! The program as a process of its own, with the events that it prints.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd as _;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use parking_lot::{Condvar, Mutex};
use serde_json::Value;
use socket2::{Domain, SockRef, Socket, Type};

use crate::modes::Mode;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");
/// The limit of every wait; a test that reaches it has failed.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
/// All events but those that contain payload: there would be too many of them.
pub(crate) const EVENTS: &str = "listening,opened,connected,handshake,truncated,input-ended,fault,closed,switched,\
                                 switch-failed,refused,failed,missed,ended";

/// The events that were printed so far.
#[derive(Default)]
struct Printed {
    events: Mutex<Vec<Value>>,
    changed: Condvar,
}

/// The running program. It is killed when it is dropped.
pub(crate) struct Program {
    child: Child,
    printed: Arc<Printed>,
    /// The addresses on which it listens, in the order of the command line.
    pub(crate) listening: Vec<String>,
}

impl Program {
    /// Runs the program headless with these arguments, which say what it listens on.
    pub(crate) fn run(command: &mut Command, mode: Mode, arguments: &[&str]) -> Self {
        let mut child = command
            .args(arguments)
            .arg("--headless")
            .args(mode.options())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = Arc::new(Printed::default());
        let (out, shared) = (child.stdout.take().unwrap(), Arc::clone(&printed));
        thread::spawn(move || keep(out, &shared));
        let mut program = Self { child, printed, listening: Vec::new() };
        let listeners = arguments.iter().filter(|argument| matches!(**argument, "-l" | "--listen")).count();
        program.listening = program.wait("its addresses", |events| {
            let address = |event: &Value| event["address"].as_str().map(str::to_owned);
            let addresses: Vec<_> = of_kind(events, "listening").filter_map(address).collect();
            (addresses.len() == listeners).then_some(addresses)
        });
        program
    }

    /// Connects a client to the first address. Its reads fail after [`LIMIT`] instead of hanging.
    pub(crate) fn connect(&self) -> TcpStream {
        let address: SocketAddr = self.listening[0].parse().unwrap();
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
        // A blocking connect would tell a reset that is there before it returns; so the first read tells it.
        socket.set_nonblocking(true).unwrap();
        match socket.connect(&address.into()) {
            Ok(()) => {}
            Err(error) => assert_eq!(error.raw_os_error(), Some(Errno::EINPROGRESS as i32), "{error}"),
        }
        let mut connected = [PollFd::new(socket.as_fd(), PollFlags::POLLOUT)];
        let limit = PollTimeout::try_from(LIMIT).unwrap();
        let ready = loop {
            match poll(&mut connected, limit) {
                Err(Errno::EINTR) => {}
                ready => break ready,
            }
        };
        assert_eq!(ready, Ok(1), "the connect takes too long");
        socket.set_nonblocking(false).unwrap();
        limited(socket.into())
    }

    /// The process number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.pid()).unwrap()), signal).unwrap();
    }

    /// Waits until `answer` returns a value for the events so far.
    pub(crate) fn wait<T>(&self, what: &str, mut answer: impl FnMut(&[Value]) -> Option<T>) -> T {
        let deadline = Instant::now() + LIMIT;
        let mut events = self.printed.events.lock();
        loop {
            if let Some(answer) = answer(&events) {
                return answer;
            }
            let late = self.printed.changed.wait_until(&mut events, deadline).timed_out();
            assert!(!late, "waited in vain for {what}; the last events:{}", tail(&events));
            let over = events.last().is_some_and(|event| event["event"] == "end of output");
            assert!(!over, "it has ended before {what}; the last events:{}", tail(&events));
        }
    }

    /// Waits for an event of this kind about a connection.
    pub(crate) fn event(&self, kind: &str, connection: u64) -> Value {
        self.wait(&format!("{kind} of #{connection}"), |events| {
            of_kind(events, kind).find(|event| event["connection"] == connection).cloned()
        })
    }

    /// Waits until this many switches are complete.
    pub(crate) fn wait_for_switches(&self, count: usize) {
        self.wait("switches", |events| (of_kind(events, "switched").count() >= count).then_some(()));
    }

    /// Ends the program in order, checks what all its events have in common, and returns them.
    pub(crate) fn stop(mut self) -> Vec<Value> {
        self.signal(Signal::SIGTERM);
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::sleep(Duration::from_millis(1));
        };
        let complaints = complaints(self.child.stderr.take().unwrap());
        assert_eq!(status.code(), Some(0), "{complaints}");
        let mut events = self.printed.events.lock();
        while events.last().is_none_or(|event| event["event"] != "end of output") {
            assert!(!self.printed.changed.wait_until(&mut events, deadline).timed_out());
        }
        events.pop();
        check(&events);
        events.clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A process that cannot be killed has ended.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn keep(out: ChildStdout, printed: &Printed) {
    let lines = BufReader::new(out).lines().map_while(Result::ok);
    let events = lines.map(|line| serde_json::from_str(&line).unwrap_or_else(|_| Value::from(line)));
    for event in events.chain([serde_json::json!({"event": "end of output"})]) {
        printed.events.lock().push(event);
        printed.changed.notify_all();
    }
}

fn complaints(mut from: ChildStderr) -> String {
    let mut said = String::new();
    from.read_to_string(&mut said).unwrap();
    said
}

/// The last events that are not about switches, a line each.
fn tail(events: &[Value]) -> String {
    let told: Vec<&Value> = events.iter().filter(|event| event["event"] != "switched").collect();
    told[told.len().saturating_sub(20)..].iter().map(|event| format!("\n{event}")).collect()
}

/// The events of this kind.
pub(crate) fn of_kind<'a>(events: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["event"] == kind)
}

/// Checks that each connection was opened and closed once, connected at most once in between, and that the program
/// reports neither failures nor missed bytes.
fn check(events: &[Value]) {
    let mut live: BTreeMap<u64, bool> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for event in events {
        let number = event["connection"].as_u64();
        match event["event"].as_str().unwrap_or("no JSON") {
            "opened" => {
                assert!(known.insert(number.unwrap()), "opened twice: {event}");
                live.insert(number.unwrap(), false);
            }
            "connected" => {
                let connected = live.get_mut(&number.unwrap()).unwrap_or_else(|| panic!("not open: {event}"));
                assert!(!std::mem::replace(connected, true), "connected twice: {event}");
            }
            "closed" => assert!(live.remove(&number.unwrap()).is_some(), "closed, but not open: {event}"),
            "no JSON" | "failed" | "switch-failed" | "missed" => panic!("{event}"),
            _ => {}
        }
    }
    assert!(live.is_empty(), "still open: {live:?}");
    let end = events.last().unwrap();
    assert_eq!((&end["event"], &end["missed"]), (&Value::from("ended"), &Value::from(0)));
    assert_eq!(end["connections"], known.len());
}

/// The stream with a time limit for reads and writes.
pub(crate) fn limited(stream: TcpStream) -> TcpStream {
    let socket = SockRef::from(&stream);
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket.set_write_timeout(Some(LIMIT)).unwrap();
    socket.set_tcp_nodelay(true).unwrap();
    stream
}
