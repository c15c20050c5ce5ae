//! The arguments of `watch`.

use clap::Args;

use super::bus_args::BusArgs;
use super::help::{self, HelpNotes};
use super::server_args::{DEFAULT_MEMORY, in_memory};
use super::values;
use crate::commands::watch::{WatchOptions, WatchOutput};
use crate::fleet::subject::{HostPattern, RemoteConnection};
use crate::model::Budget;
use crate::shell::{Glyphs, Keymap, LookOptions, Memory, Themes};

/// Bytes of payload that are kept of each direction of a connection: none are shown.
const HISTORY: usize = 64 << 10;

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "URL is nats://HOST:PORT or tls://HOST:PORT. HOST is the name of a host, in which * stands for any characters, and ? for one. In the dashboard, press ? for the keys.",
    examples: &[
        ("bytewatch watch nats://bus:4222", "the clients of all hosts, in the dashboard"),
        ("bytewatch watch nats://bus:4222 'web-*'", "those of some of them"),
        ("bytewatch watch nats://bus:4222 --act", "and act there, where --obey allows it"),
        ("bytewatch watch nats://bus:4222 --headless", "what happens there, one JSON object a line"),
        (
            "bytewatch watch nats://bus:4222 web-1 --headless --connection 'web-1/7777#3'",
            "with the bytes of one connection",
        ),
    ],
    environment: &[
        help::LOG,
        help::NO_COLOR,
        ("BYTEWATCH_BUS_USER", "who this is, for a bus that asks for a password"),
        ("BYTEWATCH_BUS_PASSWORD", "the password"),
    ],
    units: help::UNITS,
    exit_status: help::EXIT_STATUS,
};

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Args)]
pub(super) struct Watch {
    /// The NATS server that the hosts publish to
    url: String,

    /// Only hosts with these names [default: all]
    #[arg(value_name = "HOST", value_parser = HostPattern::parse)]
    hosts: Vec<HostPattern>,

    /// Close and reset connections and switch backends there, after a question, where --obey allows it
    #[arg(long, conflicts_with = "headless")]
    act: bool,

    /// No dashboard: one JSON object a line on standard output
    #[arg(long, help_heading = "Output")]
    headless: bool,

    /// Print the bytes of this connection, too, of a host that publishes bytes
    #[arg(long, value_name = "HOST/INSTANCE#N", value_parser = RemoteConnection::parse, requires = "headless", help_heading = "Output")]
    connection: Option<RemoteConnection>,

    /// The colours of the dashboard: terminal, dark, light, high-contrast, colour-blind, mono, or one of the configuration file [default: terminal; with NO_COLOR mono]
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    theme: Option<String>,

    /// Begin with the sort order and the theme of the last time
    #[arg(long, help_heading = "Output")]
    remember: bool,

    /// Draw the dashboard with ASCII characters only, as is done where the locale is not a UTF-8 one
    #[arg(long, help_heading = "Output")]
    ascii: bool,

    /// Memory for what is shown, in bytes; closed connections go first
    #[arg(long, value_name = "BYTES", default_value = DEFAULT_MEMORY)]
    #[arg(help_heading = "Output", value_parser = values::size)]
    memory: u64,

    #[command(flatten)]
    bus: BusArgs,
}

impl Watch {
    pub(super) fn into_options(self) -> Result<WatchOptions, String> {
        let output = if self.headless {
            WatchOutput::Headless { connection: self.connection }
        } else {
            WatchOutput::Dashboard {
                budget: Budget { history: HISTORY, memory: in_memory(self.memory) },
                acts: self.act,
                looks: Box::new(LookOptions {
                    glyphs: if self.ascii { Glyphs::Ascii } else { Glyphs::OfLocale },
                    // The command line alone does not know those of the configuration file, nor its keys.
                    themes: Themes::default(),
                    theme: self.theme,
                    keymap: Keymap::default(),
                    memory: if self.remember { Memory::Remember } else { Memory::Forget },
                }),
            }
        };
        Ok(WatchOptions { bus: self.bus.into_options(&self.url)?, hosts: self.hosts, output })
    }
}
