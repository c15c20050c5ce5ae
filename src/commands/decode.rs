//! The `decode` command: bytes of a file or standard input to characters on standard output, in constant memory.

mod anatomy;
mod beginning;
mod counts;
mod diagnosis;
mod items;
mod json_objects;
mod known_characters;
mod messages;
mod options;
mod output;
mod printer;
mod start;
mod text;

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::bytes::encoding::{Decoder, Encoding, Pieces};
use crate::bytes::safe;

use crate::commands::decode::anatomy::Anatomy;
use crate::commands::decode::beginning::InputBeginning;
pub use crate::commands::decode::counts::DecodeCounts;
use crate::commands::decode::items::Items;
use crate::commands::decode::json_objects::JsonObjects;
pub use crate::commands::decode::messages::FaultCounts;
pub use crate::commands::decode::options::{
    DecodeOptions, EncodingChoice, Form, Notation, Scope, Strictness,
};
use crate::commands::decode::output::OutputTarget;
use crate::commands::decode::printer::ItemPrinter;
use crate::commands::decode::start::{PIECE, StreamStart, note};
use crate::commands::decode::text::{LossyText, TerminalText};

/// The outcome of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DecodeOutcome {
    /// The input was decoded.
    Fine,
    /// The input has malformed parts or a reversed byte order mark, and the run is strict.
    Malformed(DecodeCounts),
    /// The input contradicts the rule of its messages, and the run is strict.
    Faults(FaultCounts),
}

/// Decodes the input that `options` name to standard output.
///
/// # Errors
///
/// One line: what cannot be read or written, and why. A closed pipe at standard output is not an error.
pub fn run(options: &DecodeOptions) -> Result<DecodeOutcome> {
    let stdout = io::stdout();
    let target =
        if stdout.is_terminal() { OutputTarget::Terminal(output::colour_mode()) } else { OutputTarget::File };
    // The lock's own buffer is flushed at every line; this one is not.
    let mut out = BufWriter::with_capacity(PIECE, stdout.lock());
    if options.encoding == EncodingChoice::List {
        let names = Encoding::ALL.iter().try_for_each(|encoding| writeln!(out, "{encoding}"));
        return check_pipe(names.and_then(|()| out.flush())).map(|_| DecodeOutcome::Fine);
    }
    if let Some((framing, notation)) = &options.frame {
        let counts = match &options.file {
            None => messages::list(io::stdin().lock(), "standard input", out, framing, *notation),
            Some(path) => messages::list(open(path)?, &shown(path), out, framing, *notation),
        }?;
        let is_fine = options.strictness == Strictness::Lenient || counts.is_clean();
        return Ok(if is_fine { DecodeOutcome::Fine } else { DecodeOutcome::Faults(counts) });
    }
    let counts = match &options.file {
        None => decode(io::stdin().lock(), "standard input", out, options, target),
        Some(path) => decode(open(path)?, &shown(path), out, options, target),
    }?;
    match options.strictness {
        Strictness::Strict if !counts.is_clean() => Ok(DecodeOutcome::Malformed(counts)),
        _ => Ok(DecodeOutcome::Fine),
    }
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

/// Decodes all of `input`, and returns what was malformed.
fn decode<'o>(
    mut input: impl Read,
    name: &str,
    out: impl Write + 'o,
    options: &DecodeOptions,
    target: OutputTarget,
) -> Result<DecodeCounts> {
    let read_error = || format!("{name} cannot be read");
    let start = StreamStart::find(&mut input, options).with_context(read_error)?;
    let mut printer = printer(&start, out, options.form, target);
    let mut beginning = InputBeginning::default();
    tell(beginning.take(&start.head));
    let counts = |printer: &dyn ItemPrinter| DecodeCounts { reversed: start.reversed, ..printer.counts() };
    let result = printer.take(&start.head[start.skipped..]).and_then(|()| printer.flush());
    if check_pipe(result)? == PipeState::Closed {
        return Ok(counts(&*printer));
    }
    let mut piece = vec![0; PIECE];
    loop {
        let length = match input.read(&mut piece) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.with_context(read_error)?,
        };
        tell(if length == 0 { beginning.end() } else { beginning.take(&piece[..length]) });
        let result = if length == 0 { printer.end() } else { printer.take(&piece[..length]) };
        // Input that is typed is answered line by line: a short read flushes the output. A file is not flushed before
        // its end.
        let result = if length < PIECE { result.and_then(|()| printer.flush()) } else { result };
        if check_pipe(result)? == PipeState::Closed || length == 0 {
            return Ok(counts(&*printer));
        }
    }
}

/// Says on standard error which protocol the input begins with, if it is one.
fn tell(protocol: Option<String>) {
    if let Some(protocol) = protocol {
        note(&protocol);
    }
}

fn printer<'o>(
    start: &StreamStart,
    out: impl Write + 'o,
    form: Form,
    target: OutputTarget,
) -> Box<dyn ItemPrinter + 'o> {
    let encoding = start.encoding;
    let decoder = || Decoder::starting_at(start.skipped as u64, encoding);
    match (form, target) {
        (Form::Text, OutputTarget::File) => Box::new(LossyText::new(decoder(), out)),
        (Form::Text, OutputTarget::Terminal(colours)) => Box::new(TerminalText::new(decoder(), out, colours)),
        (Form::JsonObjects, _) => {
            Box::new(JsonObjects::new(Pieces::starting_at(start.skipped as u64, encoding), out))
        }
        (Form::Malformed(notation), _) => Box::new(Items::new(
            encoding,
            Scope::Malformed,
            anatomy::MalformedParts::new(encoding, out, notation),
        )),
        (Form::Anatomy(scope, notation), _) => {
            Box::new(Items::new(encoding, scope, Anatomy::new(encoding, out, notation, target)))
        }
    }
}

/// Whether the output is still read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PipeState {
    Open,
    /// The pipe is closed, for example by `head`: the rest is not wanted.
    Closed,
}

fn check_pipe(result: io::Result<()>) -> Result<PipeState> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(PipeState::Closed),
        result => result.context("standard output cannot be written").map(|()| PipeState::Open),
    }
}

#[cfg(test)]
mod tests;
