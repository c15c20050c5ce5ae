//! The messages of the input: where each begins, and how long it is.

use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Read, Write};

use anyhow::{Context, Result, bail};

use crate::bytes::frame::{Fault, Framer, Framing, Mark, Rule};
use crate::bytes::protocol::{Beginning, ENOUGH, Recognition, Speaker, recognise};
use crate::commands::decode::options::Notation;
use crate::commands::decode::start::PIECE;
use crate::shell::json;

/// The number of faults, and the first of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FaultCounts {
    faults: u64,
    first: Option<Fault>,
}

impl FaultCounts {
    /// Whether there is none.
    pub(super) const fn is_clean(&self) -> bool {
        self.faults == 0
    }
}

/// Writes `2 faults, the first at offset 6: ...`.
impl Display for FaultCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Fault { at, reason, .. }) = &self.first else { return f.write_str("there is no fault") };
        let which = if self.faults == 1 { "fault," } else { "faults, the first" };
        write!(f, "{} {which} at offset {at}: {reason}", self.faults)
    }
}

/// Writes what a framer tells.
struct Lister<W> {
    notation: Notation,
    out: W,
    number: u64,
    start: u64,
    counts: FaultCounts,
}

/// Lists the messages of all of `input`. A closed pipe at `out` ends it.
///
/// # Errors
///
/// The input cannot be read, nothing tells its messages apart, or the output cannot be written.
pub(super) fn list(
    mut input: impl Read,
    name: &str,
    out: impl Write,
    framing: &Framing,
    notation: Notation,
) -> Result<FaultCounts> {
    let mut piece = vec![0; PIECE];
    let mut length =
        read(&mut input, &mut piece, framing).with_context(|| format!("{name} cannot be read"))?;
    let mut framer = Framer::new(&rule(framing, &piece[..length], name)?);
    let mut lister = Lister { notation, out, number: 0, start: 0, counts: FaultCounts::default() };
    loop {
        let mut marks = Vec::new();
        if length == 0 {
            framer.finish(&mut |mark| marks.push(mark));
        } else {
            framer.push(None, &piece[..length], &mut |mark| marks.push(mark));
        }
        let written = marks.into_iter().try_for_each(|mark| lister.write(mark));
        // Input that is typed is answered line by line.
        let written = if length < PIECE { written.and_then(|()| lister.out.flush()) } else { written };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(lister.counts),
            written => written.context("standard output cannot be written")?,
        }
        if length == 0 {
            return Ok(lister.counts);
        }
        length =
            read(&mut input, &mut piece, &Framing::None).with_context(|| format!("{name} cannot be read"))?;
    }
}

