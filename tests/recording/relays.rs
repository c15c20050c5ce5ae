//! Recordings of a relay.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};

use bytewatch::event::{
    Address, BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Origin, Side,
    Stamped, StreamEvent, StreamId, Timestamp, Utf8Summary,
};
use bytewatch::recording::write::PcapngWriter;

use crate::harness::{Folder, payload, run};
use crate::modes::Mode;
use crate::tools::{Streams, comments, follow, has, remarks};

in_each_mode!(a_relayed_connection_is_followed);

fn a_relayed_connection_is_followed(mode: Mode) {
    if !has("tshark") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("relay.pcapng");
    let upstream = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = upstream.local_addr().unwrap().to_string();
    let relay = run(mode, &["relay", &address, "-l", "127.0.0.1:0"], &path, &[]);
    let mut client = relay.connect();
    let (mut server, _) = upstream.accept().unwrap();
    let serving = std::thread::spawn(move || {
        let mut question = Vec::new();
        server.read_to_end(&mut question).unwrap();
        server.write_all(&payload(800_000)).unwrap();
        question
    });
    client.write_all(&payload(300_000)).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    assert!(serving.join().unwrap() == payload(300_000));
    assert!(answer == payload(800_000));
    assert_eq!(relay.event("closed", 1)["received"], 300_000);
    relay.stop();
    assert_eq!(remarks(&path), [""; 0]);
    assert!(follow(&path, 0) == Streams { from_client: payload(300_000), to_client: payload(800_000) });
    let comments = comments(&path);
    assert!(comments[0].contains(&format!("relayed to {address}")), "{comments:?}");
    assert!(comments.iter().any(|comment| comment.contains(&format!("upstream {address} connected"))));
}

/// The user puts bytes in on the way to the upstream: from there on, its side is a conversation of its own.
#[test]
fn a_side_of_the_upstream_is_followed_without_remarks() {
    if !has("tshark") {
        return;
    }
    let id = ConnectionId(1);
    let (mut writer, mut micros) = (PcapngWriter::default(), 1_700_000_000_000_000);
    writer.begin_file();
    let mut take = |event| {
        micros += 1_000;
        writer.take(&Stamped { at: Timestamp(micros), event });
    };
    let address = |text: &str| Address::Inet(text.parse().unwrap());
    let bytes = |side, direction, offset, data: &'static [u8], origin| {
        let (data, summary) = (data.into(), Utf8Summary::default());
        let event = StreamEvent::Bytes { offset, data, summary, origin, forwarded: None, place: None };
        Event::Stream(StreamId { connection: id, side, direction }, event)
    };
    let (received, sent) = (Direction::Received, Direction::Sent);
    for event in [
        ConnectionEvent::Opened {
            peer: address("127.0.0.1:50000"),
            local: address("127.0.0.1:7777"),
            backend: BackendKind::Async,
            upstream: Some("redis:6379".to_owned()),
        },
        ConnectionEvent::Connected { upstream: address("10.0.0.9:6379"), micros: 5 },
    ] {
        take(Event::Connection(id, event));
    }
    take(bytes(Side::Client, received, 0, b"first ", Origin::Peer));
    take(bytes(Side::Client, sent, 0, b"answer ", Origin::Service));
    take(bytes(Side::Upstream, sent, 6, b"injected ", Origin::User));
    take(bytes(Side::Client, received, 6, b"second", Origin::Peer));
    take(bytes(Side::Client, sent, 7, b"and more", Origin::Service));
    take(Event::Connection(id, ConnectionEvent::InputEnded { side: Side::Client }));
    take(Event::Connection(id, ConnectionEvent::InputEnded { side: Side::Upstream }));
    let (reason, detail, failed_call) = (CloseReason::PeerFinished, None, None);
    let closed = ConnectionEvent::Closed { reason, detail, failed_call, received: 12, sent: 15 };
    take(Event::Connection(id, closed));
    writer.end_file(Timestamp(micros));
    let folder = Folder::new();
    let path = folder.path("upstream.pcapng");
    fs::write(&path, writer.blocks()).unwrap();
    assert_eq!(remarks(&path), [""; 0]);
    let streams = |from_client: &[u8], to_client: &[u8]| Streams {
        from_client: from_client.to_vec(),
        to_client: to_client.to_vec(),
    };
    assert_eq!(follow(&path, 0), streams(b"first second", b"answer and more"));
    assert_eq!(follow(&path, 1), streams(b"injected second", b"and more"));
}
