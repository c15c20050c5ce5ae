//! Prints a recording as NDJSON. Nothing has to go on beside it, so the output may block, and a full pipe loses nothing.

use std::io::{self, ErrorKind, Read, Write as _};

use anyhow::{Context as _, Result};
use tracing::warn;

use crate::bytes::frame::Framing;
use crate::event::codec::LineKinds;
use crate::event::{Event, ServerEvent, Stamped, Timestamp};
use crate::recording::read::{Progress, Recording};
use crate::shell::headless::Printer;

/// Prints the lines of these kinds. An output whose reader is gone ends this without an error.
///
/// # Errors
///
/// When standard output takes nothing.
pub(super) fn print(mut recording: Recording<impl Read>, kinds: LineKinds, framing: Framing) -> Result<()> {
    let mut printer = Printer::new(kinds);
    printer.frame_by(framing);
    let mut events: Vec<Stamped> = Vec::new();
    let mut end = Timestamp::default();
    loop {
        let progress = recording.read(&mut events);
        for stamped in events.drain(..) {
            if let Event::Server(ServerEvent::Failed { detail }) = &stamped.event {
                warn!(target: "bytewatch::recording", "{detail}");
            }
            end = end.max(stamped.at);
            printer.print(&stamped)?;
        }
        if progress == Progress::Ended {
            printer.end(end)?;
        }
        match io::stdout().write_all(printer.out.bytes()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written.context("standard output cannot be written")?,
        }
        printer.out.remove_all();
        if progress == Progress::Ended {
            return io::stdout().flush().context("standard output cannot be written");
        }
    }
}
