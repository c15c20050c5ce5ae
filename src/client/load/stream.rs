//! The stream of one connection: the bytes still to send, and how many have come back unchanged.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::Instant;

use crate::client::load::pattern::{Corpus, WINDOW};
use crate::client::load::stats::{ClientError, Mismatch};

/// The stream that one connection sends, and that has to come back.
#[derive(Debug)]
pub(super) struct LoadStream {
    /// The number of the connection, counted from 1 over the run.
    number: u64,
    /// The offset in the corpus at which the stream starts.
    start: usize,
    /// The number of bytes to send in total.
    queued_total: u64,
    sent: u64,
    compared: u64,
    /// The messages in flight.
    messages: VecDeque<Message>,
}

/// A message in flight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Message {
    /// The offset of its end in the stream.
    end: u64,
    /// The time from which its latency counts.
    since: Instant,
}

/// Why a connection failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Failure {
    pub(super) error: ClientError,
    pub(super) mismatch: Option<Mismatch>,
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self { error, mismatch: None }
    }
}

impl From<&io::Error> for Failure {
    fn from(error: &io::Error) -> Self {
        let error = match error.kind() {
            // A Unix domain socket that does not exist is not found.
            ErrorKind::ConnectionRefused | ErrorKind::NotFound => ClientError::Refused,
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                ClientError::Reset
            }
            ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                ClientError::TimedOut
            }
            ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse | ErrorKind::OutOfMemory => {
                ClientError::OutOfResources
            }
            // Too many open files (EMFILE, ENFILE) have no `ErrorKind`.
            _ if matches!(error.raw_os_error(), Some(code) if code == nix::libc::EMFILE || code == nix::libc::ENFILE) => {
                ClientError::OutOfResources
            }
            _ => ClientError::Other,
        };
        error.into()
    }
}

impl LoadStream {
    /// Creates the stream of the connection of this number, which starts at the offset `start` of the corpus.
    pub(super) const fn new(number: u64, start: usize) -> Self {
        Self { number, start, queued_total: 0, sent: 0, compared: 0, messages: VecDeque::new() }
    }

    /// The number of the connection.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// Queues one more message, whose latency counts from `since`.
    pub(super) fn queue_message(&mut self, size: usize, since: Instant) {
        self.queued_total += size as u64;
        self.messages.push_back(Message { end: self.queued_total, since });
    }

    /// Queues bytes that do not count as a message.
    pub(super) const fn queue_bytes(&mut self, length: u64) {
        self.queued_total += length;
    }

    /// The number of messages in flight.
    pub(super) fn in_flight(&self) -> usize {
        self.messages.len()
    }

    /// The number of queued bytes that are not sent yet.
    pub(super) const fn unsent(&self) -> u64 {
        self.queued_total - self.sent
    }

    /// Whether any byte has been sent.
    pub(super) const fn has_begun(&self) -> bool {
        self.sent > 0
    }

    /// The number of bytes that are sent and have not come back.
    pub(super) const fn outstanding(&self) -> u64 {
        self.sent - self.compared
    }

    /// Drops what is queued and not sent.
    pub(super) fn drop_queued(&mut self) {
        self.queued_total = self.sent;
        while self.messages.back().is_some_and(|message| message.end > self.sent) {
            self.messages.pop_back();
        }
    }

    /// The next queued bytes, as many as can be sent at once.
    pub(super) fn next_bytes<'a>(&self, corpus: &'a Corpus) -> &'a [u8] {
        corpus.at(self.start, self.sent, self.unsent().min(WINDOW as u64) as usize)
    }

    /// Notes that the next `length` bytes are sent.
    pub(super) const fn sent(&mut self, length: usize) {
        self.sent += length as u64;
    }

    /// Compares received bytes with the bytes that were sent.
    ///
    /// # Errors
    /// They differ.
    pub(super) fn compare(&mut self, corpus: &Corpus, received: &[u8]) -> Result<(), Failure> {
        let mut received = received;
        while !received.is_empty() {
            let comparable = (received.len() as u64).min(self.outstanding()).min(WINDOW as u64) as usize;
            if comparable == 0 {
                return Err(self.mismatch(0, None, Some(received[0])));
            }
            let expected = corpus.at(self.start, self.compared, comparable);
            if received[..comparable] != *expected {
                let at = received.iter().zip(expected).position(|(a, b)| a != b).unwrap_or(0);
                return Err(self.mismatch(at as u64, Some(expected[at]), Some(received[at])));
            }
            self.compared += comparable as u64;
            received = &received[comparable..];
        }
        Ok(())
    }

    /// Takes the next message that has come back completely: the time from which its latency counts.
    pub(super) fn take_complete(&mut self) -> Option<Instant> {
        let message = *self.messages.front().filter(|message| message.end <= self.compared)?;
        self.messages.pop_front();
        Some(message.since)
    }

    fn mismatch(&self, further: u64, expected: Option<u8>, found: Option<u8>) -> Failure {
        let mismatch = Mismatch { connection: self.number, offset: self.compared + further, expected, found };
        Failure { error: ClientError::Mismatch, mismatch: Some(mismatch) }
    }

    /// The failure of a connection whose outstanding bytes will not come.
    pub(super) fn missing(&self, corpus: &Corpus, error: ClientError) -> Failure {
        let expected = Some(corpus.at(self.start, self.compared, 1)[0]);
        let mismatch = Mismatch { connection: self.number, offset: self.compared, expected, found: None };
        Failure { error, mismatch: Some(mismatch) }
    }
}
