//! The arguments of `open`.

use std::path::PathBuf;

use clap::Args;

use super::help::{self, HelpNotes};
use super::server_args::{DEFAULT_MEMORY, in_memory};
use super::values;
use crate::bytes::frame::Framing;
use crate::bytes::pattern::Pattern;
use crate::event::ConnectionId;
use crate::model::Budget;
use crate::shell::open::{OpenOptions, OpenOutput, PlaySpeed};
use crate::shell::{Glyphs, Keymap, LineKind, LineKinds, LookOptions, Memory, Themes};

/// The text below the options in the help.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "FILE is pcapng or pcap of any program, or NDJSON as --headless prints it. In the dashboard, press ? for the keys.",
    examples: &[
        ("bytewatch open FILE", "the connections of a capture, in the dashboard"),
        ("tcpdump -i lo -U -w - | bytewatch open -", "while it is captured"),
        ("bytewatch open BEFORE --against AFTER", "two recordings; = compares two connections"),
        ("bytewatch open FILE --headless --connection 3", "one connection, one JSON object a line"),
    ],
    environment: &[help::LOG, help::NO_COLOR],
    units: help::UNITS,
    exit_status: "0 done, 1 failed (one line says why and what to do), or --against with --headless found a difference, 2 wrong usage.",
};

#[derive(Args)]
pub(super) struct Open {
    /// The recording to look into; standard input if it is -
    file: PathBuf,

    /// Open this recording, too: in the dashboard = compares the connections of both, with --headless the differences are printed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["speed", "events"])]
    against: Option<PathBuf>,

    /// With --against and --headless: leave out of the comparison what this pattern matches: text, re:REGEX, or hex: and bytes; repeatable
    #[arg(long, value_name = "PATTERN", requires = "against", requires = "headless")]
    #[arg(value_parser = values::search_pattern)]
    ignore: Vec<Pattern>,

    /// Show only this connection, by its number
    #[arg(long, value_name = "N", value_parser = values::connection)]
    connection: Option<ConnectionId>,

    /// Play it from its start at N times its own speed, in the dashboard [default: show everything at once]
    #[arg(long, value_name = "N", conflicts_with = "headless", value_parser = values::play_speed)]
    speed: Option<PlaySpeed>,

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

    /// Memory for what is shown, in bytes; closed connections go first. The bytes of a capture stay in its file
    #[arg(long, value_name = "BYTES", default_value = DEFAULT_MEMORY)]
    #[arg(help_heading = "Output", value_parser = values::size)]
    memory: u64,
}

impl Open {
    pub(super) fn into_options(self) -> Result<OpenOptions, String> {
        let memory = in_memory(self.memory);
        let output = match (self.headless, self.events.is_empty()) {
            (true, true) => OpenOutput::Headless(LineKinds::DEFAULT),
            (true, false) => OpenOutput::Headless(self.events.into_iter().collect()),
            (false, true) => OpenOutput::Dashboard {
                // One connection may be all that there is.
                budget: Budget { history: memory, memory },
                looks: Box::new(LookOptions {
                    glyphs: if self.ascii { Glyphs::Ascii } else { Glyphs::OfLocale },
                    // The command line alone does not know those of the configuration file, nor its keys.
                    themes: Themes::default(),
                    theme: self.theme,
                    keymap: Keymap::default(),
                    memory: if self.remember { Memory::Remember } else { Memory::Forget },
                }),
            },
            (false, false) => return Err("--events needs --headless".to_owned()),
        };
        let file = Some(self.file).filter(|path| path.as_os_str() != "-");
        Ok(OpenOptions {
            file,
            second: self.against,
            ignored: self.ignore,
            connection: self.connection,
            speed: self.speed,
            output,
            framing: self.frame,
        })
    }
}
