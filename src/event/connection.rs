//! What happens to one connection, besides its bytes.

use bytes::Bytes;

use crate::event::address::Address;
use crate::event::close::{Call, CloseReason};
use crate::event::hold::HoldChange;
use crate::event::ids::{BackendKind, Side};
use crate::event::tls::Handshake;
use crate::event::traffic_faults::FaultChange;

/// What happened to a connection.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConnectionEvent {
    /// A client was accepted. `upstream` is the address or the name of the server that the connection is relayed to, if
    /// it is relayed.
    Opened { peer: Address, local: Address, backend: BackendKind, upstream: Option<String> },
    /// The upstream accepted the connection that is relayed to it, `micros` microseconds after the first attempt. Its
    /// name may have had several addresses; `upstream` is the one that answered.
    Connected { upstream: Address, micros: u64 },
    /// A PROXY header that is no part of the streams: the one that the client has sent first, which was taken off, or the
    /// one that the upstream was sent first.
    ProxyHeader { side: Side, data: Bytes },
    /// The TLS handshake with the peer of this side is complete.
    Handshake { side: Side, handshake: Box<Handshake> },
    /// The peer of this side sent FIN without the end of TLS before it (close_notify): the stream may have been cut
    /// short on the way. [`InputEnded`](Self::InputEnded) follows.
    Truncated { side: Side },
    /// The peer of this side sent FIN: it will send no more, but may still read.
    InputEnded { side: Side },
    /// A write to this side has been blocked for long enough to call its peer a slow reader.
    Slow { side: Side },
    /// All bytes queued for the slow reader have been sent.
    Flowing { side: Side },
    /// The user pauses the reads from this side.
    Paused { side: Side },
    /// The user lets this side be read again.
    Resumed { side: Side },
    /// The user ends what is sent to this side: FIN follows what is pending there.
    HalfClosed { side: Side },
    /// What is held of the bytes that are received from this side has changed.
    Hold { side: Side, change: Box<HoldChange> },
    /// What the user wanted of this side was not done: `detail` says what and why.
    Declined { side: Side, detail: String },
    /// A fault of its traffic was set, was changed, or has ended.
    Fault(FaultChange),
    /// The connection is now served by `to`.
    HandedOver { to: BackendKind },
    /// The connection is closed. `received` and `sent` count the bytes of the client's side; they are exact, even if
    /// bytes were not observed. `failed_call` is the system call that failed, if one did.
    Closed {
        reason: CloseReason,
        detail: Option<String>,
        failed_call: Option<Call>,
        received: u64,
        sent: u64,
    },
}
