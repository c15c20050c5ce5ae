//! Takes what comes from the bus, asks, and prints.

use std::env;
use std::io::{self, ErrorKind, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::commands::watch::leased::Leased;
use crate::commands::watch::lines::Lines;
use crate::commands::watch::options::WatchOptions;
use crate::event::Timestamp;
use crate::fleet::bus::{BusWatcher, Login, Received};
use crate::fleet::here_and_now::{spread, wall_clock};
use crate::fleet::subject::{HostPattern, Prefix};
use crate::fleet::watcher::Watcher;
use crate::shell;

/// How long messages are waited for at once: after this time questions and states are looked at.
const WAIT: Duration = Duration::from_millis(50);

/// Follows until a signal arrives, or the output has no reader any more.
pub(super) fn run(options: WatchOptions) -> Result<()> {
    let WatchOptions { bus, hosts, connection } = options;
    let login = Login::find(&bus, |name| env::var(name).ok())?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // The second one ends the program at once.
        flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))
            .context("signals cannot be taken")?;
        flag::register(signal, Arc::clone(&stop)).context("signals cannot be taken")?;
    }
    shell::log_to_standard_error();
    let prefix = bus.prefix.clone();
    let bus = BusWatcher::start(bus, login).context("the bus cannot be listened to")?;
    let mut follower = Follower::new(prefix, hosts);
    follower.leased = connection.map(|connection| Leased::start(connection, &claimed_name(), &bus));
    while !stop.load(Ordering::Relaxed) {
        follower.take(&bus);
        if follower.print()?.is_closed() {
            return Ok(());
        }
    }
    follower.lines.end(&follower.watcher, follower.now(), bus.dropped());
    follower.print().map(drop)
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

struct Follower {
    watcher: Watcher,
    lines: Lines,
    leased: Option<Leased>,
    begin: Instant,
}

impl Follower {
    fn new(prefix: Prefix, hosts: Vec<HostPattern>) -> Self {
        let watcher = Watcher::new(prefix, hosts, spread());
        Self { watcher, lines: Lines::default(), leased: None, begin: Instant::now() }
    }

    /// The time since the start.
    fn now(&self) -> Timestamp {
        Timestamp(u64::try_from(self.begin.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// Takes what has come, and asks what is to be asked.
    fn take(&mut self, bus: &BusWatcher) {
        for received in bus.receive(WAIT) {
            let now = self.now();
            match received {
                Received::Message { subject, payload } => self.watcher.take(&subject, &payload, now),
                Received::Answer { publisher, payload } => {
                    let answer = payload.as_deref();
                    self.watcher.answered(&publisher, answer, now, wall_clock());
                }
                Received::Bytes { payload } => {
                    self.leased.iter_mut().for_each(|leased| leased.take(&payload));
                }
                Received::Leased { payload, .. } => {
                    self.leased.iter_mut().for_each(|leased| leased.answered(payload.as_deref(), now));
                }
                Received::Connected(is_connected) => self.watcher.set_connected(is_connected),
            }
        }
        let now = self.now();
        for (publisher, question) in self.watcher.questions(now) {
            bus.ask(publisher, question);
        }
        for (publisher, news) in self.watcher.news(now) {
            self.lines.add(&self.watcher, &publisher, &news, wall_clock(), now);
            self.leased.iter_mut().for_each(|leased| leased.notice(&publisher, &news, now));
        }
        if let Some(leased) = &mut self.leased {
            leased.go_on(bus, &mut self.lines, wall_clock(), now);
        }
    }

    fn print(&mut self) -> Result<Output> {
        let text = self.lines.take();
        let mut output = io::stdout().lock();
        match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
            Ok(()) => Ok(Output::Open),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Output::Closed),
            Err(error) => Err(error).context("standard output cannot be written"),
        }
    }
}

/// The name under which something is asked for: the user and the machine. Nothing proves it.
fn claimed_name() -> String {
    let machine = nix::unistd::gethostname().unwrap_or_default();
    let user = env::var("USER").unwrap_or_else(|_| "somebody".to_owned());
    format!("{user}@{}", machine.to_string_lossy())
}
