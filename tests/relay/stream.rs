//! Bytes that differ everywhere, how a stream ends, and resets.

use std::io::{ErrorKind, Read, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

/// How a stream of received bytes ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    Fin,
    Reset,
}

/// All that was received.
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    pub(crate) ending: Ending,
}

/// Reads until FIN or RST.
pub(crate) fn read_all(mut from: impl Read) -> Received {
    let (mut bytes, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Received { bytes, ending: Ending::Fin },
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                return Received { bytes, ending: Ending::Reset };
            }
            // A call with a time limit is not restarted when the process was stopped for a while.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => panic!("after {} bytes: {error}", bytes.len()),
        }
    }
}

/// Fails unless exactly these bytes were received, and then this end.
#[track_caller]
pub(crate) fn assert_received(received: &Received, bytes: &[u8], ending: Ending) {
    let differs = received.bytes.iter().zip(bytes).position(|(got, sent)| got != sent);
    let lengths = (received.bytes.len(), bytes.len());
    assert_eq!((differs, lengths.0, received.ending), (None, lengths.1, ending), "of {} bytes", bytes.len());
}

/// Reads exactly as many bytes as are expected, and compares.
#[track_caller]
pub(crate) fn expect(mut from: impl Read, bytes: &[u8]) {
    let mut got = vec![0; bytes.len()];
    from.read_exact(&mut got).unwrap();
    assert!(got == bytes, "other bytes than were sent");
}

/// Sends all these bytes and then FIN on a thread of its own.
pub(crate) fn send_and_finish(to: &TcpStream, bytes: Vec<u8>) -> JoinHandle<()> {
    let mut to = to.try_clone().unwrap();
    thread::spawn(move || {
        to.write_all(&bytes).unwrap();
        to.shutdown(Shutdown::Write).unwrap();
    })
}

/// Ends a connection with RST.
pub(crate) fn reset(stream: TcpStream) {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
}

/// Writes until the receiver takes nothing more for a quarter of a second; returns the number of bytes taken.
pub(crate) fn fill(mut to: &TcpStream, most: usize) -> usize {
    SockRef::from(to).set_write_timeout(Some(Duration::from_millis(250))).unwrap();
    let (piece, mut taken) = (pattern(0, 0, 64 * 1024), 0);
    while taken < most {
        match to.write(&piece) {
            Ok(length) => taken += length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return taken,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => panic!("{error}"),
        }
    }
    taken
}

/// Bytes that differ at every offset and for every seed, so that a lost, repeated or moved byte is noticed.
pub(crate) fn pattern(seed: u64, offset: u64, length: usize) -> Vec<u8> {
    (offset..).take(length).map(|index| byte_at(seed, index)).collect()
}

fn byte_at(seed: u64, offset: u64) -> u8 {
    let mixed = (offset ^ seed.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 56) as u8 ^ (mixed >> 17) as u8
}
