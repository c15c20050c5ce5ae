//! Which connection is played when: in the order in which they were opened, as concurrently as they overlapped.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd as _;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::Socket;

use crate::commands::replay::control::Control;
use crate::commands::replay::news::{self, Arrivals, Clock, News, Outlet};
use crate::commands::replay::outcome::{Deviation, Played};
use crate::commands::replay::player::{self, Manner};
use crate::commands::replay::reporter::Reporter;
use crate::commands::replay::socket::{self, Listener};
use crate::commands::replay::told::Ends;
use crate::event::{Address, Timestamp};
use crate::recording::replay::{Action, Ignored, Party, Script};
use crate::shell::open::PlaySpeed;

/// The largest number of connections that are played at once.
const MOST_AT_ONCE: usize = 256;
/// The largest number of news that are taken at once.
const MOST_NEWS: usize = 64;
/// How long a client may wait to be accepted while others are played.
const ACCEPT_INTERVAL: Duration = Duration::from_millis(5);
/// How long a signal may wait to be seen.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(100);

/// How connections are played.
#[derive(Debug)]
pub(super) struct Plan {
    /// The side that is played.
    pub(super) own: Party,
    pub(super) ignored: Ignored,
    /// `None` is as fast as the other side goes.
    pub(super) speed: Option<PlaySpeed>,
    /// How long to wait for the other side.
    pub(super) timeout: Duration,
}

/// What is played, and how.
#[derive(Debug)]
pub(super) struct Schedule<'a> {
    pub(super) scripts: &'a [Script],
    pub(super) plan: Plan,
    /// Whether to go on.
    pub(super) control: &'a Control,
    /// The clock that stamps events.
    pub(super) clock: Clock,
}

/// The connections that are being played.
struct Running {
    /// When each was closed in the recording, by its index.
    closed: HashMap<usize, Option<Timestamp>>,
    arrivals: Arrivals,
}

impl Running {
    fn new(arrivals: Arrivals) -> Self {
        Self { closed: HashMap::new(), arrivals }
    }

    /// Takes what has happened, and waits up to this time for something to happen.
    fn take(&mut self, limit: Duration, report: &mut dyn Reporter) -> Result<()> {
        let Some(first) = self.arrivals.wait(limit) else { return Ok(()) };
        self.take_one(first, report)?;
        for _ in 1..MOST_NEWS {
            let Some(news) = self.arrivals.next() else { break };
            self.take_one(news, report)?;
        }
        report.flush()
    }

    fn take_one(&mut self, news: News, report: &mut dyn Reporter) -> Result<()> {
        if let News::Played { index, .. } = news {
            self.closed.remove(&index);
        }
        report.take(news)
    }

    /// Whether a connection has to wait for one that had been closed before it was opened, or for room.
    fn holds_back(&self, script: &Script) -> bool {
        let is_before = |closed: &Option<Timestamp>| closed.is_some_and(|closed| closed <= script.opened);
        self.closed.len() >= MOST_AT_ONCE || self.closed.values().any(is_before)
    }
}

