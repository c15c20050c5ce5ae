//! The hosts of the pane Hosts: what many machines publish of themselves, and what becomes of the bus.

pub mod columns;
mod directory;
mod facts;
mod news;
mod refusal;
mod view;
pub mod words;

pub use directory::{BusState, Hosts, KnownHost};
pub use facts::{Clock, HostAction, HostFacts, HostHere, HostId, HostName, Published};
pub use news::{BusNews, HostNews};
pub(crate) use refusal::{NONE_WATCHED, refusal};
pub use view::{HostsLayout, HostsView};
pub use words::label;
