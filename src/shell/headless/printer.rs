//! Formats events as NDJSON lines.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::io;

use crate::bytes::frame::Framing;
use crate::bytes::utf8::{Decoder, Lossy, characters};
use crate::event::codec::json::Fields;
use crate::event::codec::{LineKind, LineKinds, LineWriter, add_stream};
use crate::event::{
    ConnectionEvent, ConnectionId, Demand, Direction, Event, PerDirection, ServerEvent, Side, Stamped,
    StreamEvent, StreamId, Timestamp,
};
use crate::model::opening::{Change, Opening};
use crate::shell::headless::messages::{MessageLine, Messages, What};
use crate::shell::malformed_parts::{MalformedPart, add_parts};
use crate::shell::record_queue::RecordBatch;
use crate::shell::totals::RunTotals;

/// Prints events of the selected kinds, one record per line.
pub(crate) struct Printer {
    /// The output since it was last taken.
    pub(crate) out: RecordBatch,
    kinds: LineKinds,
    totals: RunTotals,
    /// Microseconds by which the wall clock is ahead of the clock that stamps events.
    ahead: i64,
    /// The decoders of both sides of live connections; empty unless `decoded` lines are selected.
    decoders: HashMap<(ConnectionId, Side), PerDirection<Decoder>>,
    /// The beginnings of live connections; empty unless `recognised` lines are selected.
    openings: HashMap<ConnectionId, Opening>,
    /// The messages of live connections; empty unless lines about them are selected.
    messages: Messages,
    lines: LineWriter,
    /// A buffer that is reused for each event.
    text: Lossy,
}

impl Printer {
    /// A printer of lines of these kinds.
    pub(crate) fn new(kinds: LineKinds) -> Self {
        Self {
            out: RecordBatch::default(),
            kinds,
            totals: RunTotals::default(),
            ahead: 0,
            decoders: HashMap::new(),
            openings: HashMap::new(),
            messages: Messages::new(Framing::default()),
            lines: LineWriter::default(),
            text: Lossy::default(),
        }
    }

    /// Tells messages apart in this way.
    pub(crate) fn frame_by(&mut self, framing: Framing) {
        self.messages = Messages::new(framing);
    }

    /// What the lines need: bytes, or nothing but counts.
    pub(crate) fn demand(&self) -> Demand {
        let of_bytes = [LineKind::Bytes, LineKind::Decoded, LineKind::Recognised];
        let needs_bytes = of_bytes.iter().any(|kind| self.kinds.has(*kind)) || self.frames();
        if needs_bytes { Demand::EVERY_BYTE } else { Demand::COUNTS }
    }

    /// Prints an event, and the characters of its bytes.
    ///
    /// # Errors
    ///
    /// None: writing to a batch does not fail.
    pub(crate) fn print(&mut self, stamped: &Stamped) -> io::Result<()> {
        self.add(stamped).map_err(io::Error::other)
    }

    fn add(&mut self, stamped: &Stamped) -> fmt::Result {
        let Stamped { at, event } = stamped;
        self.totals.observe(event);
        if let Event::Server(ServerEvent::ClockStepped { micros, .. }) = event {
            self.ahead = self.ahead.saturating_add(*micros);
        }
        let at = &self.on_wall_clock(*at);
        let decoding = self.kinds.has(LineKind::Decoded);
        if decoding {
            // An incomplete character at the end of a stream is printed before the line that ends the stream.
            self.end_streams(*at, event)?;
        }
        let recognising = self.kinds.has(LineKind::Recognised);
        if let Event::Connection(id, ConnectionEvent::Closed { .. }) = event
            && let Some(mut opening) = self.openings.remove(id)
            && opening.end() == Change::Settled
        {
            recognised(&mut self.lines, &mut self.out, *at, *id, &opening)?;
        }
        let ends = matches!(event, Event::Connection(_, ConnectionEvent::Closed { .. }));
        if ends && self.frames() {
            self.messages(*at, event)?;
        }
        if LineKind::of(event).is_some_and(|kind| self.kinds.has(kind)) {
            self.report(*at, event)?;
        }
        if !ends && self.frames() {
            self.messages(*at, event)?;
        }
        if recognising {
            self.recognise(*at, event)?;
        }
        match event {
            Event::Stream(id, StreamEvent::Bytes { offset, data, .. }) if decoding => {
                self.decode(*at, *id, *offset, data)
            }
            _ => Ok(()),
        }
    }

