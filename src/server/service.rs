//! The services: what the server answers. They make no I/O, so both backends run the same code.

pub(super) mod factory;
mod greeting;
pub(super) mod handler_faults;
pub(super) mod services;
pub(super) mod template;

pub use services::{Answer, Discard, Echo, Relay, Reply, Service, ServiceConfig};
