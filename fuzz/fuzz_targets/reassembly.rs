//! The segments of one direction, with a known stream behind them: each delivered byte is the one that was sent, nothing is
//! delivered twice, and what waits is bounded.

#![no_main]

use bytes::Bytes;
use bytewatch::recording::read::{Captured, Delivered, Half};
use libfuzzer_sys::fuzz_target;

/// The byte at an offset of the stream.
fn byte(offset: u64) -> u8 {
    (offset ^ (offset >> 8)) as u8
}

fn check(out: &mut Vec<Delivered>, next: &mut u64) {
    for one in out.drain(..) {
        match one {
            Delivered::Bytes(offset, Captured { bytes, .. }) => {
                assert_eq!(offset, *next);
                for byte_here in bytes {
                    assert_eq!(byte_here, byte(*next));
                    *next += 1;
                }
            }
            Delivered::Gap(length) => *next += length,
            Delivered::End => {}
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((first, steps)) = input.split_first_chunk::<4>() else { return };
    let first = u32::from_le_bytes(*first);
    let mut half = Half::default();
    half.begin(first);
    let (mut out, mut next) = (Vec::new(), 0);
    for step in steps.chunks_exact(4) {
        let offset = u16::from_le_bytes([step[0], step[1]]);
        let number = first.wrapping_add(u32::from(offset));
        let (length, kind) = (u64::from(step[2]), step[3]);
        if kind & 3 == 0 {
            half.acknowledged(number, &mut out);
        } else {
            let start = u64::from(offset);
            let bytes: Bytes = (start..start + length).map(byte).collect();
            half.segment(number, &bytes.into(), u64::from(kind >> 4), kind & 7 == 7, &mut out);
        }
        check(&mut out, &mut next);
        assert_eq!(half.length(), next);
        assert!(half.waiting_cost() < 5 << 20);
    }
    half.finish(true, &mut out);
    check(&mut out, &mut next);
    assert_eq!((half.length(), half.waiting_cost()), (next, 0));
});
