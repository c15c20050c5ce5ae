//! The quantities that are compared, and when a difference counts.

/// The smallest ratio that counts as a difference in a round: two equal servers on a machine with other work mostly
/// differ by less.
const MARGIN: f64 = 1.1;
/// The smallest number of rounds for which a difference is reported.
pub(super) const MIN_ROUNDS: usize = 5;

/// A measured quantity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Metric {
    /// Messages that came back per second; closed loop only.
    Messages,
    /// The median latency of a message in seconds.
    P50,
    /// The 90th percentile of the latency in seconds.
    P90,
    /// The 99th percentile of the latency in seconds.
    P99,
    /// The 99.9th percentile of the latency in seconds.
    P999,
    /// Connections made, used and closed per second.
    Connections,
    /// Seconds of processor time per million messages.
    Processor,
    /// Voluntary context switches per message: a thread had to wait.
    Voluntary,
    /// Involuntary context switches per message: a thread was preempted.
    Involuntary,
    /// The number of OS threads.
    Threads,
    /// Resident bytes per connection, beyond those of the server without any.
    Memory,
    /// The number of connections that failed.
    Errors,
    /// The share of a core that the load generator used.
    OwnShare,
}

impl Metric {
    /// The quantities in which candidates are compared.
    pub(super) const COMPARED: [Self; 11] = [
        Self::Messages,
        Self::P50,
        Self::P90,
        Self::P99,
        Self::P999,
        Self::Connections,
        Self::Processor,
        Self::Voluntary,
        Self::Involuntary,
        Self::Threads,
        Self::Memory,
    ];
    const ALL: usize = 13;
    /// The latencies, each with its percentile.
    pub(super) const LATENCIES: [(Self, f64); 4] =
        [(Self::P50, 50.0), (Self::P90, 90.0), (Self::P99, 99.0), (Self::P999, 99.9)];

    /// The name on screen, and the key in the JSON.
    pub(super) const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Messages => ("messages/s", "messages_per_second"),
            Self::P50 => ("latency p50", "p50_seconds"),
            Self::P90 => ("latency p90", "p90_seconds"),
            Self::P99 => ("latency p99", "p99_seconds"),
            Self::P999 => ("latency p99.9", "p999_seconds"),
            Self::Connections => ("connections/s", "connections_per_second"),
            Self::Processor => ("CPU s/million messages", "cpu_seconds_per_million_messages"),
            Self::Voluntary => ("waits/message", "voluntary_switches_per_message"),
            Self::Involuntary => ("preemptions/message", "involuntary_switches_per_message"),
            Self::Threads => ("OS threads", "threads"),
            Self::Memory => ("memory/connection", "resident_bytes_per_connection"),
            Self::Errors => ("errors", "errors"),
            Self::OwnShare => ("load's share of a core", "own_share"),
        }
    }
}

/// The measured values of one turn; a quantity that was not measured is absent.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct CandidateMetrics([Option<f64>; Metric::ALL]);

impl CandidateMetrics {
    pub(super) const fn set(&mut self, metric: Metric, value: f64) {
        self.0[metric as usize] = Some(value);
    }

    const fn get(&self, metric: Metric) -> Option<f64> {
        self.0[metric as usize]
    }
}

/// A median with the smallest and the largest value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct MedianRange {
    pub(super) least: f64,
    pub(super) median: f64,
    pub(super) greatest: f64,
}

impl MedianRange {
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let (least, greatest) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[middle]
        } else {
            f64::midpoint(values[middle - 1], values[middle])
        };
        Some(Self { least, median, greatest })
    }
}

/// How one candidate compares to another in one quantity.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Comparison {
    /// In each round one of the two was clearly greater, and always the same one; with the ratios.
    Differs(MedianRange),
    /// The rounds disagree, differ too little, or are too few.
    NotShown,
}

/// All turns with one number of connections.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct TurnSet {
    pub(super) connections: usize,
    pub(super) names: Vec<String>,
    /// By candidate, then by round.
    turns: Vec<Vec<CandidateMetrics>>,
}

