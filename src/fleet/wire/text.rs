//! Texts with a limit.

use std::fmt;
use std::sync::Arc;

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};

/// The longest text in a message, in bytes.
pub const LONGEST_TEXT: usize = 256;

/// A text of at most [`LONGEST_TEXT`] bytes. It may contain anything: it is shown only as safe text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Text(Arc<str>);

impl Text {
    /// A text, cut off where it is too long.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut end = text.len().min(LONGEST_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self(text[..end].into())
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<C> Encode<C> for Text {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Text {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let text = d.str()?;
        if text.len() > LONGEST_TEXT {
            return Err(decode::Error::message("a text is too long"));
        }
        Ok(Self(text.into()))
    }
}
