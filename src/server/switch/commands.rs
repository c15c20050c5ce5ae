//! Carries out commands: what concerns connections at once, what concerns backends and listeners by the controller.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::event::{Command, ConnectionCommand, ListenerId, NewListener};
use crate::server::backend::shared::{ControlMessage, Shared};
use crate::server::net::listen::{StartError, listen, warn_of_exposure};
use crate::server::net::listen_address::ListenAddress;
use crate::server::net::route::{Entrance, Route};
use crate::server::net::upstream::Upstream;

/// Tells when a command is carried out, or why it cannot be. Its sender is dropped when the server stops before that.
pub(in crate::server) type Completion = oneshot::Receiver<io::Result<()>>;

/// What commands are given to.
#[derive(Clone)]
pub(in crate::server) struct Commands {
    pub(in crate::server) shared: Arc<Shared>,
}

impl Commands {
    /// Carries out a command. Returns at once. Only faults of handlers are started here; those that clients make are
    /// ignored.
    pub(in crate::server) fn execute(&self, command: Command) -> Completion {
        let (answer, completion) = oneshot::channel();
        match command {
            Command::Listen(new) => match self.entrance(&new) {
                Ok(entrance) => {
                    self.shared.send(ControlMessage::AddListener(entrance, answer));
                    return completion;
                }
                Err(error) => {
                    // The receiver is gone if the answer is not waited for.
                    let _ = answer.send(Err(error));
                    return completion;
                }
            },
            Command::CloseListener(listener) => {
                self.shared.send(ControlMessage::CloseListener(listener, answer));
                return completion;
            }
            Command::Switch(to) => self.shared.send(ControlMessage::Switch(to)),
            Command::Stop => self.shared.send(ControlMessage::Stop),
            Command::Connection(id, command) => self.shared.command(id, command),
            Command::All(command) => self.shared.command_all(command),
            Command::OfListener(listener, command) => self.of_listener(listener, &command),
            Command::SetFaultPlan(listener, plan) => self.shared.set_plan(listener, &plan),
            Command::StartFault(fault) => self.shared.services.faults.start(fault),
            Command::EndFault(kind) => self.shared.services.faults.end(kind),
        }
        // The receiver is gone if the answer is not waited for.
        let _ = answer.send(Ok(()));
        completion
    }

    fn of_listener(&self, listener: ListenerId, command: &ConnectionCommand) {
        self.shared.of_listener(listener, |id| {
            let done = self.execute(Command::Connection(id, command.clone()));
            drop(done);
        });
    }

    /// Binds a new listener. Clients that connect from now on wait until the controller accepts them.
    fn entrance(&self, new: &NewListener) -> io::Result<Entrance> {
        let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
        let upstream = new.upstream.as_deref().map(Upstream::parse).transpose().map_err(invalid)?;
        let upstream_tls = match &upstream {
            Some(upstream) => {
                self.shared.tls_of_upstream(upstream).map_err(|error| invalid(error.to_string()))?
            }
            None => None,
        };
        let address = ListenAddress::of(&new.address, new.file_mode);
        let address =
            address.ok_or_else(|| invalid(format!("{} is no address to listen on", new.address)))?;
        let listener = listen(&[address]).map_err(in_other_words)?.pop();
        let listener = listener.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let address = listener.local_address()?;
        warn_of_exposure(address.inet().as_slice());
        let plan = Mutex::new(Arc::clone(&new.plan));
        let (id, file_mode) = (new.id, new.file_mode);
        let route = Arc::new(Route { id, address, file_mode, upstream, upstream_tls, plan });
        Ok(Entrance { listener, route })
    }
}

/// Why an address cannot be listened on, without a hint at the command line.
fn in_other_words(error: StartError) -> io::Error {
    let kind = match &error {
        StartError::Overlap { .. } | StartError::InUse { .. } | StartError::UnixInUse { .. } => {
            io::ErrorKind::AddrInUse
        }
        StartError::Denied { .. } => io::ErrorKind::PermissionDenied,
        StartError::NotHere { .. } => io::ErrorKind::AddrNotAvailable,
        StartError::NoPort { .. }
        | StartError::NotASocket { .. }
        | StartError::Listen { .. }
        | StartError::Tls(_)
        | StartError::Serve(_) => return io::Error::other(error),
    };
    kind.into()
}
