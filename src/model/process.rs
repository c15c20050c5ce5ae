//! What the process costs at a moment, as the operating system counts it.

use super::ids::Moment;

/// One reading of the operating system's accounts of this process. The counters only grow; a rate is the difference
/// of two samples over their distance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sample {
    /// When it was read.
    pub at: Moment,
    /// OS threads that exist.
    pub threads: u64,
    /// Resident memory, bytes.
    pub resident: u64,
    /// Context switches because a thread waited, since the start.
    pub voluntary: u64,
    /// Context switches because a thread's turn was over, since the start.
    pub involuntary: u64,
    /// Processor time, user and system, microseconds since the start.
    pub cpu_micros: u64,
    /// Open file descriptors.
    pub descriptors: u64,
    /// How long the newest frames took to draw.
    pub frame: FrameTime,
}

/// What drawing costs, in microseconds: half of the newest frames took `p50` or less, 99 of 100 `p99`. 0 before the first.
#[expect(missing_docs, reason = "the fields are what the type says")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FrameTime {
    pub p50: u64,
    pub p99: u64,
}
