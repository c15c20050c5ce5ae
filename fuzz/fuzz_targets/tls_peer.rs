//! A peer that speaks TLS, or something else, on either side; and the certificate that it may send.

#![no_main]

use bytewatch::server::fuzzing::{Peer, read_certificate, receive};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [how, size, bytes @ ..] = input else { return };
    let read_size = 1 + 8 * usize::from(*size);
    match how % 3 {
        0 => receive(Peer::Client, bytes, read_size),
        1 => receive(Peer::Upstream, bytes, read_size),
        _ => read_certificate(bytes),
    }
});
