//! The error message for a thread that cannot be started.

use std::io;

/// Adds to the error of a failed thread start what allows more threads.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(crate) fn with_advice(error: io::Error) -> io::Error {
    let advice = "end some processes, or raise `ulimit -u` or the cgroup's pids.max";
    io::Error::new(error.kind(), format!("no more threads can be started ({error}); {advice}"))
}
