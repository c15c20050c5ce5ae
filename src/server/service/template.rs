//! The template of the service `reply`: fixed bytes, escapes, and placeholders in braces.

use std::io::Write as _;

use crate::bytes::literal;

/// A parsed template.
///
/// ```
/// use bytewatch::server::Template;
///
/// assert!(Template::parse(r"OK {bytes}\r\n").is_ok());
/// assert!(Template::parse(r"OK\q").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template(Vec<Part>);

/// A part of a template.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    /// Fixed bytes.
    Fixed(Vec<u8>),
    /// The characters that the read completed, or those of the message: `{text}`.
    Text,
    /// The number of bytes of the read or the message: `{bytes}`.
    Bytes,
    /// The client's address: `{peer}`.
    Peer,
    /// The number of the connection: `{connection}`.
    Connection,
}

impl Template {
    /// Parses a template. Escapes become their bytes; the four placeholders are filled in for each answer; any other
    /// brace stands for itself, and so does a brace that is written as an escape.
    ///
    /// # Errors
    ///
    /// One line about the first invalid escape.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut parts, mut fixed, mut rest) = (Vec::new(), Vec::new(), text);
        while let Some(first) = rest.chars().next() {
            let behind = &rest[first.len_utf8()..];
            rest = match (first, named(rest)) {
                ('\\', _) => literal::escape(behind, &mut fixed)?,
                (_, Some((part, behind))) => {
                    if !fixed.is_empty() {
                        parts.push(Part::Fixed(std::mem::take(&mut fixed)));
                    }
                    parts.push(part);
                    behind
                }
                (plain, None) => {
                    literal::push(plain, &mut fixed);
                    behind
                }
            };
        }
        if !fixed.is_empty() {
            parts.push(Part::Fixed(fixed));
        }
        Ok(Self(parts))
    }

    /// The parts for one connection, with the placeholders filled in that do not change from read to read.
    pub(in crate::server) fn fill(&self, peer: &str, connection: u64) -> Filled {
        let filled = |part: &Part| match part {
            Part::Peer => Part::Fixed(peer.as_bytes().to_vec()),
            Part::Connection => Part::Fixed(connection.to_string().into_bytes()),
            other => other.clone(),
        };
        Filled(self.0.iter().map(filled).collect())
    }

    /// The bytes for one connection of which nothing was read yet: `{text}` is empty, and `{bytes}` is 0.
    pub(in crate::server) fn fill_unread(&self, peer: &str, connection: u64) -> Vec<u8> {
        let bytes = |part: &Part| match part {
            Part::Fixed(fixed) => fixed.clone(),
            Part::Text => Vec::new(),
            Part::Bytes => b"0".to_vec(),
            Part::Peer => peer.as_bytes().to_vec(),
            Part::Connection => connection.to_string().into_bytes(),
        };
        self.0.iter().flat_map(bytes).collect()
    }
}

/// The most digits of the length of what was read.
const MAX_DIGITS: usize = 20;

/// A template for one connection.
#[derive(Debug)]
pub(in crate::server) struct Filled(Vec<Part>);

impl Filled {
    /// The number of placeholders that become the text that was read.
    pub(in crate::server) fn texts(&self) -> usize {
        self.0.iter().filter(|part| **part == Part::Text).count()
    }

    /// The most bytes of the answer to a text of this length.
    pub(in crate::server) fn length(&self, text: usize) -> usize {
        let lengths = self.0.iter().map(|part| match part {
            Part::Fixed(fixed) => fixed.len(),
            Part::Text => text,
            Part::Bytes => MAX_DIGITS,
            Part::Peer | Part::Connection => 0,
        });
        lengths.sum()
    }

    /// Appends the answer to this text; `bytes` is the length of what it answers.
    pub(in crate::server) fn write(&self, text: &str, bytes: u64, answer: &mut Vec<u8>) {
        for part in &self.0 {
            match part {
                Part::Fixed(fixed) => answer.extend_from_slice(fixed),
                Part::Text => answer.extend_from_slice(text.as_bytes()),
                Part::Bytes => {
                    // Writing to a `Vec` cannot fail.
                    let _ = write!(answer, "{bytes}");
                }
                // These were filled in when the connection was opened.
                Part::Peer | Part::Connection => {}
            }
        }
    }
}

/// The placeholder that `text` begins with, and the rest of the text.
fn named(text: &str) -> Option<(Part, &str)> {
    let names = [
        ("{text}", Part::Text),
        ("{bytes}", Part::Bytes),
        ("{peer}", Part::Peer),
        ("{connection}", Part::Connection),
    ];
    names.into_iter().find_map(|(name, part)| text.strip_prefix(name).map(|behind| (part, behind)))
}
