//! Reads recordings: pcapng and pcap files of any program, and NDJSON of this one, as the events of connections.
//!
//! ```text
//! bytes of the file → blocks (pcap, pcapng) → packets → link layer, IP, TCP → segments → reassembly → events
//! ```
//!
//! Everything here takes the file as hostile: each length is checked before it is used, what waits is bounded, and what
//! is wrong becomes a sentence among the events, beside everything that can still be read.
//!
//! The formats are read by hand. Of the crates that read them, each misreads some legal file (binary resolutions of
//! time, offsets of time, captured lengths above the original one), and none says how many bytes a packet had on the
//! wire beyond those that were captured, which is what makes a gap exact.

mod capture;
mod captured;
mod clock;
mod connections;
mod conversation;
mod half;
mod input;
mod ip;
mod joined;
mod link;
mod ndjson;
mod packet;
mod pcap;
mod pcapng;
mod problems;
mod recording;
mod segment;

pub use captured::Captured;
pub use half::{Delivered, Half};
pub use joined::Joined;
pub use link::network_packet;
pub use packet::Packet;
pub use recording::{OpenError, Progress, Recording, Wanted};
pub use segment::{Segment, Undecoded};
