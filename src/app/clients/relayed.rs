//! What the dashboard says about a relayed connection: its state in words, and the detail lines below the table.

mod acted;

use crate::app::clients::{encrypted, proxied, spoken};
use crate::app::format::{self, ARROW};
use crate::bytes::safe;
use crate::event::{CloseReason, Direction, FaultChange, Side, Timestamp};
use crate::model::connection::{CloseRecord, Connected, Upstream};
use crate::model::{Connection, ConnectionState};

/// From this number of microseconds on, a request without an answer is worth mentioning.
const NOTICEABLE: u64 = 1_000_000;

/// A piece of the detail lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Detail {
    /// What it is about; it decides the colour.
    pub kind: DetailKind,
    /// The text; safe to print.
    pub text: String,
}

/// What a detail is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DetailKind {
    /// How the connection ended, if that is an error.
    Failure,
    /// How the connection ended, if that is not an error.
    End,
    /// The address of the upstream.
    Route,
    /// How long connecting took, or is taking.
    Connect,
    /// A peer does not read.
    Slow,
    /// How long the upstream takes to answer.
    Response,
    /// Whether each direction is open.
    Halves,
    /// What the client and the server speak.
    Protocol,
    /// What the handshake of TLS has agreed on.
    Tls,
    /// A stream with TLS ended without the end of TLS.
    Truncated,
    /// What the user has done.
    User,
    /// A fault of the traffic.
    Fault,
    /// What the user wrote about it.
    Note,
}

/// A detail with a shorter wording for where there is little room.
struct DetailWording {
    kind: DetailKind,
    long: String,
    short: String,
}

impl DetailWording {
    fn new(kind: DetailKind, long: impl Into<String>, short: impl Into<String>) -> Self {
        Self { kind, long: long.into(), short: short.into() }
    }
}

/// Returns the state of a connection as the table spells it: in full, and short where there is little room.
#[must_use]
pub fn state_labels(known: &Connection) -> [&'static str; 2] {
    let Some(_) = &known.upstream else {
        let word = known.state().word();
        return known.closed.as_ref().map_or([word; 2], |closed| closed.reason.state_labels());
    };
    if let Some(closed) = &known.closed {
        let [long, short] = closed.reason.state_labels();
        return match closed.reason {
            CloseReason::WeFinished => ["closed by relay", short],
            CloseReason::WeReset => ["reset by relay", short],
            _ => [long, short],
        };
    }
    let ended = |side| known.has_input_ended(side);
    match known.state() {
        ConnectionState::Connecting => ["connecting", "conn"],
        ConnectionState::Slow if known.is_slow(Side::Client) => ["slow client", "slow"],
        ConnectionState::Slow => ["slow upstream", "slow"],
        ConnectionState::Paused if known.is_paused(Side::Client) => ["paused client", "paused"],
        ConnectionState::Paused => ["paused upstream", "paused"],
        ConnectionState::Held if known.held(Side::Client).is_some() => ["held client", "held"],
        ConnectionState::Held => ["held upstream", "held"],
        ConnectionState::HalfClosed if ended(Side::Client) && ended(Side::Upstream) => ["both ended", "half"],
        ConnectionState::HalfClosed if ended(Side::Client) => ["client ended", "half"],
        ConnectionState::HalfClosed if ended(Side::Upstream) => ["upstream ended", "half"],
        ConnectionState::HalfClosed => ["half-closed", "half"],
        state @ (ConnectionState::Open | ConnectionState::Closed) => [state.word(); 2],
    }
}

/// Returns what to say in the place of bytes while a relayed connection has no upstream, or never had one.
#[must_use]
pub fn no_upstream(known: &Connection) -> Option<String> {
    let upstream = known.upstream.as_ref().filter(|upstream| upstream.connected.is_none())?;
    Some(match &known.closed {
        Some(closed) => end(known, closed).long,
        None => format!("Connecting to {}; the client waits", safe::line(&upstream.name)),
    })
}

