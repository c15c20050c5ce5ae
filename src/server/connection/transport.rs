//! TLS of one side of a connection. It makes no I/O, so it moves with its connection like everything else, also in the
//! middle of a handshake: bytes of the socket go in, plaintext comes out, and the other way round.
//!
//! The sockets of both backends do not block, so the loops of the library that read and write until a handshake is
//! complete are never used. Plaintext is encrypted only when the socket has taken all ciphertext before, 32 KiB at a
//! time: what a peer does not read stays plaintext, and holds up the other side.

mod hello;
mod negotiation;
mod session;
mod state;
mod words;

use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes};
use rustls::pki_types::ServerName;

use crate::event::Handshake;
use crate::server::connection::transport::hello::{Answered, Hello, Received, Refusal};
use crate::server::connection::transport::negotiation::{ACCEPTED, REFUSED, TLS_REQUEST, check_answer};
use crate::server::connection::transport::session::Session;
use crate::server::connection::transport::state::{Start, State};
use crate::server::connection::transport::words::{agreed, no_tls};
use crate::server::net::tls::{ServerTls, UpstreamTls};

/// How long a handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The most plaintext that is encrypted at once.
const ENCRYPT_AT_ONCE: usize = 32 * 1024;

/// The TLS of one side.
pub(in crate::server) struct Tls {
    state: State,
    /// What the peer sent, decrypted and not delivered yet.
    plaintext: Bytes,
    /// What the socket has not taken yet.
    ciphertext: Bytes,
    /// The number of pending bytes that `ciphertext` contains.
    encrypted: usize,
    /// The name that the client asked for, or that we asked the upstream for.
    asked: Option<Box<str>>,
    /// The end of the peer's stream; it follows `plaintext`.
    end: Option<StreamEnd>,
    /// When the handshake has to be complete; known from the first [`check_time`](Self::check_time) on.
    deadline: Option<Instant>,
    is_handshake_told: bool,
    start: Start,
    /// Whether the end of our stream was encrypted.
    is_notified: bool,
    /// Whether the pending bytes are the last read of an echo, unchanged.
    pub(super) is_echo: bool,
}

/// How the peer ended its stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StreamEnd {
    /// With the end of TLS (close_notify), or in a way that does not matter after a failure.
    Whole,
    /// With FIN alone.
    Truncated,
}

/// Why TLS failed, in one line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TlsError(pub(super) String);

impl Tls {
    /// The TLS of a client that was accepted.
    pub(super) fn of_client(tls: &ServerTls) -> Self {
        Self::new(State::Hello(Box::new(Hello::new(&tls.config))))
    }

    /// The TLS of an upstream. It does nothing before [`greet`](Self::greet).
    pub(super) fn of_upstream(tls: &UpstreamTls) -> Self {
        Self::new(State::Idle(tls.clone()))
    }

    fn new(state: State) -> Self {
        Self {
            state,
            plaintext: Bytes::new(),
            ciphertext: Bytes::new(),
            encrypted: 0,
            asked: None,
            end: None,
            deadline: None,
            is_handshake_told: false,
            start: Start::Direct,
            is_notified: false,
            is_echo: false,
        }
    }

    /// Whether bytes of the peer are needed for the handshake.
    pub(super) fn awaits_handshake(&self) -> bool {
        self.state.awaits_handshake()
    }

    /// Whether the handshake is not complete.
    pub(super) fn is_handshaking(&self) -> bool {
        self.state.is_handshaking()
    }

    /// Whether TLS was asked for before the handshake.
    pub(super) const fn is_requested(&self) -> bool {
        matches!(self.start, Start::Requested)
    }

    /// Whether the client has asked for TLS, and waits until it may begin.
    pub(super) fn awaits_begin(&self) -> bool {
        matches!(&self.state, State::Hello(hello) if hello.is_waiting())
    }

    /// Lets a client begin that waits for that.
    ///
    /// # Errors
    /// What it has sent already is not TLS.
    pub(super) fn begin(&mut self) -> Result<(), TlsError> {
        let State::Hello(hello) = &mut self.state else { return Ok(()) };
        let Some(mut early) = hello.begin() else { return Ok(()) };
        self.start = Start::Requested;
        self.send_later(vec![ACCEPTED]);
        self.decrypt(&mut early)
    }

    /// Asks the upstream for TLS, as a client did. Returns whether TLS may begin.
    pub(super) fn request(&mut self) -> bool {
        if let State::Idle(tls) = &self.state {
            self.state = State::Requesting(tls.clone());
            self.start = Start::Requested;
            self.send_later(TLS_REQUEST.to_vec());
        }
        matches!(self.state, State::Ready(_))
    }

