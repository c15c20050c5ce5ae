//! The arguments that `serve`, `demo` and `relay` share.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::bus_args::PublishArgs;
use super::record_args::RecordArgs;
use super::{address, values};
use crate::bytes::frame::Framing;
use crate::event::{BackendKind, Demand};
use crate::model::Budget;
use crate::server::{Config, FEED_LIMIT, ListenAddress, Network, Overload, PeerRules, ServiceConfig};
use crate::shell::{
    Glyphs, IfTaken, Keymap, LineKind, LineKinds, LookOptions, Memory, Options, Output, Themes,
};

/// The default address to listen on.
pub(super) const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7777);

/// The default of `--memory`.
pub(super) const DEFAULT_MEMORY: &str = "256MiB";

#[derive(Args)]
pub(super) struct ServerArgs {
    /// Port of 127.0.0.1 to listen on, repeatable
    #[arg(short, long, value_name = "PORT", help_heading = "Server", value_parser = address::port)]
    port: Vec<u16>,

    /// How connections are served: one event loop, or a thread each
    #[arg(short, long, value_name = "BACKEND", default_value = "async")]
    #[arg(help_heading = "Server", value_parser = values::backend())]
    backend: BackendKind,

    /// How many bytes one read asks for
    #[arg(long, value_name = "BYTES", default_value = "16KiB")]
    #[arg(help_heading = "Server", value_parser = values::read_size)]
    read_size: usize,

    /// Turn clients away beyond N at once [default: as many as the limits of this machine allow]
    #[arg(long, value_name = "N", help_heading = "Server", value_parser = values::count)]
    max_connections: Option<usize>,

    /// Serve only clients in this network, repeatable: an address, or a prefix like 10.0.0.0/8 or fe80::/10 [default: all]
    #[arg(long, value_name = "NET", help_heading = "Server", value_parser = Network::parse)]
    allow: Vec<Network>,

    /// Turn away clients in this network, repeatable; it wins over --allow
    #[arg(long, value_name = "NET", help_heading = "Server", value_parser = Network::parse)]
    deny: Vec<Network>,

    /// End a connection when no byte was received or sent for so long [default: never]
    #[arg(long, value_name = "TIME", help_heading = "Server", value_parser = values::time)]
    idle_timeout: Option<Duration>,

    /// Be controlled over HTTP at this address, as Toxiproxy is: PORT of 127.0.0.1, or HOST:PORT
    #[arg(long, value_name = "ADDR", help_heading = "Server", value_parser = address::api)]
    api: Option<SocketAddr>,

    /// When observation cannot follow: the server waits (slow), or what was missed is counted (shed)
    #[arg(long, value_name = "POLICY", default_value = "slow")]
    #[arg(help_heading = "Server", value_parser = values::overload())]
    overload: Overload,

    /// Change the backend by itself, again and again
    #[arg(long, value_name = "TIME", help_heading = "Time", value_parser = values::time)]
    switch_every: Option<Duration>,

    /// Stop by itself
    #[arg(long = "for", value_name = "TIME", help_heading = "Time", value_parser = values::time)]
    stop_after: Option<Duration>,

    /// No dashboard: one JSON object a line on standard output
    #[arg(long, help_heading = "Output")]
    headless: bool,

    /// The colours of the dashboard: terminal, dark, light, high-contrast, colour-blind, mono, or one of the configuration file [default: terminal; with NO_COLOR mono]
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    theme: Option<String>,

    /// Begin with the view, row length, directions, sort order and theme of the last time
    #[arg(long, help_heading = "Output")]
    remember: bool,

    /// Draw the dashboard with ASCII characters only, as is done where the locale is not a UTF-8 one
    #[arg(long, help_heading = "Output")]
    ascii: bool,

    /// With --headless: print only events of these kinds [default: all]
    ///
    /// The kinds `recognised`, `message` and `message-fault` are printed only if they are among them.
    #[arg(long, value_name = "KIND,…", value_delimiter = ',')]
    #[arg(help_heading = "Output", value_parser = values::kind())]
    events: Vec<LineKind>,

