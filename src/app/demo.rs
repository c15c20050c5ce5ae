//! What a demo controls, by key or by a lesson: names of clients, the selected client, faults, and the caption.

pub mod caption;
pub mod lesson;

use std::net::{IpAddr, SocketAddr};

use super::action::Action;
use super::effect::Effect;
use super::focus::Pane;
use super::{App, format};
use crate::app::backends::block_notices::{BlockNotice, BlockNotices};
use crate::app::backends::blocked::{BlockHistory, LoopBlock};
use crate::app::backends::faults;
use crate::app::backends::faults::{FaultSchedule, FaultStage, WorkStep};
use crate::app::chrome::line_layout::Severity;
use crate::app::chrome::status::Status;
use crate::app::clients::columns::{ColumnPriority, ColumnSpan};
use crate::app::clients::names::ClientNames;
use crate::app::clients::{columns, names};
use crate::app::demo::lesson::LessonProgress;
use crate::bytes::safe;
use crate::event::{Command, ConnectionEvent, ConnectionId, Event, Fault, FaultKind, ServerEvent, Timestamp};
use crate::model::Connection;

/// A client that has sent something within this number of seconds is active.
const ACTIVE_SECONDS: usize = 5;

/// The longest caption in cells; no screen has room for more.
const MAX_CAPTION: u16 = 600;

/// The state of a demo.
#[derive(Debug, Default)]
pub struct Demo {
    names: ClientNames,
    faults: FaultSchedule,
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
}

impl App {
    /// Returns the label of a connection in messages: `#7`, or `#7 (ann)`.
    #[must_use]
    pub fn label_of(&self, id: ConnectionId) -> String {
        match self.demo.names.of(id) {
            Some(name) => format!("{id} ({name})"),
            None => id.to_string(),
        }
    }

    /// Returns the handler call that blocks the loop, or did so in the last two seconds.
    #[must_use]
    pub fn blocked(&self) -> Option<LoopBlock> {
        self.demo.blocked.shown(self.model.blocked, self.now)
    }

    /// Returns what the table of connections shows first.
    #[must_use]
    pub const fn priority(&self) -> ColumnPriority {
        match self.focus {
            Pane::Backends => ColumnPriority::Latency,
            _ => ColumnPriority::Traffic,
        }
    }

    /// Returns the columns of the table of connections for this width in cells.
    #[must_use]
    pub fn columns(&self, width: u16) -> Vec<ColumnSpan> {
        let clients = &self.clients;
        columns::fitting(width, clients.content_widths(), self.priority(), clients.sort().column)
    }

    /// Runs an action for a lesson. Faults start and end at once, because the lesson's caption has announced them.
    pub(super) fn run_action(&mut self, action: Action) -> Vec<Effect> {
        let Action::ToggleFault(kind) = action else { return self.dispatch(action) };
        match self.demo.faults.stage(kind) {
            FaultStage::Active(_) => self.end_fault(kind),
            FaultStage::Announced(fault, _) => self.start_fault(fault),
            FaultStage::Off => self.fault_of(kind).map(|fault| self.start_fault(fault)).unwrap_or_default(),
        }
    }

    pub(super) fn set_caption(&mut self, text: &str) {
        self.demo.caption = format::truncate(&safe::line(text), MAX_CAPTION);
        self.fit();
    }

    pub(super) fn name_client(&mut self, peer: SocketAddr, name: &str) {
        if let Some(id) = self.demo.names.name_client(peer, name, &self.model) {
            self.model.mark_built_in(id);
        }
        self.clients.set_changed();
    }

    pub(super) fn name_group(&mut self, source: IpAddr, name: &str) {
        self.demo.names.name_group(source, name);
    }

    /// Selects the client at this address, now or as soon as it connects.
    pub(super) fn select_client(&mut self, peer: SocketAddr) {
        match names::live_from(peer, &self.model) {
            Some(id) => {
                self.demo.selected_on_connect = None;
                self.select(id);
            }
            None => self.demo.selected_on_connect = Some(peer),
        }
    }

    fn select(&mut self, id: ConnectionId) {
        self.clients.pin_to(id);
        self.rebuild();
        self.clients.show_cursor(self.client_rows());
    }

    /// Notes that a fault could not be started, or has ended by itself.
    pub(super) fn fault_ended(&mut self, kind: FaultKind, why: &str) {
        self.demo.faults.end(kind);
        self.set_status(Severity::Error, &format!("{} is over: {why}", faults::title(kind)));
        self.fit();
    }

    /// Applies an event to the state of the demo.
    pub(super) fn apply_to_demo(&mut self, event: &Event) -> Vec<Effect> {
        match *event {
            Event::Connection(connection, ConnectionEvent::Opened { ref peer, .. }) => {
                let peer = peer.inet();
                if let Some(peer) = peer {
                    self.demo.names.opened(connection, peer);
                }
                // All clients with names are built in.
                if self.demo.names.of(connection).is_some() {
                    self.model.mark_built_in(connection);
                }
                if peer.is_some() && self.demo.selected_on_connect == peer {
                    self.demo.selected_on_connect = None;
                    self.select(connection);
                }
            }
            Event::Connection(connection, ConnectionEvent::Closed { .. })
                if self.demo.faults.hanging() == Some(connection) =>
            {
                let gone = format!("{} disconnected; its delay ended with it", self.label_of(connection));
                let effects = self.end_fault(FaultKind::Hang);
                self.set_status(Severity::Info, &gone);
                return effects;
            }
            Event::Server(ServerEvent::Unblocked { connection, micros }) => {
                self.demo.blocked.ended(connection, micros, self.now);
                self.demo.block_notices.record(connection, micros);
                self.report_blocks();
            }
            _ => {}
        }
        Vec::new()
    }

