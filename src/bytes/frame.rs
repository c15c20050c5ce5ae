//! Framing: where a message of a stream ends.
//!
//! A [`Rule`] says how messages are told apart; it has a textual form (`lf`, `length:width=4,le`, `mqtt`; all of them are
//! in `docs/framing.md`). A [`Framer`] applies a rule to one direction of a connection as its bytes arrive, and tells
//! each border and each fault. What it tells does not depend on how the bytes were cut.
//!
//! ```
//! use bytewatch::bytes::frame::{Framer, Mark, Rule};
//!
//! let rule: Rule = "length:width=2".parse().unwrap();
//! let mut framer = Framer::new(&rule);
//! let mut marks = Vec::new();
//! for read in [&b"\x00\x02hi\x00"[..], b"\x01!"] {
//!     framer.push(None, read, &mut |mark| marks.push(mark));
//! }
//! assert_eq!(marks, [Mark::Message { end: 4 }, Mark::Message { end: 7 }]);
//! ```
//!
//! A framer keeps a few hundred bytes, however long the messages are. After a message of which the length is known, it
//! does not look at the bytes of that message.

mod asked;
mod beginnings;
mod engine;
mod framer;
mod framing;
mod gdb;
mod header;
mod http;
mod length;
mod lines;
mod literal;
mod mark;
mod named;
mod next;
mod parse;
mod rule;
mod scan;
mod simple;
mod step;
mod telnet;
#[cfg(test)]
mod tests;
mod words;
mod written;

pub use self::asked::Asked;
pub use self::beginnings::{Beginnings, MessageBeginning};
pub use self::framer::Framer;
pub use self::framing::Framing;
pub use self::mark::{Fault, Mark, Reason};
pub use self::named::{NAMED, Named};
pub use self::rule::{DEFAULT_LIMIT, Rule};