    /// How messages are told apart: auto is by the protocol that is recognised, none not at all; or a rule like lf, length:width=4 or mqtt
    #[arg(long, value_name = "RULE", default_value = "auto")]
    #[arg(help_heading = "Output", value_parser = values::framing)]
    frame: Framing,

    /// Bytes kept to look at, per direction of a connection
    #[arg(long, value_name = "BYTES", default_value = "64KiB")]
    #[arg(help_heading = "Output", value_parser = values::size)]
    history: u64,

    /// Bytes kept in all; closed connections go first
    #[arg(long, value_name = "BYTES", default_value = DEFAULT_MEMORY)]
    #[arg(help_heading = "Output", value_parser = values::size)]
    memory: u64,

    #[command(flatten)]
    record: RecordArgs,

    #[command(flatten)]
    publish: PublishArgs,
}

impl ServerArgs {
    /// The addresses of the ports of this machine to listen on.
    pub(super) fn ports(&self) -> impl Iterator<Item = ListenAddress> {
        self.port.iter().map(|port| SocketAddr::new(DEFAULT_ADDRESS.ip(), *port).into())
    }

    /// How messages are told apart.
    pub(super) const fn framing(&self) -> &Framing {
        &self.frame
    }

    /// The options of a server that listens on these addresses.
    pub(super) fn into_options(
        self,
        listen: Vec<ListenAddress>,
        service: ServiceConfig,
    ) -> Result<Options, String> {
        refuse_twice(&listen)?;
        if self.history > self.memory {
            return Err(format!(
                "--history cannot be more than --memory, which is {DEFAULT_MEMORY} unless you set it"
            ));
        }
        let output = output(self.headless, self.events)?;
        let memory = in_memory(self.memory);
        // One batch of events is shown while the next one fills: together they may take a quarter of the memory.
        let feed_limit = (memory / 8).min(FEED_LIMIT);
        Ok(Options {
            server: Config {
                listen,
                backend: self.backend,
                service,
                tls: None,
                proxy_protocol: false,
                greeting: None,
                relay: None,
                faults: Arc::default(),
                read_size: self.read_size,
                max_connections: self.max_connections,
                peer_rules: PeerRules::new(self.allow, self.deny),
                idle_timeout: self.idle_timeout,
                feed_limit: match &output {
                    Output::Dashboard => feed_limit,
                    Output::Headless(_) => FEED_LIMIT,
                },
                overload: self.overload,
                // Until the session knows what its outputs need.
                demand: Demand::EVERYTHING,
            },
            api: self.api,
            output,
            switch_every: self.switch_every,
            stop_after: self.stop_after,
            budget: Budget { history: in_memory(self.history), memory: memory - 2 * feed_limit },
            if_taken: IfTaken::Fail,
            lesson: None,
            looks: LookOptions {
                glyphs: if self.ascii { Glyphs::Ascii } else { Glyphs::OfLocale },
                // The command line alone does not know those of the configuration file, nor its keys.
                themes: Themes::default(),
                theme: self.theme,
                keymap: Keymap::default(),
                memory: if self.remember { Memory::Remember } else { Memory::Forget },
            },
            record: self.record.into_options()?,
            framing: self.frame,
            publish: self.publish.into_options()?,
        })
    }
}

fn output(headless: bool, events: Vec<LineKind>) -> Result<Output, String> {
    match (headless, events.is_empty()) {
        (true, true) => Ok(Output::Headless(LineKinds::DEFAULT)),
        (true, false) => Ok(Output::Headless(events.into_iter().collect())),
        (false, true) => Ok(Output::Dashboard),
        (false, false) => Err("--events needs --headless".to_owned()),
    }
}

fn refuse_twice(listen: &[ListenAddress]) -> Result<(), String> {
    let twice = |(index, address): (usize, &ListenAddress)| {
        let any_port = address.inet().is_some_and(|inet| inet.port() == 0);
        !any_port && listen[..index].iter().any(|other| other.address() == address.address())
    };
    match listen.iter().enumerate().find(|&named| twice(named)) {
        Some((_, address)) => Err(format!("{address} is given twice to listen on")),
        None => Ok(()),
    }
}

/// Converts a size to `usize`; a size that this machine cannot address becomes the largest one.
pub(super) fn in_memory(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