impl Schedule<'_> {
    fn manner<'o>(&'o self, outlet: &'o Outlet) -> Manner<'o> {
        let Plan { own, ref ignored, speed, timeout } = self.plan;
        Manner { own, ignored, speed, timeout, control: self.control, outlet }
    }

    fn is_stopped(&self) -> bool {
        self.control.is_stopped()
    }

    /// Plays the clients, each as soon as it may begin.
    ///
    /// # Errors
    ///
    /// When there is no thread for a connection, or the output cannot be written.
    pub(super) fn play_to(&self, target: &Address, report: &mut dyn Reporter) -> Result<()> {
        let mut started = Instant::now();
        let first = self.scripts.first().map_or_else(Timestamp::default, |script| script.opened);
        let (outlet, arrivals) = news::channel(self.clock);
        let outlet = &outlet;
        thread::scope(|scope| {
            // It ends with this function, so that no thread waits for its news to be taken.
            let mut running = Running::new(arrivals);
            for (index, script) in self.scripts.iter().enumerate() {
                let after = self.plan.speed.map(|speed| speed.time_for(script.opened.micros_since(first)));
                while !self.is_stopped() {
                    if self.control.is_paused() {
                        let paused = Instant::now();
                        running.take(SIGNAL_INTERVAL, report)?;
                        // What was to begin later begins as much later.
                        started += paused.elapsed();
                        continue;
                    }
                    let due = after.and_then(|after| started.checked_add(Duration::from_micros(after)));
                    let early = due.map(|due| due.saturating_duration_since(Instant::now()));
                    let early = early.unwrap_or_default();
                    let is_held = match self.plan.speed {
                        Some(_) => running.closed.len() >= MOST_AT_ONCE,
                        None => running.holds_back(script),
                    };
                    if early.is_zero() && !is_held {
                        break;
                    }
                    let limit = if is_held { SIGNAL_INTERVAL } else { early.min(SIGNAL_INTERVAL) };
                    running.take(limit, report)?;
                }
                if self.is_stopped() {
                    break;
                }
                running.closed.insert(index, script.closed);
                let play = move || {
                    let played = self.play_client(target, script, outlet);
                    outlet.tell(News::Played { index, played });
                };
                thread::Builder::new().spawn_scoped(scope, play).context("no thread can be started")?;
            }
            self.wait_for_all(&mut running, report)
        })
    }

    /// Plays the server to the next clients that connect.
    ///
    /// # Errors
    ///
    /// When there is no thread for a connection, or the output cannot be written.
    pub(super) fn listen(&self, listener: &Listener, report: &mut dyn Reporter) -> Result<()> {
        let (outlet, arrivals) = news::channel(self.clock);
        let outlet = &outlet;
        let server = listener.address();
        report.listening(&server, self.clock.now())?;
        thread::scope(|scope| {
            let mut running = Running::new(arrivals);
            for (index, script) in self.scripts.iter().enumerate() {
                let Some(socket) = self.next_client(listener, &mut running, report)? else { break };
                running.closed.insert(index, script.closed);
                let ends = Ends { client: socket::peer(&socket), server: server.clone() };
                let play = move || {
                    let played = player::play(&socket, ends, script, self.manner(outlet));
                    drop(socket);
                    outlet.tell(News::Played { index, played });
                };
                thread::Builder::new().spawn_scoped(scope, play).context("no thread can be started")?;
            }
            self.wait_for_all(&mut running, report)
        })
    }

    /// Waits for a client; `None` if a signal arrived.
    fn next_client(
        &self,
        listener: &Listener,
        running: &mut Running,
        report: &mut dyn Reporter,
    ) -> Result<Option<Socket>> {
        while !self.is_stopped() {
            if running.closed.len() >= MOST_AT_ONCE {
                running.take(SIGNAL_INTERVAL, report)?;
                continue;
            }
            if let Some(socket) = listener.accept().context("no client can be accepted")? {
                return Ok(Some(socket));
            }
            if !running.closed.is_empty() {
                // The connections that are played wait until it is taken what they tell.
                running.take(ACCEPT_INTERVAL, report)?;
                continue;
            }
            let mut sockets = [PollFd::new(listener.socket().as_fd(), PollFlags::POLLIN)];
            let limit = PollTimeout::try_from(SIGNAL_INTERVAL).unwrap_or(PollTimeout::ZERO);
            // Whatever it says: the next accept tells more.
            let _ = poll(&mut sockets, limit);
        }
        Ok(None)
    }

    fn wait_for_all(&self, running: &mut Running, report: &mut dyn Reporter) -> Result<()> {
        while !running.closed.is_empty() {
            running.take(SIGNAL_INTERVAL, report)?;
        }
        Ok(())
    }

    fn play_client(&self, target: &Address, script: &Script, outlet: &Outlet) -> Played {
        let detail = match socket::connect(target, self.plan.timeout) {
            Ok(socket) => {
                let ends = Ends { client: socket::local(&socket), server: target.clone() };
                return player::play(&socket, ends, script, self.manner(outlet));
            }
            Err(error) if was_refused(script) && is_refusal(&error) => None,
            Err(error) => Some(format!("{target} cannot be connected to: {}", socket::words(&error))),
        };
        let deviation = detail.map(|detail| Deviation { offset: 0, detail });
        Played { connection: script.connection, found: 0, told: 0, deviation }
    }
}

/// Whether the server ended the connection before anything was said.
fn was_refused(script: &Script) -> bool {
    script.steps.iter().all(|step| step.by == Party::Server && step.action == Action::Reset)
        && !script.steps.is_empty()
}

/// Whether the server does not want the connection, rather than not being reached.
fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ConnectionId;

    #[test]
    fn a_connection_waits_for_those_that_had_ended_before_it() {
        let script = |opened| Script {
            connection: ConnectionId(1),
            opened: Timestamp(opened),
            closed: None,
            steps: Vec::new(),
        };
        let mut running = Running::new(news::channel(Clock::start()).1);
        running.closed.extend([(0, Some(Timestamp(10))), (1, None)]);
        assert!(!running.holds_back(&script(9)), "they overlapped");
        assert!(running.holds_back(&script(10)));
        running.closed.remove(&0);
        assert!(!running.holds_back(&script(10)), "the other one never ended");
        running.closed.extend((2..=MOST_AT_ONCE).map(|index| (index, None)));
        assert!(running.holds_back(&script(10)), "there is no room");
    }
}
