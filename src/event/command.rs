//! Commands: what the server is asked to do, in one type from the key to the server.
//!
//! The dashboard, the timers, lessons and the headless mode all ask for things with a [`Command`]. Events report what
//! came of it.

use std::sync::Arc;

use bytes::Bytes;

use crate::event::address::Address;
use crate::event::fault::{Fault, FaultKind};
use crate::event::fault_plan::FaultPlan;
use crate::event::fault_spec::FaultEdit;
use crate::event::hold::Release;
use crate::event::ids::{BackendKind, CloseMode, ConnectionId, ListenerId, Side};
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
    pub address: Address,
    /// The permissions of the file of a Unix socket; `None` leaves them to the umask.
    pub file_mode: Option<u32>,
    /// Where its clients are relayed to, as on the command line; `None` for the service of the server itself.
    pub upstream: Option<String>,
    /// The faults of its connections.
    pub plan: Arc<FaultPlan>,
}

impl Command {
    /// A command for this connection, or for all.
    #[must_use]
    pub const fn on(connection: Option<ConnectionId>, command: ConnectionCommand) -> Self {
        match connection {
            Some(id) => Self::Connection(id, command),
            None => Self::All(command),
        }
    }
}

/// The most bytes that one [`ConnectionCommand::Send`] takes, and the most that wait to be sent to one side.
pub const MOST_TO_SEND: usize = 1 << 20;

/// What is asked of one connection.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ConnectionCommand {
    /// Close it.
    Close(CloseMode),
    /// Send these bytes to this side, behind what is pending there.
    Send {
        /// The side that gets them.
        to: Side,
        /// The bytes, at most [`MOST_TO_SEND`].
        bytes: Bytes,
    },
    /// Send FIN to this side, behind what is pending there. What its peer sends is still read.
    HalfClose(Side),
    /// Read nothing from this side any more.
    Pause(Side),
    /// Read from this side again.
    Resume(Side),
    /// Hold what is received from this side.
    Hold {
        /// The side.
        from: Side,
        /// The offset in the received stream from which bytes are held, if that is still to come; `None` for the next
        /// byte.
        at: Option<u64>,
    },
    /// Let what is held of this side go on.
    Release {
        /// The side.
        from: Side,
        /// How much of it.
        what: Release,
    },
    /// Put other bytes in the place of held ones.
    Replace {
        /// The side that they were received from.
        from: Side,
        /// The position of the first one that is replaced; see [`HeldBytes`](crate::event::HeldBytes).
        position: u64,
        /// How many are replaced; with 0, bytes are inserted.
        length: u64,
        /// The new bytes; with none, the old ones are dropped.
        bytes: Bytes,
    },
    /// Have these faults of its traffic from now on, and no others.
    SetFaults(Arc<Faults>),
    /// Change the faults of its traffic, in this order. Its other faults go on.
    ChangeFaults(Arc<[FaultEdit]>),
}