impl TurnSet {
    pub(super) fn new(connections: usize, names: Vec<String>) -> Self {
        let turns = vec![Vec::new(); names.len()];
        Self { connections, names, turns }
    }

    pub(super) fn add(&mut self, candidate: usize, metrics: CandidateMetrics) {
        self.turns[candidate].push(metrics);
    }

    /// The spread of a candidate's values over all rounds.
    pub(super) fn spread(&self, candidate: usize, metric: Metric) -> Option<MedianRange> {
        MedianRange::of(self.turns[candidate].iter().filter_map(|turn| turn.get(metric)).collect())
    }

    /// Compares `candidate` to `other` by ratios within rounds, because disturbances of the machine come and go.
    pub(super) fn compare(&self, candidate: usize, other: usize, metric: Metric) -> Option<Comparison> {
        let pairs = self.turns[candidate].iter().zip(&self.turns[other]);
        let ratios: Vec<_> = pairs
            .filter_map(|(candidate, other)| Some((candidate.get(metric)?, other.get(metric)?)))
            .map(|(candidate, other)| candidate / other)
            .collect();
        if ratios.is_empty() {
            return None;
        }
        let clear = ratios.len() >= MIN_ROUNDS
            && (ratios.iter().all(|&ratio| ratio.is_finite() && ratio >= MARGIN)
                || ratios.iter().all(|&ratio| ratio > 0.0 && ratio <= 1.0 / MARGIN));
        let spread = MedianRange::of(ratios)?;
        Some(if clear { Comparison::Differs(spread) } else { Comparison::NotShown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn_set(pairs: &[(f64, f64)]) -> TurnSet {
        let mut turn_set = TurnSet::new(1, vec!["a".to_owned(), "b".to_owned()]);
        for &(a, b) in pairs {
            for (candidate, value) in [a, b].into_iter().enumerate() {
                let mut metrics = CandidateMetrics::default();
                metrics.set(Metric::Messages, value);
                turn_set.add(candidate, metrics);
            }
        }
        turn_set
    }

    fn compare(pairs: &[(f64, f64)]) -> Option<Comparison> {
        turn_set(pairs).compare(1, 0, Metric::Messages)
    }

    #[test]
    fn a_difference_is_claimed_if_every_round_shows_it() {
        let pairs = [(10.0, 20.0), (100.0, 150.0), (1.0, 3.0), (10.0, 11.1), (7.0, 14.0)];
        let Some(Comparison::Differs(spread)) = compare(&pairs) else { panic!("it differs") };
        assert!((spread.median - 2.0).abs() < 1e-9 && (spread.least - 1.11).abs() < 1e-9, "{spread:?}");
        let turned = pairs.map(|(a, b)| (b, a));
        assert!(matches!(compare(&turned), Some(Comparison::Differs(spread)) if spread.greatest < 1.0));
    }

    #[test]
    fn nothing_is_claimed_otherwise() {
        let doubled = [(1.0, 2.0); 5];
        for at in 0..5 {
            for other in [0.5, 0.95, 1.0, 1.05] {
                let mut pairs = doubled;
                pairs[at] = (1.0, other);
                assert_eq!(compare(&pairs), Some(Comparison::NotShown), "{other}");
            }
        }
        assert_eq!(compare(&doubled[..4]), Some(Comparison::NotShown), "too few");
        assert_eq!(compare(&[(0.0, 1.0); 5]), Some(Comparison::NotShown), "no ratio");
        assert_eq!(compare(&[(0.0, 0.0); 5]), Some(Comparison::NotShown));
        assert_eq!(compare(&[]), None);
        assert_eq!(turn_set(&doubled).compare(1, 0, Metric::Memory), None, "not measured");
    }

    #[test]
    fn the_median_lies_between_the_others() {
        let spread = MedianRange::of(vec![3.0, 1.0, 10.0, 2.0]).unwrap();
        assert_eq!((spread.least, spread.median, spread.greatest), (1.0, 2.5, 10.0));
        assert_eq!(MedianRange::of(Vec::new()), None);
    }
}
