use super::*;
use crate::event::Timestamp;

fn tcp(payload: &[u8]) -> Vec<u8> {
    let mut header = vec![0x1f, 0x90, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 0, 0, 0, 0, 0, 0];
    header.extend_from_slice(payload);
    header
}

fn v4(content: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    packet.extend_from_slice(content);
    let length = (packet.len() as u16).to_be_bytes();
    packet[2..4].copy_from_slice(&length);
    packet
}

fn v6(next: u8, content: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0, 0, 0, next, 64];
    packet.extend([0; 15]);
    packet.push(1);
    packet.extend([0; 15]);
    packet.push(2);
    packet.extend_from_slice(content);
    let length = (content.len() as u16).to_be_bytes();
    packet[4..6].copy_from_slice(&length);
    packet
}

fn read_as(link: u32, data: &[u8], length: usize) -> Result<Segment, Undecoded> {
    let (data, length) = (Bytes::copy_from_slice(data), length as u64);
    network_packet(&Packet { at: Timestamp::default(), link, data, offset: 0, length, comments: Vec::new() })
}

fn payload(link: u32, packet: &[u8]) -> Result<Bytes, Undecoded> {
    read_as(link, packet, packet.len()).map(|segment| segment.payload.bytes)
}

fn ethernet(kinds: &[u16], content: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; 12];
    for (index, kind) in kinds.iter().enumerate() {
        if index > 0 {
            frame.extend([0, 7]);
        }
        frame.extend(kind.to_be_bytes());
    }
    frame.extend_from_slice(content);
    frame
}

#[test]
fn every_link_layer_leads_to_the_same_segment() {
    let packet = v4(&tcp(b"hello"));
    let before = |header: &[u8]| [header, &packet].concat();
    for (link, frame) in [
        (101, packet.clone()),
        (228, packet.clone()),
        (0, before(&[2, 0, 0, 0])),
        (0, before(&[0, 0, 0, 2])),
        (108, before(&[0, 0, 0, 2])),
        (1, ethernet(&[IPV4], &packet)),
        (1, ethernet(&[0x8100, IPV4], &packet)),
        (1, ethernet(&[0x88a8, 0x8100, 0x8100, IPV4], &packet)),
        (1, ethernet(&[PPPOE], &before(&[0x11, 0, 0, 1, 0, 0, 0, 0x21]))),
        (113, before(&[0, 0, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0])),
        (276, before(&[8, 0, 0, 0, 0, 0, 0, 1, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0])),
    ] {
        let segment = read_as(link, &frame, frame.len()).unwrap();
        assert_eq!(&segment.payload.bytes[..], b"hello", "link type {link}");
        assert_eq!(
            (segment.from, segment.to),
            ("10.0.0.1:8080".parse().unwrap(), "10.0.0.2:80".parse().unwrap())
        );
        assert_eq!((segment.sequence, segment.acknowledged, segment.cut), (1, Some(2), 0));
    }
    assert_eq!(payload(147, &packet), Err(Undecoded::UnknownLink(147)));
    assert_eq!(payload(1, &ethernet(&[0x0806], b"arp")), Err(Undecoded::NotTcp));
}

#[test]
fn padding_is_no_payload_and_a_missing_length_means_to_the_end() {
    let mut frame = ethernet(&[IPV4], &v4(&tcp(b"x")));
    frame.resize(60, 0xee);
    assert_eq!(payload(1, &frame).unwrap(), &b"x"[..]);
    let mut offloaded = v4(&tcp(&[7; 100]));
    offloaded[2..4].fill(0);
    assert_eq!(payload(101, &offloaded).unwrap(), &[7; 100][..]);
    let mut offloaded = v6(6, &tcp(&[7; 100]));
    offloaded[4..6].fill(0);
    assert_eq!(payload(101, &offloaded).unwrap(), &[7; 100][..]);
}

#[test]
fn what_was_not_captured_is_counted() {
    let whole = v4(&tcp(&[7; 100]));
    let segment = read_as(101, &whole[..60], whole.len()).unwrap();
    assert_eq!((segment.payload.bytes.len(), segment.cut), (20, 80));
    let segment = read_as(101, &whole[..40], whole.len()).unwrap();
    assert_eq!((segment.payload.bytes.len(), segment.cut), (0, 100));
    assert_eq!(read_as(101, &whole[..39], whole.len()), Err(Undecoded::Broken));
    assert_eq!(read_as(101, &whole[..60], 60).unwrap().cut, 0, "what is said of the wire counts");
}

#[test]
fn extension_headers_are_passed_and_fragments_are_told() {
    let mut extended = vec![60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    extended.extend([44, 0, 0, 0, 0, 0, 0, 0]);
    extended.extend([51, 0, 0, 0, 0, 0, 0, 9]);
    extended.extend([6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    extended.extend(tcp(b"deep"));
    assert_eq!(payload(229, &v6(0, &extended)).unwrap(), &b"deep"[..]);
    assert_eq!(payload(101, &v6(44, &[6, 0, 0, 1, 0, 0, 0, 9])), Err(Undecoded::Fragment));
    assert_eq!(payload(101, &v6(17, b"dns?")), Err(Undecoded::NotTcp));
    assert_eq!(payload(101, &v6(0, &[6, 200, 0, 0])), Err(Undecoded::Broken));
    let mut fragment = v4(&tcp(b"x"));
    fragment[6] = 0x20;
    assert_eq!(payload(101, &fragment), Err(Undecoded::Fragment));
}

#[test]
fn every_cut_of_a_frame_is_survived() {
    let frames = [
        (
            1,
            ethernet(
                &[0x88a8, 0x8100, IPV6],
                &v6(0, &[&[6, 0, 0, 0, 0, 0, 0, 0][..], &tcp(b"end")].concat()),
            ),
        ),
        (
            276,
            [&[8, 0, 0, 0, 0, 0, 0, 1, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0][..], &v4(&tcp(b"end"))].concat(),
        ),
    ];
    for (link, frame) in frames {
        for cut in 0..frame.len() - 3 {
            let captured = read_as(link, &frame[..cut], cut).map(|segment| segment.payload.bytes.len());
            assert_ne!(captured, Ok(3), "{cut} bytes");
            if let Ok(segment) = read_as(link, &frame[..cut], frame.len()) {
                assert_eq!(segment.payload.bytes.len() as u64 + segment.cut, 3, "{cut} bytes");
            }
        }
        assert_eq!(payload(link, &frame).unwrap(), &b"end"[..]);
    }
}
