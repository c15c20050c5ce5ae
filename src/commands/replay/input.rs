//! Reads what is to be played.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::bytes::safe;
use crate::commands::replay::options::{GapPolicy, ReplayOptions};
use crate::event::{Event, ServerEvent, Stamped};
use crate::recording::read::{Progress, Recording, Wanted};
use crate::recording::replay::{Script, Scripts};
use crate::shell;

/// How long to wait for standard error to take a line.
const STDERR_TIMEOUT: Duration = Duration::from_secs(1);

/// What was read.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The connections that are to be played, in the order in which they were opened.
    pub(super) scripts: Vec<Script>,
    /// The events of the recording, if they are wanted.
    pub(super) events: Vec<Stamped>,
    /// What the recording is called.
    pub(super) name: String,
}

/// Whether the events of a recording are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    Scripts,
    EventsToo,
}

/// Reads the connections that are to be played.
///
/// # Errors
///
/// When there is nothing to play, or not all of it.
pub(super) fn load(options: &ReplayOptions, keep: Keep) -> Result<Loaded> {
    let (input, name) = input(options.file.as_deref())?;
    let wanted = Wanted { utf8: false, connection: options.connection, places: None };
    let mut recording = Recording::open(input, wanted).with_context(|| format!("{name} is no recording"))?;
    let (mut all, mut events, mut kept) = (Scripts::default(), Vec::new(), Vec::new());
    loop {
        let progress = recording.read(&mut events);
        for stamped in events.drain(..) {
            if let Event::Server(ServerEvent::Failed { detail }) = &stamped.event {
                shell::write_stderr(&format!("bytewatch: {}\n", safe::line(detail)), STDERR_TIMEOUT);
            }
            all.take(&stamped).with_context(|| format!("{name} is too large"))?;
            if keep == Keep::EventsToo {
                kept.push(stamped);
            }
        }
        if progress == Progress::Ended {
            break;
        }
    }
    let unseen = all.unseen();
    let scripts = all.finish();
    check(&scripts, unseen, options).with_context(|| format!("{name} cannot be played"))?;
    let name = options.file.as_deref().and_then(Path::file_name);
    let name = name.map_or("standard input".to_owned(), |name| name.to_string_lossy().into_owned());
    Ok(Loaded { scripts, events: kept, name })
}

fn input(file: Option<&Path>) -> Result<(Box<dyn Read>, String)> {
    let Some(path) = file else { return Ok((Box::new(io::stdin()), "standard input".to_owned())) };
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    Ok((Box::new(file), safe::line(&path.to_string_lossy())))
}

/// Whether there is something to play, and all of it.
fn check(scripts: &[Script], unseen: u64, options: &ReplayOptions) -> Result<()> {
    if scripts.is_empty() {
        match options.connection {
            Some(connection) => bail!("it has no connection {connection}"),
            None => bail!("it has no connection"),
        }
    }
    let own = options.role.party();
    if !scripts.iter().any(|script| script.has_bytes_of(own)) {
        let word = own.word();
        bail!("it has no bytes that a {word} sent: there is nothing to play as the {word}");
    }
    if options.gaps == GapPolicy::Allow {
        return Ok(());
    }
    if let Some(script) = scripts.iter().find(|script| script.missing() > 0) {
        let (connection, missing) = (script.connection, script.missing());
        bail!("{missing} bytes of connection {connection} are missing; --allow-gaps plays it without them");
    }
    if unseen > 0 {
        bail!("{unseen} bytes of unknown connections are missing; --allow-gaps plays it without them");
    }
    Ok(())
}
