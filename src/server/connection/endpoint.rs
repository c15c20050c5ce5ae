//! What is known of one socket of a connection.

use bytes::Bytes;

use crate::event::Origin;
use crate::server::connection::hold::Hold;
use crate::server::connection::injection_queue::InjectionQueue;
use crate::server::connection::transport::Tls;
use crate::server::net::latency_sampler::CoarseInstant;

/// The state of one side of a connection, without its socket.
pub(in crate::server) struct Endpoint {
    /// What encrypts this side.
    pub(super) tls: Option<Box<Tls>>,
    /// The pending bytes: they were read or made, and the socket has not taken them yet. Plaintext, if the side is
    /// encrypted.
    pub(super) outgoing: Bytes,
    /// Who made the pending bytes: `User`, or else the service or the peer of the other side.
    pub(super) origin: Origin,
    /// What the user wants to be sent behind the pending bytes. Empty unless there are any.
    pub(super) injected: InjectionQueue,
    /// Up to when the time with pending bytes has been recorded.
    pub(super) blocked_since: CoarseInstant,
    /// How many bytes the peer has sent, decrypted.
    pub(super) received: u64,
    /// What is held of them.
    pub(super) hold: Option<Box<Hold>>,
    pub(super) input: InputState,
    pub(super) reading: Reading,
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

/// Whether the user lets the peer's bytes be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    Running,
    Paused,
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
    pub(super) fn new(tls: Option<Tls>) -> Self {
        Self {
            tls: tls.map(Box::new),
            outgoing: Bytes::new(),
            origin: Origin::Service,
            injected: InjectionQueue::default(),
            blocked_since: CoarseInstant::default(),
            received: 0,
            hold: None,
            input: InputState::Open,
            reading: Reading::Running,
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

    /// Makes bytes of the service, or of the peer of the other side, the pending ones. There are none before.
    pub(super) fn set_outgoing(&mut self, bytes: Bytes) {
        (self.outgoing, self.origin) = (bytes, Origin::Service);
    }

    /// Makes what the user wants to be sent next the pending bytes, if there are none.
    pub(super) fn load_injected(&mut self) {
        if self.outgoing.is_empty()
            && let Some(next) = self.injected.pop()
        {
            (self.outgoing, self.origin) = (next, Origin::User);
        }
    }

    /// Discards everything that is still to be sent.
    pub(super) fn discard_outgoing(&mut self) {
        self.outgoing = Bytes::new();
        self.injected.clear();
    }

    /// Whether FIN is due now.
    pub(super) fn is_to_shut_down(&self) -> bool {
        self.output == OutputState::Finishing
            && self.outgoing.is_empty()
            && self.tls.as_ref().is_none_or(|tls| tls.is_notified())
    }

    /// Encrypts what is pending, as far as that is possible now.
    pub(super) fn encrypt(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.encrypt(&self.outgoing, self.output == OutputState::Finishing && self.injected.is_empty());
        }
    }

    /// What the socket has to take: the pending bytes, or their ciphertext.
    pub(super) fn to_write(&self) -> &[u8] {
        self.tls.as_ref().map_or(&self.outgoing, |tls| tls.ciphertext())
    }

    /// Whether the socket has not taken everything, or cannot be given everything yet.
    pub(super) fn is_pending(&self) -> bool {
        !self.outgoing.is_empty() || !self.to_write().is_empty()
    }

    /// Processes that the socket took bytes. Returns the pending bytes that it has now taken; of those that are
    /// encrypted, only all together.
    pub(super) fn take_sent(&mut self, length: usize) -> Bytes {
        let length = self.tls.as_mut().map_or(length, |tls| tls.sent(length).unwrap_or(0));
        self.outgoing.split_to(length)
    }

    /// Whether the handshake needs bytes of the peer.
    pub(super) fn awaits_handshake(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.awaits_handshake())
    }

    /// Whether the handshake is not complete.
    pub(super) fn is_handshaking(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.is_handshaking())
    }

    /// Whether bytes that were held are to be delivered, or the end of the stream behind them.
    pub(super) fn has_released(&self) -> bool {
        self.hold.as_ref().is_some_and(|hold| hold.has_released())
    }

    /// Whether there are decrypted bytes to deliver, or the end of the stream behind them.
    pub(super) fn has_news(&self) -> bool {
        self.input == InputState::Open && self.tls.as_ref().is_some_and(|tls| tls.has_news())
    }

    /// Whether the peer has ended and got everything but the end of TLS, which it need not wait for.
    pub(super) fn needs_no_end(&self) -> bool {
        self.tls.is_some()
            && self.input == InputState::Ended
            && self.output == OutputState::Finishing
            && self.outgoing.is_empty()
    }
}
