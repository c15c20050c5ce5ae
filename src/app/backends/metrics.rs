//! What each backend does and costs: the running one as it is now, the other as it was when it last ran.

mod memory_per_connection;

use crate::app::backends::metrics::memory_per_connection::Baselines;
use crate::event::activity::IoCounters;
use crate::event::{BackendKind, PerBackend, Timestamp};
use crate::model::Model;
use crate::model::histogram::{Buckets, Histogram};
use crate::model::process::{FrameTime, Sample};
use crate::model::state::{Outcome, Switch};

/// What a backend did and cost, as far as it is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figures {
    /// When.
    pub at: Timestamp,
    /// Live connections that it served.
    pub connections: u64,
    /// OS threads of the process.
    pub threads: u64,
    /// Resident memory, bytes.
    pub resident: u64,
    /// Open file descriptors.
    pub descriptors: u64,
    /// Memory that a connection takes beside its history, bytes; unknown with few connections.
    pub each: Option<u64>,
    /// What happens per second; unknown until this backend has run alone for about a second, in all.
    pub rates: Option<Rates>,
    /// How long clients waited for answers.
    pub answers: Option<WindowSummary>,
    /// From when a client was accepted until its first bytes were read.
    pub first_bytes: Option<WindowSummary>,
    /// How late the latency probe of the backend was answered.
    pub scheduling_delays: Option<WindowSummary>,
}

/// Many times of the last seconds in a few figures, microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WindowSummary {
    /// The number of times.
    pub count: u64,
    /// Half of them took this long or less.
    pub p50: u64,
    /// 99 of 100 did.
    pub p99: u64,
    /// The longest.
    pub max: u64,
    /// How they are distributed.
    pub shape: Buckets,
}

impl WindowSummary {
    /// Nothing without any.
    #[must_use]
    pub fn of(histogram: &Histogram) -> Option<Self> {
        Some(Self {
            count: histogram.count(),
            p50: histogram.percentile(50.0)?,
            p99: histogram.percentile(99.0)?,
            max: histogram.max()?,
            shape: histogram.buckets(),
        })
    }
}

/// What happens per second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rates {
    /// Context switches because a thread waited.
    pub voluntary: u64,
    /// Context switches because a thread's turn was over.
    pub involuntary: u64,
    /// Processor time, in thousandths of one core.
    pub cpu_permille: u64,
    /// Bytes received and sent together.
    pub bytes: u64,
    /// Connections accepted.
    pub accepts: u64,
    /// Reads that returned bytes.
    pub reads: u64,
    /// The average number of bytes of a read.
    pub read_bytes: u64,
    /// Writes that took bytes.
    pub writes: u64,
    /// Writes that took only a part of their bytes.
    pub partial: u64,
    /// Microseconds for which writes were blocked.
    pub blocked_micros: u64,
}

/// Whether one backend ran all the time since the last reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum SwitchInterval {
    #[default]
    Pure,
    Mixed,
}

/// What had been counted at one moment.
#[derive(Clone, Copy, Debug)]
struct MetricsReading {
    sample: Sample,
    /// Bytes that had moved, both directions.
    bytes: u64,
    /// Connections that the backend which ran then had accepted.
    accepts: u64,
    /// Reads and writes of the backend.
    io: IoCounters,
}

/// What was counted while one backend ran alone, since the rates were taken last.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    micros: u64,
    voluntary: u64,
    involuntary: u64,
    cpu_micros: u64,
    bytes: u64,
    accepts: u64,
    io: IoCounters,
}

/// The least number of microseconds for rates: nearly a second, because readings are not quite a second apart.
const ENOUGH: u64 = 900_000;
/// The longest time after a switch, in microseconds, in which it counts as the cause of changed figures. Later changes have
/// other causes.
const SETTLED: u64 = 10_000_000;

/// What a switch did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// When it was complete.
    at: Timestamp,
    /// The last figures before it.
    pub before: Figures,
    /// The figures since, until they have settled; nothing before they were read again.
    pub after: Option<Figures>,
}

/// The metrics of both.
#[derive(Debug, Default)]
pub struct Metrics {
    last: Option<MetricsReading>,
    interval: SwitchInterval,
    levels: Baselines,
    change: Option<Change>,
    sums: PerBackend<Window>,
    figures: PerBackend<Option<Figures>>,
}

impl Metrics {
    /// How long the newest frames took to draw; nothing before the first reading.
    #[must_use]
    pub fn frame(&self) -> Option<FrameTime> {
        self.last.map(|reading| reading.sample.frame).filter(|frame| frame.p99 > 0)
    }

