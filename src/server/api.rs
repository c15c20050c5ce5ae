//! Control over HTTP, compatible with the clients of Toxiproxy 2: proxies are listeners, toxics are faults.
//!
//! It runs on a thread with an event loop of its own, so that no request delays a connection or the dashboard. Every
//! change is a [`Command`](crate::event::Command).

mod address;
mod endpoints;
mod error;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub(super) mod http;
mod input;
mod proxy;
mod table;
mod toxic;
