//! What Wireshark makes of the recordings of a server.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use socket2::SockRef;

use crate::harness::{Folder, echo, payload, run, serve, wait_for_closes};
use crate::modes::Mode;
use crate::tools::{Streams, all_streams, comments, count, follow, has, remarks};

in_each_mode!(
    an_echo_is_followed_byte_for_byte,
    a_reset_is_a_reset,
    many_connections_are_as_many_conversations,
    a_half_closed_connection_goes_on,
);

fn an_echo_is_followed_byte_for_byte(mode: Mode) {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("echo.pcapng");
    let server = serve(mode, &path, &[]);
    for length in [1, 70_000, 3_000_000] {
        echo(server.connect(), &payload(length));
    }
    server.stop();
    assert_eq!(remarks(&path), [""; 0]);
    for (number, length) in [1, 70_000, 3_000_000].into_iter().enumerate() {
        let bytes = payload(length);
        assert!(
            follow(&path, number) == Streams { from_client: bytes.clone(), to_client: bytes },
            "{length}"
        );
    }
}

fn a_half_closed_connection_goes_on(mode: Mode) {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("half.pcapng");
    let server = run(mode, &["serve", "-l", "127.0.0.1:0", "--reply", "got {bytes}"], &path, &[]);
    let mut client = server.connect();
    client.write_all(b"question").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "got 8");
    server.stop();
    assert_eq!(remarks(&path), [""; 0]);
    let streams = follow(&path, 0);
    assert_eq!((streams.from_client, streams.to_client), (b"question".to_vec(), b"got 8".to_vec()));
    assert_eq!(count(&path, "tcp.flags.fin == 1"), 2);
}

fn a_reset_is_a_reset(mode: Mode) {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("reset.pcapng");
    let server = serve(mode, &path, &[]);
    let mut client = server.connect();
    client.write_all(b"abc").unwrap();
    let mut back = [0; 3];
    client.read_exact(&mut back).unwrap();
    SockRef::from(&client).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    drop(client);
    wait_for_closes(&server, 1);
    server.stop();
    let remarks = remarks(&path);
    assert!(remarks.iter().all(|remark| remark.contains("Connection reset (RST)")), "{remarks:?}");
    let streams = follow(&path, 0);
    assert_eq!((streams.from_client, streams.to_client), (b"abc".to_vec(), b"abc".to_vec()));
    assert_eq!((count(&path, "tcp.flags.reset == 1"), count(&path, "tcp.flags.fin == 1")), (1, 0));
    assert!(comments(&path).iter().any(|comment| comment.ends_with("closed: peer-reset")));
}

fn many_connections_are_as_many_conversations(mode: Mode) {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("many.pcapng");
    let server = serve(mode, &path, &[]);
    let port = server.listening[0].rsplit(':').next().unwrap().to_owned();
    let connections = if mode == Mode::Async { 10_000 } else { 300 };
    let sent: Vec<_> = (0..connections)
        .map(|number: usize| {
            let client = server.connect();
            let from = client.local_addr().unwrap().port().to_string();
            let bytes = payload(100 + number % 300 * 37);
            echo(client, &bytes);
            (from, bytes)
        })
        .collect();
    server.stop();
    let streams = all_streams(&path, &port);
    // A port may be used again.
    let last: std::collections::BTreeMap<_, _> = sent.into_iter().collect();
    for (from, bytes) in last {
        let Streams { from_client, to_client } = &streams[&from];
        assert!(from_client.ends_with(&bytes) && to_client.ends_with(&bytes), "{from}");
    }
    let remarks = remarks(&path);
    assert!(remarks.iter().all(|remark| remark.contains("same ports")), "{remarks:?}");
}

#[test]
fn a_switch_in_the_middle_is_a_comment() {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("switch.pcapng");
    let server = serve(Mode::Switching, &path, &[]);
    let mut client = server.connect();
    let mut sent = Vec::new();
    let mut back = vec![0; 1_000];
    for round in 1..=4 {
        server.wait_for_switches(round);
        client.write_all(&payload(1_000)).unwrap();
        client.read_exact(&mut back).unwrap();
        sent.extend(payload(1_000));
    }
    drop(client);
    wait_for_closes(&server, 1);
    server.stop();
    assert!(follow(&path, 0) == Streams { from_client: sent.clone(), to_client: sent });
    assert_eq!(remarks(&path), [""; 0]);
    let comments = comments(&path);
    assert!(comments.iter().any(|comment| comment.contains("handed over to threads")), "{comments:?}");
}

#[test]
fn ipv6_is_ipv6() {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("ipv6.pcapng");
    let server = run(Mode::Async, &["serve", "-l", "[::1]:0"], &path, &[]);
    echo(server.connect(), &payload(200_000));
    server.stop();
    assert_eq!(remarks(&path), [""; 0]);
    assert!(follow(&path, 0) == Streams { from_client: payload(200_000), to_client: payload(200_000) });
    assert_eq!(count(&path, "not ipv6"), 0);
}

#[test]
fn unix_sockets_are_conversations_with_made_up_addresses() {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("unix.pcapng");
    let socket = folder.path("socket");
    let server = run(Mode::Async, &["serve", "-l", &format!("unix:{}", socket.display())], &path, &[]);
    for number in 1..=2 {
        let mut client = UnixStream::connect(&socket).unwrap();
        client.write_all(&payload(5_000 * number)).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut back = Vec::new();
        client.read_to_end(&mut back).unwrap();
        assert_eq!(back.len(), 5_000 * number);
    }
    server.stop();
    assert_eq!(remarks(&path), [""; 0]);
    for number in 1..=2 {
        let bytes = payload(5_000 * number);
        assert!(follow(&path, number - 1) == Streams { from_client: bytes.clone(), to_client: bytes });
    }
    assert_eq!(count(&path, "ip.src == 127.0.0.2 && tcp.flags.syn == 1"), 1);
    let comments = comments(&path);
    assert!(comments[0].contains("stand for those of Unix sockets"), "{comments:?}");
    assert!(comments[0].contains(socket.to_str().unwrap()), "{comments:?}");
}
