//! The thread that listens for a watcher. It always reads, so that the broker never holds anything back because of it:
//! what the watcher does not take in time is dropped, and found missing by its number.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_nats::{Client, RequestErrorKind};
use bytes::Bytes;
use futures_util::StreamExt as _;
use parking_lot::{Condvar, Mutex};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::fleet::bus::connect::{self, Connection, Login};
use crate::fleet::options::BusOptions;
use crate::fleet::subject::{Prefix, Publisher, Verb};
use crate::fleet::wire::{self, Ask, Order};

/// How many bytes wait for the watcher at most.
const INBOX_LIMIT: usize = 32 << 20;

/// What one message takes beside its bytes.
const MESSAGE_COST: usize = 200;

/// How often the state of the connection is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// What has come from the bus.
#[derive(Debug)]
pub enum Received {
    /// A message.
    Message {
        /// Its subject.
        subject: String,
        /// Its bytes.
        payload: Bytes,
    },
    /// The answer to a question, or that there is none.
    Answer {
        /// Who was asked.
        publisher: Publisher,
        /// The bytes of the answer.
        payload: Option<Bytes>,
    },
    /// What has come of an action that was asked for under this number.
    Outcome {
        /// The number.
        number: u64,
        /// The bytes of the outcome.
        payload: Result<Bytes, NoOutcome>,
    },
    /// Whether the bus can be reached.
    Connected(bool),
    /// Why it cannot be reached.
    Trouble(String),
}

/// Why nothing is known of what has come of an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoOutcome {
    /// Nobody listens to actions for the publisher, so it was not done.
    Nobody,
    /// There was no answer, so it may be done or not.
    NoAnswer,
}

/// What the thread is asked for.
enum Request {
    Ask(Publisher, Ask),
    Order(Publisher, u64, Order),
    /// To listen, or not to. The sender is told when the broker knows.
    Listen(bool, SyncSender<()>),
}

/// How long the broker has to learn that nobody listens any more.
const SILENCE: Duration = Duration::from_millis(200);

/// Listens on a thread of its own. The thread ends when this is dropped.
pub struct BusWatcher {
    inbox: Arc<Inbox>,
    questions: Option<UnboundedSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Inbox {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    received: VecDeque<Received>,
    bytes: usize,
    dropped: u64,
}

impl Inbox {
    fn push(&self, received: Received) {
        let mut queue = self.queue.lock();
        if let Received::Message { payload, .. } = &received {
            if queue.bytes + payload.len() + MESSAGE_COST > INBOX_LIMIT {
                queue.dropped += 1;
                return;
            }
            queue.bytes += payload.len() + MESSAGE_COST;
        }
        queue.received.push_back(received);
        drop(queue);
        self.changed.notify_one();
    }
}

impl BusWatcher {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub fn start(options: BusOptions, login: Login) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let inbox = Arc::<Inbox>::default();
        let (sender, questions) = unbounded_channel();
        let of_thread = Arc::clone(&inbox);
        let run = move || {
            runtime.block_on(run(&options, &login, &of_thread, questions));
            // Name lookups may block: they are not waited for.
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("bytewatch-bus".to_owned()).spawn(run)?;
        Ok(Self { inbox, questions: Some(sender), thread: Some(thread) })
    }

    /// Takes what has come, after waiting for it up to this time.
    #[must_use]
    pub fn receive(&self, wait: Duration) -> VecDeque<Received> {
        let mut queue = self.inbox.queue.lock();
        if queue.received.is_empty() {
            self.inbox.changed.wait_for(&mut queue, wait);
        }
        queue.bytes = 0;
        std::mem::take(&mut queue.received)
    }

    /// The number of messages that were dropped, because too many waited.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.inbox.queue.lock().dropped
    }

    /// Asks a publisher. The answer is received later.
    pub fn ask(&self, publisher: Publisher, question: Ask) {
        // Without the thread there is no answer.
        let _ = self.questions.as_ref().map(|questions| questions.send(Request::Ask(publisher, question)));
    }

    /// Asks a publisher for an action, once. The outcome is received later, with this number.
    pub fn order(&self, publisher: Publisher, number: u64, order: Order) {
        let request = Request::Order(publisher, number, order);
        // Without the thread there is no outcome.
        let _ = self.questions.as_ref().map(|questions| questions.send(request));
    }