    /// The application protocols that the client offers, while it waits for our choice.
    pub(super) fn offered(&self) -> Option<Vec<Vec<u8>>> {
        match &self.state {
            State::Held(held) => Some(held.protocols()),
            _ => None,
        }
    }

    /// The application protocol that the peer has chosen.
    pub(super) fn chosen(&self) -> Option<Vec<u8>> {
        match &self.state {
            State::Open(session) => session.common().alpn_protocol().map(<[u8]>::to_vec),
            _ => None,
        }
    }

    /// Begins the handshake with the upstream, and offers it these application protocols.
    ///
    /// # Errors
    /// The settings do not fit each other.
    pub(super) fn greet(&mut self, protocols: Vec<Vec<u8>>) -> Result<(), TlsError> {
        let (State::Idle(tls) | State::Ready(tls)) = &self.state else { return Ok(()) };
        let UpstreamTls { config, name } = tls;
        if let ServerName::DnsName(name) = name {
            self.asked = Some(name.as_ref().into());
        }
        let session = Session::of_client(config, name, protocols);
        let mut session = session.map_err(|error| TlsError(error.to_string()))?;
        let mut ciphertext = Vec::new();
        session.begin(&mut ciphertext);
        self.ciphertext = ciphertext.into();
        self.open(session);
        Ok(())
    }

