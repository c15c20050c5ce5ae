//! Resource usage of the process, as the operating system counts it.

use crate::event::ids::Timestamp;

/// One sample of the resource usage of this process. Counters only grow; a rate is the difference of two samples
/// divided by the time between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sample {
    /// When the sample was taken.
    pub at: Timestamp,
    /// Number of OS threads.
    pub threads: u64,
    /// Resident memory in bytes.
    pub resident: u64,
    /// Voluntary context switches since the start: a thread waited.
    pub voluntary: u64,
    /// Involuntary context switches since the start: a thread was preempted.
    pub involuntary: u64,
    /// CPU time since the start, user and system, in microseconds.
    pub cpu_micros: u64,
    /// Number of open file descriptors.
    pub descriptors: u64,
    /// Drawing time of the newest frames.
    pub frame: FrameTime,
}

/// Drawing time of the newest frames in microseconds, as percentiles; 0 before the first frame.
#[expect(missing_docs, reason = "the fields are what the type says")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FrameTime {
    pub p50: u64,
    pub p99: u64,
}
