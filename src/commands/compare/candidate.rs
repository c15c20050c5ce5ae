//! The servers that are compared.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::client::self_exe;
use crate::commands::compare::options::HandlerMode;
use crate::commands::compare::usage_probe;
use crate::commands::compare::usage_probe::UsageProbe;
use crate::event::{Address, BackendKind, Command, ConnectionId, Demand, Fault};
use crate::server::{Config, FEED_LIMIT, Overload, PeerRules, Server, ServiceConfig};

/// The hidden subcommand that makes this program serve as a candidate.
const COMMAND: &str = "contender";
/// The option that makes the handler of its first connection block.
const HANGS: &str = "--hang";
/// The time limit for its end.
const LIMIT: Duration = Duration::from_secs(5);

/// A server that is compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Candidate {
    /// One of our backends, started anew for each turn.
    Backend(BackendKind),
    /// Another server, which runs already.
    Other(String, Address),
}

impl Candidate {
    /// The name in the table.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Backend(backend) => backend.word().to_owned(),
            Self::Other(name, _) => name.clone(),
        }
    }

    /// The address of the server, and its process if it is one of ours.
    pub(super) fn start(&self, handlers: HandlerMode) -> Result<(Address, Option<ServerProcess>)> {
        match self {
            Self::Backend(backend) => {
                let (address, running) =
                    ServerProcess::start(*backend, handlers).context("its process cannot be started")?;
                Ok((address.into(), Some(running)))
            }
            Self::Other(_, address) => Ok((address.clone(), None)),
        }
    }
}

/// A process of ours that serves on one backend.
pub(super) struct ServerProcess {
    child: Child,
    probe: Option<UsageProbe>,
}

impl ServerProcess {
    fn start(backend: BackendKind, handlers: HandlerMode) -> Result<(SocketAddr, Self)> {
        let hangs = match handlers {
            HandlerMode::Normal => None,
            HandlerMode::OneBlocks => Some(HANGS),
        };
        let mut child = self_exe::command()?
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
        let running = Self { child, probe: Some(UsageProbe::begin(input, output)) };
        let address = line.trim().parse().map_err(|_| anyhow!("it told no address"))?;
        Ok((address, running))
    }

    /// The probe that reads the usage of the process.
    pub(super) const fn probe(&self) -> Option<&UsageProbe> {
        self.probe.as_ref()
    }

    /// Ends the process; returns the usage readings that were requested and not waited for.
    pub(super) fn end(mut self) -> Vec<(u64, usage_probe::Usage)> {
        self.probe.take().map(UsageProbe::end).unwrap_or_default()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // The process ends when its standard input closes.
        drop(self.probe.take().map(UsageProbe::end));
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
pub fn serve(backend: BackendKind, handlers: HandlerMode) -> Result<()> {
    let (server, feed) = Server::start(Config {
        listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()],
        backend,
        service: ServiceConfig::Echo,
        tls: None,
        proxy_protocol: false,
        greeting: None,
        relay: None,
        faults: Arc::default(),
        read_size: 16 * 1024,
        max_connections: None,
        peer_rules: PeerRules::default(),
        idle_timeout: None,
        feed_limit: FEED_LIMIT,
        overload: Overload::Slow,
        demand: Demand::EVERY_BYTE,
    })?;
    // Without a consumer the server runs unobserved.
    drop(feed);
    if handlers == HandlerMode::OneBlocks {
        server.command(Command::StartFault(Fault::Hang(ConnectionId(1))));
    }
    writeln!(io::stdout(), "{}", server.addresses()[0])?;
    usage_probe::answer_requests()?;
    server.command(Command::Stop);
    Ok(())
}
