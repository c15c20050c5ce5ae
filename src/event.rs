//! The language between the server and everything that watches or controls it: what happened, as events with a time,
//! and what is asked of the server, as commands.
//!
//! Events are the only way in which `app` learns about connections from `server`. Events of one connection arrive in the
//! order in which they happened; events of different connections are ordered by time within a batch. They are grouped by
//! what they are about, so that a consumer can handle one group at a time, without a case that catches the rest.
//!
//! The NDJSON line `decoded` is not an event: consumers that show characters decode [`StreamEvent::Bytes`] themselves.
//! The path from the socket only counts characters.

pub mod activity;
pub mod address;
mod close;
pub mod codec;
pub mod command;
mod connection;
pub mod demand;
pub mod fault;
mod fault_plan;
mod fault_spec;
pub mod held_bytes;
mod hold;
pub mod host_port;
pub mod ids;
pub mod per;
mod server;
mod stamped;
mod stream;
mod switch;
mod tls;
pub mod traffic_faults;
pub mod utf8_scanner;

pub use address::{Address, ProcessCredentials, UnixAddress};
pub use close::{Call, CloseReason};
pub use command::{Command, ConnectionCommand, MOST_TO_SEND, NewListener};
pub use connection::ConnectionEvent;
pub use demand::{ByteDemand, Demand, EventOrder};
pub use fault::{Fault, FaultKind};
pub use fault_plan::{CERTAIN, FaultPlan, LikelyFault};
pub use fault_spec::{FaultEdit, FaultRule, TrafficFault};
pub use held_bytes::HeldBytes;
pub use hold::{HOLD_LIMIT, HoldChange, Release};
pub use ids::{
    BackendKind, CloseMode, ConnectionId, Direction, ListenerId, Origin, RunId, Side, StreamId, Timestamp,
};
pub use per::{PerBackend, PerDirection, PerSide};
pub use server::ServerEvent;
pub use stamped::{Event, Stamped};
pub use stream::{Forwarded, Place, StreamEvent};
pub use switch::{Outage, SwitchEvent};
pub use tls::{Encryption, Handshake, Verification};
pub use traffic_faults::{FaultChange, Faults, Latency, Limit, SideFaults, Slice, Stall, TrafficFaultKind};
pub use utf8_scanner::{Utf8Scanner, Utf8Summary};
