//! Actions that somebody asks for, and what comes of them.

use minicbor::{Decode, Encode};

use super::connection::Backend;
use super::text::Text;

/// A kind of action.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Action {
    /// Switch the backend.
    #[n(0)]
    Switch,
    /// Close a connection, with FIN.
    #[n(1)]
    Close,
    /// Reset a connection, with RST.
    #[n(2)]
    Reset,
}

impl Action {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Switch, Self::Close, Self::Reset];

    /// The name of the action, on the command line and on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Close => "close",
            Self::Reset => "reset",
        }
    }
}

/// An action that somebody asks for. It says what is to be, not what is to change, and it is for one run of the publisher.
#[expect(missing_docs, reason = "each variant says what its fields are")]
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Order {
    /// Serve on this backend. `who` is a name that nothing proves.
    #[n(0)]
    Switch {
        #[n(0)]
        epoch: u64,
        #[n(1)]
        who: Text,
        #[n(2)]
        to: Backend,
    },
    /// Close this connection.
    #[n(1)]
    Close {
        #[n(0)]
        epoch: u64,
        #[n(1)]
        who: Text,
        #[n(2)]
        connection: u64,
    },
    /// Reset this connection.
    #[n(2)]
    Reset {
        #[n(0)]
        epoch: u64,
        #[n(1)]
        who: Text,
        #[n(2)]
        connection: u64,
    },
}

impl Order {
    /// The kind of the action.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::Switch { .. } => Action::Switch,
            Self::Close { .. } => Action::Close,
            Self::Reset { .. } => Action::Reset,
        }
    }

    /// The run of the publisher that it is for.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        match self {
            Self::Switch { epoch, .. } | Self::Close { epoch, .. } | Self::Reset { epoch, .. } => *epoch,
        }
    }

    /// The name of who asks for it, which nothing proves.
    #[must_use]
    pub const fn who(&self) -> &Text {
        match self {
            Self::Switch { who, .. } | Self::Close { who, .. } | Self::Reset { who, .. } => who,
        }
    }
}

/// What comes of an action.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Outcome {
    /// The server was told. What becomes of it is published as events.
    #[n(0)]
    Accepted,
    /// It is not done, and why.
    #[n(1)]
    Refused {
        /// The reason.
        #[n(0)]
        why: Text,
    },
    /// There is no such live connection.
    #[n(2)]
    UnknownConnection,
}
