//! The arguments of `replay`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::command::Command;
use super::help::{self, HelpNotes};
use super::{address, values};
use crate::bytes::pattern::Pattern;
use crate::commands::replay::{
    GapPolicy, ReplayForm, ReplayKinds, ReplayLineKind, ReplayOptions, ReplayRole,
};
use crate::event::{Address, ConnectionId};
use crate::shell::open::PlaySpeed;

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "FILE is pcapng or pcap of any program, or NDJSON as --headless prints it. Before it sends what one side sent, it waits until \
as much has come from the other side as had come in the recording. docs/replay.md, beside the source, says more.",
    examples: &[
        ("bytewatch replay FILE --to 6379", "ask a server again what its clients asked"),
        ("bytewatch replay FILE --listen 6379", "answer clients as the server did"),
        ("bytewatch replay FILE --to web:80 --ignore 're:Date: [^\\r]*'", "the date may differ"),
        ("bytewatch replay FILE --to 6379 --speed 1 --headless", "at its own speed; one JSON object a line"),
    ],
    environment: &[],
    units: help::UNITS,
    exit_status: "0 everything is as in the recording, 1 something differs or it failed, 2 wrong usage.",
};

#[derive(Args)]
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

    /// Print one JSON object a line instead of text
    #[arg(long, help_heading = "Output")]
    headless: bool,

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
        let form = match (self.headless, self.events.is_empty()) {
            (true, true) => ReplayForm::Lines(ReplayKinds::DEFAULT),
            (true, false) => ReplayForm::Lines(self.events.into_iter().collect()),
            (false, true) => ReplayForm::Text,
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
            form,
        })))
    }
}
