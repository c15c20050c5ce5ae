//! The messages, in CBOR with numbered fields.
//!
//! Rules that let programs of different versions read each other's messages: a number is never used again for something
//! else, a new field is an `Option`, and a reader skips the variants that it does not know, and counts them. Whatever
//! arrives may be hostile: texts, lists and messages have limits, and reading one never panics.

pub mod ask;
pub mod batch;
pub mod chunk;
pub mod connection;
pub mod event;
pub mod here;
mod list;
mod message;
pub mod order;
mod text;

pub use ask::{Answer, Ask, LONGEST_LEASE, MOST_IN_PAGE};
pub use batch::{Batch, Entry, Head};
pub use chunk::{Chunk, ChunkHead, Direction, LONGEST_CHUNK};
pub use connection::{Backend, ConnectionState, Counters, Side};
pub use event::Event;
pub use here::{Here, Published, Totals};
pub use list::List;
pub use message::{LONGEST_MESSAGE, Malformed, read, write};
pub use order::{Action, Order, Outcome};
pub use text::{LONGEST_TEXT, Text};

#[cfg(test)]
mod tests;
