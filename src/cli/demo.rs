//! The arguments of `demo`.

use clap::Args;

use super::command::Command;
use super::help::{self, HelpNotes};
use super::serve::Serve;
use super::values;
use crate::commands::demo_fleet::FleetOptions;
use crate::commands::watch::WatchOutput;
use crate::shell::demo::lesson::{Lesson, LessonSource, Speed};
use crate::shell::{IfTaken, Options, Output};

/// The value of `--script` that lists the lessons.
const LIST: &str = "list";

/// What the help says below the options.
pub(super) const HELP: HelpNotes = HelpNotes {
    notes: "A lesson is a text with one step a line; docs/lessons.md, beside the source, says which steps there are. If no address is given and 7777 is taken, \
it listens on any free port. With --headless the clients do the same, and nothing is said.",
    examples: &[
        ("bytewatch demo", "a few clients do a bit of everything"),
        ("bytewatch demo --script list", "the lessons that come with the program"),
        ("bytewatch demo --fleet 3", "three hosts and a watcher of them, if a nats-server is installed"),
        ("bytewatch demo --script slow-reader --speed 0.5", "one of them, at half the speed"),
    ],
    environment: &[help::LOG, help::NO_COLOR],
    units: help::UNITS,
    exit_status: help::EXIT_STATUS,
};

#[derive(Args)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    serve: Serve,

    /// The lesson that is played: one that comes with the program (list prints them), or a file [default: a few clients do a bit of everything]
    #[arg(long, value_name = "LESSON", help_heading = "Lesson")]
    script: Option<String>,

    /// How many times faster the lesson goes, 0.25 to 100: below 1 it is slower
    #[arg(long, value_name = "N", default_value = "1")]
    #[arg(help_heading = "Lesson", value_parser = values::speed)]
    speed: Speed,

    /// Start this many demo hosts, 1 to 16, that publish to a nats-server on this machine, and watch them
    #[arg(long, value_name = "N", help_heading = "Many machines", value_parser = clap::value_parser!(u8).range(1..=16))]
    fleet: Option<u8>,
}

impl DemoArgs {
    pub(super) fn into_command(self) -> Result<Command, String> {
        if let Some(hosts) = self.fleet {
            let Options { output, budget, looks, .. } = self.serve.into_options()?;
            let output = match output {
                Output::Headless(_) => WatchOutput::Headless { connection: None },
                Output::Dashboard => WatchOutput::Dashboard { budget, acts: true, looks: Box::new(looks) },
            };
            return Ok(Command::Fleet(FleetOptions { hosts, script: self.script, output }));
        }
        let choice = match self.script {
            Some(word) if word == LIST => return Ok(Command::Lessons),
            Some(name) => LessonSource::Named(name),
            None => LessonSource::Default,
        };
        let if_taken = if self.serve.is_anywhere() { IfTaken::TakeAnother } else { IfTaken::Fail };
        let mut options = self.serve.into_options()?;
        if options.server.tls.is_some() {
            return Err("--tls cannot be used with demo, whose clients speak plain TCP".to_owned());
        }
        if options.server.proxy_protocol {
            return Err("--proxy-protocol cannot be used with demo, whose clients send no header".to_owned());
        }
        if options.server.listen.iter().all(|address| address.inet().is_none()) {
            return Err("the clients of a demo need a TCP address: give one to --listen, too".to_owned());
        }
        options.if_taken = if_taken;
        options.lesson = Some(Lesson { choice, speed: self.speed });
        Ok(Command::Serve(Box::new(options)))
    }
}
