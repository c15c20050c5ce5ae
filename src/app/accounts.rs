//! What each backend costs: the running one as it is now, the other as it was when it last ran.

use crate::model::process::Sample;
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
    /// What came to be within a second; unknown until two readings were taken with nothing but this backend running.
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

/// The accounts of both.
#[derive(Debug, Default)]
pub struct Accounts {
    last: Option<Sample>,
    interval: Interval,
    figures: [Option<Figures>; 2],
}

impl Accounts {
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
        let last = self.last.replace(sample);
        let interval = std::mem::take(&mut self.interval);
        let Some(backend) = model.backend else { return };
        if model.switching.is_some() {
            self.interval = Interval::Mixed;
            return;
        }
        let pace = match (last, interval) {
            (Some(last), Interval::Pure) => pace(&last, &sample, model),
            _ => None,
        };
        self.figures[backend as usize] = Some(Figures {
            at: sample.at,
            connections: model.live_on(backend),
            threads: sample.threads,
            resident: sample.resident,
            descriptors: sample.descriptors,
            pace,
        });
    }
}

fn pace(last: &Sample, sample: &Sample, model: &Model) -> Option<Pace> {
    let micros = sample.at.micros_since(last.at);
    let a_second = |from: u64, to: u64| {
        let amount = u128::from(to.saturating_sub(from));
        (amount * 1_000_000).checked_div(u128::from(micros)).and_then(|rate| u64::try_from(rate).ok())
    };
    Some(Pace {
        voluntary: a_second(last.voluntary, sample.voluntary)?,
        involuntary: a_second(last.involuntary, sample.involuntary)?,
        cpu_permille: a_second(last.cpu_micros, sample.cpu_micros)? / 1_000,
        bytes: model.rates.iter().map(|rate| rate.per_second(sample.at)).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Budget;
    use crate::model::event::{Fact, Stamped};

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
        let switched = Fact::Switched { from, to, connections: 1, micros: 9 };
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
}
