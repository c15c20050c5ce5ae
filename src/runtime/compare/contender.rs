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

/// The hidden subcommand that makes this program serve as a candidate.
const COMMAND: &str = "contender";
/// The option that makes the handler of its first connection block.
const HANGS: &str = "--hang";
/// The time limit for its end.
const LIMIT: Duration = Duration::from_secs(5);

/// A server that is compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Contender {
    /// One of our backends, started anew for each turn.
    Backend(BackendKind),
    /// Another server, which runs already.
    Other(String, SocketAddr),
}

impl Contender {
    /// The name in the table.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Backend(backend) => backend.word().to_owned(),
            Self::Other(name, _) => name.clone(),
        }
    }

    /// The address of the server, and its process if it is one of ours.
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

/// A process of ours that serves on one backend.
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

    /// The probe that reads the usage of the process.
    pub(super) const fn asking(&self) -> Option<&Asking> {
        self.asking.as_ref()
    }

    /// Ends the process; returns the usage readings that were requested and not waited for.
    pub(super) fn end(mut self) -> Vec<(u64, account::Account)> {
        self.asking.take().map(Asking::end).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The process ends when its standard input closes.
        drop(self.asking.take().map(Asking::end));
        let latest = Instant::now() + LIMIT;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < latest {
            thread::sleep(Duration::from_millis(2));
        }
        // A process that cannot be killed has ended.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Serves as a candidate: on any port of the loopback without an observer; prints the address, then a usage reading for
/// each line of standard input, and ends with it.
///
/// # Errors
///
/// The server cannot listen, or standard output is closed.
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
    // Without a consumer the server runs unobserved.
    drop(feed);
    if handlers == Handlers::OneHangs {
        server.hurt(Pain::Hang(ConnectionId(1)));
    }
    writeln!(io::stdout(), "{}", server.addresses()[0])?;
    account::tell()?;
    server.stop();
    Ok(())
}
