//! Listeners of the Unix domain.

use std::fs;
use std::io::{IoSlice, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread;

use bytewatch::event::{
    Address, BackendKind, CloseReason, ConnectionEvent, Event, ProcessCredentials, StreamEvent, UnixAddress,
};
use bytewatch::server::{Config, ListenAddress, ServiceConfig};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};

use crate::harness::{LIMIT, Running, config, in_full, pattern};

on_both_backends!(
    bytes_are_echoed_and_the_client_is_known_by_its_process,
    bytes_behind_a_descriptor_are_read,
    a_switch_moves_unix_clients,
    the_file_goes_when_the_server_stops,
);

/// The number of descriptors that may be under way at once on every system.
const MESSAGES: usize = 200;

/// The socket file of one test.
fn path(name: &str, backend: BackendKind) -> PathBuf {
    std::env::temp_dir().join(format!("bytewatch-{}-{name}-{backend}", std::process::id()))
}

fn listen(path: &std::path::Path) -> Vec<ListenAddress> {
    vec![ListenAddress::parse_unix(&format!("{},mode=600", path.display())).unwrap()]
}

fn connect(path: &PathBuf) -> UnixStream {
    let client = UnixStream::connect(path).unwrap();
    client.set_read_timeout(Some(LIMIT)).unwrap();
    client.set_write_timeout(Some(LIMIT)).unwrap();
    client
}

fn bytes_are_echoed_and_the_client_is_known_by_its_process(backend: BackendKind) {
    let path = path("echo", backend);
    let running = Running::start(Config { listen: listen(&path), ..in_full(backend) });
    let mut client = connect(&path);
    let sent = pattern(1, 0, 3 << 20);
    let mut back = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            (&client).write_all(&sent).unwrap();
            client.shutdown(Shutdown::Write).unwrap();
        });
        (&client).read_to_end(&mut back).unwrap();
    });
    assert!(back == sent);
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, 3 << 20, 3 << 20));
    let events = running.stop();
    let opened = events.iter().find_map(|stamped| match &stamped.event {
        Event::Connection(_, ConnectionEvent::Opened { peer, local, .. }) => {
            Some((peer.clone(), local.clone()))
        }
        _ => None,
    });
    let (peer, local) = opened.unwrap();
    assert_eq!(local, Address::Unix(UnixAddress::Path(path.into())));
    if cfg!(target_os = "linux") {
        let Address::Unix(UnixAddress::Unnamed(Some(ProcessCredentials { pid, .. }))) = peer else {
            panic!("{peer}");
        };
        assert_eq!(u32::try_from(pid).unwrap(), std::process::id());
    }
}

/// Linux ends a read behind a descriptor that was sent along: what follows must not stay in the socket. The server
/// answers nothing, because a client that reads an answer would wake it.
fn bytes_behind_a_descriptor_are_read(backend: BackendKind) {
    let path = path("descriptor", backend);
    let service = ServiceConfig::Discard;
    let running = Running::start(Config { listen: listen(&path), service, ..in_full(backend) });
    let client = connect(&path);
    let (descriptors, text) = ([client.as_raw_fd()], [IoSlice::new(b"hello")]);
    let message = [ControlMessage::ScmRights(&descriptors)];
    // Descriptors are sent faster than they are read, so several wait in the socket.
    for _ in 0..MESSAGES {
        let sent = sendmsg::<()>(client.as_raw_fd(), &text, &message, MsgFlags::empty(), None).unwrap();
        assert_eq!(sent, 5);
    }
    running.wait("all bytes", |events| {
        let received = events.iter().map(|stamped| match &stamped.event {
            Event::Stream(_, StreamEvent::Bytes { data, .. }) => data.len(),
            _ => 0,
        });
        (received.sum::<usize>() == 5 * MESSAGES).then_some(())
    });
    drop(client);
    // A descriptor that the server had kept would keep the connection open.
    assert_eq!(running.wait_for_close(1).0, CloseReason::PeerFinished);
    running.stop();
}

fn a_switch_moves_unix_clients(backend: BackendKind) {
    let path = path("switch", backend);
    let running = Running::start(Config { listen: listen(&path), ..config(backend) });
    let mut clients: Vec<_> = (0..20).map(|_| connect(&path)).collect();
    for (round, to) in [backend.other(), backend, backend.other()].into_iter().enumerate() {
        running.switch(to);
        clients.push(connect(&path));
        for (index, client) in clients.iter_mut().enumerate() {
            let sent = pattern(index as u64, round as u64 * 1000, 1000);
            client.write_all(&sent).unwrap();
            let mut back = [0; 1000];
            client.read_exact(&mut back).unwrap();
            assert!(back == *sent, "client {index}, round {round}");
        }
    }
    running.stop();
}

fn the_file_goes_when_the_server_stops(backend: BackendKind) {
    let path = path("file", backend);
    let running = Running::start(Config { listen: listen(&path), ..config(backend) });
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    running.switch(backend.other());
    assert!(path.exists(), "a switch refuses nobody");
    let mut client = connect(&path);
    running.wait_for("a client", 1, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. }))
    });
    running.stop();
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    assert!(!path.exists());
}
