//! Decoding in the encodings that senders use instead of UTF-8.
//!
//! The encodings are those of the WHATWG Encoding Standard, which specifies byte for byte what browsers do, and some
//! that it does not have. Two of them it knows by name only: strict ASCII, and Latin-1 as in ISO/IEC 8859-1. In the
//! standard the labels of both mean windows-1252, where `80..=9F` are quotation marks and dashes; here `latin1` has C1
//! controls there, and in `ascii` every byte above `7F` is malformed. The others are not of the web: EBCDIC and pages of
//! the PC ([`CodePage`]), UTF-32, UTF-7, CESU-8, Modified UTF-8, and the alphabet of short messages. The standard's
//! `replacement` is omitted: it is a guard of browsers, not an encoding.
//!
//! A [`Decoder`] is optimised for speed: it yields runs of text and the malformed parts between them. [`Pieces`] yields
//! each character with its bytes; [`reading()`] does so for a short slice. [`guess()`] detects the likely encoding, and
//! [`python`] shows what Python makes of bytes that are not UTF-8. All of these treat a byte order mark as an ordinary
//! character; [`Unordered::order()`] reads the byte order of UTF-16 and UTF-32 from a mark, and [`Reversed`] reports a mark of the other byte
//! order.
//!
//! UTF-8 is decoded by [`utf8`](crate::bytes::utf8), so that all results agree. This module must not know where the bytes come from, nor
//! how anything is shown.

mod byte_order_mark;
mod cesu8;
mod code_page;
mod decoder;
mod encoder;
mod gsm;
mod guess;
pub mod kinds;
mod labels;
mod pieces;
pub mod python;
mod reason;
mod rule;
mod unit;
mod utf32;
mod utf7;

pub use self::byte_order_mark::{LONGEST_MARK, Reversed, Unordered};
pub use self::code_page::CodePage;
pub use self::decoder::{Decoder, Sink};
pub use self::guess::{Guess, double_encoded, guess};
pub use self::pieces::{Content, Piece, Pieces, Reading, reading};
pub use self::reason::{Malformed, Reason};
pub use kinds::Encoding;
