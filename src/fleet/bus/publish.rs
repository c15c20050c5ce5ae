//! The thread that publishes: it takes batches as they are ready, answers questions, and passes actions on.

mod lease;
mod obey;
mod role;
mod shared;

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use async_nats::{Client, Subject};
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::{sleep, timeout};
use tracing::warn;

use crate::event::Stamped;
use crate::fleet::bus::connect::{self, Connection, Login};
use crate::fleet::bus::publish::lease::BusAddresses;
use crate::fleet::bus::publish::obey::Limit;
pub use crate::fleet::bus::publish::role::Role;
use crate::fleet::bus::publish::shared::{Outgoing, Shared};
use crate::fleet::here_and_now::wall_clock;
use crate::fleet::options::BusOptions;
use crate::fleet::publication::Publication;
use crate::fleet::subject::{Prefix, Verb, is_inbox};
use crate::fleet::wire::{self, Answer, Ask, Here, Malformed, Order, Outcome, Text};

/// How often a publisher says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Events wait for others at most this long.
const BATCH_EVERY: Duration = Duration::from_millis(50);

/// How long to wait before a batch is offered again that the client has no room for.
const NO_ROOM: Duration = Duration::from_millis(10);

/// How long the rest has at the end.
const DRAIN: Duration = Duration::from_millis(300);

/// After this time the thread ends, whatever it waits for.
const GIVE_UP: Duration = Duration::from_millis(700);

/// A heartbeat that has not come back after this time is missing.
const SILENT_AFTER: Duration = Duration::from_secs(3);

/// Questions that are answered in one second.
const QUESTIONS_PER_SECOND: u32 = 20;

/// Actions that are obeyed in one second.
const ACTIONS_PER_SECOND: u32 = 10;

/// Publishes what it is told, on a thread of its own. It is never waited for.
pub struct BusPublisher {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl BusPublisher {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub fn start(options: BusOptions, login: Login, role: Role) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shared = Arc::new(Shared::new(role));
        let of_thread = Arc::clone(&shared);
        let run = move || {
            let all = async {
                tokio::select! {
                    () = run(&options, &login, &of_thread) => {}
                    () = of_thread.stopped_for(GIVE_UP) => {}
                }
            };
            runtime.block_on(all);
            // Name lookups may block: they are not waited for.
            runtime.shutdown_background();
            of_thread.end();
        };
        let thread = thread::Builder::new().name("bytewatch-bus".to_owned()).spawn(run)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Takes what has happened.
    pub fn take(&self, events: &[Stamped]) {
        let now = self.shared.now();
        self.shared.change(|publication| publication.take(events, now));
    }

    /// Tells what is due. Returns when something is due next, if anything is.
    pub fn tell_due(&self) -> Option<Instant> {
        let now = self.shared.now();
        let due = self.shared.change(|publication| {
            publication.tell_due(now);
            publication.due()
        });
        due.map(|due| self.shared.role.begin + Duration::from_micros(due.0))
    }

    /// Whether a watcher has a lease on the bytes of a connection.
    #[must_use]
    pub fn has_lease(&self) -> bool {
        self.shared.publication.lock().has_lease()
    }

    /// Publishes what is left, says so, and ends the thread.
    pub fn stop(&self) {
        self.shared.change(Publication::finish);
        self.shared.stop();
    }

    /// Whether the thread has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.shared.has_ended()
    }
}

