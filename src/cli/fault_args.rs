//! The arguments about faults of the traffic.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use clap::Args;

use super::values;
use crate::event::{Faults, Latency, Limit, Side, SideFaults, Slice, Stall, TrafficFaultKind};

#[derive(Args)]
pub(super) struct FaultArgs {
    /// Do this to the traffic on purpose, repeatable: latency=100ms (and jitter=20ms), bandwidth=1MB (a second), stall=200ms,every=5s, slice=1,every=10ms, cut=64KiB or cut=5s (FIN), reset=64KiB or reset=5s (RST), refuse; with to=client or to=upstream only to the bytes that go there
    #[arg(long = "fault", value_name = "KIND=VALUE[,…]", help_heading = "Faults", value_parser = rule)]
    faults: Vec<Rule>,

    /// Let the random numbers of --fault start from N, so that a run can be repeated [default: random]
    #[arg(long, value_name = "N", help_heading = "Faults")]
    fault_seed: Option<u64>,
}

/// One fault, and the side to which the bytes go that it affects; `None` for both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Rule {
    fault: Fault,
    to: Option<Side>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Latency(Latency),
    Bandwidth(u64),
    Stall(Stall),
    Slice(Slice),
    Cut(Limit),
    Reset(Limit),
    Refuse,
}

impl FaultArgs {
    /// The faults. `sides` are those that a connection has.
    pub(super) fn into_faults(self, sides: &[Side]) -> Result<Faults, String> {
        let seed = self.fault_seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        let mut faults = Faults { seed, ..Faults::default() };
        for Rule { fault, to } in self.faults {
            if let Some(to) = to.filter(|to| !sides.contains(to)) {
                return Err(format!("--fault cannot have to={to}: there is none unless it relays"));
            }
            for &side in sides.iter().filter(|&&side| to.is_none_or(|to| to == side)) {
                let is_twice = match fault {
                    Fault::Refuse => std::mem::replace(&mut faults.refuse, true) && side == sides[0],
                    _ => !fault.is_set_first(&mut faults.to[side]),
                };
                if is_twice {
                    let kind = fault.kind().word();
                    return Err(format!("--fault {kind} is given twice for what goes to the {side}"));
                }
            }
        }
        Ok(faults)
    }
}

impl Fault {
    const fn kind(self) -> TrafficFaultKind {
        match self {
            Self::Latency(_) => TrafficFaultKind::Latency,
            Self::Bandwidth(_) => TrafficFaultKind::Bandwidth,
            Self::Stall(_) => TrafficFaultKind::Stall,
            Self::Slice(_) => TrafficFaultKind::Slice,
            Self::Cut(_) => TrafficFaultKind::Cut,
            Self::Reset(_) => TrafficFaultKind::Reset,
            Self::Refuse => TrafficFaultKind::Refuse,
        }
    }

    /// Sets the fault on a side. Returns whether there was none of its kind.
    fn is_set_first(self, side: &mut SideFaults) -> bool {
        match self {
            Self::Latency(latency) => side.latency.replace(latency).is_none(),
            Self::Bandwidth(rate) => side.bandwidth.replace(rate).is_none(),
            Self::Stall(stall) => side.stall.replace(stall).is_none(),
            Self::Slice(slice) => side.slice.replace(slice).is_none(),
            Self::Cut(limit) => side.cut.replace(limit).is_none(),
            Self::Reset(limit) => side.reset.replace(limit).is_none(),
            Self::Refuse => true,
        }
    }
}

