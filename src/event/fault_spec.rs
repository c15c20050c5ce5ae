//! The text of a fault of the traffic: what `--fault` takes, and what the dashboard's prompt takes.

use crate::bytes::quantity;
use crate::event::ids::Side;
use crate::event::traffic_faults::{
    Faults, Latency, Limit, NEVER, OFF, SideFaults, Slice, Stall, TrafficFaultKind,
};

/// One fault of the traffic, with its value.
#[expect(missing_docs, reason = "each is described where its values are")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TrafficFault {
    Latency(Latency),
    Bandwidth(u64),
    Stall(Stall),
    Slice(Slice),
    Cut(Limit),
    Reset(Limit),
    SlowClose(u64),
    Timeout(u64),
    Refuse,
}

/// One fault, and the side to which the bytes go that it affects; `None` for both.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FaultRule {
    /// The fault.
    pub fault: TrafficFault,
    /// The side.
    pub to: Option<Side>,
}

/// A change of the faults of a connection. Without a side it concerns both.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultEdit {
    /// Set a fault, instead of one of its kind.
    Set(FaultRule),
    /// End the fault of this kind, if there is one.
    End(TrafficFaultKind, Option<Side>),
    /// End all faults.
    EndAll(Option<Side>),
}

impl TrafficFault {
    /// The kind of the fault.
    #[must_use]
    pub const fn kind(self) -> TrafficFaultKind {
        match self {
            Self::Latency(_) => TrafficFaultKind::Latency,
            Self::Bandwidth(_) => TrafficFaultKind::Bandwidth,
            Self::Stall(_) => TrafficFaultKind::Stall,
            Self::Slice(_) => TrafficFaultKind::Slice,
            Self::Cut(_) => TrafficFaultKind::Cut,
            Self::Reset(_) => TrafficFaultKind::Reset,
            Self::SlowClose(_) => TrafficFaultKind::SlowClose,
            Self::Timeout(_) => TrafficFaultKind::Timeout,
            Self::Refuse => TrafficFaultKind::Refuse,
        }
    }

    /// Sets the fault on a side, unless it is not one of a side.
    const fn set_on(self, side: &mut SideFaults) {
        match self {
            Self::Latency(latency) => side.latency = Some(latency),
            Self::Bandwidth(rate) => side.bandwidth = Some(rate),
            Self::Stall(stall) => side.stall = Some(stall),
            Self::Slice(slice) => side.slice = Some(slice),
            Self::Cut(limit) => side.cut = Some(limit),
            Self::Reset(limit) => side.reset = Some(limit),
            Self::SlowClose(micros) => side.slow_close = Some(micros),
            Self::Timeout(micros) => side.timeout = Some(micros),
            Self::Refuse => {}
        }
    }
}

impl FaultRule {
    /// Parses `KIND=VALUE[,jitter=TIME][,variation=SIZE][,every=TIME][,to=SIDE]`.
    ///
    /// # Errors
    /// What is wrong, in one line, and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Spec { kind, value, words } = Spec::parse(text)?;
        words.check(kind)?;
        let value = match (kind, value) {
            (TrafficFaultKind::Refuse, None) => return Ok(Self { fault: TrafficFault::Refuse, to: None }),
            (TrafficFaultKind::Refuse, Some(_)) => return Err("refuse has no value".to_owned()),
            (_, Some(value)) => value,
            (_, None) => return Err(format!("it has no value: {} is one with a value", example(kind))),
        };
        let needs_every = || words.every.ok_or_else(|| format!("it needs every=, like {}", example(kind)));
        let fault = match kind {
            TrafficFaultKind::Latency => latency(value, words.jitter)?,
            TrafficFaultKind::Bandwidth => TrafficFault::Bandwidth(size(value)?),
            TrafficFaultKind::Stall => stall(value, needs_every()?)?,
            TrafficFaultKind::Slice => slice(value, words.variation, needs_every()?)?,
            TrafficFaultKind::Cut => TrafficFault::Cut(limit(value)?),
            TrafficFaultKind::Reset => TrafficFault::Reset(limit(value)?),
            TrafficFaultKind::SlowClose => TrafficFault::SlowClose(micros(value)?),
            TrafficFaultKind::Timeout if value == NEVER => TrafficFault::Timeout(0),
            TrafficFaultKind::Timeout => TrafficFault::Timeout(micros(value)?),
            TrafficFaultKind::Refuse => TrafficFault::Refuse,
        };
        Ok(Self { fault, to: words.to()? })
    }
}

