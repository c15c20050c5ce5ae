//! Commands: what the server is asked to do, in one type from the key to the server.
//!
//! The dashboard, the timers, lessons and the headless mode all ask for things with a [`Command`]. Events report what
//! came of it.

use std::sync::Arc;

use crate::event::fault::{Fault, FaultKind};
use crate::event::fault_spec::FaultEdit;
use crate::event::ids::{BackendKind, CloseMode, ConnectionId};
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
    /// Start this fault, or change its parameters if it is active.
    StartFault(Fault),
    /// End a fault.
    EndFault(FaultKind),
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
