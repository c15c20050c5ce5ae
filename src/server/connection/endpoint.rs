//! What is known of one socket of a connection.

use bytes::Bytes;

use crate::server::net::latency_sampler::CoarseInstant;

/// The state of one side of a connection, without its socket.
#[derive(Debug)]
pub(in crate::server) struct Endpoint {
    /// The pending bytes: they were read or made, and the socket has not taken them yet.
    pub(super) outgoing: Bytes,
    /// Up to when the time with pending bytes has been recorded.
    pub(super) blocked_since: CoarseInstant,
    pub(super) input: InputState,
    pub(super) output: OutputState,
    pub(super) backpressure: Backpressure,
}

/// What is still to come from the peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum InputState {
    Open,
    /// The peer's FIN or RST has arrived, and all bytes before it were read.
    Ended,
}

/// What is still to go to the peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OutputState {
    Open,
    /// FIN follows the pending bytes.
    Finishing,
    /// Our FIN is out.
    Ended,
}

/// Whether the peer takes its pending bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Backpressure {
    None,
    /// The peer was reported as a slow reader.
    Slow,
}

impl Endpoint {
    pub(super) fn new() -> Self {
        Self {
            outgoing: Bytes::new(),
            blocked_since: CoarseInstant::default(),
            input: InputState::Open,
            output: OutputState::Open,
            backpressure: Backpressure::None,
        }
    }

    /// Lets FIN follow the pending bytes.
    pub(super) fn finish(&mut self) {
        if self.output == OutputState::Open {
            self.output = OutputState::Finishing;
        }
    }

    /// Whether FIN is due now.
    pub(super) fn is_to_shut_down(&self) -> bool {
        self.output == OutputState::Finishing && self.outgoing.is_empty()
    }
}
