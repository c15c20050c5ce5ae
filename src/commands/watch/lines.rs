//! News of publishers as NDJSON: the host and the instance first.

use std::fmt::{self, Write as _};
use std::mem;

use crate::bytes::stamp::StampText;
use crate::event::codec::json::{Fields, line};
use crate::event::{BackendKind, Side, Timestamp};
use crate::fleet::subject::Publisher;
use crate::fleet::watcher::{EventCounts, Gap, HostReport, LeaseNews, LeasedStream, News, Watcher};
use crate::fleet::wire::{ConnectionState, Counters, Event, Text};

/// Lines that are not printed yet.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    stamp: StampText,
}

type Writer<'w> = Fields<'w, String>;

impl Lines {
    /// The lines so far.
    pub(super) fn take(&mut self) -> String {
        mem::take(&mut self.text)
    }

    /// Adds the line of some news. What has no time of its own has that of the clock here.
    pub(super) fn add(
        &mut self,
        watcher: &Watcher,
        publisher: &Publisher,
        news: &News,
        here: Timestamp,
        now: Timestamp,
    ) {
        let at = self.stamp.of(time_of(news).unwrap_or(here.0)).to_owned();
        self.line(publisher, |fields| {
            let event = match news {
                News::State(_) => "host",
                News::Event(event) => word(event),
                News::Listed(_) => "listed",
                News::Unseen { .. } => "unseen",
                News::Gap(_) => "gap",
                News::Restarted { .. } => "restarted",
            };
            fields.word("event", event)?;
            fields.text("at", &at)?;
            match news {
                News::State(state) => {
                    fields.word("state", state.word())?;
                    let report = watcher.host(publisher, now);
                    report.as_ref().map_or(Ok(()), |report| host(fields, report))
                }
                News::Event(event) => of_event(fields, event),
                News::Listed(state) => listed(fields, state),
                News::Unseen { connection } => fields.literal("connection", connection),
                News::Gap(Gap { shed, lost }) => {
                    fields.literal("shed", shed)?;
                    fields.literal("lost", lost)
                }
                News::Restarted { counts } => of_counts(fields, counts),
            }
        });
    }

    /// Adds the line of some news about the bytes of a connection.
    pub(super) fn add_leased(
        &mut self,
        publisher: &Publisher,
        connection: u64,
        news: &LeaseNews,
        here: Timestamp,
    ) {
        let (event, at) = match news {
            LeaseNews::Bytes { at, .. } => ("bytes", *at),
            LeaseNews::Missing { .. } => ("missing", here.0),
            LeaseNews::Granted | LeaseNews::Refused(_) | LeaseNews::NoAnswer => ("lease", here.0),
        };
        let at = self.stamp.of(at).to_owned();
        self.line(publisher, |fields| {
            fields.word("event", event)?;
            fields.text("at", &at)?;
            fields.literal("connection", connection)?;
            match news {
                LeaseNews::Granted => fields.word("state", "granted"),
                LeaseNews::NoAnswer => fields.word("state", "no-answer"),
                LeaseNews::Refused(why) => {
                    fields.word("state", "refused")?;
                    fields.text("why", why.as_str())
                }
                LeaseNews::Bytes { stream, offset, data, .. } => {
                    of_stream(fields, *stream)?;
                    fields.literal("offset", offset)?;
                    fields.literal("length", data.len())?;
                    fields.hex("hex", data)?;
                    fields.text("text", &String::from_utf8_lossy(data))
                }
                LeaseNews::Missing { stream, offset, bytes } => {
                    of_stream(fields, *stream)?;
                    fields.literal("offset", offset)?;
                    fields.literal("length", bytes)
                }
            }
        });
    }

    /// Adds what became of the events of each publisher, and what was not looked at.
    pub(super) fn end(&mut self, watcher: &Watcher, now: Timestamp, dropped: u64) {
        for (publisher, report) in watcher.hosts(now) {
            self.line(publisher, |fields| {
                fields.word("event", "end")?;
                fields.word("state", report.state.word())?;
                of_counts(fields, &report.counts)?;
                fields.literal("live", watcher.connections(publisher).count())?;
                fields.literal("malformed_messages", report.malformed)?;
                fields.literal("not_kept", report.not_kept)
            });
        }
        let refused = watcher.refused();
        let written = line(&mut self.text, |fields| {
            fields.word("event", "watched")?;
            fields.literal("malformed_messages", refused.malformed)?;
            fields.literal("unknown_messages", refused.unknown)?;
            fields.literal("foreign_subjects", refused.subjects)?;
            fields.literal("refused_hosts", refused.hosts)?;
            fields.literal("dropped_messages", dropped)
        });
        // A text takes whatever is written.
        let _ = written;
    }

    fn line(&mut self, publisher: &Publisher, fields: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        let written = line(&mut self.text, |writer| {
            writer.text("host", publisher.host.as_str())?;
            writer.text("instance", publisher.instance.as_str())?;
            fields(writer)
        });
        // A text takes whatever is written.
        let _ = written;
    }
}

fn of_stream(fields: &mut Writer<'_>, stream: LeasedStream) -> fmt::Result {
    if stream.side == Side::Upstream {
        fields.word("side", stream.side.word())?;
    }
    fields.word("direction", stream.direction.word())
}

const fn word(event: &Event) -> &'static str {
    match event {
        Event::Shed { .. } => "shed",
        Event::Opened { .. } => "opened",
        Event::Moved { .. } => "moved",
        Event::Slow { .. } => "slow",
        Event::Flowing { .. } => "flowing",
        Event::Closed { .. } => "closed",
        Event::Switching { .. } => "switching",
        Event::Switched { .. } => "switched",
        Event::SwitchFailed { .. } => "switch-failed",
        Event::Refused { .. } => "refused",
        Event::Failed { .. } => "failed",
        Event::Blocked { .. } => "blocked",
        Event::Unblocked { .. } => "unblocked",
    }
}

