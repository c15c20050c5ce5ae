//! A relay as a process of its own, and an upstream that the test plays.

use std::fmt::Display;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use socket2::{Domain, Socket, Type};

use crate::modes::Mode;
use crate::program::{EVENTS, Program};
pub(crate) use crate::program::{LIMIT, PROGRAM, limited, of_kind};

/// A running relay. It is killed when it is dropped.
pub(crate) type Relay = Program;

impl Relay {
    /// Starts a relay that listens on any port of 127.0.0.1.
    pub(crate) fn to(mode: Mode, upstream: impl Display) -> Self {
        Self::start(mode, upstream, &["-l", "127.0.0.1:0"])
    }

    /// Starts a relay with these options, which include what it listens on.
    pub(crate) fn start(mode: Mode, upstream: impl Display, options: &[&str]) -> Self {
        let events = ["--events", EVENTS];
        Self::relay(&mut Command::new(PROGRAM), mode, upstream, &[options, &events].concat())
    }

    /// Starts a relay that prints all events, payload included.
    pub(crate) fn in_full(mode: Mode, upstream: impl Display) -> Self {
        Self::relay(&mut Command::new(PROGRAM), mode, upstream, &["-l", "127.0.0.1:0"])
    }

    /// Starts a relay that can open at most this many files.
    pub(crate) fn with_few_descriptors(mode: Mode, upstream: impl Display, descriptors: u32) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {descriptors}; exec \"$0\" \"$@\""), PROGRAM]);
        Self::relay(&mut command, mode, upstream, &["-l", "127.0.0.1:0", "--events", EVENTS])
    }

    fn relay(command: &mut Command, mode: Mode, upstream: impl Display, options: &[&str]) -> Self {
        Self::run(command, mode, &[&["relay", &upstream.to_string()], options].concat())
    }

    /// Connects a client, and accepts the connection that the relay makes for it.
    pub(crate) fn pair(&self, upstream: &Upstream) -> Pair {
        let client = self.connect();
        Pair { client, upstream: upstream.accept() }
    }

    /// Waits until a connection is closed, and returns the reason.
    pub(crate) fn close_reason(&self, connection: u64) -> String {
        self.event("closed", connection)["reason"].as_str().unwrap().to_owned()
    }
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
