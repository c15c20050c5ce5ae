use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::*;

/// Longer than any step takes, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

fn name(text: &str) -> ClientName {
    ClientName::new(text).unwrap()
}

struct Fixture {
    server: TcpListener,
    clients: ScriptedClients,
    results: Receiver<ConnectResult>,
}

impl Fixture {
    fn new() -> Self {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let (sender, results) = channel();
        let target = server.local_addr().unwrap().into();
        let clients = ScriptedClients::start(&target, move |one| drop(sender.send(one))).unwrap();
        Self { server, clients, results }
    }

    /// Connects a client of this name, and returns the server's side of the connection.
    fn client(&self, client_name: &str) -> TcpStream {
        self.clients.command(ClientCommand::Connect(name(client_name)));
        let (stream, peer) = self.server.accept().unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        let results = self.results.recv_timeout(LIMIT).unwrap();
        assert_eq!(results, ConnectResult { name: name(client_name), address: Ok(peer.into()) });
        stream
    }
}

fn read(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// Writes until the client takes no more for a while; returns the number of bytes.
fn fill(stream: &mut TcpStream) -> usize {
    stream.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    let piece = [b'x'; 1_024];
    let mut filled = 0;
    while let Ok(length) = stream.write(&piece) {
        filled += length;
        assert!(filled < 1 << 26, "somebody reads");
    }
    filled
}

#[test]
fn names_fit_their_column() {
    for good in ["ann", "A-1_b", "twelve-signs"] {
        assert_eq!(name(good).to_string(), good);
    }
    for bad in ["", "thirteen-sign", "a b", "é", "a\u{1b}"] {
        assert_eq!(ClientName::new(bad), None, "{bad}");
    }
}

#[test]
fn clients_connect_in_order_and_send_what_they_are_told() {
    let fixture = Fixture::new();
    let mut ann = fixture.client("ann");
    let mut bob = fixture.client("bob");
    fixture.clients.command(ClientCommand::Send(name("bob"), b"b".to_vec()));
    fixture.clients.command(ClientCommand::Send(name("ann"), b"\xe2".to_vec()));
    fixture.clients.command(ClientCommand::Send(name("ann"), b"\x82\xac".to_vec()));
    assert_eq!(read(&mut ann, 3), b"\xe2\x82\xac");
    assert_eq!(read(&mut bob, 1), b"b");
}

#[test]
fn messages_come_in_turn_until_it_is_quiet() {
    let fixture = Fixture::new();
    let mut ann = fixture.client("ann");
    fixture.clients.command(ClientCommand::SetMessages(name("ann"), vec![b"one".to_vec(), b"two".to_vec()]));
    (0..3).for_each(|_| fixture.clients.command(ClientCommand::SendNext(name("ann"))));
    assert_eq!(read(&mut ann, 9), b"onetwoone");
    fixture.clients.command(ClientCommand::ClearMessages(name("ann")));
    fixture.clients.command(ClientCommand::SendNext(name("ann")));
    fixture.clients.command(ClientCommand::Send(name("ann"), b"!".to_vec()));
    assert_eq!(read(&mut ann, 1), b"!");
}

#[test]
fn a_paused_reader_takes_little_and_later_all() {
    let fixture = Fixture::new();
    let mut ann = fixture.client("ann");
    fixture.clients.command(ClientCommand::PauseReading(name("ann")));
    // Commands run in sequence: once these bytes arrive, the client has stopped reading.
    fixture.clients.command(ClientCommand::Send(name("ann"), b"!".to_vec()));
    assert_eq!(read(&mut ann, 1), b"!");
    let filled = fill(&mut ann);
    assert!(filled < 1 << 20, "{filled}: small buffers");
    fixture.clients.command(ClientCommand::ResumeReading(name("ann")));
    ann.set_write_timeout(Some(LIMIT)).unwrap();
    ann.write_all(&vec![b'x'; 1 << 20]).unwrap();
}

#[test]
fn a_message_waits_for_the_one_before() {
    let fixture = Fixture::new();
    let mut ann = fixture.client("ann");
    fixture
        .clients
        .command(ClientCommand::SetMessages(name("ann"), vec![vec![b'a'; 1 << 20], vec![b'b'; 10]]));
    // The server does not read: the second and third turn find the first message still queued.
    (0..3).for_each(|_| fixture.clients.command(ClientCommand::SendNext(name("ann"))));
    let mut bob = fixture.client("bob");
    fixture.clients.command(ClientCommand::Send(name("bob"), b"!".to_vec()));
    assert_eq!(read(&mut bob, 1), b"!");
    assert!(read(&mut ann, 1 << 20).iter().all(|&byte| byte == b'a'));
    fixture.clients.command(ClientCommand::SendNext(name("ann")));
    fixture.clients.command(ClientCommand::Finish(name("ann")));
    let mut rest = Vec::new();
    ann.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, [b'b'; 10]);
}

#[test]
fn they_finish_and_reset_and_may_come_again() {
    let fixture = Fixture::new();
    let mut ann = fixture.client("ann");
    fixture.clients.command(ClientCommand::Send(name("ann"), b"bye".to_vec()));
    fixture.clients.command(ClientCommand::Finish(name("ann")));
    let mut all = Vec::new();
    ann.read_to_end(&mut all).unwrap();
    assert_eq!(all, b"bye");
    let mut again = fixture.client("ann");
    fixture.clients.command(ClientCommand::Reset(name("ann")));
    let error = again.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    // A command for a closed client does nothing.
    fixture.clients.command(ClientCommand::Send(name("ann"), b"?".to_vec()));
    assert_eq!(read(&mut { fixture.client("bob") }, 0), b"");
}

#[test]
fn whom_nobody_listens_to_says_so() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().into();
    let (sender, results) = channel();
    let clients = ScriptedClients::start(&address, move |one| drop(sender.send(one))).unwrap();
    clients.command(ClientCommand::Connect(name("ann")));
    assert!(results.recv_timeout(LIMIT).unwrap().address.is_err());
}

#[test]
fn all_clients_close_when_it_is_dropped() {
    let fixture = Fixture::new();
    let (mut ann, began) = (fixture.client("ann"), Instant::now());
    drop(fixture.clients);
    assert_eq!(ann.read(&mut [0]).unwrap(), 0);
    assert!(began.elapsed() < LIMIT);
}

#[test]
fn they_connect_to_a_unix_socket_too() {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixListener};

    let path = format!("bytewatch-test-{}-scripted", std::process::id());
    let server = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&path).unwrap()).unwrap();
    let (sender, results) = channel();
    let target = Address::Unix(UnixAddress::Abstract(path.as_bytes().into()));
    let clients = ScriptedClients::start(&target, move |one| drop(sender.send(one))).unwrap();
    clients.command(ClientCommand::Connect(name("ann")));
    let (mut ann, _) = server.accept().unwrap();
    let unnamed = Address::Unix(UnixAddress::Unnamed(None));
    assert_eq!(results.recv_timeout(LIMIT).unwrap().address, Ok(unnamed));
    clients.command(ClientCommand::Send(name("ann"), b"bye".to_vec()));
    clients.command(ClientCommand::Finish(name("ann")));
    ann.set_read_timeout(Some(LIMIT)).unwrap();
    let mut all = Vec::new();
    ann.read_to_end(&mut all).unwrap();
    assert_eq!(all, b"bye");
}
