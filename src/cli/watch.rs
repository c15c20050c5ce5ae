//! The arguments of `watch`.

use clap::Args;

use super::bus_args::BusArgs;
use super::help::{self, HelpNotes};
use crate::commands::watch::WatchOptions;
use crate::fleet::subject::{HostPattern, RemoteConnection};

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "URL is nats://HOST:PORT or tls://HOST:PORT. HOST is the name of a host, in which * stands for any characters, and ? for one.",
    examples: &[
        ("bytewatch watch nats://bus:4222 --headless", "what happens on all hosts, one JSON object a line"),
        ("bytewatch watch nats://bus:4222 'web-*' --headless", "on some of them"),
        (
            "bytewatch watch nats://bus:4222 web-1 --headless --connection 'web-1/7777#3'",
            "with the bytes of one connection",
        ),
    ],
    environment: &[
        help::LOG,
        ("BYTEWATCH_BUS_USER", "who this is, for a bus that asks for a password"),
        ("BYTEWATCH_BUS_PASSWORD", "the password"),
    ],
    units: "",
    exit_status: help::EXIT_STATUS,
};

#[derive(Args)]
pub(super) struct Watch {
    /// The NATS server that the hosts publish to
    url: String,

    /// Only hosts with these names [default: all]
    #[arg(value_name = "HOST", value_parser = HostPattern::parse)]
    hosts: Vec<HostPattern>,

    /// One JSON object a line on standard output
    #[arg(long, required = true, help_heading = "Output")]
    headless: bool,

    /// Print the bytes of this connection, too, of a host that publishes bytes
    #[arg(long, value_name = "HOST/INSTANCE#N", value_parser = RemoteConnection::parse, help_heading = "Output")]
    connection: Option<RemoteConnection>,

    #[command(flatten)]
    bus: BusArgs,
}

impl Watch {
    pub(super) fn into_options(self) -> Result<WatchOptions, String> {
        let bus = self.bus.into_options(&self.url)?;
        Ok(WatchOptions { bus, hosts: self.hosts, connection: self.connection })
    }
}
