//! Bytes to characters, without a server: a file or standard input to standard output, in constant memory.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bytes::safe;
use crate::bytes::utf8::{Decoder, Lossy, Malformed, Sink};

use super::headless::add_text;
use super::json::{self, Hex};

/// How much is read at a time.
const PIECE: usize = 64 * 1024;

/// What to decode, and how to show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The file to read; standard input if there is none.
    pub file: Option<PathBuf>,
    /// What is printed.
    pub form: Form,
    /// What malformed parts mean for the outcome.
    pub verdict: Verdict,
}

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The text, with U+FFFD for each malformed part. A terminal is shown nothing that it would obey.
    Text,
    /// One JSON object for each read: what it decodes to.
    Objects,
    /// One line for each malformed part: offset, bytes, reason.
    Parts,
    /// One JSON object for each malformed part.
    PartObjects,
}

/// What malformed parts mean for the outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nothing.
    Lenient,
    /// They are told by [`Outcome::Malformed`].
    Strict,
}

/// How it went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// As it should.
    Fine,
    /// There was a malformed part, and that is not to be overlooked.
    Malformed,
}

/// Decodes what `options` say to standard output.
///
/// # Errors
///
/// One line: what cannot be read or written, and why. That nobody reads the output any more is no error.
pub fn run(options: &Options) -> Result<Outcome> {
    let stdout = io::stdout();
    let surface = if stdout.is_terminal() { Surface::Terminal } else { Surface::File };
    // The lock's own buffer is emptied at every line; this one is not.
    let out = BufWriter::with_capacity(PIECE, stdout.lock());
    let malformed = match &options.file {
        None => decode(io::stdin().lock(), "standard input", out, options.form, surface),
        Some(path) => decode(open(path)?, &shown(path), out, options.form, surface),
    }?;
    match options.verdict {
        Verdict::Strict if malformed > 0 => Ok(Outcome::Malformed),
        _ => Ok(Outcome::Fine),
    }
}

/// Where the text goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Surface {
    Terminal,
    File,
}

fn open(path: &Path) -> Result<File> {
    File::open(path).with_context(|| format!("{} cannot be opened", shown(path)))
}

fn shown(path: &Path) -> String {
    safe::line(&path.to_string_lossy())
}

/// Decodes all of `input`, and says how many parts were malformed.
fn decode(
    mut input: impl Read,
    name: &str,
    mut out: impl Write,
    form: Form,
    surface: Surface,
) -> Result<u64> {
    let mut piece = vec![0; PIECE];
    let mut decoder = Decoder::new();
    let mut found = Found { form, lossy: Lossy::default(), malformed: 0 };
    loop {
        let length = match input.read(&mut piece) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.with_context(|| format!("{name} cannot be read"))?,
        };
        let first = decoder.offset() - decoder.pending().len() as u64;
        match length {
            0 => decoder.end(&mut found),
            _ => decoder.decode(&piece[..length], &mut found),
        }
        // The end by itself says nothing, unless something was pending.
        let silent = length == 0 && found.lossy.text.is_empty();
        let pending = decoder.pending();
        let written = if silent { Ok(()) } else { found.write(&mut out, first, pending, surface) };
        // What is typed is answered line by line; a file is not looked at before its end.
        let written = if length < PIECE { written.and_then(|()| out.flush()) } else { written };
        match written {
            // Nobody reads any more, `head` for one: then nobody wants the rest.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(found.malformed),
            written => written.context("standard output cannot be written")?,
        }
        if length == 0 {
            return Ok(found.malformed);
        }
        found.clear();
    }
}

/// What was found in one piece.
struct Found {
    form: Form,
    lossy: Lossy,
    malformed: u64,
}

impl Sink for Found {
    fn text(&mut self, text: &str) {
        // Those who only want the malformed parts need no copy of the rest.
        if matches!(self.form, Form::Text | Form::Objects) {
            self.lossy.text(text);
        }
    }

    fn malformed(&mut self, part: Malformed) {
        self.malformed += 1;
        self.lossy.malformed(part);
    }
}

impl Found {
    fn clear(&mut self) {
        self.lossy.text.clear();
        self.lossy.malformed.clear();
    }

    fn write(&self, out: &mut impl Write, first: u64, pending: &[u8], surface: Surface) -> io::Result<()> {
        match (self.form, surface) {
            (Form::Text, Surface::File) => out.write_all(self.lossy.text.as_bytes()),
            (Form::Text, Surface::Terminal) => write_safely(out, &self.lossy.text),
            (Form::Objects, _) => json::line(out, |line| add_text(line, first, &self.lossy, pending)),
            (Form::Parts, _) => self.lossy.malformed.iter().try_for_each(|part| {
                writeln!(out, "{}  {}  {}", part.offset(), Hex(part.bytes()), part.reason().word())
            }),
            (Form::PartObjects, _) => self.lossy.malformed.iter().try_for_each(|part| {
                json::line(out, |line| {
                    line.add("offset", part.offset())?;
                    line.add("length", part.bytes().len())?;
                    line.show("bytes", Hex(part.bytes()))?;
                    line.add("reason", part.reason().word())
                })
            }),
        }
    }
}

/// Text for a terminal: lines and tabs stay, everything else that it would obey is shown instead.
fn write_safely(out: &mut impl Write, text: &str) -> io::Result<()> {
    for part in text.split_inclusive(['\n', '\t']) {
        let (shown, mark) = match part.as_bytes() {
            [.., mark @ (b'\n' | b'\t')] => (&part[..part.len() - 1], Some(*mark)),
            _ => (part, None),
        };
        out.write_all(safe::line(shown).as_bytes())?;
        out.write_all(mark.as_slice())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
