//! Commands: what the server is asked to do, in one type from the key to the server.
//!
//! The dashboard, the timers, lessons and the headless mode all ask for things with a [`Command`]. Events report what
//! came of it.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::event::fault::{Fault, FaultKind};
use crate::event::fault_plan::FaultPlan;
use crate::event::fault_spec::FaultEdit;
use crate::event::ids::{BackendKind, CloseMode, ConnectionId, ListenerId};
use crate::event::traffic_faults::Faults;

/// What the server is asked to do.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Serve on this backend from now on.
    Switch(BackendKind),
    /// Close all connections and stop. A second one resets connections instead of waiting for their clients.
    Stop,
    /// Do something with a connection.
    Connection(ConnectionId, ConnectionCommand),
    /// Do something with every connection. Faults are set on new ones, too.
    All(ConnectionCommand),
    /// Listen on one more address.
    Listen(Arc<NewListener>),
    /// Close a listener. The connections that it has accepted go on.
    CloseListener(ListenerId),
    /// Do something with every connection that this listener has accepted. Faults are not set on new ones; see
    /// [`SetFaultPlan`](Self::SetFaultPlan).
    OfListener(ListenerId, ConnectionCommand),
    /// Have these faults of the traffic of this listener's connections, also of those to come, instead of those of the
    /// plan before. Faults that are not from a plan stay, unless this one has the same kind.
    SetFaultPlan(ListenerId, Arc<FaultPlan>),
    /// Start this fault, or change its parameters if it is active.
    StartFault(Fault),
    /// End a fault.
    EndFault(FaultKind),
}

/// A listener that is added while the server runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NewListener {
    /// Its number, which no other listener has had.
    pub id: ListenerId,
    /// The address; port 0 for any free one.
    pub address: SocketAddr,
    /// Where its clients are relayed to, as on the command line; `None` for the service of the server itself.
    pub upstream: Option<String>,
    /// The faults of its connections.
    pub plan: Arc<FaultPlan>,
}

/// What is asked of one connection.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ConnectionCommand {
    /// Close it.
    Close(CloseMode),
    /// Have these faults of its traffic from now on, and no others.
    SetFaults(Arc<Faults>),
    /// Change the faults of its traffic, in this order. Its other faults go on.
    ChangeFaults(Arc<[FaultEdit]>),
}
