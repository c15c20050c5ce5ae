//! Publishes, and carries out what watchers ask for.

use std::env;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::event::{ByteDemand, Demand, EventOrder, Stamped, Timestamp};
use crate::fleet::bus::{BusPublisher, Login, Role};
use crate::fleet::here_and_now::wall_clock;
use crate::fleet::options::{Obeyed, PublishOptions, PublishWhat};
use crate::fleet::publication::Identity;
use crate::fleet::subject::{Name, Publisher};
use crate::fleet::wire::{Action, Published, Text};
use crate::shell::inbox::{Input, Poster};
use crate::shell::sink::{Sink, SinkState};

/// How often the end is looked for, beside being told of it.
const LOOK: Duration = Duration::from_millis(100);

/// The name of a program that listens on no port.
const WITHOUT_PORT: &str = "main";

/// How many of the newest bytes of each stream are delivered while a watcher has a lease on those of one.
const LEASED: usize = 64 << 10;

/// Publishes counters and the life of connections. It takes events at any time: the bus is never waited for.
pub(super) struct PublisherSink {
    publisher: BusPublisher,
    is_ended: bool,
}

impl PublisherSink {
    pub(super) fn start(options: PublishOptions, addresses: &[SocketAddr], poster: Poster) -> Result<Self> {
        let login = Login::find(&options.bus, |name| env::var(name).ok())?;
        let machine = nix::unistd::gethostname().unwrap_or_default().to_string_lossy().into_owned();
        let port =
            addresses.first().map_or_else(|| WITHOUT_PORT.to_owned(), |address| address.port().to_string());
        let publisher = Publisher {
            host: options.host.unwrap_or_else(|| Name::of_machine(&machine)),
            instance: options.instance.unwrap_or_else(|| Name::of_machine(&port)),
        };
        let identity = Identity {
            epoch: wall_clock().0,
            machine: Text::new(&machine),
            publishes: match options.what {
                PublishWhat::Counts => Published::Counts,
                PublishWhat::Peers => Published::Peers,
                PublishWhat::Bytes => Published::Bytes,
            },
            obeys: options.obeys.into_iter().map(action).collect(),
        };
        let waker = poster.clone();
        let role = Role {
            publisher,
            identity,
            act: Box::new(move |command| poster.post(Input::Command(command))),
            begin: Instant::now(),
            wake: Box::new(move || waker.wake()),
        };
        let publisher = BusPublisher::start(options.bus, login, role).context("nothing can be published")?;
        Ok(Self { publisher, is_ended: false })
    }
}

const fn action(obeyed: Obeyed) -> Action {
    match obeyed {
        Obeyed::Switch => Action::Switch,
        Obeyed::Close => Action::Close,
        Obeyed::Reset => Action::Reset,
    }
}

impl Sink for PublisherSink {
    fn demand(&self) -> Demand {
        let bytes = if self.publisher.has_lease() { LEASED } else { 0 };
        Demand { bytes: ByteDemand::Newest(bytes), utf8: true, activity: false, order: EventOrder::Grouped }
    }

    fn is_ready(&mut self) -> bool {
        true
    }

    fn take(&mut self, events: &[Stamped]) {
        self.publisher.take(events);
    }

    fn flush(&mut self) {}

    fn stop(&mut self, _now: Instant) {}

    fn end(&mut self, _at: Timestamp) {
        self.is_ended = true;
        self.publisher.stop();
    }

    fn check(&mut self, now: Instant, _pending: u64) -> SinkState {
        if self.is_ended {
            let has_ended = self.publisher.has_ended();
            return if has_ended { SinkState::Written } else { SinkState::Open(Some(now + LOOK)) };
        }
        SinkState::Open(self.publisher.tell_due())
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}