/// The words behind the value of a fault.
#[derive(Default)]
struct Words<'a> {
    jitter: Option<&'a str>,
    every: Option<&'a str>,
    to: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn parse(words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut found = Self::default();
        for word in words {
            let (name, value) = word.split_once('=').ok_or_else(|| {
                format!("'{word}' has no value: what may follow is jitter=, every= and to=")
            })?;
            let place = match name {
                "jitter" => &mut found.jitter,
                "every" => &mut found.every,
                "to" => &mut found.to,
                _ => return Err(format!("there is no '{name}': what may follow is jitter=, every= and to=")),
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
        if self.every.is_some() && !has_every {
            return Err("every is for stall and slice".to_owned());
        }
        if self.to.is_some() && kind == TrafficFaultKind::Refuse {
            return Err("refuse is for clients, so it needs no to".to_owned());
        }
        Ok(())
    }

    fn to(&self) -> Result<Option<Side>, String> {
        let Some(word) = self.to else { return Ok(None) };
        let side = Side::ALL.into_iter().find(|side| side.word() == word);
        side.map(Some).ok_or_else(|| format!("to is client or upstream, and not '{word}'"))
    }
}

/// Parses `KIND=VALUE[,jitter=TIME][,every=TIME][,to=SIDE]`.
fn rule(text: &str) -> Result<Rule, String> {
    let mut words = text.split(',');
    let first = words.next().unwrap_or_default();
    let (name, value) = first.split_once('=').map_or((first, None), |(name, value)| (name, Some(value)));
    let kind = TrafficFaultKind::ALL.into_iter().find(|kind| kind.word() == name).ok_or_else(|| {
        format!("there is no fault '{name}': it is latency, bandwidth, stall, slice, cut, reset or refuse")
    })?;
    let words = Words::parse(words)?;
    words.check(kind)?;
    let value = match (kind, value) {
        (TrafficFaultKind::Refuse, None) => return Ok(Rule { fault: Fault::Refuse, to: None }),
        (TrafficFaultKind::Refuse, Some(_)) => return Err("refuse has no value".to_owned()),
        (_, Some(value)) => value,
        (_, None) => return Err(format!("it has no value: {} is one with a value", example(kind))),
    };
    let needs_every = || words.every.ok_or_else(|| format!("it needs every=, like {}", example(kind)));
    let fault = match kind {
        TrafficFaultKind::Latency => latency(value, words.jitter)?,
        TrafficFaultKind::Bandwidth => Fault::Bandwidth(size(value)?),
        TrafficFaultKind::Stall => stall(value, needs_every()?)?,
        TrafficFaultKind::Slice => {
            Fault::Slice(Slice { bytes: size(value)?, pause: micros(needs_every()?)? })
        }
        TrafficFaultKind::Cut => Fault::Cut(limit(value)?),
        TrafficFaultKind::Reset => Fault::Reset(limit(value)?),
        TrafficFaultKind::Refuse => Fault::Refuse,
    };
    Ok(Rule { fault, to: words.to()? })
}

const fn example(kind: TrafficFaultKind) -> &'static str {
    match kind {
        TrafficFaultKind::Latency => "latency=100ms",
        TrafficFaultKind::Bandwidth => "bandwidth=1MB",
        TrafficFaultKind::Stall => "stall=200ms,every=5s",
        TrafficFaultKind::Slice => "slice=1,every=10ms",
        TrafficFaultKind::Cut => "cut=64KiB",
        TrafficFaultKind::Reset => "reset=5s",
        TrafficFaultKind::Refuse => "refuse",
    }
}

fn latency(value: &str, jitter: Option<&str>) -> Result<Fault, String> {
    let delay = micros(value)?;
    let jitter = jitter.map(micros).transpose()?.unwrap_or(0);
    if jitter > delay {
        return Err("jitter is at most the latency: no byte comes before it was sent".to_owned());
    }
    Ok(Fault::Latency(Latency { micros: delay, jitter }))
}

fn stall(value: &str, every: &str) -> Result<Fault, String> {
    let (length, every) = (micros(value)?, micros(every)?);
    if length >= every {
        return Err("a stall is shorter than the time from one to the next".to_owned());
    }
    Ok(Fault::Stall(Stall { micros: length, every }))
}

fn limit(text: &str) -> Result<Limit, String> {
    let is_time = ["s", "m", "h"].iter().any(|unit| text.ends_with(unit));
    if is_time { micros(text).map(Limit::After) } else { size(text).map(Limit::Bytes) }
        .map_err(|_| "it is a size or a time, like 64KiB or 5s".to_owned())
}

