//! The newest log records of this process, numbered, and the targets that they come from.
//!
//! tui-logger keeps records and targets too, in a static, but has no getter for either. So [`logging`](crate::logging)
//! adds each record to both, and this module is the copy that can be read; it is global because the original is.
//! Threads that log only [`push`], which holds a lock for a moment; what [`collected`] returns changes when records are
//! collected, between two frames.

use std::collections::VecDeque;
use std::mem;

use jiff::civil::Time;
use log::{Level, LevelFilter};
use parking_lot::{Mutex, MutexGuard};

/// How many records are kept.
pub const CAPACITY: usize = 10_000;

/// How many of them tui-logger keeps as well: enough for the newest page, unless levels hide most of them.
pub const WIDGET_CAPACITY: usize = 500;

static PENDING: Mutex<VecDeque<LogRecord>> = Mutex::new(VecDeque::new());
static COLLECTED: Mutex<Log> = Mutex::new(Log::new(CAPACITY));

/// Adds a record to those that wait to be collected. Beyond [`CAPACITY`] the oldest of them is dropped: the log would
/// have no room for it either.
pub fn push(record: LogRecord) {
    let mut pending = PENDING.lock();
    if pending.len() == CAPACITY {
        pending.pop_front();
    }
    pending.push_back(record);
}

/// Removes and returns the records that wait to be collected, the oldest first.
pub fn take_pending() -> VecDeque<LogRecord> {
    mem::take(&mut *PENDING.lock())
}

/// Locks the collected records.
pub fn collected() -> MutexGuard<'static, Log> {
    COLLECTED.lock()
}

/// A log record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogRecord {
    /// The local time of day.
    pub time: Time,
    /// How severe it is.
    pub level: Level,
    /// The part of the program that it comes from, such as `bytewatch::server`.
    pub target: &'static str,
    /// The message and its fields.
    pub text: String,
}

impl LogRecord {
    /// Formats the time of day: `12:04:31.007`.
    #[must_use]
    pub fn time_of_day(&self) -> String {
        self.time.strftime("%H:%M:%S%.3f").to_string()
    }
}

/// The number of a record: 0 for the first one of the process. No number is used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RecordNumber(pub u64);

/// A target, as a position in [`Log::targets`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TargetId(usize);

impl TargetId {
    /// Returns the position in [`Log::targets`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// What is known of a target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// The name that its records carry.
    pub name: String,
    /// The captured level at its first record.
    pub initial: LevelFilter,
    /// Records up to this level are captured.
    pub captured: LevelFilter,
}

/// A record in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collected {
    /// The record.
    pub record: LogRecord,
    /// Its target.
    pub target: TargetId,
}

/// The newest records, and all targets so far.
#[derive(Debug)]
pub struct Log {
    records: VecDeque<Collected>,
    /// The number of the oldest record that is kept.
    first: u64,
    capacity: usize,
    targets: Vec<Target>,
}

