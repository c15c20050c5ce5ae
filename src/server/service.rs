//! The services: what the server answers. They make no I/O, so both backends run the same code.

mod config;
pub(super) mod factory;
mod greeting;
pub(super) mod handler_faults;
mod received_messages;
mod reply;
pub(super) mod services;
pub(super) mod template;

pub use config::ServiceConfig;
pub use reply::{Reply, ReplyTo};
pub use services::{Answer, Discard, Echo, Relay, Service};
