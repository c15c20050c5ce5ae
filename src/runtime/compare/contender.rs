//! The servers that are compared.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use super::Handlers;
use super::account::{self, Asking};
use crate::model::{BackendKind, ConnectionId, Pain};
use crate::runtime::program;
use crate::server::{Config, Detail, FEED_LIMIT, Overload, Server, ServiceConfig};

/// The command by which this program is told to be one of those who are compared.
const COMMAND: &str = "contender";
/// And that the handler of its first connection is to hang.
const HANGS: &str = "--hang";
/// Longer than it takes to end.
const LIMIT: Duration = Duration::from_secs(5);

/// A server that takes part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Contender {
    /// Ours, started anew for each turn.
    Backend(BackendKind),
    /// Somebody else's, which runs already.
    Other(String, SocketAddr),
}

impl Contender {
    /// Its name in the table.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Backend(backend) => backend.word().to_owned(),
            Self::Other(name, _) => name.clone(),
        }
    }

    /// Where it serves; started, if it is ours.
    pub(super) fn start(&self, handlers: Handlers) -> Result<(SocketAddr, Option<Running>)> {
        match self {
            Self::Backend(backend) => {
                let (address, running) =
                    Running::start(*backend, handlers).context("its process cannot be started")?;
                Ok((address, Some(running)))
            }
            Self::Other(_, address) => Ok((*address, None)),
        }
    }
}

/// A process that serves on one backend.
pub(super) struct Running {
    child: Child,
    asking: Option<Asking>,
}

impl Running {
    fn start(backend: BackendKind, handlers: Handlers) -> Result<(SocketAddr, Self)> {
        let hangs = match handlers {
            Handlers::Sound => None,
            Handlers::OneHangs => Some(HANGS),
        };
        let mut child = program::again()?
            .args([COMMAND, backend.word()])
            .args(hangs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(anyhow!("it has no pipes"));
        };
        let (mut output, mut line) = (BufReader::new(output), String::new());
        output.read_line(&mut line)?;
        let running = Self { child, asking: Some(Asking::begin(input, output)) };
        let address = line.trim().parse().map_err(|_| anyhow!("it told no address"))?;
        Ok((address, running))
    }

    /// For accounts.
    pub(super) const fn asking(&self) -> Option<&Asking> {
        self.asking.as_ref()
    }

    /// Ends it; gives the accounts that were asked for and not waited for.
    pub(super) fn end(mut self) -> Vec<(u64, account::Account)> {
        self.asking.take().map(Asking::end).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Its input ends, and so does it.
        drop(self.asking.take().map(Asking::end));
        let latest = Instant::now() + LIMIT;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < latest {
            thread::sleep(Duration::from_millis(2));
        }
        // What cannot be ended has ended.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Is one of those who are compared: serves on any port of the loopback with nobody looking, tells the address, and then
/// what it takes of the machine whenever it is asked; ends with its input.
///
/// # Errors
///
/// It cannot listen, or has nobody to tell.
pub fn serve(backend: BackendKind, handlers: Handlers) -> Result<()> {
    let (server, feed) = Server::start(Config {
        listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))],
        backend,
        service: ServiceConfig::Echo,
        read_size: 16 * 1024,
        max_connections: None,
        idle_timeout: None,
        feed_limit: FEED_LIMIT,
        overload: Overload::Slow,
        detail: Detail::All,
    })?;
    // Nobody looks.
    drop(feed);
    if handlers == Handlers::OneHangs {
        server.hurt(Pain::Hang(ConnectionId(1)));
    }
    writeln!(io::stdout(), "{}", server.addresses()[0])?;
    account::tell()?;
    server.stop();
    Ok(())
}
