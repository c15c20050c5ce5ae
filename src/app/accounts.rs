//! What each backend costs: the running one as it is now, the other as it was when it last ran.

use crate::model::process::{FrameTime, Sample};
use crate::model::{BackendKind, Model, Moment};

/// What a backend cost, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Figures {
    /// When.
    pub at: Moment,
    /// Live connections that it served.
    pub connections: u64,
    /// OS threads of the process.
    pub threads: u64,
    /// Resident memory, bytes.
    pub resident: u64,
    /// Open file descriptors.
    pub descriptors: u64,
    /// What came to be within a second; unknown until this backend has run alone for about a second, in all.
    pub pace: Option<Pace>,
}

/// What happens per second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Context switches because a thread waited.
    pub voluntary: u64,
    /// Context switches because a thread's turn was over.
    pub involuntary: u64,
    /// Processor time, in thousandths of one core.
    pub cpu_permille: u64,
    /// Bytes received and sent together.
    pub bytes: u64,
}

/// Whether one backend ran all the time since the last reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Interval {
    #[default]
    Pure,
    Mixed,
}

/// What had been counted at one moment.
#[derive(Clone, Copy, Debug)]
struct Reading {
    sample: Sample,
    /// Bytes that had moved, both directions.
    bytes: u64,
}

/// What was counted while one backend ran alone, since its last pace.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    micros: u64,
    voluntary: u64,
    involuntary: u64,
    cpu_micros: u64,
    bytes: u64,
}

/// A pace is taken of so many microseconds or more: nearly a second, because readings are not quite a second apart.
const ENOUGH: u64 = 900_000;

/// The accounts of both.
#[derive(Debug, Default)]
pub struct Accounts {
    last: Option<Reading>,
    interval: Interval,
    sums: [Sum; 2],
    figures: [Option<Figures>; 2],
}

impl Accounts {
    /// How long the newest frames took to draw; nothing before the first reading.
    #[must_use]
    pub fn frame(&self) -> Option<FrameTime> {
        self.last.map(|reading| reading.sample.frame).filter(|frame| frame.p99 > 0)
    }

    /// What is known of a backend.
    #[must_use]
    pub const fn of(&self, backend: BackendKind) -> Option<Figures> {
        self.figures[backend as usize]
    }

    /// A switch has begun or ended: what is counted until the next reading belongs to neither backend alone.
    pub(super) const fn switched(&mut self) {
        self.interval = Interval::Mixed;
    }

    /// Books a reading on the backend that runs.
    pub(super) fn sampled(&mut self, sample: Sample, model: &Model) {
        let reading = Reading { sample, bytes: model.totals.bytes.iter().sum() };
        let last = self.last.replace(reading);
        let interval = std::mem::take(&mut self.interval);
        let Some(backend) = model.backend else { return };
        if model.switching.is_some() {
            self.interval = Interval::Mixed;
            return;
        }
        let sum = &mut self.sums[backend as usize];
        if let (Some(last), Interval::Pure) = (last, interval) {
            sum.add(&last, &reading);
        }
        let figures = &mut self.figures[backend as usize];
        let pace = sum.take_pace().or(figures.and_then(|known| known.pace));
        *figures = Some(Figures {
            at: sample.at,
            connections: model.live_on(backend),
            threads: sample.threads,
            resident: sample.resident,
            descriptors: sample.descriptors,
            pace,
        });
    }
}

impl Sum {
    fn add(&mut self, last: &Reading, now: &Reading) {
        let (before, after) = (&last.sample, &now.sample);
        self.micros += after.at.micros_since(before.at);
        self.voluntary += after.voluntary.saturating_sub(before.voluntary);
        self.involuntary += after.involuntary.saturating_sub(before.involuntary);
        self.cpu_micros += after.cpu_micros.saturating_sub(before.cpu_micros);
        self.bytes += now.bytes.saturating_sub(last.bytes);
    }

