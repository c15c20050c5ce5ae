//! Whole messages: written, and read with a limit.

use minicbor::{Decode, Encode};
use thiserror::Error;

/// The longest message that is read, which is the longest that a broker passes on by default.
pub const LONGEST_MESSAGE: usize = 1 << 20;

/// Why a message cannot be read.
#[derive(Clone, PartialEq, Eq, Error, Debug)]
pub enum Malformed {
    /// It is longer than any message.
    #[error("a message of {0} bytes is too long")]
    TooLong(usize),
    /// It is of a kind that this version does not know.
    #[error("a message of a kind that this version does not know")]
    Unknown,
    /// It is no message.
    #[error("{0}")]
    Wrong(String),
}

impl From<minicbor::decode::Error> for Malformed {
    fn from(error: minicbor::decode::Error) -> Self {
        if error.is_unknown_variant() { Self::Unknown } else { Self::Wrong(error.to_string()) }
    }
}

/// The bytes of a message.
#[must_use]
pub fn write<T: Encode<()>>(message: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    append(&mut bytes, message);
    bytes
}

/// Adds the bytes of a value.
pub(super) fn append<T: Encode<()>>(bytes: &mut Vec<u8>, value: &T) {
    let Ok(()) = minicbor::encode(value, bytes) else {
        unreachable!(
            "memory takes whatever is written, and no value of ours has a form that cannot be written"
        )
    };
}

/// Reads a message.
///
/// # Errors
///
/// [`Malformed`] if it is none of ours.
pub fn read<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, Malformed> {
    if bytes.len() > LONGEST_MESSAGE {
        return Err(Malformed::TooLong(bytes.len()));
    }
    Ok(minicbor::decode(bytes)?)
}
