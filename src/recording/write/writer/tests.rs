//! What is written is read back with a parser that shares nothing with the writer.

mod parsed;
mod relays;

use std::net::SocketAddr;
use std::path::Path;

use bytes::Bytes;
use parsed::{File, Packet};

use super::*;
use crate::event::{BackendKind, CloseReason, UnixAddress, Utf8Summary};

const RECEIVED: Direction = Direction::Received;
const SENT: Direction = Direction::Sent;
const ID: ConnectionId = ConnectionId(7);

/// A recording that is being made; each event is a microsecond after the one before.
struct Recording {
    writer: PcapngWriter,
    now: u64,
}

impl Recording {
    fn begin() -> Self {
        let mut writer = PcapngWriter::default();
        writer.begin_file();
        Self { writer, now: 1_700_000_000_000_000 }
    }

    fn event(&mut self, event: Event) {
        self.now += 1;
        self.writer.take(&Stamped { at: Timestamp(self.now), event });
    }

    fn connection(&mut self, event: ConnectionEvent) {
        self.event(Event::Connection(ID, event));
    }

    fn open(&mut self, peer: &str, local: &str) {
        let address = |text: &str| Address::Inet(text.parse::<SocketAddr>().unwrap());
        let (peer, local, backend) = (address(peer), address(local), BackendKind::Async);
        self.connection(ConnectionEvent::Opened { peer, local, backend, upstream: None });
    }

    fn bytes(&mut self, direction: Direction, offset: u64, data: &[u8]) {
        self.event(Event::Stream(
            StreamId::client(ID, direction),
            StreamEvent::Bytes {
                offset,
                data: Bytes::copy_from_slice(data),
                summary: Utf8Summary::default(),
                origin: Origin::of(direction),
                forwarded: None,
                place: None,
            },
        ));
    }

    fn close(&mut self, reason: CloseReason, received: u64, sent: u64) {
        let (detail, failed_call) = (None, None);
        self.connection(ConnectionEvent::Closed { reason, detail, failed_call, received, sent });
    }

    fn parse(&self) -> File {
        File::parse(self.writer.blocks())
    }
}

fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + (at >> 8)) as u8).collect()
}

fn flags(packets: &[Packet]) -> Vec<String> {
    packets.iter().map(Packet::flags).collect()
}

#[test]
fn an_echo_is_a_conversation() {
    for (peer, local) in [("127.0.0.1:50000", "127.0.0.1:7777"), ("[::1]:50000", "[::1]:7777")] {
        let mut recording = Recording::begin();
        recording.open(peer, local);
        recording.bytes(RECEIVED, 0, b"odd");
        recording.bytes(SENT, 0, b"odd");
        recording.connection(ConnectionEvent::InputEnded { side: Side::Client });
        recording.close(CloseReason::PeerFinished, 3, 3);
        let file = recording.parse();
        let all = ["<S", ">SA", "<A", "<PA", ">PA", "<FA", ">FA", "<A"];
        assert_eq!(flags(&file.packets), all);
        assert_eq!(file.stream(RECEIVED), b"odd");
        assert_eq!(file.stream(SENT), b"odd");
        assert_eq!(file.packets[0].nanos, 1_700_000_000_000_001_000);
        assert_eq!((file.packets[3].from.as_str(), file.packets[3].to.as_str()), (peer, local));
        let [first, second] = [RECEIVED, SENT].map(|direction| {
            file.packets.iter().find(|packet| packet.direction == direction).unwrap().sequence
        });
        assert_ne!(first, second);
        // Each acknowledges all that came before it.
        assert_eq!(file.packets[7].acknowledged, second.wrapping_add(1 + 3 + 1));
        assert!(file.packets[0].comments[0].contains("connection 7, served by async"));
        assert!(file.packets[6].comments[0].ends_with("closed: peer-finished"));
    }
}

#[test]
fn the_first_end_that_finishes_or_resets_is_the_one_that_did() {
    for (reason, expected) in [
        (CloseReason::WeFinished, &[">FA", "<FA", ">A"][..]),
        (CloseReason::PeerFinished, &["<FA", ">FA", "<A"]),
        (CloseReason::PeerReset, &["<RA"]),
        (CloseReason::WeReset, &[">RA"]),
        (CloseReason::UpstreamReset, &[">RA"]),
    ] {
        let mut recording = Recording::begin();
        recording.open("127.0.0.1:1", "127.0.0.1:2");
        recording.close(reason, 0, 0);
        assert_eq!(flags(&recording.parse().packets[3..]), expected, "{reason:?}");
    }
}

#[test]
fn long_reads_are_cut_to_what_a_packet_takes() {
    for (address, length) in [("127.0.0.1:1", 65_495), ("[::1]:1", 65_475)] {
        let mut recording = Recording::begin();
        recording.open(address, address);
        let sent = payload(3_000_001);
        recording.bytes(SENT, 0, &sent);
        let file = recording.parse();
        assert!(file.stream(SENT) == sent);
        assert_eq!(file.packets.iter().map(|packet| packet.payload.len()).max(), Some(length));
        let acknowledgements = file.packets.iter().skip(3).filter(|packet| packet.payload.is_empty()).count();
        assert_eq!(acknowledgements, 2, "one for each MiB");
    }
}

