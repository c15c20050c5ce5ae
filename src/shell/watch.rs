//! The source that is many machines: what they publish, as the events of one model.

mod acting;
mod following;
mod heartbeats;
mod source;
mod translation;

use std::env;
use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result, bail};

pub(crate) use crate::app::Acting;
use crate::app::Watching;
use crate::bytes::frame::Framing;
use crate::fleet::bus::Login;
use crate::fleet::follower::Follower;
use crate::fleet::options::BusOptions;
use crate::fleet::subject::HostPattern;
use crate::model::Budget;
use crate::shell::dashboard::Contents;
use crate::shell::looks::{LookOptions, Looks};
use crate::shell::viewer;
use crate::shell::watch::source::WatchSource;

/// What is watched.
pub(crate) struct Watched {
    /// The broker that the machines publish to.
    pub(crate) bus: BusOptions,
    /// Which hosts; all if there are none.
    pub(crate) hosts: Vec<HostPattern>,
    /// Whether they may be asked for actions.
    pub(crate) acting: Acting,
}

/// Shows many machines in the dashboard until the user quits.
///
/// # Errors
///
/// One line: a file cannot be used, or standard output is no terminal.
pub(crate) fn show(watched: Watched, budget: Budget, looks: LookOptions) -> Result<()> {
    let Watched { bus, hosts, acting } = watched;
    if !io::stdout().is_terminal() {
        bail!("standard output is not a terminal; use --headless for one JSON object a line");
    }
    let login = Login::find(&bus, |name| env::var(name).ok())?;
    let looks = Looks::of_terminal(looks, |name| env::var(name).ok())?;
    let watching = Watching { bus: bus.url.to_string(), acting };
    let (upstreams, capacity) = (Vec::new(), Vec::new());
    let contents = Contents { budget, upstreams, capacity, opened: None, watching: Some(watching) };
    viewer::view(contents, looks, &Framing::None, || {
        let follower = Follower::start(bus, login, hosts).context("the bus cannot be listened to")?;
        Ok(Box::new(WatchSource::start(follower).context("the bus cannot be listened to")?))
    })
}
