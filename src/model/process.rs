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
}
