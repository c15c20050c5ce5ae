//! Which message answers which, where the protocol says so.
//!
//! A [`Pairer`] is told the messages of both directions of a connection, in the order in which they end, each with its
//! first bytes. In some protocols answers come in the order of the requests, in others both carry the same number.
//! Where that cannot be known (once a server may send without being asked, or bytes were not observed), nothing is said.
//!
//! ```
//! use bytewatch::bytes::answers::{PairedMessage, Pairer};
//! use bytewatch::bytes::protocol::Speaker;
//!
//! let mut pairer = Pairer::named("resp").unwrap();
//! let message = |number, begun, ended, beginning| PairedMessage { number, begun, ended, beginning };
//! pairer.message(Speaker::Client, &message(1, Some(10), 10, b"*1\r\n$4\r\nPING\r\n"));
//! let said = pairer.message(Speaker::Server, &message(1, Some(17), 17, b"+PONG\r\n"));
//! let answered = said.answers.unwrap();
//! assert_eq!((answered.number, answered.after), (1, Some(7)));
//! ```

mod binary;
mod http;
mod lines;
mod mqtt;
mod pairer;
mod role;
mod storage;
mod table;
#[cfg(test)]
mod tests;

pub use self::pairer::{Answered, BEGINNING, PairedMessage, Pairer, Said};
pub use self::table::pairs_of;
