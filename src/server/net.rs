//! Sockets and the calls below them: listening, limits, errors of calls, the times at which bytes arrived.

pub(super) mod c_library;
pub(super) mod call_error;
pub(super) mod latency_sampler;
pub(super) mod limits;
pub(super) mod listen;
