//! The state of a demo, and what reports and a lesson change in it.

use std::net::{IpAddr, SocketAddr};

use crate::app::backends::block_notices::{BlockNotice, BlockNotices};
use crate::app::backends::blocked::{BlockHistory, LoopBlock};
use crate::app::backends::faults::FaultSchedule;
use crate::app::clients::names::{self, ClientNames};
use crate::app::demo::lesson::LessonProgress;
use crate::app::format;
use crate::app::outcome::{Outcome, Request};
use crate::bytes::safe;
use crate::event::{ConnectionEvent, ConnectionId, Event, FaultKind, ServerEvent, Timestamp};
use crate::model::Model;

/// The longest caption in cells; no screen has room for more.
const MAX_CAPTION: u16 = 600;

/// The state of a demo.
#[derive(Debug, Default)]
pub struct Demo {
    names: ClientNames,
    /// The states of the faults.
    pub(super) faults: FaultSchedule,
    caption: String,
    /// The progress of the lesson, while one runs.
    pub(super) lesson: Option<LessonProgress>,
    /// The client at this address is selected as soon as it connects.
    selected_on_connect: Option<SocketAddr>,
    block_notices: BlockNotices,
    blocked: BlockHistory,
}

impl Demo {
    /// Returns the names of the built-in clients.
    #[must_use]
    pub const fn names(&self) -> &ClientNames {
        &self.names
    }

    /// Returns the states of the faults.
    #[must_use]
    pub const fn faults(&self) -> &FaultSchedule {
        &self.faults
    }

    /// Returns the progress of the lesson, while one runs.
    #[must_use]
    pub const fn lesson(&self) -> Option<LessonProgress> {
        self.lesson
    }

    /// Returns the caption that a lesson has set, safe to print; empty if there is none.
    #[must_use]
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// Returns the handler call that blocks the loop, or did so in the last two seconds.
    #[must_use]
    pub fn blocked(&self, model: &Model, now: Timestamp) -> Option<LoopBlock> {
        self.blocked.shown(model.blocked, now)
    }

    /// Sets the caption of a lesson.
    pub(crate) fn set_caption(&mut self, text: &str) {
        self.caption = format::truncate(&safe::line(text), MAX_CAPTION);
    }

    /// Names the client at this address, which is a built-in one.
    pub(crate) fn name_client(&mut self, peer: SocketAddr, name: &str, model: &mut Model) {
        if let Some(id) = self.names.name_client(peer, name, model) {
            model.mark_built_in(id);
        }
    }

    /// Names a connection.
    pub(crate) fn name_connection(&mut self, id: ConnectionId, name: &str) {
        self.names.name_connection(id, name);
    }

    /// Names all clients that connect from this address.
    pub(crate) fn name_group(&mut self, source: IpAddr, name: &str) {
        self.names.name_group(source, name);
    }

    /// Selects the client at this address, now or as soon as it connects.
    pub(crate) fn select_client(&mut self, peer: SocketAddr, model: &Model) -> Outcome {
        if let Some(id) = names::live_from(peer, model) {
            self.selected_on_connect = None;
            return Outcome::request(Request::Select(id));
        }
        self.selected_on_connect = Some(peer);
        Outcome::default()
    }

    /// Applies an event that the model has seen.
    pub(crate) fn apply(&mut self, event: &Event, model: &mut Model, now: Timestamp) -> Outcome {
        match *event {
            Event::Connection(connection, ConnectionEvent::Opened { ref peer, .. }) => {
                let peer = peer.inet();
                if let Some(peer) = peer {
                    self.names.opened(connection, peer);
                }
                // All clients with names are built in.
                if self.names.of(connection).is_some() {
                    model.mark_built_in(connection);
                }
                if peer.is_some() && self.selected_on_connect == peer {
                    self.selected_on_connect = None;
                    return Outcome::request(Request::Select(connection));
                }
            }
            Event::Connection(connection, ConnectionEvent::Closed { .. })
                if self.faults.hanging() == Some(connection) =>
            {
                let label = self.names.label_of(connection);
                let gone = format!("{label} disconnected; its delay ended with it");
                let ended = self.end_fault(FaultKind::Hang);
                return Outcome { status: Outcome::info(&gone).status, ..ended };
            }
            Event::Server(ServerEvent::Unblocked { connection, micros }) => {
                self.blocked.ended(connection, micros, now);
                self.block_notices.record(connection, micros);
            }
            _ => {}
        }
        Outcome::default()
    }

    /// Drops names that are not needed any more.
    pub(crate) fn prune(&mut self, model: &Model) {
        self.names.prune(model);
    }

    /// Reports blocks of the loop that were not reported yet.
    pub(crate) fn report_blocks(&mut self, now: Timestamp) -> Outcome {
        let Some(BlockNotice { times, longest, last }) = self.block_notices.take(now) else {
            return Outcome::default();
        };
        let by = last.map(|id| format!(" by {}", self.names.label_of(id))).unwrap_or_default();
        let longest = format::duration(longest);
        let text = if times == 1 {
            format!("the loop was blocked for {longest}{by}")
        } else {
            format!("the loop was blocked {}, {longest} at most, last{by}", format::plural(times, "time"))
        };
        Outcome::info(&text)
    }
}

/// Describes in a few words what blocks the loop.
#[must_use]
pub fn blocked_words(names: &ClientNames, block: LoopBlock) -> String {
    let by = block.by.map(|id| format!(" by {}", names.label_of(id))).unwrap_or_default();
    safe::line(&format!("BLOCKED{by} for {}", format::duration(block.micros)))
}
