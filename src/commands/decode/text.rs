//! Output as plain text: unchanged for a file, with control characters made visible for a terminal.

use std::io::{self, Write};

use crate::bytes::encoding::{Decoder, Malformed, Sink};
use crate::bytes::safe;
use crate::commands::decode::counts::DecodeCounts;
use crate::commands::decode::output::ColourMode;
use crate::commands::decode::printer::ItemPrinter;
use crate::ui::theme::Role;

/// The replacement character, printed for a malformed part.
const LOST: &str = "\u{fffd}";

/// Output for a file: the lossy text, written as the decoder produces it, without a copy.
pub(super) struct LossyText<W> {
    decoder: Decoder,
    sink: PassThrough<W>,
}

struct PassThrough<W> {
    out: W,
    counts: DecodeCounts,
    /// The error of the first write that failed; nothing is written after it.
    result: io::Result<()>,
}

impl<W: Write> LossyText<W> {
    pub(super) fn new(decoder: Decoder, out: W) -> Self {
        let sink = PassThrough { out, counts: DecodeCounts::default(), result: Ok(()) };
        Self { decoder, sink }
    }

    fn result(&mut self) -> io::Result<()> {
        std::mem::replace(&mut self.sink.result, Ok(()))
    }
}

impl<W: Write> ItemPrinter for LossyText<W> {
    fn take(&mut self, input: &[u8]) -> io::Result<()> {
        self.decoder.decode(input, &mut self.sink);
        self.result()
    }

    fn end(&mut self) -> io::Result<()> {
        self.decoder.end(&mut self.sink);
        self.result()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.out.flush()
    }

    fn counts(&self) -> DecodeCounts {
        self.sink.counts.clone()
    }
}

impl<W: Write> Sink for PassThrough<W> {
    fn text(&mut self, text: &str) {
        if self.result.is_ok() {
            self.result = self.out.write_all(text.as_bytes());
        }
    }

    fn malformed(&mut self, part: Malformed) {
        self.counts.add(part);
        self.text(LOST);
    }
}

/// Output for a terminal: newlines and tabs stay, all other control characters are made visible.
pub(super) struct TerminalText<W> {
    decoder: Decoder,
    sink: TextSpans,
    out: W,
    colours: ColourMode,
}

/// The text of one read, and the positions of malformed parts in it.
#[derive(Default)]
struct TextSpans {
    text: String,
    lost: Vec<usize>,
    counts: DecodeCounts,
}

impl<W: Write> TerminalText<W> {
    pub(super) fn new(decoder: Decoder, out: W, colours: ColourMode) -> Self {
        Self { decoder, sink: TextSpans::default(), out, colours }
    }

    fn write(&mut self) -> io::Result<()> {
        let mut from = 0;
        for at in self.sink.lost.drain(..) {
            write_safely(&mut self.out, &self.sink.text[from..at])?;
            self.out.write_all(self.colours.text(Role::Bad, LOST).as_bytes())?;
            from = at;
        }
        write_safely(&mut self.out, &self.sink.text[from..])?;
        self.sink.text.clear();
        Ok(())
    }
}

impl<W: Write> ItemPrinter for TerminalText<W> {
    fn take(&mut self, input: &[u8]) -> io::Result<()> {
        self.decoder.decode(input, &mut self.sink);
        self.write()
    }

    fn end(&mut self) -> io::Result<()> {
        self.decoder.end(&mut self.sink);
        self.write()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn counts(&self) -> DecodeCounts {
        self.sink.counts.clone()
    }
}

impl Sink for TextSpans {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn malformed(&mut self, part: Malformed) {
        self.counts.add(part);
        self.lost.push(self.text.len());
    }
}

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
