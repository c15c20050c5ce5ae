//! Connects over real sockets; where time matters, it is an argument.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::{Domain, SockAddr, Type};

use super::*;
use crate::server::net::unix_name::UnixName;

/// The limit of every wait.
const LIMIT: Duration = Duration::from_secs(30);

/// A connect, and the notices of its resolver.
struct Running {
    connect: Connect,
    notices: Receiver<()>,
    began: Instant,
}

impl Running {
    fn new(upstream: &Upstream, resolver: &Resolver) -> Self {
        let (sender, notices) = channel();
        let began = Instant::now();
        let notify: Notify = Arc::new(move || {
            // The receiver is gone if the test has ended.
            let _ = sender.send(());
        });
        let connect = Connect::new(upstream, began, began + LIMIT, resolver, notify);
        Self { connect, notices, began }
    }

    fn to(text: &str) -> Self {
        Self::new(&Upstream::parse(text).unwrap(), &Resolver::default())
    }

    /// A connect to a host with these addresses.
    fn to_all(addresses: &[SocketAddr]) -> Self {
        let addresses = addresses.to_vec();
        let resolver = Resolver::new(move |_| Ok(addresses.clone()));
        Self::new(&Upstream::parse("host.invalid:80").unwrap(), &resolver)
    }

    /// Polls as a thread does, until it is over.
    fn finish(&mut self) -> Result<ConnectedSocket, String> {
        loop {
            match self.connect.poll(Instant::now()) {
                ConnectState::Connected(connected) => return Ok(connected),
                ConnectState::Failed(error) => return Err(error.to_string()),
                ConnectState::Waiting { until } => self.wait(until),
            }
        }
    }

    fn wait(&self, until: Instant) {
        let rest = until.saturating_duration_since(Instant::now()) + Duration::from_millis(1);
        let timeout = PollTimeout::try_from(rest).unwrap();
        match self.connect.socket() {
            Some(socket) => {
                poll(&mut [PollFd::new(socket.as_fd(), PollFlags::POLLOUT)], timeout).unwrap();
            }
            None => drop(self.notices.recv_timeout(rest)),
        }
    }

    /// The time at which it wants to be polled again, if it is polled at `now`.
    fn waits(&mut self, now: Instant) -> Instant {
        match self.connect.poll(now) {
            ConnectState::Waiting { until } => until,
            other => panic!("{other:?}"),
        }
    }

    fn fails(&mut self, now: Instant) -> ConnectError {
        match self.connect.poll(now) {
            ConnectState::Failed(error) => error,
            other => panic!("{other:?}"),
        }
    }
}

/// A port of the loopback that refuses connects as long as the result lives.
fn refusing() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// A listener that takes no further connects, and the clients that fill its backlog.
struct FullListener {
    listener: socket2::Socket,
    address: SockAddr,
    _clients: Vec<socket2::Socket>,
}

impl FullListener {
    fn new(domain: Domain, address: &SockAddr) -> Self {
        let listener = socket2::Socket::new(domain, Type::STREAM, None).unwrap();
        listener.bind(address).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let mut clients = Vec::new();
        loop {
            let client = socket2::Socket::new(domain, Type::STREAM, None).unwrap();
            client.set_nonblocking(true).unwrap();
            // TCP says that the connect has begun, whether there is room or not.
            let begun = client.connect(&address);
            let full = client.peer_addr().is_err();
            assert!(full || begun.is_ok() || domain == Domain::IPV4, "{begun:?}");
            clients.push(client);
            if full {
                return Self { listener, address, _clients: clients };
            }
        }
    }

    fn tcp() -> Self {
        Self::new(Domain::IPV4, &SocketAddr::from(([127, 0, 0, 1], 0)).into())
    }

    fn inet(&self) -> SocketAddr {
        self.address.as_socket().unwrap()
    }
}

#[test]
fn it_can_be_sent_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Connect>();
}

#[test]
fn a_server_that_listens_is_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for text in [address.to_string(), address.port().to_string(), format!("localhost:{}", address.port())] {
        let mut running = Running::to(&text);
        let connected = running.finish().unwrap();
        assert_eq!(connected.address, Address::Inet(address));
        assert_eq!(connected.micros(running.began + Duration::from_millis(2)), 2_000);
        let (mut there, _) = listener.accept().unwrap();
        (&connected.socket).write_all(b"hello").unwrap();
        there.read_exact(&mut [0; 5]).unwrap();
        let error = (&connected.socket).read(&mut [0; 1]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock, "it does not block");
    }
}

