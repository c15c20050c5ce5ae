//! Where events come from, and where commands go.

use std::sync::Arc;

use crate::app::hosts::HostId;
use crate::app::{HostNews, ReadingProgress, ReplayNews, TimelineStep};
use crate::event::{BackendKind, Command, Demand, Stamped, Timestamp};
use crate::server::{ConsumerWaker, EventReceiver, Server};

/// A source of events.
pub(crate) trait Source {
    /// Takes all events so far, in their order. Returns the time up to which they are complete. Never blocks.
    fn drain(&mut self, into: &mut Vec<Stamped>) -> Timestamp;

    /// The time now, by the clock that stamps the events.
    fn now(&self) -> Timestamp;

    /// What the source wakes when there are events.
    fn waker(&self) -> Arc<ConsumerWaker>;

    /// Passes a command on. Returns at once; events report what comes of it.
    fn command(&mut self, command: Command);

    /// How far it has been read, if it is a recording and has been read on since the last call.
    fn progress(&mut self) -> Option<ReadingProgress>;

    /// What became of a replay since the last call, if it is one.
    fn replay_news(&mut self) -> Vec<ReplayNews> {
        Vec::new()
    }

    /// Asks a host to serve on this backend, if many machines are watched.
    fn switch_host(&mut self, _host: HostId, _to: BackendKind) {}

    /// What became of hosts since the last call, if many machines are watched. It comes before the events of the same drain.
    fn host_news(&mut self) -> Vec<HostNews> {
        Vec::new()
    }

    /// Takes a step on the timeline, if it is a recording.
    fn timeline(&mut self, step: TimelineStep);

    /// Goes to this time on the timeline, if it is a recording.
    fn go_to(&mut self, at: Timestamp);

    /// Whether the events that are drained next are those from the start again, which is told once.
    fn take_restart(&mut self) -> bool;

    /// Takes notice that the process is about to stop for a while.
    fn suspend(&mut self) {}

    /// Takes notice that the process goes on.
    fn resume(&mut self) {}

    /// Changes what the source tells.
    fn set_demand(&mut self, demand: Demand);
}

/// A server in this process. It stops when this is dropped.
pub(crate) struct LiveServer {
    pub(crate) server: Server,
    pub(crate) receiver: EventReceiver,
}

impl Source for LiveServer {
    fn drain(&mut self, into: &mut Vec<Stamped>) -> Timestamp {
        self.receiver.drain_soon(into)
    }

    fn now(&self) -> Timestamp {
        self.receiver.now()
    }

    fn waker(&self) -> Arc<ConsumerWaker> {
        self.receiver.waker()
    }

    fn command(&mut self, command: Command) {
        self.server.command(command);
    }

    fn progress(&mut self) -> Option<ReadingProgress> {
        None
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

    fn set_demand(&mut self, demand: Demand) {
        self.receiver.set_demand(demand);
    }
}
