//! The arguments about faults of the traffic.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use clap::Args;

use crate::event::{FaultEdit, FaultRule, Faults, Side};

#[derive(Args)]
pub(super) struct FaultArgs {
    /// Do this to the traffic on purpose, repeatable: latency=100ms (and jitter=20ms), bandwidth=1MB (a second), stall=200ms,every=5s, slice=1,every=10ms, cut=64KiB or cut=5s (FIN), reset=64KiB or reset=5s (RST), refuse; with to=client or to=upstream only to the bytes that go there
    #[arg(long = "fault", value_name = "KIND=VALUE[,…]", help_heading = "Faults", value_parser = FaultRule::parse)]
    faults: Vec<FaultRule>,

    /// Let the random numbers of --fault start from N, so that a run can be repeated [default: random]
    #[arg(long, value_name = "N", help_heading = "Faults")]
    fault_seed: Option<u64>,
}

impl FaultArgs {
    /// The faults. `sides` are those that a connection has.
    pub(super) fn into_faults(self, sides: &[Side]) -> Result<Faults, String> {
        let seed = self.fault_seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        let mut faults = Faults { seed, ..Faults::default() };
        for FaultRule { fault, to } in self.faults {
            if let Some(to) = to.filter(|to| !sides.contains(to)) {
                return Err(format!("--fault cannot have to={to}: there is none unless it relays"));
            }
            let kind = fault.kind();
            for &side in sides.iter().filter(|&&side| to.is_none_or(|to| to == side)) {
                if faults.has(kind, side) {
                    return Err(format!(
                        "--fault {} is given twice for what goes to the {side}",
                        kind.word()
                    ));
                }
            }
            for &side in sides.iter().filter(|&&side| to.is_none_or(|to| to == side)) {
                faults.edit(FaultEdit::Set(FaultRule { fault, to: Some(side) }));
            }
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(rules: &[&str], sides: &[Side]) -> Result<Faults, String> {
        let faults = rules.iter().map(|text| FaultRule::parse(text)).collect::<Result<_, _>>()?;
        FaultArgs { faults, fault_seed: Some(7) }.into_faults(sides)
    }

    #[test]
    fn a_fault_goes_to_the_sides_that_there_are() {
        let both = faults(&["latency=100ms", "bandwidth=1MB,to=client"], &Side::ALL).unwrap();
        assert_eq!(both.seed, 7);
        assert_eq!(both.to.client.latency, both.to.upstream.latency);
        assert_eq!((both.to.client.bandwidth, both.to.upstream.bandwidth), (Some(1_000_000), None));
        let served = faults(&["cut=64KiB", "refuse"], &[Side::Client]).unwrap();
        assert!(served.refuse && !served.to.client.is_empty() && served.to.upstream.is_empty());
        assert!(faults(&[], &Side::ALL).unwrap().is_empty());
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
