//! What a replay prints.

use std::io::{self, ErrorKind, Write};

use anyhow::{Context as _, Result};

use crate::app::format;
use crate::bytes::{hex, safe};
use crate::commands::replay::options::{ReplayForm, ReplayOutcome};
use crate::commands::replay::outcome::Played;
use crate::event::{Address, ConnectionId};
use crate::recording::replay::{Difference, Party};
use crate::shell::json::{self, Hex};

/// The number of bytes in one row of the text.
const ROW: usize = 16;
/// The largest number of rows of one difference.
const MOST_ROWS: usize = 8;

/// Prints what becomes of connections.
#[derive(Debug)]
pub(super) struct Report {
    form: ReplayForm,
    /// The side that is compared.
    other: Party,
    connections: usize,
    played: usize,
    differences: u64,
    /// Whether the reader of the output is gone.
    is_closed: bool,
}

impl Report {
    /// A report on so many connections.
    pub(super) const fn new(form: ReplayForm, other: Party, connections: usize) -> Self {
        Self { form, other, connections, played: 0, differences: 0, is_closed: false }
    }

    /// Prints the address at which clients are waited for.
    pub(super) fn listening(&mut self, address: &Address) -> Result<()> {
        let mut out = Vec::new();
        match self.form {
            ReplayForm::Lines => json::line(&mut out, |fields| {
                fields.add("event", "listening")?;
                fields.show("address", address)
            }),
            ReplayForm::Text => writeln!(out, "listening on {address}"),
        }
        .context("cannot print")?;
        self.write(&out)
    }

    /// Prints what became of a connection.
    pub(super) fn played(&mut self, played: &Played) -> Result<()> {
        self.played += 1;
        self.differences += played.differences();
        let mut out = Vec::new();
        match self.form {
            ReplayForm::Lines => lines(&mut out, played),
            ReplayForm::Text => text(&mut out, played, self.other),
        }
        .context("cannot print")?;
        self.write(&out)
    }

    /// Prints the summary.
    pub(super) fn finish(mut self) -> Result<ReplayOutcome> {
        let mut out = Vec::new();
        let Self { connections, played, differences, .. } = self;
        match self.form {
            ReplayForm::Lines => json::line(&mut out, |fields| {
                fields.add("event", "replayed")?;
                fields.add("connections", connections)?;
                fields.add("played", played)?;
                fields.add("differences", differences)
            }),
            ReplayForm::Text => {
                let connections = format::plural(connections as u64, "connection");
                let differences = match differences {
                    0 => "no difference".to_owned(),
                    some => format::plural(some, "difference"),
                };
                writeln!(out, "{played} of {connections} replayed: {differences}")
            }
        }
        .context("cannot print")?;
        self.write(&out)?;
        let is_same = differences == 0 && played == connections;
        Ok(if is_same { ReplayOutcome::Same } else { ReplayOutcome::Different })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            // The exit status still says what became of it.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.is_closed = true,
            written => written.context("standard output cannot be written")?,
        }
        Ok(())
    }
}

fn lines(out: &mut Vec<u8>, played: &Played) -> io::Result<()> {
    for Difference { offset, expected, got } in &played.compared.told {
        json::line(out, |fields| {
            fields.add("event", "difference")?;
            fields.add("connection", played.connection.0)?;
            fields.add("offset", offset)?;
            fields.show("expected", Hex(expected))?;
            fields.show("got", Hex(got))
        })?;
    }
    let Some(deviation) = &played.deviation else { return Ok(()) };
    json::line(out, |fields| {
        fields.add("event", "deviation")?;
        fields.add("connection", played.connection.0)?;
        fields.add("offset", deviation.offset)?;
        fields.add("detail", &deviation.detail)
    })
}

fn text(out: &mut Vec<u8>, played: &Played, other: Party) -> io::Result<()> {
    for difference in &played.compared.told {
        difference_text(out, played.connection, difference, other)?;
    }
    let hidden = played.compared.found - played.compared.told.len() as u64;
    if hidden > 0 {
        let hidden = format::plural(hidden, "more difference");
        writeln!(out, "{}: {hidden}", played.connection)?;
    }
    match &played.deviation {
        Some(deviation) => {
            let (connection, detail) = (played.connection, safe::line(&deviation.detail));
            writeln!(out, "{connection}: at offset {}: {detail}", deviation.offset)
        }
        None => Ok(()),
    }
}

fn difference_text(
    out: &mut Vec<u8>,
    connection: ConnectionId,
    difference: &Difference,
    other: Party,
) -> io::Result<()> {
    let Difference { offset, expected, got } = difference;
    writeln!(out, "{connection}: the {} differs at offset {offset} ({offset:#x})", other.word())?;
    for (title, bytes) in [("expected", expected), ("got", got)] {
        if bytes.is_empty() {
            writeln!(out, "  {title:8}  nothing")?;
        }
        for (at, row) in bytes.chunks(ROW).take(MOST_ROWS).enumerate() {
            let title = if at == 0 { title } else { "" };
            let digits: Vec<&str> = row.iter().map(|byte| hex::pair(*byte)).collect();
            let shown = safe::line(&String::from_utf8_lossy(row));
            writeln!(out, "  {title:8}  {:47}  {shown}", digits.join(" "))?;
        }
        let hidden = bytes.len().saturating_sub(ROW * MOST_ROWS);
        if hidden > 0 {
            writeln!(out, "  {:8}  and {}", "", format::plural(hidden as u64, "more byte"))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::replay::outcome::Deviation;
    use crate::recording::replay::Compared;

    fn played() -> Played {
        let told = vec![Difference { offset: 40, expected: b"a\x1b[2J".to_vec(), got: Vec::new() }];
        let deviation = Some(Deviation { offset: 40, detail: "the server finished".to_owned() });
        Played { connection: ConnectionId(1), compared: Compared { told, found: 3 }, deviation }
    }

    #[test]
    fn lines_have_the_documented_form() {
        let mut out = Vec::new();
        lines(&mut out, &played()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"event\":\"difference\",\"connection\":1,\"offset\":40,\"expected\":\"611b5b324a\",\"got\":\"\"}\n\
             {\"event\":\"deviation\",\"connection\":1,\"offset\":40,\"detail\":\"the server finished\"}\n"
        );
    }

    #[test]
    fn the_text_is_safe_for_a_terminal() {
        let mut out = Vec::new();
        text(&mut out, &played(), Party::Server).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\u{1b}'), "{text}");
        for part in ["#1: the server differs at offset 40 (0x28)", "61 1b 5b 32 4a", "got       nothing"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(text.contains("2 more differences") && text.contains("the server finished"), "{text}");
    }
}