    /// The pace, once enough is known, and then it begins anew.
    fn take_pace(&mut self) -> Option<Pace> {
        if self.micros < ENOUGH {
            return None;
        }
        let sum = std::mem::take(self);
        let a_second = |amount: u64| {
            let rate = u128::from(amount) * 1_000_000 / u128::from(sum.micros);
            u64::try_from(rate).unwrap_or(u64::MAX)
        };
        Some(Pace {
            voluntary: a_second(sum.voluntary),
            involuntary: a_second(sum.involuntary),
            cpu_permille: a_second(sum.cpu_micros) / 1_000,
            bytes: a_second(sum.bytes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;
    use crate::model::event::{Fact, Outage, Stamped};

    const SECOND: u64 = 1_000_000;

    fn sample(second: u64, voluntary: u64, cpu_micros: u64) -> Sample {
        Sample { at: Moment(second * SECOND), threads: 4, voluntary, cpu_micros, ..Sample::default() }
    }

    fn model(facts: &[Fact]) -> Model {
        let mut model = Model::new(Budget { history: 1024, memory: 1 << 20 });
        let address = ([127, 0, 0, 1], 7777).into();
        let listening = Fact::Listening { address, backend: BackendKind::Async, service: "echo".into() };
        for fact in std::iter::once(&listening).chain(facts) {
            model.apply(&Stamped { at: Moment(SECOND), fact: fact.clone() });
        }
        model
    }

    #[test]
    fn a_pace_is_the_difference_of_two_readings() {
        let (mut accounts, model) = (Accounts::default(), model(&[]));
        accounts.sampled(sample(10, 1_000, 0), &model);
        assert_eq!(accounts.of(BackendKind::Async).unwrap().pace, None);
        accounts.sampled(sample(12, 1_500, SECOND), &model);
        let pace = accounts.of(BackendKind::Async).unwrap().pace.unwrap();
        assert_eq!((pace.voluntary, pace.cpu_permille), (250, 500));
        assert_eq!(accounts.of(BackendKind::Threads), None);
    }

    #[test]
    fn what_happens_during_a_switch_is_booked_on_nobody() {
        let (from, to) = (BackendKind::Async, BackendKind::Threads);
        let switching = Fact::Switching { from, to, connections: 1 };
        let switched = Fact::Switched { from, to, connections: 1, micros: 9, outage: Outage::default() };
        let mut accounts = Accounts::default();
        accounts.sampled(sample(10, 0, 0), &model(&[]));
        accounts.switched();
        accounts.sampled(sample(11, 90_000, 0), &model(std::slice::from_ref(&switching)));
        accounts.sampled(sample(12, 99_000, 0), &model(&[switching.clone(), switched.clone()]));
        assert_eq!(accounts.of(from).unwrap().pace, None);
        assert_eq!(accounts.of(to).unwrap().pace, None, "mixed");
        accounts.sampled(sample(13, 99_007, 0), &model(&[switching, switched]));
        assert_eq!(accounts.of(to).unwrap().pace.unwrap().voluntary, 7);
    }

    #[test]
    fn a_second_may_be_made_of_what_lies_between_fast_switches() {
        let (mut from, mut to) = (BackendKind::Async, BackendKind::Threads);
        let mut facts = Vec::new();
        let mut accounts = Accounts::default();
        // A switch every 500 ms, a reading every 100 ms: the one after a switch is nobody's.
        for tenth in 0..60 {
            if tenth % 5 == 4 {
                facts.push(Fact::Switching { from, to, connections: 1 });
                facts.push(Fact::Switched { from, to, connections: 1, micros: 9, outage: Outage::default() });
                accounts.switched();
                (from, to) = (to, from);
            }
            let at = Moment(10 * SECOND + tenth * SECOND / 10);
            let sample = Sample { at, voluntary: tenth * 7, cpu_micros: tenth * 25_000, ..Sample::default() };
            accounts.sampled(sample, &model(&facts));
        }
        for backend in BackendKind::ALL {
            let pace = accounts.of(backend).unwrap().pace.unwrap();
            assert_eq!((pace.voluntary, pace.cpu_permille), (70, 250), "{backend}");
        }
    }
}