fn micros(text: &str) -> Result<u64, String> {
    values::time(text).map(|time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}

/// Parses a size; beside those of other options, decimal ones.
fn size(text: &str) -> Result<u64, String> {
    let decimal = [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)]
        .into_iter()
        .find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, bytes)));
    let parsed = match decimal {
        Some((number, unit)) => values::size(number)
            .ok()
            .filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|number| number.checked_mul(unit)),
        None => values::size(text).ok(),
    };
    parsed.ok_or_else(|| "a size is 1 or more, with an optional kB, MB, GB, KiB, MiB or GiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(rules: &[&str], sides: &[Side]) -> Result<Faults, String> {
        let faults = rules.iter().map(|text| rule(text)).collect::<Result<_, _>>()?;
        FaultArgs { faults, fault_seed: Some(7) }.into_faults(sides)
    }

    #[test]
    fn each_fault_is_read_and_goes_to_the_sides_that_it_names() {
        let both = faults(
            &["latency=100ms,jitter=20ms", "bandwidth=1MB,to=client", "slice=1,every=10ms,to=upstream"],
            &Side::ALL,
        )
        .unwrap();
        assert_eq!(both.seed, 7);
        for side in Side::ALL {
            assert_eq!(both.to[side].latency, Some(Latency { micros: 100_000, jitter: 20_000 }));
        }
        assert_eq!(both.to.client.bandwidth, Some(1_000_000));
        assert_eq!(both.to.upstream.bandwidth, None);
        assert_eq!(both.to.upstream.slice, Some(Slice { bytes: 1, pause: 10_000 }));
        let served =
            faults(&["cut=64KiB", "reset=5s", "stall=200ms,every=5s,to=client", "refuse"], &[Side::Client])
                .unwrap();
        assert_eq!(served.to.client.cut, Some(Limit::Bytes(65_536)));
        assert_eq!(served.to.client.reset, Some(Limit::After(5_000_000)));
        assert_eq!(served.to.client.stall, Some(Stall { micros: 200_000, every: 5_000_000 }));
        assert!(served.refuse && served.to.upstream.is_empty());
        assert!(faults(&[], &Side::ALL).unwrap().is_empty());
    }

    #[test]
    fn sizes_are_binary_or_decimal() {
        let sizes = ["1", "512B", "64KiB", "64kB", "1MB", "2GB"].map(|text| size(text).unwrap());
        assert_eq!(sizes, [1, 512, 65_536, 64_000, 1_000_000, 2_000_000_000]);
        for bad in ["", "0", "MB", "1KiBMB", "1.5MB", "1mb", "-1", "99999999999999999999", "0kB"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (bad, hint) in [
            ("", "there is no fault ''"),
            ("loss=1", "there is no fault 'loss': it is latency, bandwidth"),
            ("latency", "it has no value: latency=100ms is"),
            ("latency=", "a time is a number"),
            ("latency=5", "a time is a number"),
            ("latency=5ms,jitter=6ms", "jitter is at most the latency"),
            ("latency=5ms,jitter", "'jitter' has no value"),
            ("latency=5ms,jiter=1ms", "there is no 'jiter'"),
            ("latency=5ms,to=client,to=client", "to is given twice"),
            ("latency=5ms,every=1s", "every is for stall and slice"),
            ("bandwidth=1MB,jitter=1ms", "jitter is for latency"),
            ("bandwidth=0", "a size is 1 or more"),
            ("bandwidth=fast", "a size is 1 or more"),
            ("slice=1", "it needs every=, like slice=1,every=10ms"),
            ("stall=5s,every=5s", "a stall is shorter"),
            ("cut=now", "it is a size or a time"),
            ("reset=0s", "it is a size or a time"),
            ("refuse=1", "refuse has no value"),
            ("refuse,to=client", "refuse is for clients"),
            ("latency=5ms,to=server", "to is client or upstream"),
        ] {
            let message = rule(bad).expect_err(bad);
            assert!(message.contains(hint) && !message.contains('\n'), "{bad}: {message}");
        }
    }

    #[test]
    fn a_fault_is_given_once_for_each_side() {
        let twice = faults(&["latency=5ms,to=client", "latency=6ms"], &Side::ALL).unwrap_err();
        assert_eq!(twice, "--fault latency is given twice for what goes to the client");
        assert!(faults(&["latency=5ms,to=client", "latency=6ms,to=upstream"], &Side::ALL).is_ok());
        assert!(faults(&["refuse"], &Side::ALL).is_ok());
        assert!(faults(&["refuse", "refuse"], &Side::ALL).is_err());
        let none = faults(&["latency=5ms,to=upstream"], &[Side::Client]).unwrap_err();
        assert!(none.contains("to=upstream"), "{none}");
    }
}