impl Drop for BusPublisher {
    fn drop(&mut self) {
        self.shared.stop();
        // It ends within a limited time. If it has panicked, that was reported.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Connects, publishes until the end, and says that it ends.
async fn run(options: &BusOptions, login: &Login, shared: &Arc<Shared>) {
    let ((bulk, _), (control, connection)) =
        tokio::join!(connect::connect(options, login, "events"), connect::connect(options, login, "control"));
    let subject = |verb| Subject::from(options.prefix.subject(verb, &shared.role.publisher));
    let tasks = [
        tokio::spawn(answer_questions(
            control.clone(),
            subject(Verb::Ask),
            BusAddresses::new(options.url.clone()),
            Arc::clone(shared),
        )),
        tokio::spawn(obey_orders(control.clone(), subject(Verb::Do), Arc::clone(shared))),
        tokio::spawn(watch_own_heartbeats(control.clone(), subject(Verb::Here), Arc::clone(shared))),
        tokio::spawn(publish_heartbeats(control, connection, subject(Verb::Here), Arc::clone(shared))),
    ];
    publish_messages(&bulk, &options.prefix, shared).await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    let bye = {
        let mut publication = shared.publication.lock();
        publication.shed_the_rest();
        publication.here(wall_clock(), true)
    };
    // Behind the last batch, so that it arrives behind it.
    let last_heartbeat = async {
        let _ = bulk.publish(subject(Verb::Here), wire::write(&bye).into()).await;
        let _ = bulk.flush().await;
    };
    // A broker that is gone hears nothing.
    let _ = timeout(DRAIN, last_heartbeat).await;
}

/// Publishes messages as they become ready, until the end.
async fn publish_messages(client: &Client, prefix: &Prefix, shared: &Shared) {
    let publisher = &shared.role.publisher;
    let facts = Subject::from(prefix.subject(Verb::Facts, publisher));
    let mut held: Option<Bytes> = None;
    loop {
        shared.wait_for_batch(BATCH_EVERY).await;
        while let Some(message) = held.take().map(Outgoing::Batch).or_else(|| shared.next_message()) {
            let (subject, payload) = match &message {
                Outgoing::Batch(batch) => (facts.clone(), batch.clone()),
                Outgoing::Chunk(connection, chunk) => {
                    (prefix.of_bytes(publisher, *connection).into(), chunk.clone())
                }
            };
            match client.publish(subject, payload).now_or_never() {
                // The client has to get its turn, too.
                Some(Ok(())) => tokio::task::yield_now().await,
                Some(Err(error)) => {
                    warn!(target: "bytewatch::bus", "a message is lost: {error}");
                }
                None => {
                    // Bytes are left out where there is no room for them.
                    held = match message {
                        Outgoing::Batch(batch) => Some(batch),
                        Outgoing::Chunk(..) => None,
                    };
                    sleep(NO_ROOM).await;
                }
            }
            if shared.has_stopped_for(DRAIN) {
                if held.is_some() {
                    shared.publication.lock().shed_last_batch();
                }
                return;
            }
        }
        if shared.is_stopping() {
            return;
        }
    }
}

/// Says each second that this program is there.
async fn publish_heartbeats(client: Client, connection: Connection, subject: Subject, shared: Arc<Shared>) {
    let (begin, mut is_silent) = (Instant::now(), false);
    let mut ticks = tokio::time::interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let here = shared.publication.lock().here(wall_clock(), false);
        // Without room for it, the next one will do.
        let _ = client.publish(subject.clone(), wire::write(&here).into()).now_or_never();
        let silent = shared.heard_itself().unwrap_or(begin).elapsed() > SILENT_AFTER;
        if connection.is_connected() == Some(true) && silent && !is_silent {
            warn!(target: "bytewatch::bus", "the bus does not pass on what is published (is there a right to hear {subject}?)");
        }
        is_silent = silent;
    }
}

/// Hears its own heartbeats, and those of another program with the same name.
async fn watch_own_heartbeats(client: Client, subject: Subject, shared: Arc<Shared>) {
    let Ok(mut messages) = client.subscribe(subject).await else { return };
    while let Some(message) = messages.next().await {
        if let Ok(here) = wire::read::<Here>(&message.payload) {
            shared.hear(here.epoch, here.is_bye);
        }
    }
}

async fn answer_questions(client: Client, subject: Subject, mut bus: BusAddresses, shared: Arc<Shared>) {
    let Ok(mut questions) = client.subscribe(subject).await else { return };
    let mut limit = Limit::per_second(QUESTIONS_PER_SECOND);
    while let Some(message) = questions.next().await {
        let Some(reply) = inbox_of(&message) else { continue };
        let answer = match wire::read::<Ask>(&message.payload) {
            _ if !limit.allows(Instant::now()) => refused("too many questions"),
            Ok(Ask::Page { after }) => shared.publication.lock().page(after),
            Ok(Ask::Clock) => Answer::Clock { at: wall_clock().0 },
            Ok(Ask::Lease { connection, micros, who }) => {
                lease::answer(&shared, &mut bus, (connection, micros, &who), &reply).await
            }
            Err(Malformed::Unknown) => refused("this version does not know the question"),
            Err(Malformed::TooLong(_) | Malformed::Wrong(_)) => continue,
        };
        let _ = client.publish(reply, wire::write(&answer).into()).await;
    }
}

async fn obey_orders(client: Client, subject: Subject, shared: Arc<Shared>) {
    if shared.role.identity.obeys.is_empty() {
        return;
    }
    let Ok(mut orders) = client.subscribe(subject).await else { return };
    let mut limit = Limit::per_second(ACTIONS_PER_SECOND);
    while let Some(message) = orders.next().await {
        let Some(reply) = inbox_of(&message) else { continue };
        let refused = |why: &str| Outcome::Refused { why: Text::new(why) };
        let outcome = match wire::read::<Order>(&message.payload) {
            _ if !limit.allows(Instant::now()) => refused("too many actions"),
            Ok(order) => obey::obey(&shared, &order, &reply),
            Err(Malformed::Unknown) => refused("this version does not know the action"),
            Err(Malformed::TooLong(_) | Malformed::Wrong(_)) => continue,
        };
        let _ = client.publish(reply, wire::write(&outcome).into()).await;
    }
}

fn refused(why: &str) -> Answer {
    Answer::Refused { why: Text::new(why) }
}

/// Where the answer to a message goes, if it may go there.
fn inbox_of(message: &async_nats::Message) -> Option<Subject> {
    message.reply.clone().filter(|reply| is_inbox(reply))
}
