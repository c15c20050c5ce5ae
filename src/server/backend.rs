//! The trait of both backends.

pub(super) mod accept;
pub(super) mod api;
pub(super) mod event_loop;
pub(super) mod latency_probe;
pub(super) mod shared;
pub(super) mod threads;
mod write_stalls;

pub(super) use api::{Backend, NotAdopted};
