//! A packet of any link type, cut anywhere. What is said of its payload fits into it.

#![no_main]

use bytewatch::event::Timestamp;
use bytewatch::recording::read::{Packet, network_packet};
use libfuzzer_sys::fuzz_target;

const LINKS: [u32; 10] = [0, 1, 12, 101, 108, 113, 228, 229, 276, 147];

fuzz_target!(|input: &[u8]| {
    let [link, beyond, data @ ..] = input else { return };
    let link = LINKS[usize::from(*link) % LINKS.len()];
    let length = data.len() as u64 + u64::from(*beyond);
    let data = data.to_vec().into();
    let packet = Packet { at: Timestamp(0), link, data, offset: 0, length, comments: Vec::new() };
    if let Ok(segment) = network_packet(&packet) {
        assert!(segment.payload.bytes.len() as u64 + segment.cut <= length);
    }
});
