//! Faults of the traffic that only some of the connections of a listener get.

use crate::event::fault_spec::TrafficFault;
use crate::event::ids::{ConnectionId, Side};
use crate::event::per::PerSide;
use crate::event::traffic_faults::{Faults, Latency, Limit, SideFaults, Slice};

/// The probability of a fault that every connection gets, in millionths.
pub const CERTAIN: u32 = 1_000_000;

/// Faults of the traffic of a listener's connections.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct FaultPlan {
    /// The faults. Several of one kind and side add up.
    pub faults: Vec<LikelyFault>,
}

/// A fault, and which connections get it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LikelyFault {
    /// Tells faults apart: each decides for itself whether a connection gets it, and always in the same way.
    pub salt: u64,
    /// The fault.
    pub fault: TrafficFault,
    /// The side to which the bytes go that it affects.
    pub to: Side,
    /// How many of a million connections get it.
    pub per_million: u32,
}

impl FaultPlan {
    /// The faults that any connection gets.
    #[must_use]
    pub fn possible(&self) -> Faults {
        let mut faults = Faults::default();
        for likely in self.faults.iter().filter(|likely| likely.per_million > 0) {
            add(&mut faults.to[likely.to], likely.fault);
        }
        faults
    }

    /// The faults that this connection gets. With the same seed it gets the same ones.
    #[must_use]
    pub fn of_connection(&self, id: ConnectionId, seed: u64) -> PerSide<SideFaults> {
        let mut faults = PerSide::default();
        for likely in self.faults.iter().filter(|likely| likely.meets(id, seed)) {
            add(&mut faults[likely.to], likely.fault);
        }
        faults
    }
}

impl LikelyFault {
    fn meets(&self, id: ConnectionId, seed: u64) -> bool {
        let mut mixed = seed ^ self.salt.rotate_left(17) ^ id.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % u64::from(CERTAIN) < u64::from(self.per_million)
    }
}

impl Faults {
    /// Replaces the faults of an earlier plan by those of a new one. A kind that only the earlier plan had becomes that
    /// of `general`.
    pub fn replan(
        &mut self,
        before: &PerSide<SideFaults>,
        after: &PerSide<SideFaults>,
        general: &PerSide<SideFaults>,
    ) {
        for side in Side::ALL {
            let (now, before, after) = (&mut self.to[side], &before[side], &after[side]);
            let general = &general[side];
            replace(&mut now.latency, before.latency, after.latency, general.latency);
            replace(&mut now.bandwidth, before.bandwidth, after.bandwidth, general.bandwidth);
            replace(&mut now.stall, before.stall, after.stall, general.stall);
            replace(&mut now.slice, before.slice, after.slice, general.slice);
            replace(&mut now.cut, before.cut, after.cut, general.cut);
            replace(&mut now.reset, before.reset, after.reset, general.reset);
            replace(&mut now.slow_close, before.slow_close, after.slow_close, general.slow_close);
            replace(&mut now.timeout, before.timeout, after.timeout, general.timeout);
        }
    }
}

fn replace<T: Copy>(now: &mut Option<T>, before: Option<T>, after: Option<T>, general: Option<T>) {
    if after.is_some() {
        *now = after;
    } else if before.is_some() {
        *now = general;
    }
}

/// Adds a fault to those of a side, as if the bytes passed both.
fn add(side: &mut SideFaults, fault: TrafficFault) {
    match fault {
        TrafficFault::Latency(Latency { micros, jitter }) => {
            let before = side.latency.unwrap_or(Latency { micros: 0, jitter: 0 });
            let (micros, jitter) =
                (before.micros.saturating_add(micros), before.jitter.saturating_add(jitter));
            side.latency = Some(Latency { micros, jitter });
        }
        TrafficFault::Bandwidth(rate) => side.bandwidth = least(side.bandwidth, rate),
        TrafficFault::Stall(stall) => side.stall = Some(stall),
        TrafficFault::Slice(slice) => {
            let before = side.slice.unwrap_or(Slice { pause: 0, ..slice });
            let pause = before.pause.saturating_add(slice.pause);
            let smallest = if slice.bytes < before.bytes { slice } else { before };
            side.slice = Some(Slice { pause, ..smallest });
        }
        TrafficFault::Cut(limit) => side.cut = Some(earliest(side.cut, limit)),
        TrafficFault::Reset(limit) => side.reset = Some(earliest(side.reset, limit)),
        TrafficFault::SlowClose(micros) => {
            side.slow_close = Some(side.slow_close.unwrap_or(0).saturating_add(micros));
        }
        // One without an end ends nothing, so another one decides.
        TrafficFault::Timeout(micros) => {
            side.timeout = match side.timeout.filter(|&before| before > 0) {
                Some(before) if micros == 0 => Some(before),
                before => least(before, micros),
            };
        }
        // New connections are refused before a plan decides about them.
        TrafficFault::Refuse => {}
    }
}

