//! Sockets and the calls below them: addresses, listening, limits, which peers are served, errors of calls, the times at which bytes arrived.

pub(super) mod c_library;
pub(super) mod call_error;
pub(super) mod connect;
pub(super) mod latency_sampler;
pub(super) mod limits;
pub(super) mod listen;
pub(super) mod listen_address;
pub(super) mod listener;
pub(super) mod peer_rules;
pub(super) mod resolver;
pub(super) mod route;
pub(super) mod socket;
pub(super) mod tcp_options;
pub(super) mod tls;
pub(super) mod unix_listener;
pub(super) mod unix_name;
pub(super) mod upstream;
