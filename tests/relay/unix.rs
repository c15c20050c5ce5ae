//! Unix domain sockets on either side and on both.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use crate::harness::{LIMIT, PROGRAM, Relay, Upstream};
use crate::modes::Mode;
use crate::proc_net::wait_until;
use crate::stream::{Ending, assert_received, expect, pattern, read_all};

/// A path for a socket that no other test uses; the file is removed at the end.
struct SocketPath(PathBuf);

impl SocketPath {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("bytewatch-relay-{}-{number}.socket", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// As it is written on the command line.
    fn word(&self) -> String {
        format!("unix:{}", self.0.display())
    }

    fn connect(&self) -> UnixStream {
        limited_unix(UnixStream::connect(&self.0).unwrap())
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        // A relay that has ended has removed it.
        let _ = fs::remove_file(&self.0);
    }
}

fn limited_unix(stream: UnixStream) -> UnixStream {
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.set_write_timeout(Some(LIMIT)).unwrap();
    stream
}

fn accept(listener: &UnixListener) -> UnixStream {
    SockRef::from(listener).set_read_timeout(Some(LIMIT)).unwrap();
    limited_unix(listener.accept().unwrap().0)
}

/// A stream of either kind that can end one direction.
trait Stream: Read + Write + Send {
    fn finish(&self);
}

impl Stream for TcpStream {
    fn finish(&self) {
        self.shutdown(Shutdown::Write).unwrap();
    }
}

impl Stream for UnixStream {
    fn finish(&self) {
        self.shutdown(Shutdown::Write).unwrap();
    }
}

/// Sends a request with FIN, and then an answer with FIN; each is more than a socket of the Unix domain holds.
fn ask_and_answer(client: &mut dyn Stream, upstream: &mut dyn Stream) {
    pass_and_finish(client, upstream, &pattern(11, 0, 600_000));
    pass_and_finish(upstream, client, &pattern(12, 0, 600_000));
}

fn pass_and_finish(from: &mut dyn Stream, to: &mut dyn Stream, bytes: &[u8]) {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            from.write_all(bytes).unwrap();
            from.finish();
        });
        assert_received(&read_all(to), bytes, Ending::Fin);
    });
}

fn tcp_clients_of_a_unix_upstream_are_served(mode: Mode) {
    let path = SocketPath::new();
    let upstream = UnixListener::bind(&path.0).unwrap();
    let relay = Relay::to(mode, path.word());
    let mut client = relay.connect();
    ask_and_answer(&mut client, &mut accept(&upstream));
    drop(client);
    assert_eq!(relay.event("opened", 1)["upstream"], path.word());
    assert_eq!(relay.close_reason(1), "peer-finished");
    relay.stop();
}

fn unix_clients_of_a_tcp_upstream_are_served(mode: Mode) {
    let (path, upstream) = (SocketPath::new(), Upstream::new());
    let relay = Relay::start(mode, upstream.address, &["-l", &path.word()]);
    assert_eq!(relay.listening, [path.word()]);
    let mut client = path.connect();
    ask_and_answer(&mut client, &mut upstream.accept());
    drop(client);
    let opened = relay.event("opened", 1);
    let process =
        format!("unix:pid={},uid={}", std::process::id(), fs::metadata("/proc/self").unwrap().uid());
    assert_eq!((&opened["peer"], &opened["local"]), (&process.into(), &path.word().into()));
    assert_eq!(relay.close_reason(1), "peer-finished");
    relay.stop();
    assert!(!path.0.exists(), "the file is removed at the end");
}

/// Names in the abstract namespace leave no file.
fn both_sides_may_be_abstract(mode: Mode) {
    let [near, far] = ["near", "far"].map(|side| format!("bytewatch-{}-{mode:?}-{side}", std::process::id()));
    let address = |name: &str| SocketAddr::from_abstract_name(name).unwrap();
    let upstream = UnixListener::bind_addr(&address(&far)).unwrap();
    let listen = format!("unix:@{near}");
    let relay = Relay::start(mode, format!("unix:@{far}"), &["-l", &listen]);
    assert_eq!(relay.listening, [listen]);
    let mut client = limited_unix(UnixStream::connect_addr(&address(&near)).unwrap());
    ask_and_answer(&mut client, &mut accept(&upstream));
    drop(client);
    assert_eq!(relay.event("opened", 1)["upstream"], format!("unix:@{far}"));
    relay.event("closed", 1);
    relay.stop();
}

