//! What a check is given, and what it finds.

use core::net::SocketAddr;

use crate::bytes::protocol::names::NAMES;
use crate::bytes::protocol::reader::{Step, Stop};

/// The beginnings of both directions, as far as they have arrived.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// What the client sent.
    pub(super) client: &'a [u8],
    /// What was sent to the client.
    pub(super) server: &'a [u8],
}

/// Looks for one protocol. The answer never changes once it is not [`Stop::More`], except that the detail may become
/// fuller and `sure` true.
pub(super) type Check = fn(View<'_>) -> Step<Recognised>;

/// A protocol that was recognised.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recognised {
    /// The name of the protocol.
    pub protocol: &'static str,
    /// What the beginning says beyond the name, which may be nothing: versions, names of hosts and programs. Never a
    /// password, a token, a cookie, the name of a user or a path.
    pub detail: String,
    /// Which bytes or fields led to the name.
    pub evidence: String,
    /// Whether the structure was checked so far that hardly anything else begins like this.
    pub sure: bool,
    /// Whether more bytes do not change this any more.
    pub complete: bool,
    /// The protocol that this one carries, if that is known.
    pub within: Option<Box<Recognised>>,
    /// The address of the client behind a proxy, if a PROXY header tells it.
    pub client: Option<SocketAddr>,
    /// Where in what the client sent the protocol begins that this one carries, if that is to be recognised.
    pub(super) carried_from: Option<usize>,
}

impl Recognised {
    pub(super) fn new(protocol: &'static str, evidence: impl Into<String>) -> Self {
        debug_assert!(NAMES.contains(&protocol), "{protocol} is in the list of names");
        Self {
            protocol,
            detail: String::new(),
            evidence: evidence.into(),
            sure: true,
            complete: true,
            within: None,
            client: None,
            carried_from: None,
        }
    }

    /// With a detail that is known from the beginning.
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With a detail for which more bytes may be needed. Until they are there, or if they contradict the protocol, the
    /// detail stays as it is.
    pub(super) fn fuller(mut self, detail: Step<String>) -> Self {
        match detail {
            Ok(detail) => self.detail = detail,
            Err(Stop::Not) => {}
            Err(Stop::More) => self.complete = false,
        }
        self
    }

    /// Not sure, or only so if `sign` is seen.
    pub(super) fn sure_if(mut self, sign: Step<()>) -> Self {
        self.sure = sign.is_ok();
        self.complete &= sign != Err(Stop::More);
        self
    }

    pub(super) fn unsure(self) -> Self {
        self.sure_if(Err(Stop::Not))
    }

    /// The name of the protocol that is carried in the end: what the client and the server speak.
    #[must_use]
    pub fn innermost(&self) -> &'static str {
        self.within.as_ref().map_or(self.protocol, |within| within.innermost())
    }

    /// The names of this protocol and of those that it carries, from the outside.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::successors(Some(self), |outer| outer.within.as_deref()).map(|found| found.protocol)
    }

    /// The detail, with the protocols that are carried.
    #[must_use]
    pub fn full_detail(&self) -> String {
        let Some(within) = &self.within else { return self.detail.clone() };
        let inner = within.full_detail();
        let comma = if self.detail.is_empty() { "" } else { ", " };
        let colon = if inner.is_empty() { "" } else { ": " };
        format!("{}{comma}then {}{colon}{inner}", self.detail, within.protocol)
    }
}