    /// Goes on with the handshake of a client, and chooses this application protocol.
    ///
    /// # Errors
    /// The client and we have nothing in common.
    pub(super) fn accept(&mut self, protocol: Option<Vec<u8>>) -> Result<(), TlsError> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Held(held) => {
                let answered = held.answer(protocol).map_err(|error| TlsError(error.to_string()))?;
                let Answered { session, name, mut bytes } = answered;
                self.asked = name;
                self.open(session);
                self.decrypt(&mut bytes)
            }
            state => {
                self.state = state;
                Ok(())
            }
        }
    }

    fn open(&mut self, session: Session) {
        self.state = State::Open(Box::new(session));
        self.deadline = None;
    }

    /// Processes bytes of the socket, which are decrypted where they are.
    ///
    /// # Errors
    /// The bytes are not TLS, or the handshake has failed. An alert for the peer is in the [`ciphertext`](Self::ciphertext).
    pub(super) fn decrypt(&mut self, bytes: &mut [u8]) -> Result<(), TlsError> {
        let first = self.state.is_greeting().then(|| bytes.to_vec());
        let mut rest = bytes;
        while !rest.is_empty() && self.end.is_none() {
            let result = match &mut self.state {
                State::Requesting(tls) => {
                    let (tls, answer) = (tls.clone(), std::mem::take(&mut rest));
                    check_answer(answer).map(|()| self.state = State::Ready(tls))
                }
                State::Hello(hello) => {
                    let mut left = &*rest;
                    let result = hello.receive(&mut left);
                    let taken = rest.len() - left.len();
                    rest = &mut rest[taken..];
                    self.greeted(result)
                }
                State::Held(held) => {
                    let early = std::mem::take(&mut rest);
                    held.keep(early);
                    Ok(())
                }
                State::Open(session) => {
                    let (mut plaintext, mut ciphertext) = (Vec::new(), Vec::new());
                    let result = session.receive(std::mem::take(&mut rest), &mut plaintext, &mut ciphertext);
                    self.deliver_later(plaintext);
                    self.send_later(ciphertext);
                    result.map(|has_ended| self.end = has_ended.then_some(StreamEnd::Whole))
                }
                State::Idle(_) | State::Ready(_) | State::Over => return Ok(()),
            };
            if let Err(why) = result {
                return Err(self.failed(why, first.as_deref()));
            }
        }
        Ok(())
    }

    /// Processes what a client has sent first.
    fn greeted(&mut self, received: Result<Received, Refusal>) -> Result<(), String> {
        match received {
            Ok(Received::Incomplete) => {}
            Ok(Received::GssRequest) => self.send_later(vec![REFUSED]),
            Ok(Received::Message(held)) => self.state = State::Held(Box::new(held)),
            Err(refusal) => {
                self.send_later(refusal.alert);
                return Err(refusal.why);
            }
        }
        Ok(())
    }

    fn deliver_later(&mut self, mut decrypted: Vec<u8>) {
        if !self.plaintext.is_empty() {
            decrypted.splice(..0, self.plaintext.iter().copied());
        }
        if !decrypted.is_empty() {
            // Not more memory than there are bytes: the consumer counts these.
            self.plaintext = decrypted.into_boxed_slice().into();
        }
    }

    fn send_later(&mut self, mut ciphertext: Vec<u8>) {
        if !self.ciphertext.is_empty() {
            ciphertext.splice(..0, self.ciphertext.iter().copied());
        }
        if !ciphertext.is_empty() {
            self.ciphertext = ciphertext.into();
        }
    }

    /// Gives up, after the alert for the peer. `greeting` is what an upstream sent first.
    fn failed(&mut self, why: String, greeting: Option<&[u8]>) -> TlsError {
        let state = std::mem::replace(&mut self.state, State::Over);
        let first = if let State::Hello(hello) = &state { Some(hello.bytes()) } else { greeting };
        // The types of records.
        let is_tls = |first: &&[u8]| first.first().is_none_or(|first| (20..=24).contains(first));
        TlsError(first.filter(|first| !is_tls(first)).map_or(why, no_tls))
    }

    /// Processes the end of the socket's stream.
    ///
    /// # Errors
    /// The handshake is not complete.
    pub(super) fn socket_ended(&mut self) -> Result<(), TlsError> {
        if self.is_handshaking() {
            self.state = State::Over;
            return Err(TlsError(
                "the peer ended the connection before the handshake was complete".to_owned(),
            ));
        }
        let end = match &self.state {
            State::Over => StreamEnd::Whole,
            _ => StreamEnd::Truncated,
        };
        self.end.get_or_insert(end);
        Ok(())
    }

    /// Whether there is something to deliver: plaintext, or the end of the stream.
    pub(super) fn has_news(&self) -> bool {
        !self.plaintext.is_empty() || self.end.is_some()
    }

    /// Takes at most `most` bytes of plaintext; none if the end of the stream is next.
    pub(super) fn take_plaintext(&mut self, most: usize) -> Bytes {
        if self.plaintext.len() <= most {
            std::mem::take(&mut self.plaintext)
        } else {
            self.plaintext.split_to(most)
        }
    }

    /// How the peer ended its stream, once all plaintext is delivered.
    pub(super) fn end(&self) -> Option<StreamEnd> {
        self.end.filter(|_| self.plaintext.is_empty())
    }

    /// What the socket has to take.
    pub(super) fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }

    /// Whether the end of our stream is encrypted, and the socket has taken everything.
    pub(super) fn is_notified(&self) -> bool {
        self.ciphertext.is_empty() && (self.is_notified || matches!(self.state, State::Over))
    }

    /// Encrypts pending bytes, and the end of our stream if it follows them, unless there is ciphertext still.
    pub(super) fn encrypt(&mut self, pending: &[u8], is_finishing: bool) {
        if !self.ciphertext.is_empty() {
            return;
        }
        let State::Open(session) = &mut self.state else { return };
        if session.common().is_handshaking() {
            return;
        }
        let mut ciphertext = Vec::new();
        if !pending.is_empty() {
            self.encrypted = pending.len().min(ENCRYPT_AT_ONCE);
            session.encrypt(&pending[..self.encrypted], &mut ciphertext);
        } else if is_finishing && !self.is_notified {
            session.end(&mut ciphertext);
            self.is_notified = true;
        }
        self.ciphertext = ciphertext.into();
    }

    /// Processes that the socket took ciphertext. Returns the number of pending bytes that the socket has now taken;
    /// `None` if ciphertext is left.
    pub(super) fn sent(&mut self, length: usize) -> Option<usize> {
        self.ciphertext.advance(length);
        if !self.ciphertext.is_empty() {
            return None;
        }
        self.ciphertext = Bytes::new();
        Some(std::mem::take(&mut self.encrypted))
    }

    /// Discards what still comes from the peer and what it has not taken.
    pub(super) fn give_up(&mut self) {
        self.state = State::Over;
        (self.ciphertext, self.encrypted) = (Bytes::new(), 0);
    }

    /// When the handshake has to be complete, if it goes on.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline.filter(|_| self.awaits_handshake())
    }

    /// Whether the handshake takes too long.
    ///
    /// # Errors
    /// It does.
    pub(super) fn check_time(&mut self, now: Instant) -> Result<(), TlsError> {
        if !self.awaits_handshake() {
            self.deadline = None;
            return Ok(());
        }
        if now < *self.deadline.get_or_insert(now + HANDSHAKE_TIMEOUT) {
            return Ok(());
        }
        self.give_up();
        let seconds = HANDSHAKE_TIMEOUT.as_secs();
        Err(TlsError(format!("the handshake was not complete after {seconds} s")))
    }

    /// What the handshake has agreed on, once it is complete.
    pub(super) fn take_handshake(&mut self) -> Option<Handshake> {
        let State::Open(session) = &self.state else { return None };
        if self.is_handshake_told || session.common().is_handshaking() {
            return None;
        }
        self.is_handshake_told = true;
        Some(agreed(session, self.asked.as_deref()))
    }
}