    /// Prints the last line.
    ///
    /// # Errors
    ///
    /// None: writing to a batch does not fail.
    pub(crate) fn end(&mut self, at: Timestamp) -> io::Result<()> {
        self.add_end(at).map_err(io::Error::other)
    }

    fn add_end(&mut self, at: Timestamp) -> fmt::Result {
        if !self.kinds.has(LineKind::Ended) {
            return Ok(());
        }
        let at = self.on_wall_clock(at);
        let RunTotals { opened, received, sent, missed, .. } = self.totals;
        self.lines.line(&mut self.out, LineKind::Ended, at, |line| {
            line.literal("connections", opened)?;
            line.literal("received", received)?;
            line.literal("sent", sent)?;
            line.literal("missed", missed)
        })?;
        self.out.end_record();
        Ok(())
    }

    const fn on_wall_clock(&self, at: Timestamp) -> Timestamp {
        Timestamp(at.0.saturating_add_signed(self.ahead))
    }

    /// The number of lines of this event, without printing them. An incomplete character at the end of a stream is not
    /// counted.
    pub(crate) fn lines_of(&self, event: &Event) -> u64 {
        let line = LineKind::of(event).is_some_and(|kind| self.kinds.has(kind));
        let decoded =
            matches!(event, Event::Stream(_, StreamEvent::Bytes { .. })) && self.kinds.has(LineKind::Decoded);
        u64::from(line) + u64::from(decoded)
    }

    fn report(&mut self, at: Timestamp, event: &Event) -> fmt::Result {
        if self.lines.write(&mut self.out, at, event)? {
            self.out.end_record();
        }
        Ok(())
    }

    /// Prints the protocol of a connection once the bytes of this event are enough for it.
    fn recognise(&mut self, at: Timestamp, event: &Event) -> fmt::Result {
        let Event::Stream(id, StreamEvent::Bytes { offset, data, .. }) = event else { return Ok(()) };
        if id.side != Side::Client {
            return Ok(());
        }
        let opening = self.openings.entry(id.connection).or_default();
        match opening.add(id.direction, *offset, data) {
            Change::Settled => recognised(&mut self.lines, &mut self.out, at, id.connection, opening),
            Change::Same | Change::Changed => Ok(()),
        }
    }

    /// Whether lines about messages are printed.
    const fn frames(&self) -> bool {
        self.kinds.has(LineKind::Message) || self.kinds.has(LineKind::MessageFault)
    }

    /// Prints the messages that this event ends, and their faults.
    fn messages(&mut self, at: Timestamp, event: &Event) -> fmt::Result {
        let (lines, out) = (&mut self.lines, &mut self.out);
        let (kinds, mut written) = (self.kinds, Ok(()));
        self.messages.add(at, event, &mut |line| {
            let kind = match line.what {
                What::Message { .. } => LineKind::Message,
                What::Fault(_) => LineKind::MessageFault,
            };
            // Who asks for messages is told where they end, too.
            if written.is_ok() && (kind == LineKind::MessageFault || kinds.has(kind)) {
                written = message(lines, out, kind, &line);
                out.end_record();
            }
        });
        written
    }

    fn decode(&mut self, at: Timestamp, id: StreamId, offset: u64, data: &[u8]) -> fmt::Result {
        let decoder = &mut self.decoders.entry((id.connection, id.side)).or_default()[id.direction];
        if decoder.offset() != offset {
            decoder.skip_to(offset);
        }
        let first = offset - decoder.pending().len() as u64;
        clear(&mut self.text);
        decoder.decode(data, &mut self.text);
        let pending = decoder.pending();
        self.lines.line(&mut self.out, LineKind::Decoded, at, |line| {
            add_stream(line, id)?;
            add_text(line, first, &self.text.text, &self.text.malformed, pending)
        })?;
        self.out.end_record();
        Ok(())
    }

