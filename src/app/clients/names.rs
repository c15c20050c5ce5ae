//! The names of the built-in clients.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use crate::app::format;
use crate::bytes::safe;
use crate::event::ConnectionId;
use crate::model::Model;

/// The largest number of names that wait for their connections; the oldest is dropped first.
const WAITING: usize = 2_048;
/// The largest width of a name in cells.
const LONGEST: u16 = 16;

/// Names by connection. A name is dropped when the model forgets its connection.
#[derive(Debug, Default)]
pub struct ClientNames {
    known: BTreeMap<ConnectionId, String>,
    /// Names of clients whose connections have not been reported yet.
    waiting: VecDeque<PendingName>,
    /// The names of load clients, by the address that they connect from.
    groups: BTreeMap<IpAddr, String>,
}

/// The name of a client whose connection has not been reported yet.
#[derive(Debug)]
struct PendingName {
    peer: SocketAddr,
    name: String,
}

impl ClientNames {
    /// Returns the name of a connection, if it has one; safe to print.
    #[must_use]
    pub fn of(&self, id: ConnectionId) -> Option<&str> {
        self.known.get(&id).map(String::as_str)
    }

    /// Returns the label of a connection in messages: `#7`, or `#7 (ann)`.
    #[must_use]
    pub fn label_of(&self, id: ConnectionId) -> String {
        match self.of(id) {
            Some(name) => format!("{id} ({name})"),
            None => id.to_string(),
        }
    }

    /// Names the client at this address. Returns its connection if it has been reported already.
    pub(crate) fn name_client(
        &mut self,
        peer: SocketAddr,
        name: &str,
        model: &Model,
    ) -> Option<ConnectionId> {
        let name = format::truncate(&safe::line(name), LONGEST);
        let live = live_from(peer, model);
        if let Some(id) = live {
            self.known.insert(id, name);
            return live;
        }
        if self.waiting.len() == WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(PendingName { peer, name });
        None
    }

    /// Names a connection.
    pub(crate) fn name_connection(&mut self, id: ConnectionId, name: &str) {
        self.known.insert(id, format::truncate(&safe::line(name), LONGEST));
    }

    /// Names all clients that connect from this address from now on.
    pub(crate) fn name_group(&mut self, source: IpAddr, name: &str) {
        self.groups.insert(source, format::truncate(&safe::line(name), LONGEST));
    }

    /// Looks up the name of a connection that has been opened from this address.
    pub(crate) fn opened(&mut self, id: ConnectionId, peer: SocketAddr) {
        let place = self.waiting.iter().position(|waiting| waiting.peer == peer);
        if let Some(PendingName { name, .. }) = place.and_then(|place| self.waiting.remove(place)) {
            self.known.insert(id, name);
        } else if let Some(name) = self.groups.get(&peer.ip()) {
            self.known.insert(id, name.clone());
        }
    }

    /// Drops the names of connections that the model has forgotten.
    pub(crate) fn prune(&mut self, model: &Model) {
        self.known.retain(|&id, _| model.connection(id).is_some());
    }
}

/// Returns the open connection from an address.
pub(crate) fn live_from(peer: SocketAddr, model: &Model) -> Option<ConnectionId> {
    model
        .connections()
        .find(|known| known.peer.inet() == Some(peer) && known.closed.is_none())
        .map(|known| known.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{BackendKind, CloseReason, ConnectionEvent, Event, Stamped, Timestamp};
    use crate::model::Budget;

    fn peer(port: u16) -> SocketAddr {
        ([127, 0, 0, 1], port).into()
    }

    fn model(events: &[Event]) -> Model {
        let mut model = Model::new(Budget { history: 1024, memory: 1 << 20 });
        for event in events {
            model.apply(&Stamped { at: Timestamp(1), event: event.clone() });
        }
        model
    }

    fn opened(id: u64, port: u16) -> Event {
        let (peer, local) = (peer(port), peer(7777));
        Event::Connection(
            ConnectionId(id),
            ConnectionEvent::Opened {
                peer: peer.into(),
                local: local.into(),
                backend: BackendKind::Async,
                upstream: None,
            },
        )
    }

    #[test]
    fn a_name_finds_its_connection_whichever_is_reported_first() {
        let mut names = ClientNames::default();
        names.name_client(peer(1), "ann", &model(&[opened(7, 1)]));
        names.name_client(peer(2), "bob\u{1b}", &model(&[]));
        names.opened(ConnectionId(8), peer(2));
        names.opened(ConnectionId(9), peer(2));
        assert_eq!((names.of(ConnectionId(7)), names.of(ConnectionId(8))), (Some("ann"), Some("bob␛")));
        assert_eq!(names.of(ConnectionId(9)), None, "somebody else, who was given the same port");
    }

    #[test]
    fn an_address_that_comes_again_does_not_inherit_a_name() {
        let reason = CloseReason::PeerFinished;
        let connection = ConnectionId(7);
        let closed = Event::Connection(
            connection,
            ConnectionEvent::Closed { reason, detail: None, failed_call: None, received: 0, sent: 0 },
        );
        let mut names = ClientNames::default();
        names.name_client(peer(1), "ann", &model(&[opened(7, 1), closed]));
        assert_eq!(names.of(connection), None);
        names.opened(ConnectionId(8), peer(1));
        assert_eq!(names.of(ConnectionId(8)), Some("ann"));
        names.prune(&model(&[opened(9, 3)]));
        assert_eq!(names.of(ConnectionId(8)), None);
    }

    #[test]
    fn all_clients_of_a_load_have_its_name() {
        let mut names = ClientNames::default();
        names.name_group([127, 0, 0, 2].into(), "many\u{1b}");
        for id in 1..=2 {
            names.opened(ConnectionId(id), ([127, 0, 0, 2], id as u16).into());
            assert_eq!(names.of(ConnectionId(id)), Some("many␛"));
        }
        names.opened(ConnectionId(3), peer(3));
        assert_eq!(names.of(ConnectionId(3)), None);
    }

    #[test]
    fn names_without_a_connection_are_bounded() {
        let mut names = ClientNames::default();
        for port in 0..=WAITING as u16 {
            names.name_client(peer(port), "x", &model(&[]));
        }
        names.opened(ConnectionId(1), peer(0));
        names.opened(ConnectionId(2), peer(1));
        assert_eq!((names.of(ConnectionId(1)), names.of(ConnectionId(2))), (None, Some("x")));
    }
}
