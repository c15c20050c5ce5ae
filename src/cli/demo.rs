//! The arguments of `demo`.

use clap::Args;

use super::command::Command;
use super::serve::Serve;
use super::values;
use crate::shell::IfTaken;
use crate::shell::demo::lesson::{Lesson, LessonSource, Speed};

/// The value of `--script` that lists the lessons.
const LIST: &str = "list";

/// The text below the options in the help.
pub(super) const HELP: &str = "A lesson is a text with one step a line; docs/lessons.md, beside the source, says which steps there are. If no address is given and 7777 is taken, \
it listens on any free port. With --headless the clients do the same, and nothing is said.

Times are written 500ms, 2s, 1m, 1h; sizes 512, 64KiB, 1GiB.
Exit status: 0 done, 1 failed, 2 wrong usage.";

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
}

impl DemoArgs {
    pub(super) fn into_command(self) -> Result<Command, String> {
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
        if options.server.listen.iter().all(|address| address.inet().is_none()) {
            return Err("the clients of a demo need a TCP address: give one to --listen, too".to_owned());
        }
        options.if_taken = if_taken;
        options.lesson = Some(Lesson { choice, speed: self.speed });
        Ok(Command::Serve(Box::new(options)))
    }
}