    /// Prints incomplete characters at the end of the streams that this event ends.
    fn end_streams(&mut self, at: Timestamp, event: &Event) -> fmt::Result {
        if let &Event::Connection(connection, ConnectionEvent::InputEnded { side }) = event {
            self.end_stream(at, StreamId { connection, side, direction: Direction::Received })?;
        }
        if let &Event::Connection(connection, ConnectionEvent::Closed { received, sent, .. }) = event {
            for (direction, &length) in (PerDirection { received, sent }).iter() {
                let id = StreamId::client(connection, direction);
                // If the end of the stream was missed, the character may have been completed.
                if self.offset(id) == Some(length) {
                    self.end_stream(at, id)?;
                }
            }
            // How long the streams of the upstream are is not reported, so an end of theirs may have been missed.
            self.decoders.remove(&(connection, Side::Client));
            self.decoders.remove(&(connection, Side::Upstream));
        }
        Ok(())
    }

    /// Prints an incomplete character at the end of a stream.
    fn end_stream(&mut self, at: Timestamp, id: StreamId) -> fmt::Result {
        let decoders = self.decoders.get_mut(&(id.connection, id.side));
        let Some(decoder) = decoders.map(|both| &mut both[id.direction]) else {
            return Ok(());
        };
        let pending = decoder.pending().len() as u64;
        if pending == 0 {
            return Ok(());
        }
        let first = decoder.offset() - pending;
        clear(&mut self.text);
        decoder.end(&mut self.text);
        self.lines.line(&mut self.out, LineKind::Decoded, at, |line| {
            add_stream(line, id)?;
            add_text(line, first, &self.text.text, &self.text.malformed, &[])
        })?;
        self.out.end_record();
        Ok(())
    }

    fn offset(&self, id: StreamId) -> Option<u64> {
        self.decoders.get(&(id.connection, id.side)).map(|both| both[id.direction].offset())
    }
}

fn clear(text: &mut Lossy) {
    text.text.clear();
    text.malformed.clear();
}

/// Prints the protocol of a connection, if one was recognised.
fn recognised(
    lines: &mut LineWriter,
    out: &mut RecordBatch,
    at: Timestamp,
    id: ConnectionId,
    opening: &Opening,
) -> fmt::Result {
    let Some(found) = opening.protocol() else { return Ok(()) };
    lines.line(out, LineKind::Recognised, at, |line| {
        line.literal("connection", id.0)?;
        line.add("protocol", found.protocol)?;
        line.add("detail", found.full_detail())?;
        line.add("evidence", &found.evidence)?;
        line.literal("sure", found.sure)?;
        found.client.map_or(Ok(()), |client| line.show("client", client))
    })?;
    out.end_record();
    Ok(())
}

fn message<W: Write>(lines: &mut LineWriter, out: &mut W, kind: LineKind, line: &MessageLine) -> fmt::Result {
    let MessageLine { at, connection, direction, what } = line;
    lines.line(out, kind, *at, |line| {
        add_stream(line, StreamId::client(*connection, *direction))?;
        match what {
            What::Message { number, offset, length, micros, answers, pairs_end } => {
                line.literal("number", number)?;
                line.literal("offset", offset)?;
                line.literal("length", length)?;
                micros.map_or(Ok(()), |micros| line.literal("micros", micros))?;
                if let Some(answered) = answers {
                    line.literal("answers", answered.number)?;
                    answered.after.map_or(Ok(()), |after| line.literal("after_micros", after))?;
                }
                pairs_end.map_or(Ok(()), |why| line.show("pairs_end", why))
            }
            What::Fault(fault) => {
                line.literal("offset", fault.at)?;
                line.show("detail", &fault.reason)?;
                line.literal("stops", fault.stops)
            }
        }
    })
}

/// Adds decoded text; `first` is the offset of its first byte.
pub(crate) fn add_text<W: Write>(
    line: &mut Fields<'_, W>,
    first: u64,
    text: &str,
    malformed: &[impl MalformedPart],
    pending: &[u8],
) -> fmt::Result {
    line.literal("offset", first)?;
    line.text("text", text)?;
    // Each malformed part counts as one character, as in the text.
    line.literal("characters", characters(text))?;
    add_parts(line, "malformed", malformed)?;
    line.hex("pending", pending)
}

#[cfg(test)]
mod tests;