fn a_listener_on_a_path_may_have_its_own_upstream(mode: Mode) {
    let (path, first, second) = (SocketPath::new(), Upstream::new(), Upstream::new());
    let own = format!("{},mode=600={}", path.word(), second.address);
    let relay = Relay::start(mode, first.address, &["-l", "127.0.0.1:0", "--listen", &own]);
    let (mut one, mut two) = (relay.connect(), path.connect());
    one.write_all(b"first").unwrap();
    two.write_all(b"second").unwrap();
    expect(first.accept(), b"first");
    expect(second.accept(), b"second");
    relay.stop();
}

fn the_mode_of_the_file_is_set(mode: Mode) {
    let (path, upstream) = (SocketPath::new(), Upstream::new());
    for bits in [0o660, 0o600, 0o777] {
        let listen = format!("{},mode={bits:o}", path.word());
        let relay = Relay::start(mode, upstream.address, &["-l", &listen]);
        let file = fs::metadata(&path.0).unwrap();
        assert!(file.file_type().is_socket());
        assert_eq!(file.permissions().mode() & 0o777, bits);
        relay.stop();
    }
}

fn a_file_that_was_left_over_is_replaced(mode: Mode) {
    let (path, upstream) = (SocketPath::new(), Upstream::new());
    drop(UnixListener::bind(&path.0).unwrap());
    assert!(path.0.exists());
    let relay = Relay::start(mode, upstream.address, &["-l", &path.word()]);
    path.connect().write_all(b"served").unwrap();
    expect(upstream.accept(), b"served");
    relay.event("closed", 1);
    relay.stop();
}

fn a_missing_file_is_a_reset_for_the_client(mode: Mode) {
    let missing = SocketPath::new();
    let relay = Relay::to(mode, missing.word());
    assert_received(&read_all(relay.connect()), b"", Ending::Reset);
    let closed = relay.event("closed", 1);
    assert_eq!(closed["reason"], "upstream-unreachable");
    assert!(closed["detail"].as_str().unwrap().contains("no such file"), "{closed}");
    relay.stop();
}

/// A connect to a full backlog of the Unix domain fails at once, and has to be tried again.
fn a_full_backlog_is_waited_for(mode: Mode) {
    let path = SocketPath::new();
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    socket.bind(&SockAddr::unix(&path.0).unwrap()).unwrap();
    socket.listen(0).unwrap();
    let upstream = UnixListener::from(std::os::fd::OwnedFd::from(socket));
    let filler = path.connect();
    let relay = Relay::to(mode, path.word());
    let mut client = relay.connect();
    client.write_all(b"patient").unwrap();
    relay.event("opened", 1);
    drop((accept(&upstream), filler));
    expect(accept(&upstream), b"patient");
    drop(client);
    relay.event("closed", 1);
    relay.stop();
}

/// A Unix socket tells a reset only if bytes of it are unread. The client has to see its end in any case.
fn the_end_of_a_unix_upstream_reaches_the_client(mode: Mode) {
    let path = SocketPath::new();
    let upstream = UnixListener::bind(&path.0).unwrap();
    let relay = Relay::to(mode, path.word());
    let mut client = relay.connect();
    client.write_all(b"unread").unwrap();
    let far = accept(&upstream);
    wait_until("the bytes arrive", || {
        SockRef::from(&far).peek(&mut [std::mem::MaybeUninit::uninit(); 6]).is_ok()
    });
    drop(far);
    assert_received(&read_all(&client), b"", Ending::Reset);
    assert_eq!(relay.close_reason(1), "upstream-reset");
    relay.stop();
}

in_each_mode!(
    tcp_clients_of_a_unix_upstream_are_served,
    unix_clients_of_a_tcp_upstream_are_served,
    both_sides_may_be_abstract,
    a_listener_on_a_path_may_have_its_own_upstream,
    the_mode_of_the_file_is_set,
    a_file_that_was_left_over_is_replaced,
    a_missing_file_is_a_reset_for_the_client,
    a_full_backlog_is_waited_for,
    the_end_of_a_unix_upstream_reaches_the_client,
);

#[test]
fn a_path_with_a_listener_is_refused() {
    let path = SocketPath::new();
    let listener = UnixListener::bind(&path.0).unwrap();
    let words = ["relay", "127.0.0.1:1", "--headless", "-l", &path.word()];
    let output = Command::new(PROGRAM).args(words).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    // The other's socket still works.
    drop(path.connect());
    accept(&listener);
}

#[test]
fn a_file_that_is_not_a_socket_is_kept() {
    let path = SocketPath::new();
    fs::write(&path.0, "precious").unwrap();
    let words = ["relay", "127.0.0.1:1", "--headless", "-l", &path.word()];
    let output = Command::new(PROGRAM).args(words).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_to_string(&path.0).unwrap(), "precious");
}
