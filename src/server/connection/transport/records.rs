//! Feeding what one read of the socket brought to the library.

use std::io::{self, BufRead as _, Read};

use rustls::Connection;

/// A reader without bytes: a read of it makes the library give back memory that it does not need now.
struct NothingNow;

impl Read for NothingNow {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}

/// Decrypts all bytes. Returns whether the end of the stream is among them.
///
/// # Errors
/// The words of the library.
pub(super) fn decrypt_all(
    connection: &mut Connection,
    rest: &mut &[u8],
    decrypted: &mut Vec<u8>,
) -> Result<bool, String> {
    decrypted.reserve_exact(rest.len());
    while !rest.is_empty() {
        connection.read_tls(rest).map_err(|error| error.to_string())?;
        let state = connection.process_new_packets();
        // Also what came before an error; and while there is unread plaintext, the library takes no more.
        let mut reader = connection.reader();
        while let Ok(bytes @ [_, ..]) = reader.fill_buf() {
            decrypted.extend_from_slice(bytes);
            let length = bytes.len();
            reader.consume(length);
        }
        if state.map_err(|error| error.to_string())?.peer_has_closed() {
            // What follows it has no meaning.
            *rest = &[];
            return Ok(true);
        }
    }
    // It has not read anything, and says so.
    let _ = connection.read_tls(&mut NothingNow);
    Ok(false)
}