#[test]
fn a_refusal_is_reported_with_its_address() {
    let (_bound, address) = refusing();
    let error = Running::to(&address.to_string()).finish().unwrap_err();
    assert_eq!(error, format!("{address}: connection refused"));
    let missing = std::env::temp_dir().join(format!("bytewatch-{}-missing", std::process::id()));
    let error = Running::to(&format!("unix:{}", missing.display())).finish().unwrap_err();
    assert_eq!(error, format!("unix:{}: no such file or directory", missing.display()));
}

#[test]
fn the_second_address_is_tried_after_the_first_one() {
    let (_bound, dead) = refusing();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let alive = listener.local_addr().unwrap();
    let connected = Running::to_all(&[dead, alive]).finish().unwrap();
    assert_eq!(connected.address, Address::Inet(alive));
    let (_other, other) = refusing();
    let error = Running::to_all(&[dead, other]).finish().unwrap_err();
    assert_eq!(error, format!("{dead}: connection refused; {other}: connection refused"));
}

#[test]
fn an_address_that_does_not_answer_leaves_time_for_the_others() {
    let full = FullListener::tcp();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut running = Running::to_all(&[full.inet(), listener.local_addr().unwrap()]);
    running.notices.recv_timeout(LIMIT).unwrap();
    let now = running.began;
    assert_eq!(running.waits(now), now + LIMIT / 2);
    match running.connect.poll(now + LIMIT / 2) {
        ConnectState::Connected(connected) => {
            assert_eq!(connected.address, Address::Inet(listener.local_addr().unwrap()));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_backlog_of_tcp_gives_no_answer() {
    let full = FullListener::tcp();
    let mut running = Running::to(&full.inet().to_string());
    let (now, deadline) = (running.began, running.began + LIMIT);
    for _ in 0..3 {
        assert_eq!(running.waits(now), deadline, "a wake-up for nothing is no connection");
        assert!(running.connect.socket().is_some());
    }
    let error = running.fails(deadline);
    assert_eq!(error.to_string(), format!("{}: no answer in time", full.inet()));
    assert_eq!(running.fails(deadline), error, "it says so again");
    assert!(running.connect.socket().is_none());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_backlog_of_the_unix_domain_is_tried_again() {
    let text = format!("@bytewatch-{}-backlog", std::process::id());
    let name = UnixName::parse(&text).unwrap();
    let full = FullListener::new(Domain::UNIX, &name.socket_address().unwrap());
    let mut running = Running::to(&format!("unix:{text}"));
    let mut now = running.began;
    for pause in [5, 10, 20, 40, 80, 100, 100] {
        let until = running.waits(now);
        assert_eq!(until, now + Duration::from_millis(pause));
        assert_eq!(running.waits(now), until, "not before");
        assert!(running.connect.socket().is_none(), "there is nothing to wait for but the time");
        now = until;
    }
    full.listener.accept().unwrap();
    match running.connect.poll(now) {
        ConnectState::Connected(connected) => assert_eq!(connected.address, name.address()),
        other => panic!("{other:?}"),
    }
    // That one has filled the backlog again.
    let mut running = Running::to(&format!("unix:{text}"));
    running.waits(running.began);
    let error = running.fails(running.began + LIMIT);
    assert_eq!(error.to_string(), format!("unix:{text}: its backlog stayed full"));
}

#[test]
fn a_name_that_is_not_known_is_reported() {
    let error = Running::to("nobody.invalid:80").finish().unwrap_err();
    assert!(error.starts_with("nobody.invalid:80: ") && !error.contains('\n'), "{error}");
    let error = Running::to_all(&[]).finish().unwrap_err();
    assert_eq!(error, "host.invalid:80: no address is known");
}

#[test]
fn a_name_that_is_not_resolved_in_time_is_reported() {
    let (release, gate) = channel::<()>();
    let gate = parking_lot::Mutex::new(gate);
    let resolver = Resolver::new(move |_| {
        // It ends with the test.
        let _ = gate.lock().recv_timeout(LIMIT);
        Ok(Vec::new())
    });
    let mut running = Running::new(&Upstream::parse("host.invalid:80").unwrap(), &resolver);
    let deadline = running.began + LIMIT;
    assert_eq!(running.waits(running.began), deadline);
    let error = running.fails(deadline);
    assert_eq!(error.to_string(), "host.invalid:80: its name was not resolved in time");
    drop(release);
}
