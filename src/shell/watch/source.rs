//! What many machines publish, as a source of events.

use std::io;
use std::sync::Arc;

use crate::app::hosts::HostId;
use crate::app::{HostNews, ReadingProgress, TimelineStep};
use crate::event::{BackendKind, Command, ConnectionCommand, Demand, Event, ServerEvent, Stamped, Timestamp};
use crate::fleet::follower::{Follower, SteadyClock};
use crate::server::ConsumerWaker;
use crate::shell::source::Source;
use crate::shell::watch::acting::Asked;
use crate::shell::watch::following::Following;

/// The events of many machines.
pub(super) struct WatchSource {
    following: Following,
    clock: SteadyClock,
    waker: Arc<ConsumerWaker>,
    /// What became of the hosts, as far as it was not told yet.
    news: Vec<HostNews>,
    end: End,
}

/// Whether the session wants to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Open,
    Wanted,
    Told,
}

impl WatchSource {
    /// Starts to follow on a thread of its own.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(super) fn start(follower: Follower) -> io::Result<Self> {
        let (clock, waker) = (follower.clock(), Arc::<ConsumerWaker>::default());
        let following = Following::start(follower, Arc::clone(&waker))?;
        Ok(Self { following, clock, waker, news: Vec::new(), end: End::Open })
    }
}

impl Source for WatchSource {
    fn drain(&mut self, into: &mut Vec<Stamped>) -> Timestamp {
        self.waker.events_taken();
        let now = self.clock.now();
        match self.end {
            End::Open => {
                let (events, news) = self.following.take();
                into.extend(events);
                self.news.extend(news);
            }
            End::Wanted => {
                into.push(Stamped { at: now, event: Event::Server(ServerEvent::Stopped) });
                self.end = End::Told;
            }
            End::Told => {}
        }
        now
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn waker(&self) -> Arc<ConsumerWaker> {
        Arc::clone(&self.waker)
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Stop => {
                if self.end == End::Open {
                    self.end = End::Wanted;
                }
                self.waker.wake();
            }
            Command::Connection(id, ConnectionCommand::Close(mode)) => {
                self.following.ask(Asked::Close(id, mode));
            }
            // The app asks for none of these: there is no server here.
            Command::Switch(_)
            | Command::Connection(
                _,
                ConnectionCommand::Send { .. }
                | ConnectionCommand::HalfClose(_)
                | ConnectionCommand::Pause(_)
                | ConnectionCommand::Resume(_)
                | ConnectionCommand::Hold { .. }
                | ConnectionCommand::Release { .. }
                | ConnectionCommand::Replace { .. }
                | ConnectionCommand::SetFaults(_)
                | ConnectionCommand::ChangeFaults(_),
            )
            | Command::All(_)
            | Command::Listen(_)
            | Command::CloseListener(_)
            | Command::OfListener(..)
            | Command::StartFault(_)
            | Command::EndFault(_)
            | Command::SetFaultPlan(..) => {}
        }
    }

    fn switch_host(&mut self, host: HostId, to: BackendKind) {
        self.following.ask(Asked::Switch(host, to));
    }

    fn progress(&mut self) -> Option<ReadingProgress> {
        None
    }

    fn host_news(&mut self) -> Vec<HostNews> {
        std::mem::take(&mut self.news)
    }

    fn timeline(&mut self, _: TimelineStep) {
        // What happens now has no timeline, as the app knows.
    }

    fn go_to(&mut self, _: Timestamp) {
        // What happens now has no timeline, as the app knows.
    }

    fn take_restart(&mut self) -> bool {
        false
    }

    fn suspend(&mut self) {
        self.following.suspend();
    }

    fn resume(&mut self) {
        self.following.resume();
    }

    fn set_demand(&mut self, _: Demand) {
        // Hosts publish counts, whatever is demanded.
    }
}