impl FaultEdit {
    /// Parses a fault as [`FaultRule::parse`] does, `KIND=off[,to=SIDE]`, or `off[,to=SIDE]`.
    ///
    /// # Errors
    /// What is wrong, in one line, and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (first, rest) = text.split_once(',').map_or((text, None), |(first, rest)| (first, Some(rest)));
        let to = || {
            Words::parse(rest.into_iter().flat_map(|rest| rest.split(','))).and_then(|words| words.only_to())
        };
        if first == OFF {
            return Ok(Self::EndAll(to()?));
        }
        if let Some(name) = first.strip_suffix(OFF).and_then(|start| start.strip_suffix('=')) {
            return Ok(Self::End(kind(name)?, to()?));
        }
        FaultRule::parse(text).map(Self::Set)
    }

    /// Parses several changes with spaces between them.
    ///
    /// # Errors
    /// What is wrong with the first one that is wrong.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, String> {
        text.split_whitespace().map(Self::parse).collect()
    }

    /// The side that it concerns; `None` for both.
    #[must_use]
    pub const fn to(self) -> Option<Side> {
        match self {
            Self::Set(FaultRule { to, .. }) | Self::End(_, to) | Self::EndAll(to) => to,
        }
    }

    /// The change that ends what this one sets.
    #[must_use]
    pub const fn ended(self) -> Self {
        match self {
            Self::Set(FaultRule { fault, to }) => Self::End(fault.kind(), to),
            Self::End(..) | Self::EndAll(_) => self,
        }
    }

    /// Whether it sets or ends nothing but the refusal of new connections.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::Set(FaultRule { fault: TrafficFault::Refuse, .. }) | Self::End(TrafficFaultKind::Refuse, _)
        )
    }
}

impl Faults {
    /// Applies changes in their order.
    pub fn edit_all(&mut self, edits: &[FaultEdit]) {
        for &edit in edits {
            self.edit(edit);
        }
    }

    /// Applies a change.
    pub fn edit(&mut self, edit: FaultEdit) {
        if edit.is_refusal() || edit == FaultEdit::EndAll(None) {
            self.refuse = matches!(edit, FaultEdit::Set(_));
        }
        for side in Side::ALL.into_iter().filter(|&side| edit.to().is_none_or(|to| to == side)) {
            match edit {
                FaultEdit::Set(rule) => rule.fault.set_on(&mut self.to[side]),
                FaultEdit::End(kind, _) => self.to[side].end(kind),
                FaultEdit::EndAll(_) => self.to[side] = SideFaults::default(),
            }
        }
    }
}

/// A text that is taken apart, but not understood.
struct Spec<'a> {
    kind: TrafficFaultKind,
    value: Option<&'a str>,
    words: Words<'a>,
}

impl<'a> Spec<'a> {
    fn parse(text: &'a str) -> Result<Self, String> {
        let mut words = text.split(',');
        let first = words.next().unwrap_or_default();
        let (name, value) = first.split_once('=').map_or((first, None), |(name, value)| (name, Some(value)));
        Ok(Self { kind: kind(name)?, value, words: Words::parse(words)? })
    }
}

/// What the words behind the value of a fault are.
const MAY_FOLLOW: &str = "what may follow is jitter=, variation=, every= and to=";

