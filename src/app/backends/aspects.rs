//! The aspects of the comparison, in one table for all layouts: the calls that each backend makes, and their figures, in
//! full and in short.

use super::backend_stats::{BackendStats, percent};
use crate::app::format;
use crate::event::{BackendKind, CloseReason, Encryption};

/// An aspect of the comparison. Pairs are in the order of [`BACKEND_ORDER`](crate::app::backends::row::BACKEND_ORDER).
pub(super) struct Aspect {
    pub(super) name: &'static str,
    calls: CallTexts,
    /// The calls for relayed connections, where they differ.
    relayed: Option<CallTexts>,
    /// The calls for clients with TLS that are not relayed, where they differ.
    encrypted: Option<CallTexts>,
    /// The figures, one row each.
    pub(super) figures: &'static [Figure],
}

/// The calls of both backends.
pub(super) struct CallTexts {
    pub(super) full: [&'static str; 2],
    /// In few words.
    pub(super) short: [&'static str; 2],
}

impl Aspect {
    /// Returns the calls of a server with these upstreams and this TLS.
    pub(super) fn calls(&self, upstreams: &[String], encryption: &Encryption) -> &CallTexts {
        let differing = match (upstreams, &encryption.fingerprint) {
            ([_, ..], _) => &self.relayed,
            ([], Some(_)) => &self.encrypted,
            ([], None) => &None,
        };
        differing.as_ref().unwrap_or(&self.calls)
    }
}

/// A figure of an aspect.
pub(super) struct Figure {
    /// Returns the parts of the figure, which are joined by commas; `None` while it is unknown.
    pub(super) parts: fn(&BackendStats, Wording) -> Option<Vec<String>>,
    pub(super) lines: AspectLines,
}

/// The wording of a figure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    Full,
    Short,
}

/// The number of lines that a figure takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AspectLines {
    /// One line.
    One,
    /// One line in short wording, as many as needed in full wording.
    Wrapped,
    /// One line in full wording; in short wording, another figure includes this one.
    FullOnly,
}

/// The name of the aspect whose figures a narrow table splits into two lines.
pub(super) const CLIENTS: &str = "clients";

/// All aspects, in the order of the table.
pub(super) const ASPECTS: &[Aspect] = &[
    Aspect {
        name: "accept",
        calls: CallTexts {
            full: ["poll, accept on its own thread", "wait until readable, then accept"],
            short: ["own thread", "when ready"],
        },
        relayed: None,
        encrypted: None,
        figures: &[Figure { parts: accepts, lines: AspectLines::One }],
    },
    Aspect {
        name: "read",
        calls: CallTexts {
            full: ["blocking recv", "recv when readable"],
            short: ["recv blocks", "recv if ready"],
        },
        // A thread waits for both sockets at once, and they do not block.
        relayed: Some(CallTexts {
            full: ["ppoll on both sockets, then recv", "recv when readable"],
            short: ["ppoll, recv", "recv if ready"],
        }),
        // A handshake reads and writes in its own order, so no call blocks.
        encrypted: Some(CallTexts {
            full: ["ppoll, recv, decrypt", "recv when readable, decrypt"],
            short: ["ppoll, recv", "recv if ready"],
        }),
        figures: &[Figure { parts: reads, lines: AspectLines::One }],
    },
    Aspect {
        name: "write",
        calls: CallTexts {
            full: ["blocking send until all is out", "send, the rest when writable"],
            short: ["send blocks", "send if ready"],
        },
        relayed: Some(CallTexts {
            full: ["send, the rest after ppoll", "send, the rest when writable"],
            short: ["send, ppoll", "send if ready"],
        }),
        encrypted: Some(CallTexts {
            full: ["encrypt, send, ppoll, send", "encrypt, send, when writable"],
            short: ["send, ppoll", "send if ready"],
        }),
        figures: &[Figure { parts: writes, lines: AspectLines::One }],
    },
    Aspect {
        name: "close",
        calls: CallTexts {
            full: ["shutdown, drain, close", "the same, on the loop"],
            short: ["drain, close", "same, on loop"],
        },
        relayed: None,
        encrypted: None,
        figures: &[Figure { parts: closes, lines: AspectLines::Wrapped }],
    },
    Aspect {
        name: CLIENTS,
        calls: CallTexts {
            full: ["a thread each, 256 KiB of stack", "a task each, all on one thread"],
            short: ["own thread", "own task"],
        },
        relayed: None,
        encrypted: None,
        figures: &[
            Figure { parts: memory, lines: AspectLines::One },
            Figure { parts: cpu, lines: AspectLines::One },
            Figure { parts: scheduling_lag, lines: AspectLines::FullOnly },
        ],
    },
    Aspect {
        name: "errors",
        calls: CallTexts {
            full: ["end that thread's connection only", "end that task's connection only"],
            short: ["end 1 thread", "end 1 task"],
        },
        relayed: None,
        encrypted: None,
        figures: &[Figure { parts: errors, lines: AspectLines::Wrapped }],
    },
];

fn accepts(stats: &BackendStats, wording: Wording) -> Option<Vec<String>> {
    let mut parts = vec![format!("{}/s", format::count_compact(stats.rates()?.accepts))];
    if let Some(first) = stats.first_bytes() {
        let [p50, p99] = [first.p50, first.p99].map(format::duration_compact);
        match wording {
            Wording::Full => parts.extend([format!("1st byte {p50}"), format!("p99 {p99}")]),
            Wording::Short => parts.push(format!("first byte {p99}")),
        }
    }
    Some(parts)
}

