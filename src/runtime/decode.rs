//! Bytes to characters, without a server: a file or standard input to standard output, in constant memory.

mod anatomy;
mod items;
mod objects;
mod paint;
mod start;
mod tally;
mod text;

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::bytes::encoding::{Decoder, Encoding, Pieces};
use crate::bytes::safe;

use self::anatomy::Anatomy;
use self::items::Items;
use self::objects::Objects;
use self::paint::Paint;
use self::start::Start;
pub use self::tally::Tally;
use self::text::{Plain, Safe};

/// How much is read at a time, and how much a guess is made from.
const PIECE: usize = 64 * 1024;

/// What to decode, and how to show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The file to read; standard input if there is none.
    pub file: Option<PathBuf>,
    /// How the bytes are read as characters.
    pub encoding: Choice,
    /// What is printed.
    pub form: Form,
    /// What malformed parts mean for the outcome.
    pub verdict: Verdict,
}

/// How the bytes are read as characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// In this encoding.
    Known(Encoding),
    /// In the order of UTF-16 that the byte order mark names; without a mark in UTF-16LE, as the web does.
    Utf16,
    /// In the one that the first 64 KiB look like; it is named on standard error.
    Guess,
    /// Not at all: the names of all encodings are printed instead.
    List,
}

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The text, with U+FFFD for each malformed part. A terminal is shown nothing that it would obey.
    Text,
    /// One JSON object for each read: what it decodes to.
    Objects,
    /// Each malformed part: offset, bytes, reason; on lines also the rule that it breaks.
    Parts(Notation),
    /// Each character and each malformed part: its bytes and bits, and what they are.
    Anatomy(Scope, Notation),
}

/// How one thing is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notation {
    /// A line for people.
    Line,
    /// A JSON object, on a line of its own.
    Json,
}

/// What the anatomy is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Everything.
    All,
    /// Malformed parts alone.
    Malformed,
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
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// As it should.
    Fine,
    /// There were malformed parts or a reversed byte order mark, and that is not to be overlooked.
    Malformed(Tally),
}

/// Decodes what `options` say to standard output.
///
/// # Errors
///
/// One line: what cannot be read or written, and why. That nobody reads the output any more is no error.
pub fn run(options: &Options) -> Result<Outcome> {
    let stdout = io::stdout();
    let surface = if stdout.is_terminal() { Surface::Terminal(paint::wanted()) } else { Surface::File };
    // The lock's own buffer is emptied at every line; this one is not.
    let mut out = BufWriter::with_capacity(PIECE, stdout.lock());
    if options.encoding == Choice::List {
        let names = Encoding::ALL.iter().try_for_each(|encoding| writeln!(out, "{encoding}"));
        return written(names.and_then(|()| out.flush())).map(|_| Outcome::Fine);
    }
    let tally = match &options.file {
        None => decode(io::stdin().lock(), "standard input", out, options, surface),
        Some(path) => decode(open(path)?, &shown(path), out, options, surface),
    }?;
    match options.verdict {
        Verdict::Strict if !tally.is_clean() => Ok(Outcome::Malformed(tally)),
        _ => Ok(Outcome::Fine),
    }
}

/// Where the output goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Surface {
    Terminal(Paint),
    File,
}

fn open(path: &Path) -> Result<File> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", shown(path)))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        bail!("{} is a directory: name a file in it", shown(path));
    }
    Ok(file)
}

fn shown(path: &Path) -> String {
    safe::line(&path.to_string_lossy())
}

/// Takes the input piece by piece, and prints what it is.
trait Printer {
    /// The next bytes.
    fn take(&mut self, input: &[u8]) -> io::Result<()>;
    /// There are no more.
    fn end(&mut self) -> io::Result<()>;
    /// Writes what is buffered, for a reader that waits for it.
    fn flush(&mut self) -> io::Result<()>;
    /// What was malformed so far.
    fn tally(&self) -> Tally;
}

/// Decodes all of `input`, and says what was malformed.
fn decode<'o>(
    mut input: impl Read,
    name: &str,
    out: impl Write + 'o,
    options: &Options,
    surface: Surface,
) -> Result<Tally> {
    let unreadable = || format!("{name} cannot be read");
    let start = Start::find(&mut input, options).with_context(unreadable)?;
    let mut printer = printer(&start, out, options.form, surface);
    let tally = |printer: &dyn Printer| Tally { reversed: start.reversed, ..printer.tally() };
    let result = printer.take(&start.head[start.skipped..]).and_then(|()| printer.flush());
    if written(result)? == Reader::Gone {
        return Ok(tally(&*printer));
    }
    let mut piece = vec![0; PIECE];
    loop {
        let length = match input.read(&mut piece) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.with_context(unreadable)?,
        };
        let result = if length == 0 { printer.end() } else { printer.take(&piece[..length]) };
        // What is typed is answered line by line; a file is not looked at before its end.
        let result = if length < PIECE { result.and_then(|()| printer.flush()) } else { result };
        if written(result)? == Reader::Gone || length == 0 {
            return Ok(tally(&*printer));
        }
    }
}

fn printer<'o>(start: &Start, out: impl Write + 'o, form: Form, surface: Surface) -> Box<dyn Printer + 'o> {
    let encoding = start.encoding;
    let decoder = || Decoder::starting_at(start.skipped as u64, encoding);
    match (form, surface) {
        (Form::Text, Surface::File) => Box::new(Plain::new(decoder(), out)),
        (Form::Text, Surface::Terminal(paint)) => Box::new(Safe::new(decoder(), out, paint)),
        (Form::Objects, _) => {
            Box::new(Objects::new(Pieces::starting_at(start.skipped as u64, encoding), out))
        }
        (Form::Parts(notation), _) => {
            Box::new(Items::new(encoding, Scope::Malformed, anatomy::Parts::new(encoding, out, notation)))
        }
        (Form::Anatomy(scope, notation), _) => {
            Box::new(Items::new(encoding, scope, Anatomy::new(encoding, out, notation, surface)))
        }
    }
}

/// Whether anybody reads the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reader {
    There,
    /// Nobody any more, `head` for one: then nobody wants the rest.
    Gone,
}

fn written(result: io::Result<()>) -> Result<Reader> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        result => result.context("standard output cannot be written").map(|()| Reader::There),
    }
}

#[cfg(test)]
mod tests;