#[test]
fn what_is_missing_becomes_a_gap() {
    let mut recording = Recording::begin();
    recording.open("127.0.0.1:1", "127.0.0.1:2");
    recording.bytes(RECEIVED, 0, b"abc");
    recording.bytes(RECEIVED, 10, b"xyz");
    recording.bytes(SENT, 5, b"!");
    recording.close(CloseReason::PeerFinished, 20, 6);
    let file = recording.parse();
    assert_eq!(file.pieces(RECEIVED), [(0, b"abc".to_vec()), (10, b"xyz".to_vec())]);
    assert_eq!(file.pieces(SENT), [(5, b"!".to_vec())]);
    let gap = file.packets.iter().find(|packet| packet.payload == b"xyz").unwrap();
    assert!(gap.comments[0].ends_with("7 bytes from offset 3 on are not recorded"), "{:?}", gap.comments);
    // The end of the stream is behind what is missing before it.
    let (begin, end) =
        (&file.packets[0], file.packets.iter().find(|packet| packet.flags() == "<FA").unwrap());
    assert_eq!(end.sequence.wrapping_sub(begin.sequence), 1 + 20);
}

#[test]
fn sequence_numbers_wrap_and_jump_in_steps() {
    let mut recording = Recording::begin();
    recording.open("127.0.0.1:1", "127.0.0.1:2");
    let far = 11 << 30;
    recording.bytes(RECEIVED, far, b"far");
    let file = recording.parse();
    let mut last = file.packets[0].sequence;
    for packet in file.packets.iter().filter(|packet| packet.direction == RECEIVED) {
        let step = packet.sequence.wrapping_sub(last);
        assert!(step <= 1 << 30, "{step}");
        last = packet.sequence;
    }
    assert_eq!(last, file.packets[0].sequence.wrapping_add(1).wrapping_add(far as u32));
}

#[test]
fn what_was_open_before_begins_in_the_middle() {
    let mut recording = Recording::begin();
    let known = KnownConnection {
        id: ID,
        peer: Address::Unix(UnixAddress::Unnamed(None)),
        local: Address::Unix(UnixAddress::Path(Path::new("/run/app").into())),
        backend: BackendKind::Async,
        upstream: None,
        lengths: PerDirection { received: 100, sent: 50 },
    };
    recording.writer.know(Timestamp(1), &known);
    recording.bytes(RECEIVED, 100, b"next");
    recording.bytes(SENT, 50, b"answer");
    let file = recording.parse();
    assert_eq!(flags(&file.packets), ["<PA", ">PA"]);
    assert_eq!(
        (file.packets[0].from.as_str(), file.packets[0].to.as_str()),
        ("127.0.0.7:60001", "127.0.0.1:60000")
    );
    assert!(file.packets[0].comments[0].contains("behind 100 received and 50 sent bytes"));
    // Nothing else is known of other connections.
    recording
        .event(Event::Connection(ConnectionId(9), ConnectionEvent::HandedOver { to: BackendKind::Async }));
    assert_eq!(recording.parse().packets.len(), 2);
}

#[test]
fn remarks_stand_at_the_next_real_packet() {
    let mut recording = Recording::begin();
    recording.open("127.0.0.1:1", "127.0.0.1:2");
    recording.connection(ConnectionEvent::HandedOver { to: BackendKind::Threads });
    (0..40).for_each(|_| recording.connection(ConnectionEvent::Slow { side: Side::Client }));
    recording.bytes(RECEIVED, 0, b"abc");
    recording.connection(ConnectionEvent::Declined { side: Side::Client, detail: "é".repeat(3_000) });
    recording.close(CloseReason::WeReset, 3, 0);
    let file = recording.parse();
    let comments = &file.packets[3].comments;
    assert_eq!(comments[0], "2023-11-14T22:13:20.000002Z handed over to threads");
    assert_eq!((comments.len(), comments[32].as_str()), (33, "and 9 remarks more"));
    assert!(file.packets[4].comments[0].len() <= 1_000);
}

#[test]
fn the_wall_clock_is_followed_and_the_end_counts() {
    let mut recording = Recording::begin();
    recording.open("127.0.0.1:1", "127.0.0.1:2");
    recording.event(Event::Server(ServerEvent::ClockStepped { micros: -5_000_000, suspended: 0 }));
    recording.bytes(RECEIVED, 0, b"abc");
    recording.event(Event::Server(ServerEvent::Missed { direction: RECEIVED, events: 4, bytes: 9 }));
    recording.event(Event::Stream(StreamId::client(ID, SENT), StreamEvent::Missed { events: 2, bytes: 9 }));
    recording.writer.miss(10);
    recording.writer.end_file(Timestamp(recording.now));
    let file = recording.parse();
    assert_eq!(file.packets[3].nanos, (recording.now - 5_000_002) * 1_000);
    assert_eq!(file.statistics, Some((4, 16)));
}

#[test]
fn what_the_user_sends_is_remarked() {
    let mut recording = Recording::begin();
    recording.open("127.0.0.1:1", "127.0.0.1:2");
    recording.event(Event::Stream(
        StreamId::client(ID, SENT),
        StreamEvent::Bytes {
            offset: 0,
            data: Bytes::from_static(b"hi"),
            summary: Utf8Summary::default(),
            origin: Origin::User,
            forwarded: None,
            place: None,
        },
    ));
    let file = recording.parse();
    assert!(file.packets[3].comments[0].ends_with("the user sends 2 bytes to the client"));
}

#[test]
fn an_echo_that_comes_with_its_read_is_written_too() {
    let mut recording = Recording::begin();
    recording.open("127.0.0.1:1", "127.0.0.1:2");
    let at = Timestamp(recording.now + 100);
    recording.event(Event::Stream(
        StreamId::client(ID, RECEIVED),
        StreamEvent::Bytes {
            offset: 0,
            data: Bytes::from_static(b"echo"),
            summary: Utf8Summary::default(),
            origin: Origin::Peer,
            forwarded: Some(Forwarded { side: Side::Client, at }),
            place: None,
        },
    ));
    let file = recording.parse();
    assert_eq!((file.stream(RECEIVED), file.stream(SENT)), (b"echo".to_vec(), b"echo".to_vec()));
    assert_eq!(file.packets[4].nanos, at.0 * 1_000);
}
