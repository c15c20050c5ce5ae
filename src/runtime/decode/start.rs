//! How a stream begins: in which encoding it is read, and what is seen of it to find that out.

use std::fmt::Display;
use std::io::{self, ErrorKind, Read, Write};

use super::{Choice, Form, Options, PIECE, Verdict};
use crate::bytes::encoding::{self, Encoding, MARK, Reversed};

/// The beginning of a stream.
pub(super) struct Start {
    pub(super) encoding: Encoding,
    /// What was read to find out.
    pub(super) head: Vec<u8>,
    /// How many bytes of it are a mark that was obeyed, which is not part of the text.
    pub(super) skipped: usize,
    /// The mark that the encoding does not obey.
    pub(super) reversed: Option<Reversed>,
}

impl Start {
    /// Reads as much as the choice of the encoding needs, and says on standard error what there is to know.
    pub(super) fn find(input: &mut impl Read, options: &Options) -> io::Result<Self> {
        let mut head = Vec::new();
        let (encoding, obeyed) = match options.encoding {
            Choice::Known(encoding) => {
                if encoding.is_utf16() {
                    head = first_unit(input)?;
                }
                (encoding, false)
            }
            Choice::Utf16 => {
                head = first_unit(input)?;
                let order = encoding::order(&head);
                (order.unwrap_or(Encoding::UTF_16LE), order.is_some())
            }
            Choice::Guess | Choice::List => {
                input.take(PIECE as u64).read_to_end(&mut head)?;
                let guess = encoding::guess(&head);
                note(&format!("guessed {} ({})", guess.encoding, guess.why));
                (guess.encoding, false)
            }
        };
        let reversed = Reversed::find(encoding, &head);
        if let (Some(reversed), Verdict::Lenient) = (reversed, options.verdict) {
            note(&reversed);
        }
        let is_text = matches!(options.form, Form::Text | Form::Objects);
        let skipped = if obeyed && is_text { MARK } else { 0 };
        Ok(Self { encoding, head, skipped, reversed })
    }
}

/// What comes first: a read, or as many as it takes to have a unit of two bytes.
fn first_unit(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let (mut head, mut length) = (vec![0; PIECE], 0);
    while length < MARK {
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

fn note(what: &dyn Display) {
    // When standard error is gone, there is no other place for the message.
    let _ = writeln!(io::stderr(), "bytewatch: {what}");
}
