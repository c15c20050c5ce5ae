//! What a framer tells.

use std::fmt;

/// A border between messages, or a fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mark {
    /// A message ends before the byte at this offset of the stream.
    Message {
        /// The offset of the first byte behind the message.
        end: u64,
    },
    /// The bytes since the last border belong to no message, such as those before a start byte.
    Outside {
        /// The offset of the first byte behind them.
        end: u64,
    },
    /// The bytes contradict the rule.
    Fault(Fault),
}

/// Bytes that contradict the rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The offset of the byte or the field that is wrong.
    pub at: u64,
    /// What is wrong.
    pub reason: Reason,
    /// Whether no further border is told: once a length is wrong, nothing says where the next message begins. With a
    /// delimiter, framing goes on behind the next one.
    pub stops: bool,
}

/// What is wrong with the bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// A length that would make the message longer than the limit.
    TooLong {
        /// The length of the whole message.
        length: u64,
        /// The limit of the rule.
        limit: u64,
    },
    /// The message is longer than the limit, and its end has not come.
    NoEnd {
        /// The limit of the rule.
        limit: u64,
    },
    /// A length that does not even count the bytes that lead to it.
    TooShort {
        /// The length of the whole message, as its field has it. It may be negative.
        length: i128,
        /// The number of bytes up to the end of the field.
        least: u64,
    },
    /// Something else than a digit in a length of digits.
    NoDigit(u8),
    /// A length of more bytes or digits than there are numbers.
    TooWide,
    /// A length of BER that does not say how long the message is.
    Indefinite,
    /// A message that does not begin as the rule has it.
    NoStart(u8),
    /// A field in a head of text that cannot be.
    Malformed(&'static str),
    /// A message of which only this many bytes had come when the stream ended.
    Unfinished {
        /// How many.
        bytes: u64,
    },
    /// Bytes that were not observed, so that a border may be missed.
    Missed {
        /// How many.
        bytes: u64,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length, limit } => {
                write!(f, "a message of {length} bytes would be longer than the limit of {limit}")
            }
            Self::NoEnd { limit } => write!(f, "the end of the message does not come within {limit} bytes"),
            Self::TooShort { length, least } => {
                write!(f, "a message of {length} bytes is impossible: its length alone ends after {least}")
            }
            Self::NoDigit(byte) => write!(f, "a length is made of digits, and this byte is {byte:02x}"),
            Self::TooWide => f.write_str("a length of more than 64 bits"),
            Self::Indefinite => f.write_str("a length of BER that is indefinite (80)"),
            Self::NoStart(byte) => write!(f, "no message begins with the byte {byte:02x}"),
            Self::Malformed(what) => f.write_str(what),
            Self::Unfinished { bytes } => {
                write!(f, "the stream ends within a message, of which {bytes} bytes have come")
            }
            Self::Missed { bytes } => write!(f, "{bytes} bytes were not observed"),
        }
    }
}
