//! The arguments of `relay`.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::fault_args::FaultArgs;
use super::help::{self, HelpNotes};
use super::server_args::{DEFAULT_ADDRESS, ServerArgs};
use super::tls_args::{TlsArgs, UpstreamTlsArgs};
use super::{address, values};
use crate::bytes::protocol::proxy_header::Version;
use crate::event::Side;
use crate::server::{ListenAddress, RelayConfig, ServiceConfig, Upstream};
use crate::shell::Options;

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "UPSTREAM is HOST:PORT, [V6]:PORT, PORT of this machine, unix:PATH or unix:@NAME. The name of a host is resolved \
for each client, and all its addresses are tried.",
    examples: &[
        ("bytewatch relay 127.0.0.1:6379", "listen on 127.0.0.1:7777, for the Redis server beside it"),
        ("bytewatch relay db.example:5432 -l 5433", "listen on port 5433"),
        ("bytewatch relay -l 8001=web:80 -l 8002=api:80", "two servers, a port for each"),
        ("bytewatch relay unix:/run/app.sock", "from TCP to a Unix socket"),
        ("bytewatch relay example.org:443 --upstream-tls", "from plain TCP to a server with TLS"),
        ("bytewatch relay web:80 --fault latency=200ms", "each chunk comes 200ms late"),
    ],
    environment: &[help::LOG, help::NO_COLOR],
    units: help::UNITS,
    exit_status: help::EXIT_STATUS,
};

#[derive(Args)]
pub(super) struct RelayArgs {
    /// The server that clients are connected to
    #[arg(value_name = "UPSTREAM", value_parser = Upstream::parse)]
    upstream: Option<Upstream>,

    /// Address to listen on, repeatable, as for serve; =UPSTREAM gives it a server of its own [default: 127.0.0.1:7777]
    #[arg(short, long, value_name = "ADDR[=UPSTREAM]")]
    #[arg(help_heading = "Server", display_order = 0, value_parser = entrance)]
    listen: Vec<Entrance>,

    /// Give up connecting to an upstream after this time
    #[arg(long, value_name = "TIME", default_value = "5s")]
    #[arg(help_heading = "Server", display_order = 1, value_parser = values::time)]
    connect_timeout: Duration,

    /// Each client has to send a PROXY header first, of either version, as behind HAProxy: it is taken off, and its addresses are shown
    #[arg(long, help_heading = "Server")]
    proxy_protocol: bool,

    /// Send the upstream a PROXY header of this version first, with the addresses of the client, or of the one behind a proxy
    #[arg(long, value_name = "VERSION", help_heading = "Server", value_parser = values::proxy_version())]
    send_proxy: Option<Version>,

    #[command(flatten)]
    server: ServerArgs,

    #[command(flatten)]
    tls: TlsArgs,

    #[command(flatten)]
    upstream_tls: UpstreamTlsArgs,

    #[command(flatten)]
    faults: FaultArgs,
}

/// An address to listen on, and its own upstream if it has one.
#[derive(Clone, Debug)]
struct Entrance {
    address: ListenAddress,
    upstream: Option<Upstream>,
}

/// Parses `ADDR[=UPSTREAM]`. The equals sign of `unix:PATH,mode=660` belongs to the address.
fn entrance(text: &str) -> Result<Entrance, String> {
    let (address, upstream) = match text.rsplit_once('=') {
        Some((address, upstream)) if !address.ends_with(",mode") => {
            (address, Some(Upstream::parse(upstream)?))
        }
        _ => (text, None),
    };
    Ok(Entrance { address: address::listen(address)?, upstream })
}

impl RelayArgs {
    pub(super) fn into_options(self) -> Result<Options, String> {
        let Self { upstream, mut listen, connect_timeout, server, tls, upstream_tls, faults, .. } = self;
        listen.extend(server.ports().map(|address| Entrance { address, upstream: None }));
        if listen.is_empty() {
            listen.push(Entrance { address: DEFAULT_ADDRESS.into(), upstream: None });
        }
        let (mut addresses, mut upstreams) = (Vec::new(), Vec::new());
        for Entrance { address, upstream: own } in listen {
            let Some(upstream) = own.or_else(|| upstream.clone()) else {
                return Err(format!(
                    "{address} has no server to relay to: write relay HOST:PORT, or {address}=HOST:PORT"
                ));
            };
            addresses.push(address);
            upstreams.push(upstream);
        }
        let mut options = server.into_options(addresses, ServiceConfig::Relay)?;
        options.server.tls = tls.into_config()?;
        options.server.faults = Arc::new(faults.into_faults(&Side::ALL)?);
        let tls = upstream_tls.into_config()?;
        options.server.proxy_protocol = self.proxy_protocol;
        let send_proxy = self.send_proxy;
        options.server.relay = Some(RelayConfig { upstreams, connect_timeout, tls, send_proxy });
        Ok(options)
    }
}
