//! Questions of watchers, and their answers.

use minicbor::{Decode, Encode};

use super::connection::ConnectionState;
use super::list::List;
use super::text::Text;

/// The largest number of connections in one page.
pub const MOST_IN_PAGE: usize = 500;

/// The longest time for which bytes are published before they have to be asked for again, in microseconds.
pub const LONGEST_LEASE: u64 = 4_000_000;

/// A question. Each has one answer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Ask {
    /// The live connections whose numbers are greater than this one, as many as one page has.
    #[n(0)]
    Page {
        /// The number before the page; 0 for the first page.
        #[n(0)]
        after: u64,
    },
    /// The clock of the host.
    #[n(1)]
    Clock,
    /// That the bytes of a connection be published for some time. A watcher has one lease: one on another connection takes
    /// its place.
    #[n(2)]
    Lease {
        /// The connection.
        #[n(0)]
        connection: u64,
        /// For how long, in microseconds: at most [`LONGEST_LEASE`]. 0 gives the lease back.
        #[n(1)]
        micros: u64,
        /// A name of who asks, which nothing proves.
        #[n(2)]
        who: Text,
    },
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Answer {
    /// Connections.
    #[n(0)]
    Page {
        /// The run of the publisher.
        #[n(0)]
        epoch: u64,
        /// The number of the first event that is not in the page: those before it are.
        #[n(1)]
        next: u64,
        /// The page is about connections with numbers greater than this one,
        #[n(2)]
        after: u64,
        /// up to this one. `u64::MAX` if there are no more pages.
        #[n(3)]
        up_to: u64,
        /// The live ones of them.
        #[n(4)]
        connections: List<ConnectionState, MOST_IN_PAGE>,
    },
    /// The clock of the host: microseconds since 1970.
    #[n(1)]
    Clock {
        /// The time.
        #[n(0)]
        at: u64,
    },
    /// There is no answer, and why.
    #[n(2)]
    Refused {
        /// The reason.
        #[n(0)]
        why: Text,
    },
    /// The bytes of the connection are published.
    #[n(3)]
    Leased {
        /// The run of the publisher.
        #[n(0)]
        epoch: u64,
        /// For how long, in microseconds.
        #[n(1)]
        micros: u64,
    },
}
