//! Leases on the bytes of connections. A connection that leads to the bus has none: what is published of it would be
//! bytes of it again.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;
use tracing::info;

use crate::bytes::safe;
use crate::fleet::bus::publish::shared::Shared;
use crate::fleet::options::BrokerUrl;
use crate::fleet::wire::{Answer, Text};

/// How long the addresses of the bus are looked up.
const LOOK_UP: Duration = Duration::from_millis(500);

/// The addresses of the bus, once they are known.
pub(super) struct BusAddresses {
    url: BrokerUrl,
    known: Vec<SocketAddr>,
}

impl BusAddresses {
    pub(super) const fn new(url: BrokerUrl) -> Self {
        Self { url, known: Vec::new() }
    }

    /// The addresses; none if they cannot be found out.
    async fn find(&mut self) -> &[SocketAddr] {
        if self.known.is_empty()
            && let Ok(Ok(found)) = timeout(LOOK_UP, lookup_host(self.url.host_and_port())).await
        {
            self.known = found.collect();
        }
        &self.known
    }
}

/// Answers a question for the bytes of a connection. `reply` is the inbox of who asks.
pub(super) async fn answer(
    shared: &Shared,
    bus: &mut BusAddresses,
    (connection, micros, who): (u64, u64, &Text),
    reply: &str,
) -> Answer {
    let refused = |why: &str| Answer::Refused { why: Text::new(why) };
    if shared.is_clash() {
        return refused("two programs have this name");
    }
    let ends = shared.publication.lock().addresses(connection);
    let bus = bus.find().await;
    if bus.is_empty() {
        return refused("the address of the bus is not known, and its own connections have no lease");
    }
    if ends.iter().flatten().any(|end| leads_to(end.as_str(), bus)) {
        return refused("this connection leads to the bus itself");
    }
    let outcome =
        shared.change(|publication| publication.lease(asker(reply), connection, micros, shared.now()));
    if outcome.is_new && matches!(outcome.answer, Answer::Leased { .. }) {
        let (who, reply) = (safe::line(who.as_str()), safe::line(reply));
        info!(target: "bytewatch::bus", "the bytes of #{connection} are published for \"{who}\" ({reply})");
        // The server delivers bytes from now on.
        (shared.role.wake)();
    }
    outcome.answer
}

/// Who asks: the inbox without the part that differs for each question.
fn asker(reply: &str) -> &str {
    reply.rsplit_once('.').map_or(reply, |(asker, _)| asker)
}

/// Whether one end of a connection is the bus: the same port of the same machine.
fn leads_to(end: &str, bus: &[SocketAddr]) -> bool {
    let Ok(end) = end.parse::<SocketAddr>() else { return false };
    bus.iter().any(|bus| {
        let is_same = bus.ip().to_canonical() == end.ip().to_canonical();
        bus.port() == end.port() && (is_same || is_of_this_machine(bus.ip()) && is_of_this_machine(end.ip()))
    })
}

/// Whether this machine has the address: only then can a socket be bound to it. Nothing is sent.
fn is_of_this_machine(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watcher_is_known_by_its_inbox() {
        assert_eq!(asker("_INBOX.abc.1"), asker("_INBOX.abc.2"));
        assert_ne!(asker("_INBOX.abc.1"), asker("_INBOX.abd.1"));
        assert_eq!(asker("_INBOX"), "_INBOX");
    }

    #[test]
    fn connections_to_the_bus_are_known_by_their_addresses() {
        let bus = ["127.0.0.1:4222".parse().unwrap(), "203.0.113.1:4222".parse().unwrap()];
        for end in ["127.0.0.1:4222", "127.0.0.2:4222", "203.0.113.1:4222", "[::ffff:127.0.0.1]:4222"] {
            assert!(leads_to(end, &bus), "{end}");
        }
        for end in ["127.0.0.1:4223", "203.0.113.2:4222", "unix:/run/x", "bus:4222", ""] {
            assert!(!leads_to(end, &bus), "{end}");
        }
    }
}
