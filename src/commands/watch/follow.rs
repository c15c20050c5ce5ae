//! Takes what comes from the bus, and prints it.

use std::env;
use std::io::{self, ErrorKind, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::commands::watch::lines::Lines;
use crate::fleet::bus::Login;
use crate::fleet::follower::Follower;
use crate::fleet::here_and_now::wall_clock;
use crate::fleet::options::BusOptions;
use crate::fleet::subject::{HostPattern, RemoteConnection};
use crate::fleet::watcher::LeaseNews;
use crate::shell;

/// How long messages are waited for at once: after this time questions and states are looked at.
const WAIT: Duration = Duration::from_millis(50);

/// Follows until a signal arrives, or the output has no reader any more.
pub(super) fn run(
    bus: BusOptions,
    hosts: Vec<HostPattern>,
    connection: Option<&RemoteConnection>,
) -> Result<()> {
    let login = Login::find(&bus, |name| env::var(name).ok())?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // The second one ends the program at once.
        flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))
            .context("signals cannot be taken")?;
        flag::register(signal, Arc::clone(&stop)).context("signals cannot be taken")?;
    }
    shell::log_to_standard_error();
    let mut follower = Follower::start(bus, login, hosts).context("the bus cannot be listened to")?;
    follower.lease(connection.cloned());
    let mut lines = Lines::default();
    while !stop.load(Ordering::Relaxed) {
        let news = follower.take(WAIT);
        let now = follower.clock().now();
        for (publisher, news) in news {
            lines.add(follower.watcher(), &publisher, &news, wall_clock(), now);
        }
        let news = follower.lease_news();
        print_leased(&mut lines, connection, &news);
        if print(&mut lines)?.is_closed() {
            return Ok(());
        }
    }
    print_leased(&mut lines, connection, &follower.end_lease());
    lines.end(follower.watcher(), follower.clock().now(), follower.dropped());
    print(&mut lines).map(drop)
}

/// Whether there is a reader of the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Output {
    Open,
    Closed,
}

impl Output {
    fn is_closed(self) -> bool {
        self == Self::Closed
    }
}

/// Adds the lines of the connection whose bytes are printed.
fn print_leased(lines: &mut Lines, connection: Option<&RemoteConnection>, news: &[LeaseNews]) {
    if let Some(RemoteConnection { publisher, connection }) = connection {
        for news in news {
            lines.add_leased(publisher, *connection, news, wall_clock());
        }
    }
}

fn print(lines: &mut Lines) -> Result<Output> {
    let text = lines.take();
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Ok(()) => Ok(Output::Open),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Output::Closed),
        Err(error) => Err(error).context("standard output cannot be written"),
    }
}