fn least(before: Option<u64>, value: u64) -> Option<u64> {
    Some(before.map_or(value, |before| before.min(value)))
}

/// The limit that is reached first; of a size and a time, the later one, as they cannot be compared.
fn earliest(before: Option<Limit>, limit: Limit) -> Limit {
    match (before, limit) {
        (Some(Limit::Bytes(before)), Limit::Bytes(bytes)) => Limit::Bytes(before.min(bytes)),
        (Some(Limit::After(before)), Limit::After(micros)) => Limit::After(before.min(micros)),
        (Some(Limit::Bytes(_) | Limit::After(_)) | None, limit) => limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(faults: &[(TrafficFault, u32)]) -> FaultPlan {
        let likely = |(salt, &(fault, per_million)): (usize, &(TrafficFault, u32))| LikelyFault {
            salt: salt as u64,
            fault,
            to: Side::Client,
            per_million,
        };
        FaultPlan { faults: faults.iter().enumerate().map(likely).collect() }
    }

    fn latency(micros: u64) -> TrafficFault {
        TrafficFault::Latency(Latency { micros, jitter: 1 })
    }

    #[test]
    fn a_share_of_the_connections_gets_a_fault_and_each_seed_the_same_ones() {
        let plan = plan(&[(latency(5), CERTAIN / 4), (TrafficFault::Bandwidth(7), CERTAIN)]);
        let meets = |seed| -> Vec<bool> {
            let of = |id| plan.of_connection(ConnectionId(id), seed).client;
            assert!((1..=4_000).all(|id| of(id).bandwidth == Some(7)));
            (1..=4_000).map(|id| of(id).latency.is_some()).collect()
        };
        let met = meets(3);
        let share = met.iter().filter(|&&met| met).count();
        assert!((900..1_100).contains(&share), "{share}");
        assert_eq!(met, meets(3));
        assert_ne!(met, meets(4));
    }

    #[test]
    fn faults_of_a_kind_add_up() {
        let slice = |bytes, pause| TrafficFault::Slice(Slice { bytes, variation: 0, pause });
        let faults = [
            latency(5),
            latency(6),
            TrafficFault::Bandwidth(9),
            TrafficFault::Bandwidth(8),
            slice(10, 1),
            slice(20, 2),
            TrafficFault::Cut(Limit::Bytes(4)),
            TrafficFault::Cut(Limit::Bytes(3)),
            TrafficFault::Timeout(0),
            TrafficFault::Timeout(50),
            TrafficFault::Timeout(0),
            TrafficFault::SlowClose(1),
            TrafficFault::SlowClose(2),
        ];
        let certain: Vec<_> = faults.into_iter().map(|fault| (fault, CERTAIN)).collect();
        let expected = SideFaults {
            latency: Some(Latency { micros: 11, jitter: 2 }),
            bandwidth: Some(8),
            slice: Some(Slice { bytes: 10, variation: 0, pause: 3 }),
            cut: Some(Limit::Bytes(3)),
            timeout: Some(50),
            slow_close: Some(3),
            ..SideFaults::default()
        };
        let found = plan(&certain).of_connection(ConnectionId(1), 0);
        assert_eq!((found.client, found.upstream), (expected, SideFaults::default()));
    }

    #[test]
    fn only_what_a_plan_has_or_had_is_replaced() {
        let side = |latency: Option<u64>, bandwidth| {
            let latency = latency.map(|micros| Latency { micros, jitter: 0 });
            let client = SideFaults { latency, bandwidth, ..SideFaults::default() };
            PerSide { client, upstream: SideFaults::default() }
        };
        let mut faults = Faults { to: side(Some(5), Some(1)), ..Faults::default() };
        faults.replan(&side(Some(5), None), &side(Some(6), None), &side(Some(9), Some(9)));
        assert_eq!(faults.to, side(Some(6), Some(1)));
        faults.replan(&side(Some(6), None), &side(None, None), &side(Some(9), Some(9)));
        assert_eq!(faults.to, side(Some(9), Some(1)));
    }
}