/// Reads a piece: what there is, or as much as it takes to recognise a protocol.
fn read(input: &mut impl Read, piece: &mut [u8], framing: &Framing) -> io::Result<usize> {
    let least = if *framing == Framing::Auto { ENOUGH } else { 1 };
    let mut length = 0;
    while length < least {
        match input.read(&mut piece[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// The rule for an input that begins like this.
fn rule(framing: &Framing, beginning: &[u8], name: &str) -> Result<Rule> {
    let rule = match framing {
        Framing::Auto => [Speaker::Client, Speaker::Server].into_iter().find_map(|speaker| {
            let (received, sent): (&[u8], &[u8]) = match speaker {
                Speaker::Client => (beginning, b""),
                Speaker::Server => (b"", beginning),
            };
            let more = beginning.len() >= ENOUGH;
            match recognise(Beginning { received, sent, first: speaker, more }) {
                Recognition::Recognised(found) => Rule::for_recognised(&found, speaker),
                Recognition::Undecided | Recognition::UnknownText | Recognition::UnknownBinary => None,
            }
        }),
        Framing::None | Framing::Protocol(_) | Framing::Rule(_) => framing.rule(None, Speaker::Client),
    };
    match rule {
        Some(rule) if rule.needs_time() => {
            bail!("--frame {framing} needs the times of reads, which {name} has not")
        }
        Some(rule) => Ok(rule),
        None => bail!(
            "{name} is of no protocol that has a rule: name one with --frame, like lf or length:width=4"
        ),
    }
}

impl<W: Write> Lister<W> {
    fn write(&mut self, mark: Mark) -> io::Result<()> {
        let (end, is_message) = match mark {
            Mark::Message { end } => (end, true),
            Mark::Outside { end } => (end, false),
            Mark::Fault(fault) => return self.write_fault(fault),
        };
        let offset = std::mem::replace(&mut self.start, end);
        let length = end - offset;
        self.number += u64::from(is_message);
        let number = self.number;
        match self.notation {
            Notation::Json => json::line(&mut self.out, |line| {
                if is_message {
                    line.literal("number", number)?;
                }
                line.literal("offset", offset)?;
                line.literal("length", length)
            }),
            Notation::Line => {
                let unit = if length == 1 { "byte" } else { "bytes" };
                let what = if is_message { format!("message {number}") } else { "no message".to_owned() };
                writeln!(self.out, "{what}: offset {offset}, {length} {unit}")
            }
        }
    }

    fn write_fault(&mut self, fault: Fault) -> io::Result<()> {
        self.counts.faults += 1;
        let Fault { at, reason, stops } = &fault;
        match self.notation {
            Notation::Json => json::line(&mut self.out, |line| {
                line.literal("offset", at)?;
                line.show("fault", reason)?;
                line.literal("stops", stops)
            }),
            Notation::Line => {
                let rest = if *stops { "; no more messages are told" } else { "" };
                writeln!(self.out, "fault: offset {at}: {reason}{rest}")
            }
        }?;
        self.counts.first.get_or_insert(fault);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(input: &[u8], framing: &str, notation: Notation) -> (String, FaultCounts) {
        let mut out = Vec::new();
        let counts = list(input, "a test", &mut out, &framing.parse().unwrap(), notation).unwrap();
        (String::from_utf8(out).unwrap(), counts)
    }

    #[test]
    fn messages_and_faults_are_listed() {
        let input = b"\0\x02hi\0\0\0\x05ab";
        let (lines, counts) = listed(input, "length:width=2", Notation::Line);
        assert_eq!(
            lines,
            "message 1: offset 0, 4 bytes\nmessage 2: offset 4, 2 bytes\n\
             fault: offset 6: the stream ends within a message, of which 4 bytes have come; no more messages are told\n"
        );
        assert!(!counts.is_clean());
        assert!(counts.to_string().starts_with("1 fault, at offset 6: the stream ends"), "{counts}");
        let (lines, _) = listed(input, "length:width=2", Notation::Json);
        assert_eq!(
            lines,
            "{\"number\":1,\"offset\":0,\"length\":4}\n{\"number\":2,\"offset\":4,\"length\":2}\n\
             {\"offset\":6,\"fault\":\"the stream ends within a message, of which 4 bytes have come\",\"stops\":true}\n"
        );
        let (lines, counts) = listed(b"x\x02a\x03", "start-end:start=02,end=03", Notation::Line);
        assert!(lines.ends_with("no message: offset 0, 1 byte\nmessage 1: offset 1, 3 bytes\n"), "{lines}");
        assert_eq!(counts.faults, 1, "{lines}");
        assert_eq!(listed(b"", "lf", Notation::Line), (String::new(), FaultCounts::default()));
    }

    #[test]
    fn the_rule_may_be_that_of_the_protocol() {
        let (lines, _) = listed(b"GET / HTTP/1.1\r\n\r\nGET /a HTTP/1.1\r\n\r\n", "auto", Notation::Line);
        assert_eq!(lines, "message 1: offset 0, 18 bytes\nmessage 2: offset 18, 19 bytes\n");
        let (lines, _) = listed(b"220 mail ESMTP\r\n250 ok\r\n", "auto", Notation::Line);
        assert_eq!(lines, "message 1: offset 0, 16 bytes\nmessage 2: offset 16, 8 bytes\n");
    }

    #[test]
    fn what_cannot_be_told_apart_is_an_error() {
        for (input, framing, said) in [
            (&b"words\n"[..], "auto", "name one with --frame"),
            (b"x", "idle:1s", "needs the times of reads"),
        ] {
            let error =
                list(input, "a test", Vec::new(), &framing.parse().unwrap(), Notation::Line).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}
