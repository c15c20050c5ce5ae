//! The arguments of `replay`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::command::Command;
use super::help::{self, HelpNotes};
use super::server_args::{DEFAULT_MEMORY, in_memory};
use super::{address, values};
use crate::bytes::pattern::Pattern;
use crate::commands::replay::{
    GapPolicy, ReplayForm, ReplayKinds, ReplayLineKind, ReplayOptions, ReplayOutput, ReplayRole,
};
use crate::event::{Address, ConnectionId};
use crate::model::Budget;
use crate::shell::open::PlaySpeed;
use crate::shell::{Glyphs, Keymap, LookOptions, Memory, Themes};

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "FILE is pcapng or pcap of any program, or NDJSON as --headless prints it. Before it sends what one side sent, it waits until \
as much has come from the other side as had come in the recording. In the dashboard, press ? for the keys. docs/replay.md, beside the source, says more.",
    examples: &[
        ("bytewatch replay FILE --to 6379", "ask a server again what its clients asked, in the dashboard"),
        ("bytewatch replay FILE --listen 6379", "answer clients as the server did"),
        ("bytewatch replay FILE --to web:80 --ignore 're:Date: [^\\r]*'", "the date may differ"),
        ("bytewatch replay FILE --to 6379 --speed 1 --headless", "at its own speed; one JSON object a line"),
    ],
    environment: &[help::LOG, help::NO_COLOR],
    units: help::UNITS,
    exit_status: "0 everything is as in the recording, 1 something differs or it failed, 2 wrong usage.",
};

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Replay {
    /// The recording to play; standard input if it is -
    file: PathBuf,

    /// Play the clients, to this server: PORT, HOST:PORT, unix:PATH or unix:@NAME
    #[arg(long, value_name = "TARGET", value_parser = address::target, required_unless_present = "listen")]
    #[arg(conflicts_with = "listen")]
    to: Option<Address>,

    /// Play the server, to the clients that connect here; port 0 is any free one
    #[arg(short, long, value_name = "ADDR", value_parser = address::plain_listen)]
    listen: Option<Address>,

    /// Play only this connection, by its number
    #[arg(long, value_name = "N", value_parser = values::connection)]
    connection: Option<ConnectionId>,

    /// Keep the times of the recording, at N times its own speed; max is as fast as the other side goes
    #[arg(long, value_name = "N", default_value = "max", value_parser = values::replay_speed)]
    speed: values::ReplaySpeed,

    /// How long to wait for the other side, each time
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = values::time)]
    timeout: Duration,

    /// Leave out of the comparison what this pattern matches: text, re:REGEX, or hex: and bytes; repeatable
    #[arg(long, value_name = "PATTERN", value_parser = values::search_pattern)]
    ignore: Vec<Pattern>,

    /// Play a recording with gaps, without the bytes that are missing
    #[arg(long)]
    allow_gaps: bool,

    /// No dashboard: text on standard output, as is printed where that is no terminal
    #[arg(long, conflicts_with = "headless", help_heading = "Output")]
    plain: bool,

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

    /// Bytes kept in all to look at, half of them of the recording
    #[arg(long, value_name = "BYTES", default_value = DEFAULT_MEMORY)]
    #[arg(help_heading = "Output", value_parser = values::size)]
    memory: u64,

    /// With --headless: print only lines of these kinds [default: all]
    ///
    /// The kind `recognised` is printed only if it is among them.
    #[arg(long, value_name = "KIND,…", value_delimiter = ',')]
    #[arg(help_heading = "Output", value_parser = values::replay_kind())]
    events: Vec<ReplayLineKind>,
}

impl Replay {
    pub(super) fn into_command(self) -> Result<Command, String> {
        let role = match (self.to, self.listen) {
            (Some(target), None) => ReplayRole::To(target),
            (None, Some(address)) => ReplayRole::Listen(address),
            (Some(_), Some(_)) | (None, None) => {
                return Err("one of --to and --listen says which side is played".to_owned());
            }
        };
        let memory = in_memory(self.memory);
        let output = match (self.headless, self.events.is_empty()) {
            (true, true) => ReplayOutput::Print(ReplayForm::Lines(ReplayKinds::DEFAULT)),
            (true, false) => ReplayOutput::Print(ReplayForm::Lines(self.events.into_iter().collect())),
            (false, true) if self.plain => ReplayOutput::Print(ReplayForm::Text),
            (false, true) => ReplayOutput::Dashboard {
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
        Ok(Command::Replay(Box::new(ReplayOptions {
            file: Some(self.file).filter(|path| path.as_os_str() != "-"),
            connection: self.connection,
            role,
            speed: Option::<PlaySpeed>::from(self.speed),
            timeout: self.timeout,
            ignored: self.ignore,
            gaps: if self.allow_gaps { GapPolicy::Allow } else { GapPolicy::Refuse },
            output,
        })))
    }
}