fn reads(stats: &BackendStats, wording: Wording) -> Option<Vec<String>> {
    let rates = stats.rates()?;
    let (rate, size) = (format::count_compact(rates.reads), format::size(rates.read_bytes));
    Some(match wording {
        _ if rates.reads == 0 => vec![format!("{rate}/s")],
        Wording::Full => vec![format!("{rate}/s"), format!("{size} a read")],
        Wording::Short => vec![format!("{rate}/s of {size}")],
    })
}

/// In short wording, each backend shows its own effect of a full socket: a thread is blocked in `send`, an event loop
/// gets a partial write.
fn writes(stats: &BackendStats, wording: Wording) -> Option<Vec<String>> {
    let rates = stats.rates()?;
    let [rate, partial] = [rates.writes, rates.partial].map(format::count_compact);
    let waits = format::duration_coarse(rates.blocked_micros);
    Some(match (wording, stats.backend) {
        (Wording::Full, _) => {
            vec![
                format!("{rate}/s"),
                format!("{partial} partial"),
                format!("owing {}/s", format::duration(rates.blocked_micros)),
            ]
        }
        (Wording::Short, BackendKind::Threads) if rates.blocked_micros > 0 => {
            vec![format!("{rate}/s owing {waits}/s")]
        }
        (Wording::Short, BackendKind::Async) if rates.partial > 0 => {
            vec![format!("{rate}/s"), format!("{partial} partial")]
        }
        (Wording::Short, _) => vec![format!("{rate}/s")],
    })
}

/// The closed connections by what ended them: in full, which end sent FIN or RST, and every other reason.
fn closes(stats: &BackendStats, wording: Wording) -> Option<Vec<String>> {
    if wording == Wording::Full {
        return Some(closes_in_full(stats));
    }
    let mut parts = vec![
        format!("{} FIN", format::count_compact(stats.ended_by_fin())),
        format!("{} RST", format::count_compact(stats.ended_by_rst())),
    ];
    if stats.ended_otherwise() > 0 {
        parts.push(format!("{} bad", format::count_compact(stats.ended_otherwise())));
    }
    Some(parts)
}

fn closes_in_full(stats: &BackendStats) -> Vec<String> {
    let by = |sender: &str, fin: CloseReason, rst: CloseReason| {
        let flags = [(stats.ended(fin), "FIN"), (stats.ended(rst), "RST")];
        let counts: Vec<_> = flags
            .into_iter()
            .filter(|(times, _)| *times > 0)
            .map(|(times, flag)| format!("{} {flag}", format::count_compact(times)))
            .collect();
        (!counts.is_empty()).then(|| format!("{} by {sender}", counts.join(" ")))
    };
    let flags = [
        by("the client", CloseReason::PeerFinished, CloseReason::PeerReset),
        by("us", CloseReason::WeFinished, CloseReason::WeReset),
        by("the upstream", CloseReason::UpstreamFinished, CloseReason::UpstreamReset),
    ];
    let others = [
        CloseReason::IdleTimeout,
        CloseReason::Timeout,
        CloseReason::Refused,
        CloseReason::UpstreamUnreachable,
        CloseReason::TlsFailed,
        CloseReason::ProxyFailed,
        CloseReason::Error,
        CloseReason::Unseen,
    ];
    let others = others.into_iter().map(|reason| (stats.ended(reason), reason.label()));
    let others = others
        .filter(|(times, _)| *times > 0)
        .map(|(times, word)| format!("{} {word}", format::count_compact(times)));
    or_none(flags.into_iter().flatten().chain(others).collect())
}

fn memory(stats: &BackendStats, wording: Wording) -> Option<Vec<String>> {
    let figures = stats.figures()?;
    let each = figures.each.map(format::size);
    Some(match wording {
        Wording::Full => std::iter::once(format::plural(figures.threads, "OS thread"))
            .chain(each.map(|each| format!("{each} each")))
            .collect(),
        Wording::Short => {
            let threads = format!("{} threads", format::count(figures.threads));
            vec![each.map_or(threads.clone(), |each| format!("{threads} {each}"))]
        }
    })
}

fn cpu(stats: &BackendStats, wording: Wording) -> Option<Vec<String>> {
    let rates = stats.rates()?;
    let switches = format::count_compact(rates.voluntary + rates.involuntary);
    if wording == Wording::Full {
        let percent = percent(rates.cpu_permille);
        return Some(vec![format!("{switches} ctx switches/s"), format!("CPU {percent}%")]);
    }
    let mut parts = vec![format!("CPU {}%", rates.cpu_permille / 10), format!("ctx {switches}/s")];
    parts.extend(stats.scheduling_delays().map(|lag| format!("late {}", format::duration_compact(lag.p99))));
    Some(parts)
}

fn scheduling_lag(stats: &BackendStats, _: Wording) -> Option<Vec<String>> {
    let lag = stats.scheduling_delays()?;
    Some(vec![format!("timer late p99 {}", format::duration(lag.p99))])
}

fn errors(stats: &BackendStats, wording: Wording) -> Option<Vec<String>> {
    let (times, longest) = stats.done.blocked;
    let blocked = match wording {
        Wording::Full => {
            format!("blocked {}, longest {}", format::plural(times, "time"), format::duration(longest))
        }
        Wording::Short => {
            format!("blocked {}, max {}", format::count_compact(times), format::duration_compact(longest))
        }
    };
    let blocked = (times > 0).then_some(blocked).into_iter();
    Some(or_none(blocked.chain(stats.failures()).collect()))
}

/// Returns the parts, or the word for none of them.
fn or_none(parts: Vec<String>) -> Vec<String> {
    if parts.is_empty() { vec!["none".to_owned()] } else { parts }
}
