//! The start of a stream: its encoding, and the bytes that were read to find it.

use std::fmt::Display;
use std::io::{self, ErrorKind, Read, Write};

use crate::bytes::encoding::{self, Encoding, Reversed, Unordered};
use crate::commands::decode::options::{DecodeOptions, EncodingChoice, Form, Strictness};

/// The size of a read, and of the sample from which the encoding is guessed.
pub(super) const PIECE: usize = 64 * 1024;

/// The start of a stream.
pub(super) struct StreamStart {
    pub(super) encoding: Encoding,
    /// The bytes that were read to find the encoding.
    pub(super) head: Vec<u8>,
    /// The length of a byte order mark that was obeyed; it is not part of the text.
    pub(super) skipped: usize,
    /// A byte order mark of the opposite order.
    pub(super) reversed: Option<Reversed>,
}

impl StreamStart {
    /// Reads what the choice of the encoding needs, and prints notes on it to standard error.
    pub(super) fn find(input: &mut impl Read, options: &DecodeOptions) -> io::Result<Self> {
        let mut head = Vec::new();
        let (encoding, obeyed) = match options.encoding {
            EncodingChoice::Known(encoding) => {
                if let Some(unordered) = Unordered::of(encoding) {
                    head = first_unit(input, unordered.mark())?;
                }
                (encoding, 0)
            }
            EncodingChoice::Marked(unordered) => {
                head = first_unit(input, unordered.mark())?;
                let order = unordered.order(&head);
                (order.unwrap_or(unordered.unmarked()), order.map_or(0, |_| unordered.mark()))
            }
            EncodingChoice::Guess | EncodingChoice::List => {
                input.take(PIECE as u64).read_to_end(&mut head)?;
                let guess = encoding::guess(&head);
                note(&format!("guessed {} ({})", guess.encoding, guess.why));
                (guess.encoding, 0)
            }
        };
        let reversed = Reversed::find(encoding, &head);
        if let (Some(reversed), Strictness::Lenient) = (reversed, options.strictness) {
            note(&reversed);
        }
        let is_text = matches!(options.form, Form::Text | Form::JsonObjects);
        let skipped = if is_text { obeyed } else { 0 };
        Ok(Self { encoding, head, skipped, reversed })
    }
}

/// Reads the start of the input: one read, or as many as a unit of this number of bytes takes.
fn first_unit(input: &mut impl Read, unit: usize) -> io::Result<Vec<u8>> {
    let (mut head, mut length) = (vec![0; PIECE], 0);
    while length < unit {
        match input.read(&mut head[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    head.truncate(length);
    Ok(head)
}

/// Prints a note to standard error.
pub(super) fn note(what: &dyn Display) {
    // If standard error is closed, there is no other place for the message.
    let _ = writeln!(io::stderr(), "bytewatch: {what}");
}