/// Returns the number of detail lines in a pane of this height inside its border.
#[must_use]
pub const fn detail_rows(height: u16) -> u16 {
    match height {
        8.. => 2,
        4.. => 1,
        _ => 0,
    }
}

/// Whether there is more to say about a connection than the table has room for: it is relayed, or its protocol is known,
/// or it is encrypted, or it ended with an error or a reset, or the user has done something to it, or its traffic has faults.
#[must_use]
pub fn has_details(known: &Connection) -> bool {
    let has_failed = known.closed.as_ref().is_some_and(|closed| closed.reason.is_error());
    let is_acted_on = !acted::words(known).is_empty() || !known.faults.is_empty();
    let has_protocol = known.opening.protocol().is_some() || known.proxy.is_some();
    known.upstream.is_some() || has_protocol || known.tls.is_some() || is_acted_on || has_failed
}

/// Returns the details of a connection that has any, in at most `rows` lines of `width` cells, with gaps of `gap` cells
/// between them. Where there is not room for all, they are worded shorter, the last ones first, and then the last ones
/// are left out.
#[must_use]
pub fn lines(
    known: &Connection,
    note: Option<&str>,
    now: Timestamp,
    width: u16,
    rows: u16,
    gap: u16,
) -> Vec<Vec<Detail>> {
    let mut wordings = match &known.upstream {
        Some(upstream) => wordings(known, upstream, now),
        None if has_details(known) => {
            known.closed.as_ref().map(|closed| end(known, closed)).into_iter().collect()
        }
        None => Vec::new(),
    };
    wordings.extend(encrypted::words(known).into_iter().map(|words| {
        let kind = if words.is_warning { DetailKind::Truncated } else { DetailKind::Tls };
        DetailWording { kind, long: words.long, short: words.short }
    }));
    // Behind how the connection ended.
    let behind = usize::from(known.closed.is_some() && !wordings.is_empty());
    let acted = acted::words(known).into_iter();
    let acted =
        acted.map(|words| DetailWording { kind: DetailKind::User, long: words.long, short: words.short });
    let spoken = spoken::words(known).map(|words| {
        DetailWording::new(DetailKind::Protocol, words.long, format::truncate(&words.short, width))
    });
    let headers = proxied::words(known).map(|words| {
        DetailWording::new(DetailKind::Protocol, words.long, format::truncate(&words.short, width))
    });
    wordings.splice(behind..behind, unread(known).into_iter().chain(headers).chain(spoken).chain(acted));
    wordings.extend(faults(known));
    if let Some(note) = note {
        let note = format!("note: {}", safe::line(note));
        let short = format::truncate(&note, width);
        // What the user wrote is not left out, but behind how the connection ended.
        wordings.insert(behind, DetailWording::new(DetailKind::Note, note, short));
    }
    while !wordings.is_empty() {
        let all = wordings.len();
        let worded = |long: usize| {
            let texts = wordings.iter().enumerate().map(move |(nth, it)| Detail {
                kind: it.kind,
                text: if nth < long { it.long.clone() } else { it.short.clone() },
            });
            wrapped(texts, width, rows, gap)
        };
        if let Some(lines) = (0..=all).rev().find_map(worded) {
            return lines;
        }
        if let [only] = wordings.as_slice() {
            return vec![vec![Detail { kind: only.kind, text: format::truncate(&only.short, width) }]];
        }
        wordings.pop();
    }
    Vec::new()
}

/// Distributes details over lines, in their order; `None` if they need more lines or a longer one.
fn wrapped(all: impl Iterator<Item = Detail>, width: u16, rows: u16, gap: u16) -> Option<Vec<Vec<Detail>>> {
    let mut lines: Vec<Vec<Detail>> = Vec::new();
    let mut left = 0;
    for detail in all {
        let needed = format::width(&detail.text);
        match lines.last_mut().filter(|_| needed + gap <= left) {
            Some(line) => {
                line.push(detail);
                left -= needed + gap;
            }
            None => {
                left = width.checked_sub(needed)?;
                lines.push(vec![detail]);
            }
        }
    }
    (lines.len() <= usize::from(rows)).then_some(lines)
}

