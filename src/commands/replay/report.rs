//! What a replay prints.

use std::io::{self, ErrorKind, Write};

use anyhow::{Context as _, Result};

use crate::app::format;
use crate::bytes::{hex, safe};
use crate::commands::replay::live;
use crate::commands::replay::news::{Found, News};
use crate::commands::replay::options::{ReplayForm, ReplayOutcome};
use crate::commands::replay::outcome::Played;
use crate::commands::replay::reporter::Reporter;
use crate::event::codec::LineKinds;
use crate::event::{Address, Stamped, Timestamp};
use crate::recording::replay::{Difference, Party};
use crate::shell::headless::Printer;
use crate::shell::json;

/// The number of bytes in one row of the text.
const ROW: usize = 16;
/// The largest number of rows of one difference.
const MOST_ROWS: usize = 8;

/// Prints what becomes of connections.
pub(super) struct Report {
    form: ReplayForm,
    /// What is printed and not written yet.
    printer: Printer,
    /// The side that is compared.
    other: Party,
    connections: u64,
    played: u64,
    differences: u64,
    /// Whether the reader of the output is gone.
    is_closed: bool,
}

impl Report {
    /// A report on so many connections.
    pub(super) fn new(form: ReplayForm, other: Party, connections: usize) -> Self {
        let events = match form {
            ReplayForm::Text => LineKinds::default(),
            ReplayForm::Lines(kinds) => kinds.events,
        };
        let printer = Printer::new(events);
        let connections = connections as u64;
        Self { form, printer, other, connections, played: 0, differences: 0, is_closed: false }
    }

    /// Prints the summary.
    pub(super) fn finish(mut self) -> Result<ReplayOutcome> {
        let Self { connections, played, differences, .. } = self;
        let out = &mut self.printer.out;
        match self.form {
            ReplayForm::Lines(kinds) if kinds.summary => json::line(out, |fields| {
                fields.add("event", "replayed")?;
                fields.add("connections", connections)?;
                fields.add("played", played)?;
                fields.add("differences", differences)
            }),
            ReplayForm::Lines(_) => Ok(()),
            ReplayForm::Text => summary(out, connections, played, differences),
        }
        .context("cannot print")?;
        self.flush()?;
        Ok(outcome(connections, played, differences))
    }
}

/// Prints the summary of a replay that was shown in the dashboard.
pub(super) fn print_summary(connections: u64, played: u64, differences: u64) -> Result<ReplayOutcome> {
    // A terminal that is gone does not change what it came to.
    let _ = summary(&mut io::stdout(), connections, played, differences);
    Ok(outcome(connections, played, differences))
}

fn summary(out: &mut impl Write, connections: u64, played: u64, differences: u64) -> io::Result<()> {
    let connections = format::plural(connections, "connection");
    let differences = match differences {
        0 => "no difference".to_owned(),
        some => format::plural(some, "difference"),
    };
    writeln!(out, "{played} of {connections} replayed: {differences}")
}

const fn outcome(connections: u64, played: u64, differences: u64) -> ReplayOutcome {
    let is_same = differences == 0 && played == connections;
    if is_same { ReplayOutcome::Same } else { ReplayOutcome::Different }
}

impl Reporter for Report {
    fn listening(&mut self, address: &Address, at: Timestamp) -> Result<()> {
        match self.form {
            ReplayForm::Lines(_) => self.printer.print(&Stamped { at, event: live::listening(address) }),
            ReplayForm::Text => writeln!(self.printer.out, "listening on {address}"),
        }
        .context("cannot print")?;
        self.flush()
    }

    fn take(&mut self, news: News) -> Result<()> {
        let out = &mut self.printer.out;
        match (news, self.form) {
            (News::Happened(_), ReplayForm::Text) => Ok(()),
            (News::Happened(stamped), ReplayForm::Lines(_)) => self.printer.print(&stamped),
            // It is printed once it is whole.
            (News::Differing(_), _) => Ok(()),
            (News::Differs(found), ReplayForm::Text) => difference_text(out, &found, self.other),
            (News::Differs(found), ReplayForm::Lines(kinds)) if kinds.differences => {
                difference_line(out, &found)
            }
            (News::Played { played, .. }, form) => {
                self.played += 1;
                self.differences += played.differences();
                match form {
                    ReplayForm::Text => played_text(out, &played),
                    ReplayForm::Lines(kinds) if kinds.deviations => deviation_line(out, &played),
                    ReplayForm::Lines(_) => Ok(()),
                }
            }
            (News::Differs(_), ReplayForm::Lines(_)) => Ok(()),
        }
        .context("cannot print")
    }

    fn flush(&mut self) -> Result<()> {
        let printed = &mut self.printer.out;
        if !self.is_closed && !printed.is_empty() {
            let mut out = io::stdout().lock();
            match out.write_all(printed.bytes()).and_then(|()| out.flush()) {
                // The exit status still says what became of it.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => self.is_closed = true,
                written => written.context("standard output cannot be written")?,
            }
        }
        printed.remove_all();
        Ok(())
    }
}

fn difference_line(out: &mut impl Write, found: &Found) -> io::Result<()> {
    let Found { connection, difference: Difference { offset, expected, got, .. } } = found;
    json::line(out, |fields| {
        fields.add("event", "difference")?;
        fields.add("connection", connection.0)?;
        fields.add("offset", offset)?;
        fields.hex("expected", expected)?;
        fields.hex("got", got)
    })
}

fn deviation_line(out: &mut impl Write, played: &Played) -> io::Result<()> {
    let Some(deviation) = &played.deviation else { return Ok(()) };
    json::line(out, |fields| {
        fields.add("event", "deviation")?;
        fields.add("connection", played.connection.0)?;
        fields.add("offset", deviation.offset)?;
        fields.add("detail", &deviation.detail)
    })
}

fn played_text(out: &mut impl Write, played: &Played) -> io::Result<()> {
    let hidden = played.found - played.told;
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

fn difference_text(out: &mut impl Write, found: &Found, other: Party) -> io::Result<()> {
    let Found { connection, difference: Difference { offset, expected, got, .. } } = found;
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
    use crate::event::ConnectionId;

    const CONNECTION: ConnectionId = ConnectionId(1);

    fn found() -> Found {
        let difference =
            Difference { offset: 40, expected: b"a\x1b[2J".to_vec(), got: Vec::new(), place: 40..40 };
        Found { connection: CONNECTION, difference }
    }

    fn played() -> Played {
        let deviation = Some(Deviation { offset: 40, detail: "the server finished".to_owned() });
        Played { connection: CONNECTION, found: 3, told: 1, deviation }
    }

    #[test]
    fn lines_have_the_documented_form() {
        let mut out = Vec::new();
        difference_line(&mut out, &found()).unwrap();
        deviation_line(&mut out, &played()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"event\":\"difference\",\"connection\":1,\"offset\":40,\"expected\":\"611b5b324a\",\"got\":\"\"}\n\
             {\"event\":\"deviation\",\"connection\":1,\"offset\":40,\"detail\":\"the server finished\"}\n"
        );
    }

    #[test]
    fn the_text_is_safe_for_a_terminal() {
        let mut out = Vec::new();
        difference_text(&mut out, &found(), Party::Server).unwrap();
        played_text(&mut out, &played()).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\u{1b}'), "{text}");
        for part in ["#1: the server differs at offset 40 (0x28)", "61 1b 5b 32 4a", "got       nothing"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(text.contains("2 more differences") && text.contains("the server finished"), "{text}");
    }
}