/// The words behind the value of a fault.
#[derive(Default)]
struct Words<'a> {
    jitter: Option<&'a str>,
    variation: Option<&'a str>,
    every: Option<&'a str>,
    to: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn parse(words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut found = Self::default();
        for word in words {
            let (name, value) =
                word.split_once('=').ok_or_else(|| format!("'{word}' has no value: {MAY_FOLLOW}"))?;
            let place = match name {
                "jitter" => &mut found.jitter,
                "variation" => &mut found.variation,
                "every" => &mut found.every,
                "to" => &mut found.to,
                _ => return Err(format!("there is no '{name}': {MAY_FOLLOW}")),
            };
            if place.replace(value).is_some() {
                return Err(format!("{name} is given twice"));
            }
        }
        Ok(found)
    }

    /// Whether only what a fault of this kind can have is given.
    fn check(&self, kind: TrafficFaultKind) -> Result<(), String> {
        let has_every = matches!(kind, TrafficFaultKind::Stall | TrafficFaultKind::Slice);
        if self.jitter.is_some() && kind != TrafficFaultKind::Latency {
            return Err("jitter is for latency".to_owned());
        }
        if self.variation.is_some() && kind != TrafficFaultKind::Slice {
            return Err("variation is for slice".to_owned());
        }
        if self.every.is_some() && !has_every {
            return Err("every is for stall and slice".to_owned());
        }
        if self.to.is_some() && kind == TrafficFaultKind::Refuse {
            return Err("refuse is for clients, so it needs no to".to_owned());
        }
        Ok(())
    }

    /// The side, if no other word is given.
    fn only_to(&self) -> Result<Option<Side>, String> {
        if self.jitter.or(self.variation).or(self.every).is_some() {
            return Err("behind off only to= may follow".to_owned());
        }
        self.to()
    }

    fn to(&self) -> Result<Option<Side>, String> {
        let Some(word) = self.to else { return Ok(None) };
        let side = Side::ALL.into_iter().find(|side| side.word() == word);
        side.map(Some).ok_or_else(|| format!("to is client or upstream, and not '{word}'"))
    }
}

fn kind(name: &str) -> Result<TrafficFaultKind, String> {
    TrafficFaultKind::ALL.into_iter().find(|kind| kind.word() == name).ok_or_else(|| {
        format!("there is no fault '{name}': it is latency, bandwidth, stall, slice, cut, reset, slow-close, timeout or refuse")
    })
}

const fn example(kind: TrafficFaultKind) -> &'static str {
    match kind {
        TrafficFaultKind::Latency => "latency=100ms",
        TrafficFaultKind::Bandwidth => "bandwidth=1MB",
        TrafficFaultKind::Stall => "stall=200ms,every=5s",
        TrafficFaultKind::Slice => "slice=1,every=10ms",
        TrafficFaultKind::Cut => "cut=64KiB",
        TrafficFaultKind::Reset => "reset=5s",
        TrafficFaultKind::SlowClose => "slow-close=2s",
        TrafficFaultKind::Timeout => "timeout=5s",
        TrafficFaultKind::Refuse => "refuse",
    }
}

fn latency(value: &str, jitter: Option<&str>) -> Result<TrafficFault, String> {
    let delay = micros(value)?;
    let jitter = jitter.map(micros).transpose()?.unwrap_or(0);
    if jitter > delay {
        return Err("jitter is at most the latency: no byte comes before it was sent".to_owned());
    }
    Ok(TrafficFault::Latency(Latency { micros: delay, jitter }))
}

fn slice(value: &str, variation: Option<&str>, every: &str) -> Result<TrafficFault, String> {
    let (bytes, pause) = (size(value)?, micros(every)?);
    let variation = variation.map(size).transpose()?.unwrap_or(0);
    if variation > bytes {
        return Err("variation is at most the size of a slice".to_owned());
    }
    Ok(TrafficFault::Slice(Slice { bytes, variation, pause }))
}

fn stall(value: &str, every: &str) -> Result<TrafficFault, String> {
    let (length, every) = (micros(value)?, micros(every)?);
    if length >= every {
        return Err("a stall is shorter than the time from one to the next".to_owned());
    }
    Ok(TrafficFault::Stall(Stall { micros: length, every }))
}

fn limit(text: &str) -> Result<Limit, String> {
    let is_time = ["s", "m", "h"].iter().any(|unit| text.ends_with(unit));
    if is_time { micros(text).map(Limit::After) } else { size(text).map(Limit::Bytes) }
        .map_err(|_| "it is a size or a time, like 64KiB or 5s".to_owned())
}

fn micros(text: &str) -> Result<u64, String> {
    Ok(quantity::millis(text)?.saturating_mul(1_000))
}

/// Parses a size; beside those of options, decimal ones.
fn size(text: &str) -> Result<u64, String> {
    let decimal = [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)]
        .into_iter()
        .find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, bytes)));
    let parsed = match decimal {
        Some((number, unit)) => quantity::size(number)
            .ok()
            .filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|number| number.checked_mul(unit)),
        None => quantity::size(text).ok(),
    };
    parsed.ok_or_else(|| "a size is 1 or more, with an optional kB, MB, GB, KiB, MiB or GiB".to_owned())
}

#[cfg(test)]
mod tests;