    /// Starts the faults whose time has come.
    pub(super) fn start_due_faults(&mut self) -> Vec<Effect> {
        let due = self.demo.faults.due(self.now);
        if !due.is_empty() {
            self.fit();
        }
        due.into_iter().map(start).collect()
    }

    /// Drops names that are not needed any more, and reports blocks of the loop.
    pub(super) fn tidy_demo(&mut self) {
        self.demo.names.prune(&self.model);
        self.report_blocks();
    }

    /// Reports blocks of the loop, but does not replace an error message.
    fn report_blocks(&mut self) {
        let serious = self.status.as_ref().is_some_and(|status| status.severity == Severity::Error);
        if serious {
            return;
        }
        if let Some(BlockNotice { times, longest, last }) = self.demo.block_notices.take(self.now) {
            let by = last.map(|id| format!(" by {}", self.label_of(id))).unwrap_or_default();
            let longest = format::duration(longest);
            let text = if times == 1 {
                format!("the loop was blocked for {longest}{by}")
            } else {
                format!("the loop was blocked {}, {longest} at most, last{by}", format::plural(times, "time"))
            };
            self.status = Some(Status::new(Severity::Info, &text, self.now));
        }
    }
}

/// Actions of the fault keys.
impl App {
    /// Announces a fault, cancels it, or ends it.
    pub(super) fn toggle_fault(&mut self, kind: FaultKind) -> Vec<Effect> {
        match self.demo.faults.stage(kind) {
            FaultStage::Off => {
                if let Some(fault) = self.fault_of(kind) {
                    self.status = None;
                    self.demo.faults.announce(fault, self.now);
                    self.fit();
                }
                Vec::new()
            }
            FaultStage::Announced(..) | FaultStage::Active(_) => self.end_fault(kind),
        }
    }

    fn start_fault(&mut self, fault: Fault) -> Vec<Effect> {
        self.demo.faults.begin(fault);
        self.fit();
        vec![start(fault)]
    }

    /// Ends or cancels a fault. Only one that has started needs an effect.
    fn end_fault(&mut self, kind: FaultKind) -> Vec<Effect> {
        let was = self.demo.faults.end(kind);
        let (what, effects) = match was {
            FaultStage::Active(_) => ("over", vec![Effect::Server(Command::EndFault(kind))]),
            _ => ("cancelled", Vec::new()),
        };
        self.set_status(Severity::Info, &format!("{} is {what}", faults::title(kind)));
        self.fit();
        effects
    }

    pub(super) fn step_work(&mut self, step: WorkStep) -> Vec<Effect> {
        let before = self.demo.faults.work();
        let changed = self.demo.faults.step_work(step);
        let work = self.demo.faults.work();
        let end = match step {
            WorkStep::More => "the most",
            WorkStep::Less => "the least",
        };
        let amount = format::duration(work);
        if before == work {
            self.set_status(Severity::Info, &format!("work: {amount} a message is {end}"));
        } else {
            self.set_status(Severity::Info, &format!("work: {amount} a message"));
        }
        changed.map(start).into_iter().collect()
    }

    fn fault_of(&mut self, kind: FaultKind) -> Option<Fault> {
        Some(match kind {
            FaultKind::Hang => match self.active_client() {
                Some(id) => Fault::Hang(id),
                None => {
                    self.set_status(Severity::Info, "No client is sending, so there is nothing to delay");
                    return None;
                }
            },
            FaultKind::Work => Fault::Work(self.demo.faults.work()),
            FaultKind::SlowReader => Fault::SlowReader,
            FaultKind::Idle => Fault::Idle,
            FaultKind::Burst => Fault::Burst,
        })
    }

    /// Returns the selected connection if it is active, or else the most recently active one.
    fn active_client(&self) -> Option<ConnectionId> {
        let live = |known: &&Connection| known.closed.is_none() && known.received.total() > 0;
        let selected = self.selected().filter(live).filter(|known| is_active(known, self.now));
        let last = || self.model.connections().filter(live).max_by_key(|known| (known.active, known.id));
        selected.or_else(last).map(|known| known.id)
    }
}

fn is_active(known: &Connection, now: Timestamp) -> bool {
    // The current second counts too: it is complete a second from now.
    let seconds = known.received.rate.history(now.plus_micros(1_000_000));
    let before = seconds.len().saturating_sub(ACTIVE_SECONDS + 1);
    seconds.skip(before).any(|bytes| bytes > 0)
}

/// Describes in a few words what blocks the loop.
#[must_use]
pub fn blocked_words(app: &App, block: LoopBlock) -> String {
    let by = block.by.map(|id| format!(" by {}", app.label_of(id))).unwrap_or_default();
    safe::line(&format!("BLOCKED{by} for {}", format::duration(block.micros)))
}

/// Returns the effect that starts a fault.
const fn start(fault: Fault) -> Effect {
    Effect::Server(Command::StartFault(fault))
}
