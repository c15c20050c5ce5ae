//! The PROXY headers of a connection: the one that its client has to send before anything else, and the one that its
//! upstream is sent before anything else.
//!
//! They lie outside of TLS and are no part of the streams: the offsets of the streams count from behind them, and faults
//! do not concern them. While the header of the client is awaited, nothing else is read or written.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::bytes::protocol::proxy_header::{Addresses, Malformed, ProxyHeader, Version, written};
use crate::event::{Address, CloseReason, Side};
use crate::server::connection::endpoint::InputState;
use crate::server::connection::ends::Ends;
use crate::server::connection::first_bytes::shown;
use crate::server::connection::lifecycle::Lifecycle;
use crate::server::connection::tap::Tap;
use crate::server::connection::wants::{Next, Wants};

/// How long the header may take.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes of a header. Version 2 could have four times as many, but HAProxy takes no longer ones either.
const LONGEST: usize = 16 * 1024;
const TOO_LONG: &str = "it is longer than 16 KiB";

/// What is known of the headers of a connection.
pub(in crate::server) struct Proxying {
    /// What the client has sent of its header; `None` if none is to come.
    awaited: Option<Vec<u8>>,
    /// When the header has to be complete; known from the first [`HeaderSteps::timeout`] on.
    deadline: Option<Instant>,
    /// The version of the header for the upstream, if one is to be sent still.
    sends: Option<Version>,
    /// The ends of the client's connection, if they have addresses that a header can tell.
    own: Option<Addresses>,
}

impl Proxying {
    /// The headers of a new connection between these ends: whether the client has to send one, and the version of that
    /// which is sent to the upstream.
    pub(in crate::server) fn new(
        is_awaited: bool,
        sends: Option<Version>,
        peer: &Address,
        local: &Address,
    ) -> Self {
        let own = peer.inet().zip(local.inet());
        Self {
            awaited: is_awaited.then(Vec::new),
            deadline: None,
            sends,
            own: own.map(|(peer, local)| Addresses::of_one_family(peer, local)),
        }
    }

    /// Whether the header of the client is to come.
    pub(super) const fn is_awaited(&self) -> bool {
        self.awaited.is_some()
    }

    /// What comes next while the header of the client is awaited.
    pub(super) fn next(&self, ends: &Ends) -> Next {
        let mut wants = Wants { deadline: self.deadline, ..Wants::default() };
        wants.read.insert(Side::Client);
        if ends.are_relayed() {
            wants.watch.insert(Side::Upstream);
        }
        Next::Await(wants)
    }
}

/// The parts of a connection that the headers change.
pub(super) struct HeaderSteps<'a> {
    pub(super) proxying: &'a mut Proxying,
    pub(super) tap: &'a mut Tap,
    pub(super) ends: &'a mut Ends,
    pub(super) lifecycle: &'a mut Lifecycle,
}

impl HeaderSteps<'_> {
    /// Processes the bytes of a read of the client while its header is awaited. Returns those behind the header; none if
    /// it is not complete.
    pub(super) fn receive(&mut self, read: &[u8]) -> Vec<u8> {
        let Some(bytes) = &mut self.proxying.awaited else { return read.to_vec() };
        bytes.extend_from_slice(read);
        match ProxyHeader::parse(bytes) {
            Ok(header) if header.length > LONGEST => {
                self.failed(TOO_LONG);
                Vec::new()
            }
            Ok(header) => {
                let rest = bytes.split_off(header.length);
                let data = std::mem::take(bytes);
                self.proxying.awaited = None;
                self.tap.proxy_header(Side::Client, data.into());
                self.announce(|version| header.sent_on(version));
                rest
            }
            Err(Malformed::Incomplete) => {
                if bytes.len() > LONGEST {
                    self.failed(TOO_LONG);
                }
                Vec::new()
            }
            Err(Malformed::Invalid(reason)) => {
                self.failed(reason);
                Vec::new()
            }
        }
    }

    /// Sends the upstream, which is connected, the header that is to be sent, unless that of the client is awaited.
    pub(super) fn connected(&mut self) {
        if !self.proxying.is_awaited() {
            let own = self.proxying.own;
            self.announce(|version| written(version, own));
        }
    }

    /// Sends the upstream the header that is made for the version it wants.
    fn announce(&mut self, header: impl FnOnce(Version) -> Vec<u8>) {
        if let Some(version) = self.proxying.sends.take() {
            self.ends.get_mut(Side::Upstream).send_first(Bytes::from(header(version)));
        }
    }

    /// Processes the end of the client's stream while its header is awaited. A client that has sent nothing has only
    /// looked whether somebody listens.
    pub(super) fn ended(&mut self) {
        self.ends.get_mut(Side::Client).input = InputState::Ended;
        self.tap.input_ended(Side::Client);
        if self.proxying.awaited.as_ref().is_some_and(Vec::is_empty) {
            let detail = "it sent no PROXY header, nor anything else".to_owned();
            return self.lifecycle.give_up(CloseReason::PeerFinished, detail);
        }
        self.failed("the client ended its stream before it was complete");
    }

    /// Applies the time while the header is awaited.
    pub(super) fn timeout(&mut self, now: Instant) {
        if now >= *self.proxying.deadline.get_or_insert(now + HEADER_TIMEOUT) {
            self.failed(&format!("it was not complete after {} s", HEADER_TIMEOUT.as_secs()));
        }
    }

    fn failed(&mut self, why: &str) {
        let detail = match self.proxying.awaited.as_deref() {
            None | Some([]) => format!("{why}; nothing was received"),
            Some(bytes) => format!("{why}; the first bytes are {}", shown(bytes)),
        };
        self.lifecycle.give_up(CloseReason::ProxyFailed, detail);
    }
}
