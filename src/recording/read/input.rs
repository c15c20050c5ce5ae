//! The bytes of a recording, in pieces that share their memory with what is cut out of them.

use std::io::{self, ErrorKind, Read};

use bytes::Bytes;

/// The number of bytes that are read at once.
const CHUNK: usize = 256 << 10;

/// A reader that hands out contiguous bytes.
#[derive(Debug)]
pub(super) struct Input<R> {
    source: R,
    /// What was read and not taken yet.
    chunk: Bytes,
    /// The offset in the file of the first byte of `chunk`.
    position: u64,
    failure: Option<io::Error>,
    ended: bool,
}

impl<R: Read> Input<R> {
    pub(super) const fn new(source: R) -> Self {
        Self { source, chunk: Bytes::new(), position: 0, failure: None, ended: false }
    }

    /// The offset in the file of the next byte.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// The bytes that can be taken without another read.
    pub(super) fn buffered(&self) -> &[u8] {
        &self.chunk
    }

    /// Why the file ended before its end, if it did.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Reads until there are this many bytes, or no more. Returns what there is, which may be more.
    pub(super) fn peek(&mut self, length: usize) -> &[u8] {
        if self.chunk.len() < length && !self.ended {
            // Twice what there is: a long line is not copied for each chunk of it.
            let mut next = vec![0; CHUNK.max(length).max(2 * self.chunk.len())];
            let mut filled = self.chunk.len();
            next[..filled].copy_from_slice(&self.chunk);
            // A pipe is read only as far as it has to be: what has come is shown before more comes.
            while filled < length && !self.ended {
                filled += self.read(&mut next[filled..]);
            }
            next.truncate(filled);
            self.chunk = next.into();
        }
        &self.chunk
    }

    fn read(&mut self, into: &mut [u8]) -> usize {
        match self.source.read(into) {
            Ok(0) => {
                self.ended = true;
                0
            }
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            Err(error) => {
                self.failure = Some(error);
                self.ended = true;
                0
            }
        }
    }

    /// Takes exactly this many bytes; `None` if there are fewer.
    pub(super) fn take(&mut self, length: usize) -> Option<Bytes> {
        if self.peek(length).len() < length {
            return None;
        }
        self.position += length as u64;
        Some(self.chunk.split_to(length))
    }

    /// Takes the bytes up to and with the next one of this value, or the rest; `None` if there is no byte. At most
    /// `limit` bytes are taken.
    pub(super) fn take_until(&mut self, end: u8, limit: usize) -> Option<Bytes> {
        let mut searched = 0;
        loop {
            let have = self.peek(searched + 1);
            let found = have[searched..].iter().position(|byte| *byte == end).map(|at| searched + at + 1);
            let ended = have.len() == searched || have.len() >= limit;
            searched = have.len();
            if found.is_some() || ended {
                let length = found.unwrap_or(searched).min(limit);
                return self.take(length).filter(|taken| !taken.is_empty());
            }
        }
    }

    /// Takes this many bytes without keeping them. Returns whether there were as many.
    pub(super) fn skip(&mut self, mut length: u64) -> bool {
        while length > 0 {
            let have = self.peek(1).len().min(usize::try_from(length).unwrap_or(usize::MAX));
            if have == 0 {
                return false;
            }
            self.take(have);
            length -= have as u64;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader of single bytes.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = into.len().min(1);
            self.0.read(&mut into[..length])
        }
    }

    #[test]
    fn pieces_are_whole_however_they_come() {
        let mut input = Input::new(Drops(b"abcdefg"));
        assert_eq!(input.take(3).as_deref(), Some(&b"abc"[..]));
        assert!(input.skip(1));
        assert_eq!((input.position(), input.peek(2)), (4, &b"ef"[..]));
        assert_eq!(input.take(4), None);
        assert_eq!(input.take(3).as_deref(), Some(&b"efg"[..]));
        assert!(!input.skip(1) && input.take_failure().is_none());
    }

    #[test]
    fn lines_are_taken_whole_or_up_to_the_limit() {
        let mut input = Input::new(Drops(b"ab\n\ncdefgh\nxy"));
        let mut next = || input.take_until(b'\n', 5).map(|line| line.to_vec());
        assert_eq!(next().as_deref(), Some(&b"ab\n"[..]));
        assert_eq!(next().as_deref(), Some(&b"\n"[..]));
        assert_eq!(next().as_deref(), Some(&b"cdefg"[..]));
        assert_eq!(next().as_deref(), Some(&b"h\n"[..]));
        assert_eq!(next().as_deref(), Some(&b"xy"[..]));
        assert_eq!(next(), None);
    }
}
