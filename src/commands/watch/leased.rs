//! The connection whose bytes are printed.

use crate::commands::watch::lines::Lines;
use crate::event::Timestamp;
use crate::fleet::bus::BusWatcher;
use crate::fleet::subject::{Publisher, RemoteConnection};
use crate::fleet::watcher::{Lease, News};
use crate::fleet::wire::{Event, Text};

/// Asks for the bytes of a connection, and prints them.
pub(super) struct Leased {
    lease: Lease,
}

impl Leased {
    /// Begins to listen. `who` is a name that is only claimed.
    pub(super) fn start(connection: RemoteConnection, who: &str, bus: &BusWatcher) -> Self {
        let RemoteConnection { publisher, connection } = connection;
        bus.follow(Some((publisher.clone(), connection)));
        Self { lease: Lease::new(publisher, connection, Text::new(who)) }
    }

    /// Takes a message with bytes.
    pub(super) fn take(&mut self, payload: &[u8]) {
        self.lease.take(payload);
    }

    /// Takes the answer to a question for them.
    pub(super) fn answered(&mut self, answer: Option<&[u8]>, now: Timestamp) {
        self.lease.answered(answer, now);
    }

    /// Takes notice of the end of the connection.
    pub(super) fn notice(&mut self, publisher: &Publisher, news: &News, now: Timestamp) {
        if let News::Event(Event::Closed { connection, counters, .. }) = news
            && (publisher, *connection) == (self.lease.publisher(), self.lease.connection())
        {
            self.lease.close(*counters, now);
        }
    }

    /// Asks what is to be asked, and prints what is new.
    pub(super) fn go_on(&mut self, bus: &BusWatcher, lines: &mut Lines, here: Timestamp, now: Timestamp) {
        if let Some(question) = self.lease.question(now) {
            bus.ask(self.lease.publisher().clone(), question);
        }
        for news in self.lease.news(now) {
            lines.add_leased(self.lease.publisher(), self.lease.connection(), &news, here);
        }
    }
}
