//! Requests to a connection that a thread or task is serving: a few bits, and a way to wake the thread or task.
//!
//! Both backends check the bits before they wait, and are woken after a bit is set. For a thread the wake-up is a
//! signal, which can arrive after the check and before the wait; a caller that must be sure wakes it again.

pub(super) mod idle;
pub(super) mod idle_sweeper;
pub(super) mod interrupt;
pub(super) mod orders;
pub(super) mod registry;
pub(super) mod requests;

pub(super) use requests::{ConnectionClosed, Control, Executor, Request};
