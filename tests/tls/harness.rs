//! The program as a process of its own, with the events that it prints.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use parking_lot::{Condvar, Mutex};
use serde_json::Value;

use crate::modes::Mode;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");
/// The limit of every wait; a test that reaches it has failed.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
/// All events but those that contain payload, of which there would be too many.
const EVENTS: &str = "listening,opened,connected,handshake,truncated,input-ended,closed,switched,\
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
    /// The event about its address.
    pub(crate) listening: Value,
}

impl Program {
    /// Starts the program on any port of 127.0.0.1, with these arguments.
    pub(crate) fn start(mode: Mode, arguments: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(arguments)
            .args(["-l", "127.0.0.1:0", "--headless", "--events", EVENTS])
            .args(mode.options())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = Arc::new(Printed::default());
        let (out, shared) = (child.stdout.take().unwrap(), Arc::clone(&printed));
        thread::spawn(move || keep(out, &shared));
        let mut program = Self { child, printed, listening: Value::Null };
        program.listening =
            program.wait("its address", |events| of_kind(events, "listening").next().cloned());
        program
    }

    pub(crate) fn address(&self) -> &str {
        self.listening["address"].as_str().unwrap()
    }

    /// Connects a client.
    pub(crate) fn connect(&self) -> TcpStream {
        limited(TcpStream::connect(self.address()).unwrap())
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

    /// Waits for the handshake of a side of a connection.
    pub(crate) fn handshake(&self, connection: u64, side: &str) -> Value {
        self.wait(&format!("the handshake of #{connection} with the {side}"), |events| {
            of_kind(events, "handshake")
                .find(|event| event["connection"] == connection && event["side"] == side)
                .cloned()
        })
    }

    /// Waits for one more switch, if the backend is switched at all.
    pub(crate) fn wait_for_a_switch(&self, mode: Mode) {
        if mode == Mode::Switching {
            let before = self.wait("events", |events| Some(of_kind(events, "switched").count()));
            self.wait("a switch", |events| (of_kind(events, "switched").count() > before).then_some(()));
        }
    }

    /// Ends the program in order, checks what all its events have in common, and returns them.
    pub(crate) fn stop(mut self) -> Vec<Value> {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), Signal::SIGTERM).unwrap();
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::sleep(Duration::from_millis(1));
        };
        let mut complaints = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
        assert_eq!(status.code(), Some(0), "{complaints}");
        let mut events = self.printed.events.lock();
        while events.last().is_none_or(|event| event["event"] != "end of output") {
            assert!(!self.printed.changed.wait_until(&mut events, deadline).timed_out());
        }
        events.pop();
        for kind in ["failed", "switch-failed", "missed", "refused"] {
            assert_eq!(of_kind(&events, kind).next(), None, "{}", tail(&events));
        }
        assert_eq!(of_kind(&events, "opened").count(), of_kind(&events, "closed").count());
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

/// The last events that are not about switches, a line each.
fn tail(events: &[Value]) -> String {
    let told: Vec<&Value> = events.iter().filter(|event| event["event"] != "switched").collect();
    told[told.len().saturating_sub(20)..].iter().map(|event| format!("\n{event}")).collect()
}

/// The events of this kind.
pub(crate) fn of_kind<'a>(events: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["event"] == kind)
}

/// The stream with a time limit for reads and writes.
pub(crate) fn limited(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.set_write_timeout(Some(LIMIT)).unwrap();
    stream
}
