//! Faults of the traffic of connections: bytes that come late, slowly or in slices, and streams that end early.

use std::fmt;

use crate::event::ids::Side;
use crate::event::per::PerSide;

/// What is done on purpose to the traffic of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Faults {
    /// The faults of the bytes that go to each side.
    pub to: PerSide<SideFaults>,
    /// A new connection is reset right after it is accepted.
    pub refuse: bool,
    /// Where random numbers start from, so that a run can be repeated.
    pub seed: u64,
}

/// What is done on purpose to the bytes that go to one side. All times are in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SideFaults {
    /// Bytes, and the end of the stream, arrive later.
    pub latency: Option<Latency>,
    /// At most this number of bytes per second; at least 1.
    pub bandwidth: Option<u64>,
    /// Now and then nothing is passed on for a while.
    pub stall: Option<Stall>,
    /// The bytes are written in small pieces.
    pub slice: Option<Slice>,
    /// The stream ends with FIN; what comes later is dropped.
    pub cut: Option<Limit>,
    /// The connection ends with RST.
    pub reset: Option<Limit>,
    /// The end of the stream arrives later by this time.
    pub slow_close: Option<u64>,
    /// Nothing is passed on, and after this time both directions end with FIN; never, if it is 0.
    pub timeout: Option<u64>,
}

/// A delay: `micros`, or any time from `micros - jitter` (but never less than 0) to `micros + jitter`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Latency {
    /// The delay.
    pub micros: u64,
    /// The most by which a delay differs from that.
    pub jitter: u64,
}

/// A pause that comes again and again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Stall {
    /// How long nothing is passed on; less than `every`.
    pub micros: u64,
    /// The time from the start of one pause to that of the next one.
    pub every: u64,
}

/// How bytes are cut into pieces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Slice {
    /// The bytes of one write; at least 1.
    pub bytes: u64,
    /// The most by which the size of a write differs from that; at most `bytes`. A write has at least 1 byte.
    pub variation: u64,
    /// The pause after each write.
    pub pause: u64,
}

/// When a stream ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Limit {
    /// After this number of bytes.
    Bytes(u64),
    /// This number of microseconds after the fault was set.
    After(u64),
}

/// The kind of a fault.
#[expect(missing_docs, reason = "each is described where its values are")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TrafficFaultKind {
    Latency,
    Bandwidth,
    Stall,
    Slice,
    Cut,
    Reset,
    SlowClose,
    Timeout,
    Refuse,
}

impl TrafficFaultKind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Self; 9] = [
        Self::Latency,
        Self::Bandwidth,
        Self::Stall,
        Self::Slice,
        Self::Cut,
        Self::Reset,
        Self::SlowClose,
        Self::Timeout,
        Self::Refuse,
    ];

    /// The name of the kind, on screen, on the command line and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Bandwidth => "bandwidth",
            Self::Stall => "stall",
            Self::Slice => "slice",
            Self::Cut => "cut",
            Self::Reset => "reset",
            Self::SlowClose => "slow-close",
            Self::Timeout => "timeout",
            Self::Refuse => "refuse",
        }
    }
}

/// That a fault of a connection was set or has ended.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FaultChange {
    /// The side to which the bytes go that it affects.
    pub to: Side,
    /// The kind of the fault.
    pub kind: TrafficFaultKind,
    /// Its value as on the command line, or [`OFF`].
    pub detail: String,
}

impl FaultChange {
    /// That new clients are refused, or are not any more.
    #[must_use]
    pub fn refuse(is_on: bool) -> Self {
        let detail = if is_on { "on" } else { OFF };
        Self { to: Side::Client, kind: TrafficFaultKind::Refuse, detail: detail.to_owned() }
    }
}

/// The detail of a fault that has ended.
pub const OFF: &str = "off";

/// The value of a timeout that ends no connection.
pub const NEVER: &str = "never";

impl Faults {
    /// Whether there is no fault.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.refuse && self.to.client.is_empty() && self.to.upstream.is_empty()
    }

    /// Whether there is a fault of this kind, of what goes to this side.
    #[must_use]
    pub fn has(&self, kind: TrafficFaultKind, side: Side) -> bool {
        match kind {
            TrafficFaultKind::Refuse => self.refuse,
            _ => self.to[side].value(kind).is_some(),
        }
    }

    /// What changes for new connections with these sides when these faults replace `before`.
    pub fn changes<'a>(
        &'a self,
        before: &'a Self,
        sides: &'a [Side],
    ) -> impl Iterator<Item = FaultChange> + 'a {
        let of_sides = sides.iter().flat_map(|&side| self.to[side].changes(&before.to[side], side));
        of_sides.chain((self.refuse != before.refuse).then(|| FaultChange::refuse(self.refuse)))
    }
}

impl SideFaults {
    /// Whether there is no fault.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Ends the fault of this kind.
    pub(super) const fn end(&mut self, kind: TrafficFaultKind) {
        match kind {
            TrafficFaultKind::Latency => self.latency = None,
            TrafficFaultKind::Bandwidth => self.bandwidth = None,
            TrafficFaultKind::Stall => self.stall = None,
            TrafficFaultKind::Slice => self.slice = None,
            TrafficFaultKind::Cut => self.cut = None,
            TrafficFaultKind::Reset => self.reset = None,
            TrafficFaultKind::SlowClose => self.slow_close = None,
            TrafficFaultKind::Timeout => self.timeout = None,
            TrafficFaultKind::Refuse => {}
        }
    }

