//! Which backend serves: switches and stops, and the handover of connections.

pub(super) mod commands;
pub(super) mod controller;
pub(super) mod handover;
