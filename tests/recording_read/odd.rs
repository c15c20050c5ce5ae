//! Odd files: every one that is legal shows the same talk; of the others everything that can be read is shown, and what is
//! wrong is said.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::made::{Order, behind, block, enhanced, interface, pcap, section, talk};
use crate::opened::{self, Opened, PROGRAM};
use crate::tshark;

const MICRO: u32 = 0xa1b2_c3d4;
const NANO: u32 = 0xa1b2_3c4d;
const ETHERNET: [u8; 14] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0];

/// A file of this test, removed at the end.
struct Kept(PathBuf);

impl Kept {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("bytewatch-odd-{}-{name}", std::process::id()));
        fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The legal files, each with a name and the time of its first packet in microseconds.
fn legal() -> Vec<(String, Vec<u8>, u64)> {
    let packets = talk().packets;
    let frames = behind(&ETHERNET, &packets);
    let start = 1_700_000_000_000_000;
    let mut all = Vec::new();
    for order in [Order::Little, Order::Big] {
        for magic in [MICRO, NANO] {
            all.push((
                format!("{order:?}-{magic:x}.pcap"),
                pcap(order, magic, 1, &frames, usize::MAX),
                start,
            ));
        }
    }
    let links: [(&str, u32, &[u8]); 9] = [
        ("raw", 101, b""),
        ("ipv4", 228, b""),
        ("null", 0, &[2, 0, 0, 0]),
        ("loop", 108, &[0, 0, 0, 2]),
        ("vlan", 1, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x81, 0, 0, 7, 8, 0]),
        ("stacked", 1, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0xa8, 0, 7, 0x81, 0, 0, 7, 8, 0]),
        ("sll", 113, &[0, 0, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0]),
        ("sll2", 276, &[8, 0, 0, 0, 0, 0, 0, 1, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("padded", 1, &ETHERNET),
    ];
    for (name, link, header) in links {
        let mut frames = behind(header, &packets);
        if name == "padded" {
            frames.iter_mut().for_each(|frame| frame.resize(frame.len().max(60), 0xee));
        }
        all.push((format!("{name}.pcap"), pcap(Order::Little, MICRO, link, &frames, usize::MAX), start));
    }
    // One section of each byte order, with two interfaces whose clocks differ, and blocks that nobody knows.
    let mut mixed = Vec::new();
    for (order, part) in [(Order::Little, &packets[..4]), (Order::Big, &packets[4..])] {
        mixed.extend(section(order));
        mixed.extend(block(order, 0x7777, b"nobody knows this"));
        let offset = if order == Order::Little { 1_000_i64.to_le_bytes() } else { 1_000_i64.to_be_bytes() };
        mixed.extend(interface(order, 101, &[(9, vec![9])]));
        mixed.extend(interface(order, 1, &[(9, vec![0x80 | 20]), (14, offset.to_vec())]));
        for (index, packet) in part.iter().enumerate() {
            let frame = [&ETHERNET[..], packet].concat();
            mixed.extend(if index % 2 == 0 {
                enhanced(order, 0, 1_000_500_000_000, packet)
            } else {
                enhanced(order, 1, 1 << 19, &frame)
            });
            mixed.extend(block(order, 0x8000_0001, b"of somebody"));
        }
    }
    all.push(("mixed.pcapng".to_owned(), mixed, 1_000_500_000));
    all.extend(odd_blocks());
    all
}

