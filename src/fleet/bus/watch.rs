//! The thread that listens for a watcher. It always reads, so that the broker never holds anything back because of it:
//! what the watcher does not take in time is dropped, and found missing by its number.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::Duration;

use async_nats::{Client, RequestErrorKind, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt as _;
use parking_lot::{Condvar, Mutex};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

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
    /// Bytes of the connection that is followed.
    Bytes {
        /// The message.
        payload: Bytes,
    },
    /// The answer to a question for bytes, or that there is none.
    Leased {
        /// Who was asked.
        publisher: Publisher,
        /// The connection that it was about.
        connection: u64,
        /// The bytes of the answer.
        payload: Option<Bytes>,
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
    /// To follow the bytes of this connection, or of none.
    Follow(Option<(Publisher, u64)>),
}

/// How long the broker has to learn that nobody listens any more.
const SILENCE: Duration = Duration::from_millis(200);

/// Listens on a thread of its own. The thread ends when this is dropped.
pub struct BusWatcher {
    inbox: Arc<Inbox>,
    requests: Option<UnboundedSender<Request>>,
    thread: Option<thread::JoinHandle<()>>,
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
        if let Received::Message { payload, .. } | Received::Bytes { payload } = &received {
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
        let (sender, requests) = unbounded_channel();
        let of_thread = Arc::clone(&inbox);
        let run = move || {
            runtime.block_on(run(&options, &login, &of_thread, requests));
            // Name lookups may block: they are not waited for.
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("bytewatch-bus".to_owned()).spawn(run)?;
        Ok(Self { inbox, requests: Some(sender), thread: Some(thread) })
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
        self.request(Request::Ask(publisher, question));
    }

    /// Asks a publisher for an action, once. The outcome is received later, with this number.
    pub fn order(&self, publisher: Publisher, number: u64, order: Order) {
        self.request(Request::Order(publisher, number, order));
    }

    /// Listens, or does not listen: then the broker sends nothing. Returns when it knows, or after a moment.
    pub fn set_listening(&self, listens: bool) {
        let (told, knows) = mpsc::sync_channel(1);
        self.request(Request::Listen(listens, told));
        // A broker that cannot be reached sends nothing in any case.
        let _ = knows.recv_timeout(2 * SILENCE);
    }

    /// Listens to the bytes of this connection, and of no other. They come only while a question for them is renewed.
    pub fn follow(&self, connection: Option<(Publisher, u64)>) {
        self.request(Request::Follow(connection));
    }

    fn request(&self, request: Request) {
        // Without the thread nothing comes of it.
        let _ = self.requests.as_ref().map(|requests| requests.send(request));
    }
}

impl Drop for BusWatcher {
    fn drop(&mut self) {
        self.requests = None;
        // If it has panicked, that was reported.
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

/// Connects and listens until nothing can be asked any more, which is the end.
async fn run(
    options: &BusOptions,
    login: &Login,
    inbox: &Arc<Inbox>,
    mut requests: UnboundedReceiver<Request>,
) {
    let mut early = Vec::new();
    let connected = tokio::select! {
        connected = connect::connect(options, login, "watch") => Some(connected),
        () = closed(&mut requests, &mut early) => None,
    };
    let Some((client, connection)) = connected else { return };
    let mut listener = Listener {
        client,
        prefix: options.prefix.clone(),
        inbox: Arc::clone(inbox),
        tasks: Vec::new(),
        followed: None,
        following: None,
    };
    listener.listen();
    tokio::spawn(look(connection, Arc::clone(inbox)));
    // What was asked before the first attempt to connect had ended comes first.
    for request in early {
        listener.carry_out(request).await;
    }
    while let Some(request) = requests.recv().await {
        listener.carry_out(request).await;
    }
}

/// Waits until nothing can be asked any more, and keeps what is.
async fn closed(requests: &mut UnboundedReceiver<Request>, early: &mut Vec<Request>) {
    while let Some(request) = requests.recv().await {
        early.push(request);
    }
}

/// Carries out what is asked for. Everything is on one connection, so that the broker knows what is listened to before it
/// passes a question on.
struct Listener {
    client: Client,
    prefix: Prefix,
    inbox: Arc<Inbox>,
    /// The tasks that listen to all publishers; none while nothing is listened to.
    tasks: Vec<JoinHandle<()>>,
    /// The connection whose bytes are followed.
    followed: Option<(Publisher, u64)>,
    /// The task that follows them.
    following: Option<JoinHandle<()>>,
}

impl Listener {
    fn listen(&mut self) {
        let subjects = [Verb::Facts, Verb::Here].map(|verb| self.prefix.of_all(verb));
        let listen = |subject| tokio::spawn(listen(self.client.clone(), subject, Arc::clone(&self.inbox)));
        self.tasks = subjects.into_iter().map(listen).collect();
    }

    async fn carry_out(&mut self, request: Request) {
        let (client, prefix, inbox) = (self.client.clone(), self.prefix.clone(), Arc::clone(&self.inbox));
        match request {
            Request::Ask(publisher, question) => {
                drop(tokio::spawn(ask(client, prefix, publisher, question, inbox)));
            }
            Request::Order(publisher, number, sent) => {
                drop(tokio::spawn(order(client, prefix, publisher, number, sent, inbox)));
            }
            Request::Listen(true, told) => {
                if self.tasks.is_empty() {
                    self.listen();
                    self.follow().await;
                }
                let _ = told.send(());
            }
            Request::Listen(false, told) => {
                self.silence().await;
                let _ = told.send(());
            }
            Request::Follow(connection) => {
                self.followed = connection;
                self.follow().await;
            }
        }
    }

    /// Follows the bytes of the connection that is to be followed, and of no other.
    async fn follow(&mut self) {
        end(self.following.take()).await;
        let Some((publisher, connection)) = self.followed.as_ref().filter(|_| !self.tasks.is_empty()) else {
            return;
        };
        let subject = self.prefix.of_bytes(publisher, *connection);
        // The broker knows of this before the question that comes next.
        if let Ok(messages) = self.client.subscribe(subject).await {
            self.following = Some(tokio::spawn(take_bytes(messages, Arc::clone(&self.inbox))));
        }
    }

    /// Listens to nothing. Returns when the broker knows, or after a moment.
    async fn silence(&mut self) {
        end(self.tasks.drain(..).chain(self.following.take())).await;
        // The client unsubscribes in a task of its own.
        tokio::time::sleep(SILENCE / 10).await;
        let _ = tokio::time::timeout(SILENCE, self.client.flush()).await;
    }
}

/// Ends tasks, and waits until they have.
async fn end(tasks: impl IntoIterator<Item = JoinHandle<()>>) {
    for task in tasks {
        task.abort();
        let _ = task.await;
    }
}

async fn take_bytes(mut messages: Subscriber, inbox: Arc<Inbox>) {
    while let Some(message) = messages.next().await {
        inbox.push(Received::Bytes { payload: message.payload });
    }
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
    let payload = answer.ok().map(|message| message.payload);
    inbox.push(match question {
        Ask::Lease { connection, .. } => Received::Leased { publisher, connection, payload },
        Ask::Page { .. } | Ask::Clock => Received::Answer { publisher, payload },
    });
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
