//! The named clients of a lesson: all on one thread, which carries out their commands in sequence.

mod client;

use std::collections::HashMap;
use std::fmt;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mio::Waker;
use socket2::Socket;

use crate::client::engine::{
    Behaviour, ClientId, Engine, EngineWait, Output, Precision, Route, SocketBuffers,
};
use crate::client::scripted::client::{ReadState, ScriptedClient};
use crate::event::{Address, UnixAddress};

/// The connect timeout; the server is on this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The name of a client.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ClientName(Arc<str>);

impl ClientName {
    /// The longest name that the column of names has room for.
    const LONGEST: usize = 12;

    /// Makes a name of `text`, if it is valid.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let sign = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let fits = (1..=Self::LONGEST).contains(&text.len());
        (fits && text.chars().all(sign)).then(|| Self(text.into()))
    }
}

impl fmt::Display for ClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A command to a client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ClientCommand {
    /// Connect. The result is reported.
    Connect(ClientName),
    /// Send these bytes in one write.
    Send(ClientName, Vec<u8>),
    /// Set the messages that [`SendNext`](Self::SendNext) sends.
    SetMessages(ClientName, Vec<Vec<u8>>),
    /// Send the next of those messages, unless the one before is not completely sent.
    SendNext(ClientName),
    /// Drop those messages.
    ClearMessages(ClientName),
    /// Stop reading.
    PauseReading(ClientName),
    /// Read again.
    ResumeReading(ClientName),
    /// Send FIN after all queued bytes.
    Finish(ClientName),
    /// Send RST.
    Reset(ClientName),
}

/// The result of a connect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ConnectResult {
    /// The client.
    pub(crate) name: ClientName,
    /// The address that the client connects from, or the error.
    pub(crate) address: Result<Address, String>,
}