/// Files with blocks that few programs write.
fn odd_blocks() -> Vec<(String, Vec<u8>, u64)> {
    let (packets, start) = (talk().packets, 1_700_000_000_000_000_u64);
    let mut all = Vec::new();
    for order in [Order::Little, Order::Big] {
        let begin = |options| [section(order), interface(order, 101, options)].concat();
        let ticks = |ticks: u64| [order.u32((ticks >> 32) as u32), order.u32(ticks as u32)].concat();
        let [mut old, mut simple, mut short] = [begin(&[]), begin(&[]), begin(&[])];
        let mut fine = begin(&[(9, vec![12])]);
        for (index, packet) in packets.iter().enumerate() {
            let length = packet.len() as u32;
            let lengths = [order.u32(length), order.u32(length)].concat();
            // The obsolete block of a packet: the number of the interface has 16 bits, then come dropped packets.
            let head = [order.u16(0), order.u16(0xffff)].concat();
            old.extend(block(order, 2, &[&head, &ticks(start), &lengths, &packet[..]].concat()));
            // A simple block has no time: those behind the first packet have its time.
            simple.extend(if index == 0 {
                enhanced(order, 0, start, packet)
            } else {
                block(order, 3, &[&order.u32(length)[..], packet].concat())
            });
            // The original length is below the captured one.
            let lengths = [order.u32(length), order.u32(20)].concat();
            short.extend(block(
                order,
                6,
                &[&order.u32(0)[..], &ticks(start), &lengths, &packet[..]].concat(),
            ));
            // A clock of picoseconds, whose ticks would not fit for the time of today.
            fine.extend(enhanced(order, 0, 5_000_000_000_000, packet));
        }
        all.push((format!("old-blocks-{order:?}.pcapng"), old, start));
        all.push((format!("simple-{order:?}.pcapng"), simple, start));
        all.push((format!("short-original-{order:?}.pcapng"), short, start));
        all.push((format!("picoseconds-{order:?}.pcapng"), fine, 5_000_000));
    }
    all
}

fn shows_the_talk(name: &str, opened: &Opened) {
    let known = &opened.connections[&1];
    assert_eq!(opened.connections.len(), 1, "{name}");
    assert_eq!((&known.peer[..], &known.local[..]), ("10.0.0.1:40000", "10.0.0.2:80"), "{name}");
    assert_eq!(
        (&known.received.bytes[..], &known.sent.bytes[..]),
        (&b"hellobye"[..], &b"world"[..]),
        "{name}"
    );
    assert!(known.received.gaps.is_empty() && known.sent.gaps.is_empty(), "{name}");
    assert_eq!(known.closed.as_deref(), Some("peer-finished"), "{name}");
    assert!(opened.failures.is_empty(), "{name}: {:?}", opened.failures);
}

#[test]
fn every_legal_file_shows_the_same() {
    for (name, bytes, start) in legal() {
        let file = Kept::new(&name, &bytes);
        let opened = opened::open(&file.0);
        shows_the_talk(&name, &opened);
        shows_the_talk(&name, &opened::open_piped(&bytes));
        let micros = jiff::Timestamp::from_microsecond(i64::try_from(start).unwrap()).unwrap();
        assert_eq!(opened.lines[0]["at"], format!("{micros:.6}"), "{name}");
        if tshark::is_installed("tshark", "tshark") {
            crate::captured::equals_tshark(&file.0);
        }
    }
}

#[test]
fn what_was_printed_can_be_opened_again() {
    let (_, bytes, _) = legal().pop().unwrap();
    let capture = Kept::new("again.pcapng", &bytes);
    let printed = opened::run(&capture.0, &[]).stdout;
    let lines = Kept::new("again.ndjson", &printed);
    assert_eq!(opened::run(&lines.0, &[]).stdout, printed);
    let only = opened::run(&lines.0, &["--events", "closed", "--connection", "1"]).stdout;
    assert_eq!(opened::parse(&only).lines.len(), 1);
    assert!(opened::run(&lines.0, &["--events", "closed", "--connection", "2"]).stdout.is_empty());
}

