//! What connections that have ended have in common, so that many of them can stand for one: health checks, for example.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;

use crate::bytes::protocol::{Recognised, Recognition};
use crate::event::{Address, Call, CloseReason, UnixAddress};
use crate::model::connection::Connection;

/// What like connections have in common: from where, what was spoken, how many bytes, and how it ended.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Likeness {
    peer: Host,
    /// The client behind a proxy.
    behind_proxy: Option<IpAddr>,
    local: Address,
    upstream: Option<String>,
    /// The hash of what was recognised, details included.
    recognition: u64,
    received: u64,
    sent: u64,
    malformed: u64,
    reason: CloseReason,
    failed_call: Option<Call>,
    /// Whether a client that sent RST had been served before.
    was_served: bool,
    built_in: bool,
}

/// Where a client is, without its port or its process.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Host {
    Ip(IpAddr),
    Unix(UnixAddress),
    Untold,
}

impl Likeness {
    /// What this connection has in common with those like it; `None` for one that is open, and for one on which the user
    /// has acted, which is like no other.
    #[must_use]
    pub fn of(known: &Connection) -> Option<Self> {
        let closed = known.closed.as_ref().filter(|_| known.user.is_none())?;
        Some(Self {
            peer: match &known.peer {
                Address::Inet(peer) => Host::Ip(peer.ip()),
                Address::Unix(UnixAddress::Unnamed(_)) => Host::Unix(UnixAddress::Unnamed(None)),
                Address::Unix(named) => Host::Unix(named.clone()),
                Address::Untold => Host::Untold,
            },
            behind_proxy: known.client_behind_proxy().map(|client| client.ip()),
            local: known.local.clone(),
            upstream: known.upstream.as_ref().map(|upstream| upstream.name.clone()),
            recognition: hash_of(known.opening.recognition()),
            received: known.received.total(),
            sent: known.sent.total(),
            malformed: known.malformed(),
            reason: closed.reason,
            failed_call: closed.failed_call,
            was_served: closed.unread.is_some(),
            built_in: known.built_in,
        })
    }

    /// A number for this likeness; another one has hardly the same.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

fn hash_of(recognition: &Recognition) -> u64 {
    let mut hasher = DefaultHasher::new();
    std::mem::discriminant(recognition).hash(&mut hasher);
    if let Recognition::Recognised(found) = recognition {
        // The detail of a PROXY header has the port of the client, which may differ.
        let all = std::iter::successors(Some(found), |outer| outer.within.as_deref());
        for Recognised { protocol, detail, sure, client, .. } in all {
            (protocol, sure).hash(&mut hasher);
            client.map_or(Some(detail), |_| None).hash(&mut hasher);
        }
    }
    hasher.finish()
}
