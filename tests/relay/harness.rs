//! A relay as a process of its own, with the events that it prints, and an upstream that the test plays.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
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
const EVENTS: &str =
    "listening,opened,connected,input-ended,fault,closed,switched,switch-failed,refused,failed,ended";

/// The events that a relay has printed so far.
#[derive(Default)]
struct Printed {
    events: Mutex<Vec<Value>>,
    changed: Condvar,
}

/// A running relay. It is killed when it is dropped.
pub(crate) struct Relay {
    child: Child,
    printed: Arc<Printed>,
    /// The addresses on which it listens, in the order of the command line.
    pub(crate) listening: Vec<String>,
}

impl Relay {
    /// Starts a relay that listens on any port of 127.0.0.1.
    pub(crate) fn to(mode: Mode, upstream: impl Display) -> Self {
        Self::start(mode, upstream, &["-l", "127.0.0.1:0"])
    }

    /// Starts a relay with these options, which include what it listens on.
    pub(crate) fn start(mode: Mode, upstream: impl Display, options: &[&str]) -> Self {
        let events = ["--events", EVENTS];
        Self::run(&mut Command::new(PROGRAM), mode, upstream, &[options, &events].concat())
    }

    /// Starts a relay that prints all events, payload included.
    pub(crate) fn in_full(mode: Mode, upstream: impl Display) -> Self {
        Self::run(&mut Command::new(PROGRAM), mode, upstream, &["-l", "127.0.0.1:0"])
    }

    /// Starts a relay that can open at most this many files.
    pub(crate) fn with_few_descriptors(mode: Mode, upstream: impl Display, descriptors: u32) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {descriptors}; exec \"$0\" \"$@\""), PROGRAM]);
        Self::run(&mut command, mode, upstream, &["-l", "127.0.0.1:0", "--events", EVENTS])
    }

    fn run(command: &mut Command, mode: Mode, upstream: impl Display, options: &[&str]) -> Self {
        let mut child = command
            .args(["relay", &upstream.to_string(), "--headless"])
            .args(mode.options())
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = Arc::new(Printed::default());
        let (out, shared) = (child.stdout.take().unwrap(), Arc::clone(&printed));
        thread::spawn(move || keep(out, &shared));
        let mut relay = Self { child, printed, listening: Vec::new() };
        let listeners = options.iter().filter(|option| matches!(**option, "-l" | "--listen")).count();
        relay.listening = relay.wait("its addresses", |events| {
            let address = |event: &Value| event["address"].as_str().map(str::to_owned);
            let addresses: Vec<_> = of_kind(events, "listening").filter_map(address).collect();
            (addresses.len() == listeners).then_some(addresses)
        });
        relay
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

    /// Connects a client, and accepts the connection that the relay makes for it.
    pub(crate) fn pair(&self, upstream: &Upstream) -> Pair {
        let client = self.connect();
        Pair { client, upstream: upstream.accept() }
    }

    /// The process number of the relay.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to the relay.
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
            assert!(!over, "the relay has ended before {what}; the last events:{}", tail(&events));
        }
    }

    /// Waits for an event of this kind about a connection.
    pub(crate) fn event(&self, kind: &str, connection: u64) -> Value {
        self.wait(&format!("{kind} of #{connection}"), |events| {
            of_kind(events, kind).find(|event| event["connection"] == connection).cloned()
        })
    }

    /// Waits until a connection is closed, and returns the reason.
    pub(crate) fn close_reason(&self, connection: u64) -> String {
        self.event("closed", connection)["reason"].as_str().unwrap().to_owned()
    }

    /// Waits until this many switches are complete.
    pub(crate) fn wait_for_switches(&self, count: usize) {
        self.wait("switches", |events| (of_kind(events, "switched").count() >= count).then_some(()));
    }

    /// Ends the relay in order, checks what all its events have in common, and returns them.
    pub(crate) fn stop(mut self) -> Vec<Value> {
        self.signal(Signal::SIGTERM);
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the relay does not end");
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

impl Drop for Relay {
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

/// Checks that each connection was opened and closed once, connected at most once in between, and that the server
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
            "no JSON" | "failed" | "switch-failed" => panic!("{event}"),
            _ => {}
        }
    }
    assert!(live.is_empty(), "still open: {live:?}");
    let end = events.last().unwrap();
    assert_eq!((&end["event"], &end["missed"]), (&Value::from("ended"), &Value::from(0)));
    assert_eq!(end["connections"], known.len());
}

/// The two ends of a relayed connection.
pub(crate) struct Pair {
    pub(crate) client: TcpStream,
    pub(crate) upstream: TcpStream,
}

/// A listener that the test plays.
pub(crate) struct Upstream {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Upstream {
    /// An upstream on any port of 127.0.0.1.
    pub(crate) fn new() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), 1_024)
    }

    /// An upstream at this address. A backlog of 0 has room for one connection; the next one hangs.
    pub(crate) fn at(address: SocketAddr, backlog: i32) -> Self {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
        socket.bind(&address.into()).unwrap();
        Self::on(socket, backlog)
    }

    fn on(socket: Socket, backlog: i32) -> Self {
        socket.listen(backlog).unwrap();
        // The time limit of reads holds for accept, too.
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    /// An upstream whose backlog is full, and the client that fills it.
    pub(crate) fn full() -> (Self, TcpStream) {
        let upstream = Self::at("127.0.0.1:0".parse().unwrap(), 0);
        let client = TcpStream::connect(upstream.address).unwrap();
        (upstream, client)
    }

    pub(crate) fn accept(&self) -> TcpStream {
        limited(self.listener.accept().unwrap().0)
    }

    /// Serves each connection on a thread of its own until the listener is dropped with the process.
    pub(crate) fn serve(self, serve: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> SocketAddr {
        let address = self.address;
        thread::spawn(move || {
            loop {
                match self.listener.accept() {
                    Ok((client, _)) => {
                        let serve = serve.clone();
                        thread::spawn(move || serve(limited(client)));
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
        address
    }
}

/// An address of 127.0.0.1 without a listener. The port is not given to any other socket while this is held.
pub(crate) struct Refusing(Socket);

impl Refusing {
    pub(crate) fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        Self(socket)
    }

    /// Begins to listen.
    pub(crate) fn listen(self) -> Upstream {
        Upstream::on(self.0, 16)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap().as_socket().unwrap()
    }
}

/// The stream with a time limit for reads and writes.
pub(crate) fn limited(stream: TcpStream) -> TcpStream {
    let socket = SockRef::from(&stream);
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket.set_write_timeout(Some(LIMIT)).unwrap();
    socket.set_tcp_nodelay(true).unwrap();
    stream
}