/// A handle to the clients' thread. Dropping it closes all clients.
pub(crate) struct ScriptedClients {
    commands: Option<Sender<ClientCommand>>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl ScriptedClients {
    /// Starts the thread for clients of the server at `target`. It calls `report` with the result of each connect.
    ///
    /// # Errors
    ///
    /// The system cannot start a thread or poll sockets, or no client can connect to such an address.
    pub(crate) fn start(
        target: &Address,
        report: impl Fn(ConnectResult) + Send + 'static,
    ) -> io::Result<Self> {
        let mut engine = Engine::new()?;
        let waker = engine.waker()?;
        let (sender, commands) = mpsc::channel();
        let mut clients = CommandedClients {
            // Small buffers: a client that does not read blocks the server soon.
            route: Route::new(target, CONNECT_TIMEOUT, SocketBuffers::Small)?,
            commands,
            report,
            clients: Vec::new(),
            names: HashMap::new(),
            connecting: None,
        };
        let thread = thread::Builder::new()
            .name("clients".to_owned())
            // The run ends early if the system cannot poll sockets.
            .spawn(move || drop(engine.run(&mut clients)))
            .map_err(crate::client::thread_error::with_advice)?;
        Ok(Self { commands: Some(sender), waker, thread: Some(thread) })
    }

    /// Queues a command and returns at once.
    pub(crate) fn command(&self, command: ClientCommand) {
        // The thread ends when it cannot poll; its clients are closed then, which the dashboard shows.
        let _ = self.commands.as_ref().map(|commands| commands.send(command));
        let _ = self.waker.wake();
    }
}

impl Drop for ScriptedClients {
    fn drop(&mut self) {
        self.commands = None;
        let _ = self.waker.wake();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// The clients, which do what the commands say.
struct CommandedClients<T> {
    route: Route,
    commands: Receiver<ClientCommand>,
    report: T,
    /// All clients that there ever were, by their numbers.
    clients: Vec<ScriptedClient>,
    /// The clients that take commands. A client that has sent FIN is not among them, but its connection stays open
    /// until the server closes.
    names: HashMap<ClientName, ClientId>,
    /// The name of the last client, while it is connecting. Further commands wait for that.
    connecting: Option<ClientName>,
}

impl<T: Fn(ConnectResult)> CommandedClients<T> {
    fn carry_out(&mut self, engine: &mut Engine, command: ClientCommand, now: Instant) {
        match command {
            ClientCommand::Connect(name) => self.connect(engine, name, now),
            ClientCommand::Send(name, bytes) => self.with(engine, &name, |client| client.send(&bytes)),
            ClientCommand::SetMessages(name, messages) => {
                self.with(engine, &name, |client| client.set_messages(messages));
            }
            ClientCommand::SendNext(name) => self.with(engine, &name, ScriptedClient::send_next),
            ClientCommand::ClearMessages(name) => {
                self.with(engine, &name, |client| client.set_messages(Vec::new()));
            }
            ClientCommand::PauseReading(name) => {
                self.with(engine, &name, |client| client.set_reading(ReadState::Paused));
            }
            ClientCommand::ResumeReading(name) => {
                self.with(engine, &name, |client| client.set_reading(ReadState::On));
            }
            ClientCommand::Finish(name) => {
                self.with(engine, &name, ScriptedClient::finish);
                self.names.remove(&name);
            }
            ClientCommand::Reset(name) => {
                self.with(engine, &name, ScriptedClient::reset);
                self.names.remove(&name);
            }
        }
    }

    fn connect(&mut self, engine: &mut Engine, name: ClientName, now: Instant) {
        let client = ClientId(self.clients.len());
        self.clients.push(ScriptedClient::default());
        self.connecting = Some(name);
        if let Err(error) = engine.connect(client, &self.route, now) {
            self.closed(client, Some(error));
        }
    }

    /// Runs `act` on a client. Commands for closed clients are ignored; the server reports the close.
    fn with(&mut self, engine: &mut Engine, name: &ClientName, act: impl FnOnce(&mut ScriptedClient)) {
        if let Some(&client) = self.names.get(name) {
            act(&mut self.clients[client.0]);
            engine.serve(client, self);
        }
    }
}

impl<T: Fn(ConnectResult)> Behaviour for CommandedClients<T> {
    fn act(&mut self, engine: &mut Engine, now: Instant) -> ControlFlow<(), EngineWait> {
        while self.connecting.is_none() {
            match self.commands.try_recv() {
                Ok(command) => self.carry_out(engine, command, now),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(EngineWait { until: None, precision: Precision::Milliseconds })
    }

    fn connected(&mut self, client: ClientId, socket: &Socket) {
        if let Some(name) = self.connecting.take() {
            self.names.insert(name.clone(), client);
            let address = local_address(socket).map_err(|error| error.to_string());
            (self.report)(ConnectResult { name, address });
        }
    }

    fn output(&self, client: ClientId) -> Output<'_> {
        self.clients[client.0].output()
    }

    fn sent(&mut self, client: ClientId, length: usize) {
        self.clients[client.0].sent(length);
    }

    fn finished(&mut self, client: ClientId) {
        self.clients[client.0].finished();
    }

    fn read_limit(&self, client: ClientId) -> usize {
        self.clients[client.0].read_limit()
    }

    fn received(&mut self, _client: ClientId, _bytes: &[u8]) {}

    fn ended(&mut self, _client: ClientId) {}

    fn closed(&mut self, client: ClientId, error: Option<io::Error>) {
        self.names.retain(|_, named| *named != client);
        self.clients[client.0] = ScriptedClient::default();
        let is_last = client.0 + 1 == self.clients.len();
        if let Some(name) = self.connecting.take_if(|_| is_last) {
            let error = error.unwrap_or_else(|| ErrorKind::ConnectionAborted.into());
            (self.report)(ConnectResult { name, address: Err(error.to_string()) });
        }
    }
}

/// The address that a client connects from. A Unix domain socket of a client has no name.
fn local_address(socket: &Socket) -> io::Result<Address> {
    let address = socket.local_addr()?.as_socket();
    Ok(address.map_or(Address::Unix(UnixAddress::Unnamed(None)), Address::from))
}

#[cfg(test)]
mod tests;