impl Log {
    /// Returns an empty log for this number of records.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { records: VecDeque::new(), first: 0, capacity, targets: Vec::new() }
    }

    /// Removes all records and changes the capacity. The targets stay.
    pub fn reset(&mut self, capacity: usize) {
        self.first = self.end().0;
        self.records.clear();
        self.capacity = capacity;
    }

    /// Adds a record of this target; the oldest record is trimmed if there is no room for both.
    pub fn push(&mut self, record: LogRecord, target: TargetId) {
        if self.records.len() >= self.capacity && self.records.pop_front().is_some() {
            self.first += 1;
        }
        self.records.push_back(Collected { record, target });
    }

    /// Returns the number of the oldest record that is kept; [`Log::end`] if there is none.
    #[must_use]
    pub const fn first(&self) -> RecordNumber {
        RecordNumber(self.first)
    }

    /// Returns the number that the next record will get.
    #[must_use]
    pub fn end(&self) -> RecordNumber {
        RecordNumber(self.first + self.records.len() as u64)
    }

    /// Returns the records from this number on, the oldest first.
    pub fn since(&self, number: RecordNumber) -> impl Iterator<Item = (RecordNumber, &Collected)> {
        let begin = self.index(number);
        (self.first + begin as u64..).map(RecordNumber).zip(self.records.range(begin..))
    }

    /// Returns the records before this number, the newest first.
    pub fn before(&self, number: RecordNumber) -> impl Iterator<Item = (RecordNumber, &Collected)> {
        let end = self.index(number);
        let numbers = (self.first..self.first + end as u64).rev().map(RecordNumber);
        numbers.zip(self.records.range(..end).rev())
    }

    fn index(&self, number: RecordNumber) -> usize {
        usize::try_from(number.0.saturating_sub(self.first)).unwrap_or(usize::MAX).min(self.records.len())
    }

    /// Returns the newest records that tui-logger keeps as well, and whether there are others.
    pub fn newest(&self) -> (impl Iterator<Item = &Collected>, bool) {
        let others = self.records.len().saturating_sub(WIDGET_CAPACITY);
        (self.records.range(others..), others > 0)
    }

    /// Returns all targets, in the order of their first records.
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Returns all targets, in the order of [`Log::targets`].
    pub fn target_ids(&self) -> impl Iterator<Item = TargetId> + use<> {
        (0..self.targets.len()).map(TargetId)
    }

    /// Returns all targets in the order of their names.
    #[must_use]
    pub fn targets_by_name(&self) -> Vec<TargetId> {
        let mut ids: Vec<_> = self.target_ids().collect();
        ids.sort_by_key(|id| &self.targets[id.0].name);
        ids
    }

    /// Returns the target of this name, if it has logged.
    #[must_use]
    pub fn target_named(&self, name: &str) -> Option<TargetId> {
        self.targets.iter().position(|target| target.name == name).map(TargetId)
    }

    /// Adds a target, of which there are no records yet.
    pub fn add_target(&mut self, name: &str, captured: LevelFilter) -> TargetId {
        self.targets.push(Target { name: name.to_owned(), initial: captured, captured });
        TargetId(self.targets.len() - 1)
    }

    /// Notes up to which level the records of a target are captured from now on.
    pub fn set_captured(&mut self, target: TargetId, captured: LevelFilter) {
        self.targets[target.0].captured = captured;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> LogRecord {
        let time = jiff::civil::time(12, 4, 31, 7_000_000);
        LogRecord { time, level: Level::Info, target: "t", text: text.to_owned() }
    }

    fn texts<'a>(records: impl Iterator<Item = (RecordNumber, &'a Collected)>) -> Vec<(u64, &'a str)> {
        records.map(|(number, collected)| (number.0, collected.record.text.as_str())).collect()
    }

    #[test]
    fn the_newest_records_stay_and_keep_their_numbers() {
        let mut log = Log::new(3);
        let target = log.add_target("t", LevelFilter::Info);
        assert_eq!((log.first(), log.end()), (RecordNumber(0), RecordNumber(0)));
        for text in ["a", "b", "c", "d", "e"] {
            log.push(record(text), target);
        }
        assert_eq!((log.first(), log.end()), (RecordNumber(2), RecordNumber(5)));
        assert_eq!(texts(log.since(RecordNumber(3))), [(3, "d"), (4, "e")]);
        assert_eq!(texts(log.since(RecordNumber(0))), [(2, "c"), (3, "d"), (4, "e")]);
        assert_eq!(texts(log.before(RecordNumber(4))), [(3, "d"), (2, "c")]);
        assert_eq!(texts(log.before(RecordNumber(9))), [(4, "e"), (3, "d"), (2, "c")]);
        assert_eq!(texts(log.before(RecordNumber(2))), []);
        log.reset(1);
        log.push(record("f"), target);
        log.push(record("g"), target);
        assert_eq!(texts(log.since(RecordNumber(0))), [(6, "g")]);
    }

    #[test]
    fn targets_are_found_and_sorted_by_name() {
        let mut log = Log::new(3);
        let later = log.add_target("later", LevelFilter::Info);
        let first = log.add_target("first", LevelFilter::Debug);
        assert_eq!(log.targets_by_name(), [first, later]);
        assert_eq!((log.target_named("later"), log.target_named("lat")), (Some(later), None));
        log.set_captured(first, LevelFilter::Off);
        let target = &log.targets()[first.index()];
        assert_eq!((target.initial, target.captured), (LevelFilter::Debug, LevelFilter::Off));
    }

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(record("").time_of_day(), "12:04:31.007");
    }
}
