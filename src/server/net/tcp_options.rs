//! The options of TCP connections, on both sides of a relay.

use std::io;
use std::time::Duration;

use socket2::{Socket, TcpKeepalive};

/// After `IDLE` without traffic the kernel probes the peer: every `PROBE`, at most `PROBES` times.
const IDLE: Duration = Duration::from_secs(60);
const PROBE: Duration = Duration::from_secs(10);
const PROBES: u32 = 6;

/// Sets the options of a connection. Accepted sockets inherit them from their listener, which saves the calls for each
/// of them.
///
/// # Errors
/// The errors of `setsockopt`.
pub(in crate::server) fn set_for_connections(socket: &Socket) -> io::Result<()> {
    // `TCP_NODELAY`: otherwise small answers may wait for the peer's acknowledgement.
    socket.set_tcp_nodelay(true)?;
    // Urgent data stays in the stream; otherwise its last byte would vanish from it.
    socket.set_out_of_band_inline(true)?;
    // Keepalive: a peer that lost its power or its network does not keep its connection for ever.
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(IDLE).with_interval(PROBE).with_retries(PROBES))
}