#[test]
fn every_cut_of_a_file_shows_what_is_whole() {
    for (name, bytes, _) in
        legal().into_iter().filter(|(name, ..)| name.starts_with("mixed") || name.starts_with("sll2"))
    {
        for cut in (0..bytes.len()).step_by(41) {
            let file = Kept::new(&format!("cut-{name}"), &bytes[..cut]);
            let output = opened::run(&file.0, &[]);
            if output.status.success() {
                let opened = opened::parse(&output.stdout);
                let heard = opened.connections.get(&1).map(|known| known.received.bytes.clone());
                assert!(b"hellobye".starts_with(&heard.unwrap_or_default()), "{name} at {cut}");
            } else {
                assert_eq!(output.status.code(), Some(1), "{name} at {cut}");
                assert!(cut < 300, "{name} at {cut}");
            }
        }
        let file = Kept::new(&format!("end-{name}"), &bytes[..bytes.len() - 5]);
        let opened = opened::open(&file.0);
        let said = opened.failures.concat();
        assert!(said.contains("the file ends within"), "{name}: {said}");
    }
}

#[test]
fn what_was_cut_off_or_lost_is_a_gap() {
    let packets = talk().packets;
    let short = pcap(Order::Little, MICRO, 101, &packets, 42);
    let opened = opened::open(&Kept::new("snap.pcap", &short).0);
    let known = &opened.connections[&1];
    assert_eq!((&known.received.bytes[..], &known.received.gaps[..]), (&b"heby"[..], &[(2, 3), (7, 1)][..]));
    assert_eq!((&known.sent.bytes[..], &known.sent.gaps[..]), (&b"wo"[..], &[(2, 3)][..]));
    let mut lossy = packets;
    lossy.remove(3);
    let opened = opened::open(&Kept::new("lossy.pcap", &pcap(Order::Big, NANO, 101, &lossy, 1_000)).0);
    let known = &opened.connections[&1];
    assert_eq!(
        (&known.received.bytes[..], &known.received.gaps.iter().map(|gap| gap.1).sum::<u64>()),
        (&b"bye"[..], &5)
    );
}

#[test]
fn what_is_wrong_is_said() {
    let mut packets = talk().packets;
    let mut fragment = packets[3].clone();
    fragment[6] = 0x20;
    packets.push(fragment);
    packets.push(vec![0x45; 10]);
    let opened = opened::open(&Kept::new("broken.pcap", &pcap(Order::Little, MICRO, 101, &packets, 1_000)).0);
    assert_eq!(opened.failures.len(), 2, "{:?}", opened.failures);
    assert!(opened.failures[0].starts_with("1 packet") && opened.failures[0].contains("fragment"));
    let opened = opened::open(&Kept::new("radio.pcap", &pcap(Order::Little, MICRO, 127, &packets, 1_000)).0);
    assert!(opened.failures[0].contains("unknown link type 127"), "{:?}", opened.failures);
    for (name, bytes) in
        [("empty", &b""[..]), ("text", b"GET / HTTP/1.1\r\n\r\n"), ("short", b"\xd4\xc3\xb2\xa1\x02")]
    {
        let output = opened::run(&Kept::new(name, bytes).0, &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{name}: {said}");
        assert!(said.contains("is no recording"), "{said}");
    }
    let output = opened::run(std::path::Path::new("/nowhere/at all.pcap"), &[]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot be opened"));
}

#[test]
fn mangled_files_end_in_order() {
    let mut random = fastrand::Rng::with_seed(11);
    let files = legal();
    for round in 0..60 {
        let (name, bytes, _) = &files[round % files.len()];
        let mut bytes = bytes.clone();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(24..bytes.len());
            bytes[at] = random.u8(..);
        }
        let output = opened::run(&Kept::new(&format!("mangled-{name}"), &bytes).0, &[]);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{name}, round {round}: {output:?}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let many: Vec<Vec<u8>> = std::iter::repeat_with(|| talk().packets).take(2_000).flatten().collect();
    let file = Kept::new("many.pcap", &pcap(Order::Little, MICRO, 101, &many, 1_000));
    let mut child = Command::new(PROGRAM)
        .arg("open")
        .arg(&file.0)
        .arg("--headless")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
