//! Compares two recordings, and prints where their connections differ as NDJSON.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write as _};

use anyhow::{Context as _, Result};
use tracing::warn;

use crate::bytes::safe;
use crate::event::codec::json::Fields;
use crate::event::{ConnectionEvent, ConnectionId, Direction, Event, ServerEvent};
use crate::model::pairing::{Pairable, Paired, pairs};
use crate::recording::read::{Progress, Recording};
use crate::recording::replay::{Difference, Expected, Ignored, Party, Script, Scripts, compare};
use crate::shell::json;

/// What a comparison of two recordings comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Their connections have the same bytes.
    Same,
    /// They have not.
    Different,
}

/// A recording with its name.
pub(super) struct Named<R> {
    pub(super) recording: Recording<R>,
    pub(super) name: String,
}

/// The connections of a recording, with what decides which ones belong together.
#[derive(Debug, Default)]
struct Connections {
    scripts: HashMap<ConnectionId, Script>,
    pairable: Vec<Pairable>,
}

/// Compares two recordings, and prints where they differ. An output whose reader is gone ends the
/// printing without an error.
///
/// # Errors
///
/// When one of them is too large, or standard output takes nothing.
pub(super) fn print<R: Read>(first: Named<R>, second: Named<R>, ignored: &Ignored) -> Result<Verdict> {
    let (first, second) = (read(first)?, read(second)?);
    let mut output = Output { differences: 0, compared: 0, is_closed: false };
    for pair in pairs(&first.pairable, &second.pairable) {
        output.pair(&first, &second, pair, ignored)?;
    }
    let Output { differences, compared, .. } = output;
    output.line(|fields| {
        fields.add("event", "compared")?;
        fields.add("connections", first.pairable.len())?;
        fields.add("others", second.pairable.len())?;
        fields.add("compared", compared)?;
        fields.add("differences", differences)
    })?;
    Ok(if differences == 0 { Verdict::Same } else { Verdict::Different })
}

fn read(named: Named<impl Read>) -> Result<Connections> {
    let Named { mut recording, name } = named;
    let (mut scripts, mut pairable, mut events) = (Scripts::default(), Vec::new(), Vec::new());
    loop {
        let progress = recording.read(&mut events);
        for stamped in events.drain(..) {
            match &stamped.event {
                Event::Server(ServerEvent::Failed { detail }) => {
                    warn!(target: "bytewatch::recording", "{}", safe::line(detail));
                }
                Event::Connection(id, ConnectionEvent::Opened { local, .. }) => {
                    pairable.push(Pairable { id: *id, port: local.inet().map(|address| address.port()) });
                }
                Event::Connection(..) | Event::Stream(..) | Event::Switch(_) | Event::Server(_) => {}
            }
            scripts.take(&stamped).with_context(|| format!("{} is too large", safe::line(&name)))?;
        }
        if progress == Progress::Ended {
            let scripts = scripts.finish().into_iter().map(|script| (script.connection, script)).collect();
            return Ok(Connections { scripts, pairable });
        }
    }
}

impl Connections {
    /// The bytes of a connection in a direction.
    fn bytes(&self, id: ConnectionId, direction: Direction) -> Expected {
        let party = match direction {
            Direction::Received => Party::Client,
            Direction::Sent => Party::Server,
        };
        self.scripts.get(&id).map_or_else(Expected::default, |script| script.expected_of(party))
    }
}

/// What is printed.
struct Output {
    differences: u64,
    compared: u64,
    is_closed: bool,
}

impl Output {
    fn pair(
        &mut self,
        first: &Connections,
        second: &Connections,
        pair: Paired,
        ignored: &Ignored,
    ) -> Result<()> {
        let (connection, other) = match pair {
            Paired { left: Some(left), right: Some(right) } => (left, right),
            Paired { left: Some(alone), right: None } => {
                return self.alone("connection", alone, "the other recording has no such connection");
            }
            Paired { left: None, right: Some(alone) } => {
                return self.alone("other", alone, "the first recording has no such connection");
            }
            Paired { left: None, right: None } => return Ok(()),
        };
        self.compared += 1;
        for (direction, word) in [(Direction::Received, "received"), (Direction::Sent, "sent")] {
            let mut expected = first.bytes(connection, direction);
            let got = second.bytes(other, direction);
            // What is missing in one of them is not compared.
            expected.unknown.extend(got.unknown);
            expected.unknown.sort_by_key(|range| range.start);
            let compared = compare(&expected, &got.bytes, ignored);
            self.differences += compared.found;
            for Difference { offset, expected, got, .. } in &compared.told {
                self.line(|fields| {
                    fields.add("event", "difference")?;
                    fields.add("connection", connection.0)?;
                    fields.add("other", other.0)?;
                    fields.add("direction", word)?;
                    fields.add("offset", offset)?;
                    fields.hex("expected", expected)?;
                    fields.hex("got", got)
                })?;
            }
        }
        Ok(())
    }

    fn alone(&mut self, key: &str, id: ConnectionId, detail: &str) -> Result<()> {
        self.differences += 1;
        self.line(|fields| {
            fields.add("event", "deviation")?;
            fields.add(key, id.0)?;
            fields.add("offset", 0)?;
            fields.add("detail", detail)
        })
    }

    fn line(&mut self, fields: impl FnOnce(&mut Fields<'_, String>) -> fmt::Result) -> Result<()> {
        let mut line = Vec::new();
        json::line(&mut line, fields).context("cannot print")?;
        if self.is_closed {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(&line).and_then(|()| out.flush()) {
            // The exit status still says what became of it.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.is_closed = true,
            written => written.context("standard output cannot be written")?,
        }
        Ok(())
    }
}