    /// What is known of a backend.
    #[must_use]
    pub const fn of(&self, backend: BackendKind) -> Option<&Figures> {
        self.figures.get(backend).as_ref()
    }

    /// What the switch did that was complete at this time.
    #[must_use]
    pub fn change(&self, at: Timestamp) -> Option<&Change> {
        self.change.as_ref().filter(|change| change.at == at)
    }

    /// A switch has begun or ended: what is counted until the next reading belongs to neither backend alone.
    pub(crate) const fn switched(&mut self) {
        self.interval = SwitchInterval::Mixed;
    }

    /// Books a reading on the backend that runs.
    pub(crate) fn sampled(&mut self, sample: Sample, model: &Model) {
        let running = model.backend.map(|backend| model.backend_totals(backend));
        let (accepts, io) = running.map(|running| (running.accepted, running.io)).unwrap_or_default();
        let reading = MetricsReading { sample, bytes: model.totals.bytes.sum(), accepts, io };
        let last = self.last.replace(reading);
        let interval = std::mem::take(&mut self.interval);
        let each = self.levels.note(model.live(), sample.resident.saturating_sub(model.memory() as u64));
        let Some(backend) = model.backend else { return };
        if model.switching.is_some() {
            self.interval = SwitchInterval::Mixed;
            return;
        }
        let sum = &mut self.sums[backend];
        if let (Some(last), SwitchInterval::Pure) = (last, interval) {
            sum.add(&last, &reading);
        }
        let figures = &mut self.figures[backend];
        let rates = sum.take_rates().or(figures.as_ref().and_then(|known| known.rates));
        let totals = model.backend_totals(backend);
        let connections = model.live_on(backend);
        *figures = Some(Figures {
            at: sample.at,
            connections,
            threads: sample.threads,
            resident: sample.resident,
            descriptors: sample.descriptors,
            each,
            rates,
            answers: WindowSummary::of(&totals.answers.at(sample.at)),
            first_bytes: WindowSummary::of(&totals.first_bytes.at(sample.at)),
            scheduling_delays: WindowSummary::of(&totals.scheduling_delays.at(sample.at)),
        });
        self.record_change(backend, model);
    }

    /// What the newest switch did, as far as it is known by now.
    fn record_change(&mut self, backend: BackendKind, model: &Model) {
        let done = |switch: &&Switch| matches!(switch.outcome, Outcome::Done { .. }) && switch.to == backend;
        let Some(switch) = model.switches.back().filter(done) else { return };
        if self.change(switch.at).is_none() {
            let before = self.figures[switch.from].clone();
            self.change = before.map(|before| Change { at: switch.at, before, after: None });
        }
        let now = self.figures[backend].as_ref();
        if let (Some(change), Some(now)) = (&mut self.change, now)
            && (switch.at..switch.at.plus_micros(SETTLED)).contains(&now.at)
        {
            change.after = Some(now.clone());
        }
    }
}

impl Window {
    fn add(&mut self, last: &MetricsReading, now: &MetricsReading) {
        let (before, after) = (&last.sample, &now.sample);
        self.micros += after.at.micros_since(before.at);
        self.voluntary += after.voluntary.saturating_sub(before.voluntary);
        self.involuntary += after.involuntary.saturating_sub(before.involuntary);
        self.cpu_micros += after.cpu_micros.saturating_sub(before.cpu_micros);
        self.bytes += now.bytes.saturating_sub(last.bytes);
        self.accepts += now.accepts.saturating_sub(last.accepts);
        self.io.merge(&now.io.since(&last.io));
    }

    /// The rates, once enough is known; then a new window begins.
    fn take_rates(&mut self) -> Option<Rates> {
        if self.micros < ENOUGH {
            return None;
        }
        let sum = std::mem::take(self);
        let a_second = |amount: u64| {
            let rate = u128::from(amount) * 1_000_000 / u128::from(sum.micros);
            u64::try_from(rate).unwrap_or(u64::MAX)
        };
        Some(Rates {
            voluntary: a_second(sum.voluntary),
            involuntary: a_second(sum.involuntary),
            cpu_permille: a_second(sum.cpu_micros) / 1_000,
            bytes: a_second(sum.bytes),
            accepts: a_second(sum.accepts),
            reads: a_second(sum.io.reads),
            read_bytes: sum.io.read_bytes.checked_div(sum.io.reads).unwrap_or(0),
            writes: a_second(sum.io.writes),
            partial: a_second(sum.io.partial_writes),
            blocked_micros: a_second(sum.io.blocked_micros),
        })
    }
}

#[cfg(test)]
mod tests;
