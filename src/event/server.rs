//! What happens to the server as a whole.

use crate::event::activity::BackendActivity;
use crate::event::address::Address;
use crate::event::ids::{BackendKind, ConnectionId, Direction};
use crate::event::tls::Encryption;
use crate::event::traffic_faults::FaultChange;

/// What happened in the server, beside its connections.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServerEvent {
    /// The server listens on one more address.
    Listening { address: Address, backend: BackendKind, service: String, encryption: Encryption },
    /// The server does not listen on this address any more.
    ListenerClosed { address: Address },
    /// The server can be controlled over HTTP at this address.
    ApiListening { address: Address },
    /// Bytes of connections that were opened and closed unobserved, since the last such event; `events` counts
    /// connections, reads and writes.
    Missed { direction: Direction, events: u64, bytes: u64 },
    /// What a backend did since the last such event. It is reported only to a consumer that demanded it.
    Worked { backend: BackendKind, work: Box<BackendActivity> },
    /// The event loop has been blocked for `micros` microseconds, because the handler of this connection does not
    /// yield. Reported once for each stall, while it lasts.
    Blocked { connection: Option<ConnectionId>, micros: u64 },
    /// The event loop runs again, after it was blocked for `micros` microseconds in all.
    Unblocked { connection: Option<ConnectionId>, micros: u64 },
    /// `clients` clients were refused; `detail` is the reason.
    Refused { clients: u64, detail: String },
    /// A fault of the traffic of new connections was set or has ended.
    Fault(FaultChange),
    /// A fault of the traffic of this listener's new connections was set or has ended. Some of them may not get it.
    ListenerFault { listener: Address, change: FaultChange },
    /// An accept or a listener failed; the server keeps running.
    Failed { detail: String },
    /// Whoever recorded this wrote a comment: about a packet of a connection, or about the file.
    Comment { connection: Option<ConnectionId>, text: String },
    /// The wall clock was set forward (or back, if negative) by `micros` microseconds; for `suspended` of them the
    /// machine was suspended. The times of events do not follow such steps: their wall-clock time is off by the sum of
    /// all steps before them.
    ClockStepped { micros: i64, suspended: u64 },
    /// The server has stopped; no event follows.
    Stopped,
}
