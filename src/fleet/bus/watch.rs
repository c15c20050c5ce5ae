//! The thread that listens for a watcher. It always reads, so that the broker never holds anything back because of it:
//! what the watcher does not take in time is dropped, and found missing by its number.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_nats::{Client, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt as _;
use parking_lot::{Condvar, Mutex};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::fleet::bus::connect::{self, Connection, Login};
use crate::fleet::options::BusOptions;
use crate::fleet::subject::{Prefix, Publisher, Verb};
use crate::fleet::wire::{self, Ask};

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
}

/// What the thread is to do.
enum Request {
    Ask(Publisher, Ask),
    /// Follow the bytes of this connection, or of none.
    Follow(Option<(Publisher, u64)>),
}

/// Listens on a thread of its own. The thread ends when this is dropped.
pub struct BusWatcher {
    inbox: Arc<Inbox>,
    requests: Option<UnboundedSender<Request>>,
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
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Connects and listens until nothing can be asked any more, which is the end.
async fn run(
    options: &BusOptions,
    login: &Login,
    inbox: &Arc<Inbox>,
    mut requests: UnboundedReceiver<Request>,
) {
    let mut asked = Vec::new();
    let connected = tokio::select! {
        connected = connect::connect(options, login, "watch") => Some(connected),
        () = closed(&mut requests, &mut asked) => None,
    };
    let Some((client, connection)) = connected else { return };
    // Everything is on one connection, so that the broker knows what is listened to before it passes a question on.
    for verb in [Verb::Facts, Verb::Here] {
        tokio::spawn(listen(client.clone(), options.prefix.of_all(verb), Arc::clone(inbox)));
    }
    tokio::spawn(look(connection, Arc::clone(inbox)));
    let mut followed: Option<AbortHandle> = None;
    // What was asked before the first attempt to connect had ended comes first.
    let mut asked = asked.into_iter();
    loop {
        let next = asked.next();
        let Some(request) = (if next.is_some() { next } else { requests.recv().await }) else { return };
        match request {
            Request::Ask(publisher, question) => {
                let (client, prefix) = (client.clone(), options.prefix.clone());
                tokio::spawn(ask(client, prefix, publisher, question, Arc::clone(inbox)));
            }
            Request::Follow(connection) => {
                followed.take().iter().for_each(AbortHandle::abort);
                let Some((publisher, connection)) = connection else { continue };
                let subject = options.prefix.of_bytes(&publisher, connection);
                // The broker knows of this before the question that comes next.
                let Ok(messages) = client.subscribe(subject).await else { continue };
                followed = Some(tokio::spawn(take_bytes(messages, Arc::clone(inbox))).abort_handle());
            }
        }
    }
}

/// Waits until nothing can be asked any more, and keeps what is.
async fn closed(requests: &mut UnboundedReceiver<Request>, asked: &mut Vec<Request>) {
    while let Some(request) = requests.recv().await {
        asked.push(request);
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
    let mut told = None;
    loop {
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