/// Returns all details, the most important first.
fn wordings(known: &Connection, upstream: &Upstream, now: Timestamp) -> Vec<DetailWording> {
    let mut all: Vec<_> = known.closed.as_ref().map(|closed| end(known, closed)).into_iter().collect();
    // The reason why an upstream is unreachable names it already.
    let named = known.closed.as_ref().is_some_and(|closed| {
        closed.reason == CloseReason::UpstreamUnreachable
            && closed.detail.as_ref().is_some_and(|detail| detail.contains(&upstream.name))
    });
    if !named {
        let route = format!("{ARROW} {}", safe::line(&upstream.name));
        all.push(DetailWording::new(DetailKind::Route, route.clone(), route));
    }
    all.extend(connect(known, upstream, now));
    for side in Side::ALL.into_iter().filter(|&side| known.is_slow(side)) {
        let long = format!("slow {side}: it does not read what is sent to it");
        all.push(DetailWording::new(DetailKind::Slow, long, format!("slow {side}")));
    }
    let halves = halves(known);
    if Side::ALL.into_iter().any(|side| known.has_input_ended(side)) {
        all.extend(halves);
        all.extend(response(known, upstream, now));
    } else {
        all.extend(response(known, upstream, now));
        all.extend(halves);
    }
    all
}

/// Describes the faults of the traffic. One that is the same in both directions is described once.
fn faults(known: &Connection) -> impl Iterator<Item = DetailWording> {
    let is_both_ways = |fault: &FaultChange| {
        let same = |other: &FaultChange| (other.kind, &other.detail) == (fault.kind, &fault.detail);
        known.faults.iter().filter(|other| same(other)).count() > 1
    };
    let told = known.faults.iter().filter(move |fault| fault.to == Side::Client || !is_both_ways(fault));
    told.map(move |fault| {
        let what = format!("{} {}", fault.kind.word(), safe::line(&fault.detail));
        let (long, short) = match fault.to {
            Side::Client if is_both_ways(fault) => {
                (format!("fault both ways: {what}"), format!("{what} both ways"))
            }
            side if known.upstream.is_some() => {
                (format!("fault to the {side}: {what}"), format!("{what} to {side}"))
            }
            side => (format!("fault to the {side}: {what}"), what),
        };
        DetailWording::new(DetailKind::Fault, long, short)
    })
}

/// Describes how a connection ended.
fn end(known: &Connection, closed: &CloseRecord) -> DetailWording {
    if closed.unread.is_some() {
        return after_all(known);
    }
    let words = match closed.reason {
        CloseReason::PeerFinished => "closed by the client (FIN)",
        CloseReason::PeerReset => "reset by the client (RST)",
        CloseReason::WeFinished => "closed by bytewatch (FIN)",
        CloseReason::WeReset => "reset by bytewatch (RST)",
        CloseReason::Timeout => "timed out",
        CloseReason::IdleTimeout => "idle timeout: closed by bytewatch (FIN)",
        CloseReason::Refused => "refused by bytewatch",
        CloseReason::UpstreamFinished => "closed by the upstream (FIN)",
        CloseReason::UpstreamReset => "reset by the upstream (RST)",
        CloseReason::UpstreamUnreachable => "upstream unreachable",
        CloseReason::TlsFailed => "TLS failed",
        CloseReason::ProxyFailed => "no PROXY header",
        CloseReason::Error => "error",
        CloseReason::Unseen => "over, but not seen closing: its host was not heard of meanwhile",
    };
    let kind = if closed.is_failure() { DetailKind::Failure } else { DetailKind::End };
    let detail =
        closed.detail.as_deref().map(|detail| format!(": {}", safe::line(detail))).unwrap_or_default();
    let call = closed.failed_call.map(|call| format!(" in {}", call.word())).unwrap_or_default();
    let short = match closed.reason {
        CloseReason::UpstreamUnreachable => "unreachable",
        _ => closed.reason.state_labels()[0],
    };
    DetailWording::new(kind, format!("{words}{call}{detail}"), format!("{short}{detail}"))
}

