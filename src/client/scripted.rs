//! The named clients of a lesson: all on one thread, which carries out their commands in sequence.
//!
//! Their sockets behave like those of a network, not of the loopback: with small segments and small buffers, a client
//! that does not read blocks the server after a few hundred kilobytes, not after ten megabytes.

mod client;

use std::collections::HashMap;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};

use mio::{Events, Poll, Token, Waker};

use crate::client::scripted::client::{Disconnected, ReadState, ScriptedClient};

/// The token of the waker, which announces commands.
const COMMAND_TOKEN: Token = Token(0);

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
    pub(crate) address: Result<SocketAddr, String>,
}

/// A handle to the clients' thread. Dropping it closes all clients.
pub(crate) struct ScriptedClients {
    commands: Option<Sender<ClientCommand>>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl ScriptedClients {
    /// Starts the thread for clients of the server at `address`. It calls `tell` with the result of each connect.
    ///
    /// # Errors
    ///
    /// The system cannot start a thread or poll sockets.
    pub(crate) fn start(
        address: SocketAddr,
        tell: impl Fn(ConnectResult) + Send + 'static,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), COMMAND_TOKEN)?;
        let (sender, commands) = mpsc::channel();
        let client_thread = ClientThread {
            address,
            poll,
            commands,
            tell,
            clients: HashMap::new(),
            names: HashMap::new(),
            made: COMMAND_TOKEN.0,
        };
        let thread = thread::Builder::new()
            .name("clients".to_owned())
            .spawn(move || client_thread.run())
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

/// The state of the clients' thread.
struct ClientThread<T> {
    address: SocketAddr,
    poll: Poll,
    commands: Receiver<ClientCommand>,
    tell: T,
    clients: HashMap<Token, ScriptedClient>,
    /// The clients that take commands. A client that has sent FIN is removed here, but stays in `clients` until the
    /// server closes.
    names: HashMap<ClientName, Token>,
    /// The token of the newest client.
    made: usize,
}

impl<T: Fn(ConnectResult)> ClientThread<T> {
    fn run(mut self) {
        let mut events = Events::with_capacity(64);
        loop {
            match self.poll.poll(&mut events, None) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return,
                _ => {}
            }
            for event in &events {
                self.with(event.token(), ScriptedClient::serve);
            }
            loop {
                match self.commands.try_recv() {
                    Ok(command) => self.carry_out(command),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
        }
    }

    fn carry_out(&mut self, command: ClientCommand) {
        match command {
            ClientCommand::Connect(name) => {
                let address = self.connect(&name).map_err(|error| error.to_string());
                (self.tell)(ConnectResult { name, address });
            }
            ClientCommand::Send(name, bytes) => self.of(&name, |client| client.send(&bytes)),
            ClientCommand::SetMessages(name, messages) => {
                self.of(&name, |client| client.set_messages(messages));
            }
            ClientCommand::SendNext(name) => self.of(&name, ScriptedClient::send_next),
            ClientCommand::ClearMessages(name) => self.of(&name, |client| client.set_messages(Vec::new())),
            ClientCommand::PauseReading(name) => {
                self.of(&name, |client| client.set_reading(ReadState::Paused));
            }
            ClientCommand::ResumeReading(name) => self.of(&name, |client| client.set_reading(ReadState::On)),
            ClientCommand::Finish(name) => {
                self.of(&name, ScriptedClient::finish);
                self.names.remove(&name);
            }
            ClientCommand::Reset(name) => {
                self.of(&name, ScriptedClient::reset);
                self.names.remove(&name);
            }
        }
    }

    fn connect(&mut self, name: &ClientName) -> io::Result<SocketAddr> {
        self.made += 1;
        let token = Token(self.made);
        let (client, address) = ScriptedClient::connect(self.address, self.poll.registry(), token)?;
        self.clients.insert(token, client);
        self.names.insert(name.clone(), token);
        Ok(address)
    }

    /// Runs `act` on a client. Commands for closed clients are ignored; the server reports the close.
    fn of(&mut self, name: &ClientName, act: impl FnOnce(&mut ScriptedClient) -> Result<(), Disconnected>) {
        if let Some(&token) = self.names.get(name) {
            self.with(token, act);
        }
    }

    fn with(&mut self, token: Token, act: impl FnOnce(&mut ScriptedClient) -> Result<(), Disconnected>) {
        if self.clients.get_mut(&token).is_some_and(|client| act(client).is_err()) {
            self.clients.remove(&token);
        }
    }
}

#[cfg(test)]
mod tests;
