//! The hosts of the pane Hosts: what many machines publish of themselves, and what becomes of the bus.

mod acting;
pub mod columns;
mod directory;
mod facts;
mod news;
mod refusal;
mod view;
pub mod words;

pub use acting::SwitchQuestion;
pub(crate) use acting::{answered, switch, warning, why_not_close};
pub use directory::{BusState, Hosts, KnownHost};
pub use facts::{Clock, HostAction, HostFacts, HostHere, HostId, HostName, Published};
pub use news::{BusNews, HostAnswer, HostNews, HostOutcome};
pub(crate) use refusal::{NONE_WATCHED, refusal};
pub use view::{HostsLayout, HostsView};
pub use words::label;
