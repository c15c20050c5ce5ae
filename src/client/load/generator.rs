//! The event loop of the load generator, on one thread: connects, readiness, timers.

mod behaviour;
pub(super) mod event_loop;

pub(super) use event_loop::Generator;