/// The time that the news tell, by the clock of their host.
const fn time_of(news: &News) -> Option<u64> {
    match news {
        News::Event(event) => match event {
            Event::Opened { at, .. }
            | Event::Slow { at, .. }
            | Event::Flowing { at, .. }
            | Event::Closed { at, .. }
            | Event::Switching { at, .. }
            | Event::Switched { at, .. }
            | Event::SwitchFailed { at, .. }
            | Event::Refused { at, .. }
            | Event::Failed { at, .. }
            | Event::Blocked { at, .. }
            | Event::Unblocked { at, .. } => Some(*at),
            Event::Shed { .. } | Event::Moved { .. } => None,
        },
        News::State(_) | News::Listed(_) | News::Unseen { .. } | News::Gap(_) | News::Restarted { .. } => {
            None
        }
    }
}

fn of_event(fields: &mut Writer<'_>, event: &Event) -> fmt::Result {
    match event {
        Event::Shed { events } => fields.literal("events", events),
        Event::Opened { connection, peer, local, upstream, backend, .. } => {
            fields.literal("connection", connection)?;
            texts(fields, &[("peer", peer), ("local", local)])?;
            backend.map_or(Ok(()), |backend| fields.word("backend", BackendKind::from(backend).word()))?;
            texts(fields, &[("upstream", upstream)])
        }
        Event::Moved { connection, counters, backend } => {
            fields.literal("connection", connection)?;
            backend.map_or(Ok(()), |backend| fields.word("backend", BackendKind::from(backend).word()))?;
            of_counters(fields, counters)
        }
        Event::Slow { connection, side, .. } | Event::Flowing { connection, side, .. } => {
            fields.literal("connection", connection)?;
            fields.word("side", Side::from(*side).word())
        }
        Event::Closed { connection, reason, detail, counters, .. } => {
            fields.literal("connection", connection)?;
            texts(fields, &[("reason", &Some(reason.clone())), ("detail", detail)])?;
            of_counters(fields, counters)
        }
        Event::Switching { to, connections, .. } => {
            fields.word("to", BackendKind::from(*to).word())?;
            fields.literal("connections", connections)
        }
        Event::Switched { to, connections, micros, .. } => {
            fields.word("to", BackendKind::from(*to).word())?;
            fields.literal("connections", connections)?;
            fields.literal("micros", micros)
        }
        Event::SwitchFailed { to, moved_back, detail, .. } => {
            fields.word("to", BackendKind::from(*to).word())?;
            fields.literal("moved_back", moved_back)?;
            texts(fields, &[("detail", detail)])
        }
        Event::Refused { clients, detail, .. } => {
            fields.literal("clients", clients)?;
            texts(fields, &[("detail", detail)])
        }
        Event::Failed { detail, .. } => texts(fields, &[("detail", detail)]),
        Event::Blocked { connection, micros, .. } | Event::Unblocked { connection, micros, .. } => {
            connection.map_or(Ok(()), |connection| fields.literal("connection", connection))?;
            fields.literal("micros", micros)
        }
    }
}

fn listed(fields: &mut Writer<'_>, state: &ConnectionState) -> fmt::Result {
    fields.literal("connection", state.connection)?;
    fields.text("opened", StampText::default().of(state.opened))?;
    texts(fields, &[("peer", &state.peer), ("local", &state.local), ("upstream", &state.upstream)])?;
    state.backend.map_or(Ok(()), |backend| fields.word("backend", BackendKind::from(backend).word()))?;
    of_counters(fields, &state.counters)
}

fn host(fields: &mut Writer<'_>, report: &HostReport<'_>) -> fmt::Result {
    fields.literal("epoch", report.epoch)?;
    if let Some(here) = report.here {
        texts(fields, &[("machine", &Some(here.machine.clone())), ("version", &Some(here.version.clone()))])?;
        fields.literal("live", here.live)?;
        fields.list("obeys", here.obeys.values(), |out, action| write!(out, "\"{}\"", action.word()))?;
    }
    if let Some(clock) = report.clock {
        fields.literal("clock_micros", clock.micros)?;
        fields.literal("round_trip_micros", clock.round_trip)?;
    }
    of_counts(fields, &report.counts)
}

fn of_counts(fields: &mut Writer<'_>, counts: &EventCounts) -> fmt::Result {
    let EventCounts { told, shed, lost, unknown } = counts;
    for (key, number) in [("told", told), ("shed", shed), ("lost", lost), ("unknown", unknown)] {
        fields.literal(key, number)?;
    }
    Ok(())
}

fn of_counters(fields: &mut Writer<'_>, counters: &Counters) -> fmt::Result {
    let all = [
        ("received", counters.received),
        ("sent", counters.sent),
        ("characters", counters.characters),
        ("malformed", counters.malformed),
        ("missed", counters.missed),
    ];
    for (key, number) in all {
        fields.literal(key, number)?;
    }
    let optional = [
        ("malformed_received", counters.malformed_received),
        ("upstream_received", counters.upstream_received),
        ("upstream_sent", counters.upstream_sent),
    ];
    for (key, number) in optional {
        number.map_or(Ok(()), |number| fields.literal(key, number))?;
    }
    Ok(())
}

fn texts(fields: &mut Writer<'_>, texts: &[(&str, &Option<Text>)]) -> fmt::Result {
    for (key, text) in texts {
        text.as_ref().map_or(Ok(()), |text| fields.text(key, text.as_str()))?;
    }
    Ok(())
}