/// Describes the end of a connection whose client sent RST after it had been served.
fn after_all(known: &Connection) -> DetailWording {
    let long = match known.stream(Direction::Received).total() {
        0 => "closed by the client with a reset; it had sent nothing",
        _ => "closed by the client with a reset, after it had sent everything",
    };
    DetailWording::new(DetailKind::End, long, CloseReason::PeerReset.state_labels()[0])
}

/// Describes what a client may not have read that sent RST after it had been served.
fn unread(known: &Connection) -> Option<DetailWording> {
    let bytes = known.closed.as_ref()?.unread.filter(|bytes| *bytes > 0)?;
    let long = format!("the last {} sent to it may be unread", format::plural(bytes, "byte"));
    Some(DetailWording::new(DetailKind::End, long, format!("{} B perhaps unread", format::count(bytes))))
}

fn connect(known: &Connection, upstream: &Upstream, now: Timestamp) -> Option<DetailWording> {
    let kind = DetailKind::Connect;
    match (&upstream.connected, &known.closed) {
        // Of the connections of other machines it is not told how long it took.
        (Some(Connected { micros: 0, .. }), _) => None,
        (Some(connected), _) => {
            let time = format::duration(connected.micros);
            let address = Some(connected.address.to_string()).filter(|address| *address != upstream.name);
            let to = address.map(|address| format!(" to {}", safe::line(&address))).unwrap_or_default();
            Some(DetailWording::new(kind, format!("connected{to} in {time}"), format!("connected in {time}")))
        }
        (None, None) => {
            let text = format!("connecting for {}", format::age(known.age_micros(now)));
            Some(DetailWording::new(kind, text.clone(), text))
        }
        (None, Some(_)) => {
            let time = format::duration(known.age_micros(now));
            Some(DetailWording::new(kind, format!("gave up after {time}"), format!("after {time}")))
        }
    }
}

fn response(known: &Connection, upstream: &Upstream, now: Timestamp) -> Option<DetailWording> {
    let (responses, kind) = (&upstream.responses, DetailKind::Response);
    let open = known.closed.is_none() && upstream.connected.is_some();
    let waited = responses.waiting_since().filter(|_| open).map(|since| now.micros_since(since));
    let typical = responses.typical().map(|micros| format::duration(micros.into()));
    if let Some(waited) = waited.filter(|waited| *waited >= NOTICEABLE) {
        let short = format!("no answer for {}", format::age(waited));
        let usual = typical.map(|time| format!(" (typically {time})")).unwrap_or_default();
        return Some(DetailWording::new(kind, format!("{short}{usual}"), short));
    }
    let (last, typical) = (format::duration(responses.last()?.into()), typical?);
    if responses.count() == 1 {
        return Some(DetailWording::new(kind, format!("answered after {last}"), format!("answer {last}")));
    }
    let long = format!("last answer after {last} (typically {typical})");
    Some(DetailWording::new(kind, long, format!("answer {last}, typ. {typical}")))
}

/// Describes whether each direction of an open connection is open.
fn halves(known: &Connection) -> Option<DetailWording> {
    let open = known.closed.is_none() && known.state() != ConnectionState::Connecting;
    let word = |side| match (known.has_input_ended(side), side) {
        (false, _) => "open",
        (true, Side::Client) => "ended by client",
        (true, Side::Upstream) => "ended by upstream",
    };
    open.then(|| {
        let [client, upstream] = Side::ALL.map(word);
        let each = format!("client {ARROW} server {client}, server {ARROW} client {upstream}");
        let (long, short) = match Side::ALL.map(|side| known.has_input_ended(side)) {
            [false, false] => ("both directions open".to_owned(), "open"),
            [true, false] => (each, "ended by client"),
            [false, true] => (each, "ended by upstream"),
            [true, true] => (each, "both ended"),
        };
        DetailWording::new(DetailKind::Halves, long, short)
    })
}
