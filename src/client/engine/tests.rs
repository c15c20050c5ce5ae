use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr as UnixSocketAddr, UnixListener, UnixStream};
use std::path::Path;
use std::thread;

use socket2::{Domain, SockAddr, Type};

use super::*;
use crate::event::{Address, UnixAddress};

/// Longer than any step takes, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

/// What happened to the client.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Seen {
    Connected,
    Finished,
    Ended,
    Closed(Option<ErrorKind>),
}

/// One client, which sends `unsent`, then `last`, and reads what comes.
struct OneClient {
    route: Route,
    unsent: Vec<u8>,
    last: Output<'static>,
    received: Vec<u8>,
    seen: Vec<Seen>,
    began: Instant,
    started: bool,
}

impl OneClient {
    fn new(target: &Address, timeout: Duration, send: &[u8], last: Output<'static>) -> Self {
        Self {
            route: Route::new(target, timeout, SocketBuffers::Small).unwrap(),
            unsent: send.to_vec(),
            last,
            received: Vec::new(),
            seen: Vec::new(),
            began: Instant::now(),
            started: false,
        }
    }

    /// Runs until the client's connection is closed.
    fn run(mut self) -> Self {
        Engine::new().unwrap().run(&mut self).unwrap();
        self
    }

    fn is_closed(&self) -> bool {
        matches!(self.seen.last(), Some(Seen::Closed(_)))
    }
}

impl Behaviour for OneClient {
    fn act(&mut self, engine: &mut Engine, now: Instant) -> ControlFlow<(), EngineWait> {
        assert!(now - self.began < LIMIT, "{:?}", self.seen);
        if !std::mem::replace(&mut self.started, true) {
            engine.connect(ClientId(3), &self.route, now).unwrap();
        }
        if self.is_closed() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(EngineWait { until: Some(self.began + LIMIT), precision: Precision::Exact })
    }

    fn connected(&mut self, client: ClientId, socket: &Socket) {
        assert!(client == ClientId(3) && socket.peer_addr().is_ok());
        self.seen.push(Seen::Connected);
    }

    fn output(&self, _client: ClientId) -> Output<'_> {
        if self.unsent.is_empty() { self.last } else { Output::Bytes(&self.unsent) }
    }

    fn sent(&mut self, _client: ClientId, length: usize) {
        self.unsent.drain(..length);
    }

    fn finished(&mut self, _client: ClientId) {
        self.last = Output::Nothing;
        self.seen.push(Seen::Finished);
    }

    fn read_limit(&self, _client: ClientId) -> usize {
        usize::MAX
    }

    fn received(&mut self, _client: ClientId, bytes: &[u8]) {
        self.received.extend_from_slice(bytes);
    }

    fn ended(&mut self, _client: ClientId) {
        self.seen.push(Seen::Ended);
    }

    fn closed(&mut self, _client: ClientId, error: Option<io::Error>) {
        self.seen.push(Seen::Closed(error.map(|error| error.kind())));
    }
}

fn unix(name: &str) -> (UnixListener, Address) {
    let name = format!("bytewatch-test-{}-{name}", std::process::id());
    let listener = UnixListener::bind_addr(&UnixSocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    (listener, Address::Unix(UnixAddress::Abstract(name.as_bytes().into())))
}

/// Sends everything and FIN, and gets everything back, more than the sockets hold.
fn whole_exchange(target: &Address) {
    let sent: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    let client = OneClient::new(target, LIMIT, &sent, Output::Fin).run();
    assert_eq!(client.seen, [Seen::Connected, Seen::Finished, Seen::Ended, Seen::Closed(None)]);
    assert!(client.received == sent);
}

#[test]
fn a_client_sends_and_reads_over_tcp_and_unix_sockets() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = listener.local_addr().unwrap().into();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        io::copy(&mut &stream, &mut &stream).unwrap();
    });
    whole_exchange(&target);
    server.join().unwrap();

    let (listener, target) = unix("echo");
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        io::copy(&mut &stream, &mut &stream).unwrap();
    });
    whole_exchange(&target);
    server.join().unwrap();
}

#[test]
fn a_reset_follows_the_output() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = listener.local_addr().unwrap().into();
    let client = OneClient::new(&target, LIMIT, b"abc", Output::Reset).run();
    assert_eq!(client.seen, [Seen::Connected, Seen::Closed(None)]);
    let (mut stream, _) = listener.accept().unwrap();
    assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_connect_that_fails_is_reported() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().into();
    let client = OneClient::new(&free, LIMIT, b"", Output::Fin).run();
    assert_eq!(client.seen, [Seen::Closed(Some(ErrorKind::ConnectionRefused))]);
    let nowhere = Address::Unix(UnixAddress::Path(Path::new("/there/is/no/such/socket").into()));
    let route = Route::new(&nowhere, LIMIT, SocketBuffers::Default).unwrap();
    let error = Engine::new().unwrap().connect(ClientId(0), &route, Instant::now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

/// A Unix listener whose queue has room for one connection, which is taken.
fn full_listener(name: &str) -> (UnixListener, UnixStream, Address) {
    let name = format!("bytewatch-test-{}-{name}", std::process::id());
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    socket.bind(&SockAddr::unix(format!("\0{name}")).unwrap()).unwrap();
    socket.listen(0).unwrap();
    let first = UnixStream::connect_addr(&UnixSocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let listener = UnixListener::from(OwnedFd::from(socket));
    (listener, first, Address::Unix(UnixAddress::Abstract(name.as_bytes().into())))
}

#[test]
fn a_connect_waits_for_room_in_the_queue_of_a_unix_listener() {
    let (listener, _first, target) = full_listener("room");
    let mut client = OneClient::new(&target, LIMIT, b"", Output::Fin);
    let mut engine = Engine::new().unwrap();
    engine.connect(ClientId(3), &client.route, Instant::now()).unwrap();
    client.started = true;
    assert!(engine.timers.next_expiry().unwrap() < client.began + LIMIT, "it is tried again");
    let server = thread::spawn(move || {
        let _first = listener.accept().unwrap();
        let (mut second, _) = listener.accept().unwrap();
        second.write_all(b"in").unwrap();
    });
    engine.run(&mut client).unwrap();
    server.join().unwrap();
    assert_eq!(client.received, b"in");
    assert_eq!(client.seen.last(), Some(&Seen::Closed(None)));
}

#[test]
fn a_connect_times_out() {
    let (_listener, _first, target) = full_listener("full");
    let client = OneClient::new(&target, Duration::from_millis(50), b"", Output::Fin).run();
    assert_eq!(client.seen, [Seen::Closed(Some(ErrorKind::TimedOut))]);
    assert!(client.began.elapsed() >= Duration::from_millis(50));
}