    /// Listens, or does not listen: then the broker sends nothing. Returns when it knows, or after a moment.
    pub fn set_listening(&self, listens: bool) {
        let (told, knows) = mpsc::sync_channel(1);
        let _ = self.questions.as_ref().map(|questions| questions.send(Request::Listen(listens, told)));
        // A broker that cannot be reached sends nothing in any case.
        let _ = knows.recv_timeout(2 * SILENCE);
    }
}

impl Drop for BusWatcher {
    fn drop(&mut self) {
        self.questions = None;
        // If it has panicked, that was reported.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Connects and listens until nothing can be asked any more, which is the end.
async fn run(
    options: &BusOptions,
    login: &Login,
    inbox: &Arc<Inbox>,
    mut questions: UnboundedReceiver<Request>,
) {
    let connected = tokio::select! {
        connected = connect::connect(options, login, "watch") => Some(connected),
        () = closed(&mut questions) => None,
    };
    let Some((client, connection)) = connected else { return };
    // Everything is on one connection, so that the broker knows what is listened to before it passes a question on.
    let listen_all = || {
        [Verb::Facts, Verb::Here]
            .map(|verb| tokio::spawn(listen(client.clone(), options.prefix.of_all(verb), Arc::clone(inbox))))
    };
    let mut listening = Some(listen_all());
    tokio::spawn(look(connection, Arc::clone(inbox)));
    while let Some(request) = questions.recv().await {
        let (client, prefix, inbox) = (client.clone(), options.prefix.clone(), Arc::clone(inbox));
        match request {
            Request::Ask(publisher, question) => {
                drop(tokio::spawn(ask(client, prefix, publisher, question, inbox)));
            }
            Request::Order(publisher, number, sent) => {
                drop(tokio::spawn(order(client, prefix, publisher, number, sent, inbox)));
            }
            Request::Listen(true, told) => {
                listening.get_or_insert_with(listen_all);
                let _ = told.send(());
            }
            Request::Listen(false, told) => {
                for task in listening.take().into_iter().flatten() {
                    task.abort();
                    let _ = task.await;
                }
                // The client unsubscribes in a task of its own.
                tokio::time::sleep(SILENCE / 10).await;
                let _ = tokio::time::timeout(SILENCE, client.flush()).await;
                let _ = told.send(());
            }
        }
    }
}

/// Waits until nothing can be asked any more.
async fn closed(questions: &mut UnboundedReceiver<Request>) {
    while questions.recv().await.is_some() {}
}

async fn listen(client: Client, subject: String, inbox: Arc<Inbox>) {
    let Ok(mut messages) = client.subscribe(subject).await else { return };
    while let Some(message) = messages.next().await {
        let subject = message.subject.to_string();
        inbox.push(Received::Message { subject, payload: message.payload });
    }
}

/// Tells changes of the connection.
async fn look(connection: Connection, inbox: Arc<Inbox>) {
    let (mut told, mut told_trouble) = (None, None);
    loop {
        let trouble = connection.trouble();
        if let Some(why) = trouble.clone().filter(|_| trouble != told_trouble) {
            inbox.push(Received::Trouble(why));
        }
        told_trouble = trouble;
        let is_connected = connection.is_connected();
        if let Some(is_connected) = is_connected.filter(|_| is_connected != told) {
            inbox.push(Received::Connected(is_connected));
            told = Some(is_connected);
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn ask(client: Client, prefix: Prefix, publisher: Publisher, question: Ask, inbox: Arc<Inbox>) {
    let subject = prefix.subject(Verb::Ask, &publisher);
    let answer = client.request(subject, wire::write(&question).into()).await;
    inbox.push(Received::Answer { publisher, payload: answer.ok().map(|message| message.payload) });
}

/// Asks for an action. Whatever happens, it is asked for only once.
async fn order(
    client: Client,
    prefix: Prefix,
    publisher: Publisher,
    number: u64,
    order: Order,
    inbox: Arc<Inbox>,
) {
    let subject = prefix.subject(Verb::Do, &publisher);
    let answer = client.request(subject, wire::write(&order).into()).await;
    let payload = answer.map(|message| message.payload).map_err(|error| match error.kind() {
        RequestErrorKind::NoResponders => NoOutcome::Nobody,
        _ => NoOutcome::NoAnswer,
    });
    inbox.push(Received::Outcome { number, payload });
}
