//! The interface of a service, and the services `echo`, `discard` and `relay`.

use crate::event::Side;

/// The answer of a service to one read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// The bytes of the read to this side, unchanged: they need not be copied.
    Same(Side),
    /// These bytes to this side.
    Bytes(Side, Vec<u8>),
}

/// The most bytes of the answer to one read, provided that the answer to a read of one byte fits: a client that does
/// not read must not make the server hold more.
pub(super) const MAX_ANSWER: usize = 512 * 1024;

/// The service of one connection. It moves with the connection, so its state survives a switch.
pub trait Service: Send {
    /// The service that this one wraps, which decides what this one does not decide itself.
    fn wrapped(&mut self) -> Option<&mut dyn Service> {
        None
    }

    /// What is sent to the client before anything was read from it; empty for nothing. Called once.
    fn opened(&mut self) -> Vec<u8> {
        self.wrapped().map_or_else(Vec::new, |service| service.opened())
    }

    /// The most bytes that one read may take, so that its answer has at most 512 KiB. At least 1.
    fn max_read(&mut self) -> usize {
        self.wrapped().map_or(usize::MAX, |service| service.max_read())
    }

    /// Answers one read of a side. `input` is never empty.
    fn received(&mut self, from: Side, input: &[u8]) -> Answer;

    /// Decides what follows when the peer of a side has ended its stream: the side whose stream we end, after its
    /// pending bytes.
    fn ended(&mut self, from: Side) -> Option<Side> {
        self.wrapped().map_or(Some(from), |service| service.ended(from))
    }
}

/// Every byte comes back (RFC 862).
#[derive(Clone, Copy, Debug)]
pub struct Echo;

impl Service for Echo {
    fn max_read(&mut self) -> usize {
        MAX_ANSWER
    }

    fn received(&mut self, from: Side, _input: &[u8]) -> Answer {
        Answer::Same(from)
    }
}

/// Nothing comes back (RFC 863).
#[derive(Clone, Copy, Debug)]
pub struct Discard;

impl Service for Discard {
    fn received(&mut self, _from: Side, _input: &[u8]) -> Answer {
        Answer::Nothing
    }
}

/// Every byte goes to the other side.
#[derive(Clone, Copy, Debug)]
pub struct Relay;

impl Service for Relay {
    fn received(&mut self, from: Side, _input: &[u8]) -> Answer {
        Answer::Same(from.other())
    }

    fn ended(&mut self, from: Side) -> Option<Side> {
        Some(from.other())
    }
}