    /// The value of a fault as on the command line; `None` if there is no such fault.
    #[must_use]
    pub fn value(&self, kind: TrafficFaultKind) -> Option<String> {
        match kind {
            TrafficFaultKind::Latency => self.latency.map(|latency| latency.to_string()),
            TrafficFaultKind::Bandwidth => self.bandwidth.map(size),
            TrafficFaultKind::Stall => self.stall.map(|stall| stall.to_string()),
            TrafficFaultKind::Slice => self.slice.map(|slice| slice.to_string()),
            TrafficFaultKind::Cut => self.cut.map(|limit| limit.to_string()),
            TrafficFaultKind::Reset => self.reset.map(|limit| limit.to_string()),
            TrafficFaultKind::SlowClose => self.slow_close.map(time),
            TrafficFaultKind::Timeout => {
                self.timeout.map(|micros| if micros == 0 { NEVER.to_owned() } else { time(micros) })
            }
            TrafficFaultKind::Refuse => None,
        }
    }

    /// What changes on this side when these faults replace `before`.
    pub fn changes(&self, before: &Self, to: Side) -> impl Iterator<Item = FaultChange> + use<> {
        let (before, after) = (*before, *self);
        TrafficFaultKind::ALL.into_iter().filter_map(move |kind| {
            let (was, is) = (before.value(kind), after.value(kind));
            let detail = || is.clone().unwrap_or_else(|| OFF.to_owned());
            (was != is).then(|| FaultChange { to, kind, detail: detail() })
        })
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.jitter {
            0 => write!(f, "{}", time(self.micros)),
            jitter => write!(f, "{},jitter={}", time(self.micros), time(jitter)),
        }
    }
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},every={}", time(self.micros), time(self.every))
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variation = match self.variation {
            0 => String::new(),
            variation => format!(",variation={}", size(variation)),
        };
        write!(f, "{}{variation},every={}", size(self.bytes), time(self.pause))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{}", size(*bytes)),
            Self::After(micros) => write!(f, "{}", time(*micros)),
        }
    }
}

/// A time in the largest unit in which it is a whole number.
fn time(micros: u64) -> String {
    let units = [(3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms")];
    in_whole_units(micros, &units).unwrap_or_else(|| format!("{micros}us"))
}

/// A size in the unit in which it is the smallest whole number.
fn size(bytes: u64) -> String {
    let units = [
        (1 << 30, "GiB"),
        (1_000_000_000, "GB"),
        (1 << 20, "MiB"),
        (1_000_000, "MB"),
        (1 << 10, "KiB"),
        (1_000, "kB"),
    ];
    in_whole_units(bytes, &units).unwrap_or_else(|| bytes.to_string())
}

fn in_whole_units(value: u64, units: &[(u64, &str)]) -> Option<String> {
    let (unit, word) = units.iter().find(|(unit, _)| value >= *unit && value.is_multiple_of(*unit))?;
    Some(format!("{}{word}", value / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_reads_as_on_the_command_line() {
        let faults = SideFaults {
            latency: Some(Latency { micros: 100_000, jitter: 20_000 }),
            bandwidth: Some(1_000_000),
            stall: Some(Stall { micros: 200_000, every: 5_000_000 }),
            slice: Some(Slice { bytes: 1, variation: 0, pause: 1_500 }),
            cut: Some(Limit::Bytes(64 << 10)),
            reset: Some(Limit::After(90_000_000)),
            slow_close: Some(2_000_000),
            timeout: Some(0),
        };
        let values = TrafficFaultKind::ALL.map(|kind| faults.value(kind));
        assert_eq!(
            values.map(|value| value.unwrap_or_default()),
            [
                "100ms,jitter=20ms",
                "1MB",
                "200ms,every=5s",
                "1,every=1500us",
                "64KiB",
                "90s",
                "2s",
                "never",
                ""
            ]
        );
        let varied = Slice { bytes: 10, variation: 2, pause: 5_000 };
        assert_eq!(varied.to_string(), "10,variation=2,every=5ms");
        assert_eq!(time(7_200_000_000), "2h");
        assert_eq!([1_000, 1_024, 1_023, 0].map(size), ["1kB", "1KiB", "1023", "0"]);
    }

    #[test]
    fn only_what_changes_is_told() {
        let before = SideFaults { bandwidth: Some(5), cut: Some(Limit::Bytes(7)), ..SideFaults::default() };
        let after = SideFaults { bandwidth: Some(6), reset: Some(Limit::Bytes(7)), ..SideFaults::default() };
        let told: Vec<_> = after.changes(&before, Side::Upstream).map(|it| (it.kind, it.detail)).collect();
        let expected = [
            (TrafficFaultKind::Bandwidth, "6"),
            (TrafficFaultKind::Cut, OFF),
            (TrafficFaultKind::Reset, "7"),
        ];
        assert_eq!(told, expected.map(|(kind, detail)| (kind, detail.to_owned())));
        assert_eq!(after.changes(&after, Side::Client).count(), 0);
    }
}
