//! Events as NDJSON, in both directions: a [`LineWriter`] writes one JSON object for each event, and [`decode`] reads one.
//!
//! A line does not carry everything, so what is read differs from what was written in this:
//!
//! - The UTF-8 summary of bytes is empty: a reader that needs it scans the bytes again.
//! - There is no `forwarded`. It is reported only to a consumer that demanded the newest bytes, and lines are written for
//!   one that demanded all: there, each read and each write is an event of its own.
//! - Only `user` is named as an origin. Other bytes are taken as those of the peer if they were received, and as those of
//!   the service if they were sent.
//! - Bytes with only their length known ([`StreamEvent::Trimmed`]) and the activity of a backend
//!   ([`ServerEvent::Worked`]) have no line that could be read.
//! - The last line, `ended`, has the totals of the run. They follow from the lines before it, so only
//!   [`ServerEvent::Stopped`] is read from it. The line `decoded` is not an event, and nothing is read from it.
//! - The address of a Unix domain socket is written as text that is safe to print.
//! - Times are those of the wall clock, and none is later than the year 9999.
//!
//! [`StreamEvent::Trimmed`]: crate::event::StreamEvent::Trimmed
//! [`ServerEvent::Worked`]: crate::event::ServerEvent::Worked
//! [`ServerEvent::Stopped`]: crate::event::ServerEvent::Stopped

pub mod json;
mod kind;
mod object;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use kind::{LineKind, LineKinds};
pub use object::DecodeError;
pub use read::decode;
pub use write::{LineWriter, add_stream};
