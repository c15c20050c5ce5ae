//! What a demo controls, by key or by a lesson: names of clients, the selected client, faults, and the caption.

use std::net::{IpAddr, SocketAddr};

use super::blocked::{Block, Blocked};
use super::columns::{self, Interest, Span};
use super::command::Command;
use super::effect::Effect;
use super::focus::Pane;
use super::hurts::{self, Hurts, Stage, Step};
use super::lesson::Place;
use super::names::{self, Names};
use super::stalls::{Notice, Stalls};
use super::status::Status;
use super::strip::Tone;
use super::{App, human};
use crate::bytes::safe;
use crate::model::event::Fact;
use crate::model::{Connection, ConnectionId, Hurt, Moment, Pain};

/// A client that has sent something within this number of seconds is active.
const TALKING: usize = 5;

/// The longest caption in cells; no screen has room for more.
const LONGEST_SAID: u16 = 600;

/// The state of a demo.
#[derive(Debug, Default)]
pub struct Presenting {
    names: Names,
    hurts: Hurts,
    said: String,
    /// The progress of the lesson, while one runs.
    pub(super) lesson: Option<Place>,
    /// The client at this address is selected as soon as it connects.
    awaited: Option<SocketAddr>,
    stalls: Stalls,
    blocked: Blocked,
}

impl Presenting {
    /// Returns the names of the built-in clients.
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// Returns the states of the faults.
    #[must_use]
    pub const fn hurts(&self) -> &Hurts {
        &self.hurts
    }

    /// Returns the progress of the lesson, while one runs.
    #[must_use]
    pub const fn lesson(&self) -> Option<Place> {
        self.lesson
    }

    /// Returns the caption that a lesson has set, safe to print; empty if there is none.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.said
    }
}

impl App {
    /// Returns the label of a connection in messages: `#7`, or `#7 (ann)`.
    #[must_use]
    pub fn called(&self, id: ConnectionId) -> String {
        match self.presenting.names.of(id) {
            Some(name) => format!("{id} ({name})"),
            None => id.to_string(),
        }
    }

    /// Returns the handler call that blocks the loop, or did so in the last two seconds.
    #[must_use]
    pub fn blocked(&self) -> Option<Block> {
        self.presenting.blocked.shown(self.model.blocked, self.now)
    }

    /// Returns what the table of connections shows first.
    #[must_use]
    pub const fn interest(&self) -> Interest {
        match self.focus {
            Pane::Backends => Interest::Waits,
            _ => Interest::Bytes,
        }
    }

    /// Returns the columns of the table of connections for this width in cells.
    #[must_use]
    pub fn columns(&self, width: u16) -> Vec<Span> {
        let clients = &self.clients;
        columns::fitting(width, clients.widest(), self.interest(), clients.sort().column)
    }

    /// Runs a command for a lesson. Faults start and end at once, because the lesson's caption has announced them.
    pub(super) fn asked(&mut self, command: Command) -> Vec<Effect> {
        let Command::Hurt(hurt) = command else { return self.perform(command) };
        match self.presenting.hurts.stage(hurt) {
            Stage::On(_) => self.heal(hurt),
            Stage::Announced(pain, _) => self.hurt_now(pain),
            Stage::Off => self.pain(hurt).map(|pain| self.hurt_now(pain)).unwrap_or_default(),
        }
    }

    pub(super) fn said(&mut self, text: &str) {
        self.presenting.said = human::cut(&safe::line(text), LONGEST_SAID);
        self.fit();
    }

    pub(super) fn named(&mut self, peer: SocketAddr, name: &str) {
        if let Some(id) = self.presenting.names.named(peer, name, &self.model) {
            self.model.mark_built_in(id);
        }
        self.clients.set_changed();
    }

    pub(super) fn crowd_named(&mut self, source: IpAddr, name: &str) {
        self.presenting.names.crowd(source, name);
    }

    /// Selects the client at this address, now or as soon as it connects.
    pub(super) fn look_at(&mut self, peer: SocketAddr) {
        match names::live_from(peer, &self.model) {
            Some(id) => {
                self.presenting.awaited = None;
                self.select(id);
            }
            None => self.presenting.awaited = Some(peer),
        }
    }

    fn select(&mut self, id: ConnectionId) {
        self.clients.choose_this(id);
        self.rebuild();
        self.clients.show_cursor(self.client_rows());
    }

    /// Notes that a fault could not be started, or has ended by itself.
    pub(super) fn hurtless(&mut self, hurt: Hurt, why: &str) {
        self.presenting.hurts.end(hurt);
        self.say(Tone::Bad, &format!("{} is over: {why}", hurts::title(hurt)));
        self.fit();
    }

    /// Applies a fact to the state of the demo.
    pub(super) fn presented(&mut self, fact: &Fact) -> Vec<Effect> {
        match *fact {
            Fact::Opened { connection, peer, .. } => {
                self.presenting.names.opened(connection, peer);
                // All clients with names are built in.
                if self.presenting.names.of(connection).is_some() {
                    self.model.mark_built_in(connection);
                }
                if self.presenting.awaited == Some(peer) {
                    self.presenting.awaited = None;
                    self.select(connection);
                }
            }
            Fact::Closed { connection, .. } if self.presenting.hurts.hanging() == Some(connection) => {
                let gone = format!("{} disconnected; its delay ended with it", self.called(connection));
                let effects = self.heal(Hurt::Hang);
                self.say(Tone::Plain, &gone);
                return effects;
            }
            Fact::Unblocked { connection, micros } => {
                self.presenting.blocked.ended(connection, micros, self.now);
                self.presenting.stalls.note(connection, micros);
                self.tell_stalls();
            }
            _ => {}
        }
        Vec::new()
    }

    /// Starts the faults whose time has come.
    pub(super) fn present(&mut self) -> Vec<Effect> {
        let due = self.presenting.hurts.due(self.now);
        if !due.is_empty() {
            self.fit();
        }
        due.into_iter().map(Effect::Hurt).collect()
    }

    /// Drops names that are not needed any more, and reports blocks of the loop.
    pub(super) fn tidy_presenting(&mut self) {
        self.presenting.names.forget(&self.model);
        self.tell_stalls();
    }

    /// Reports blocks of the loop, but does not replace an error message.
    fn tell_stalls(&mut self) {
        let serious = self.status.as_ref().is_some_and(|status| status.tone == Tone::Bad);
        if serious {
            return;
        }
        if let Some(Notice { times, longest, last }) = self.presenting.stalls.take(self.now) {
            let by = last.map(|id| format!(" by {}", self.called(id))).unwrap_or_default();
            let longest = human::duration(longest);
            let text = if times == 1 {
                format!("the loop was blocked for {longest}{by}")
            } else {
                format!("the loop was blocked {}, {longest} at most, last{by}", human::counted(times, "time"))
            };
            self.status = Some(Status::new(Tone::Plain, &text, self.now));
        }
    }
}

/// Actions of the fault keys.
impl App {
    /// Announces a fault, cancels it, or ends it.
    pub(super) fn hurt(&mut self, hurt: Hurt) -> Vec<Effect> {
        match self.presenting.hurts.stage(hurt) {
            Stage::Off => {
                if let Some(pain) = self.pain(hurt) {
                    self.status = None;
                    self.presenting.hurts.announce(pain, self.now);
                    self.fit();
                }
                Vec::new()
            }
            Stage::Announced(..) | Stage::On(_) => self.heal(hurt),
        }
    }

    fn hurt_now(&mut self, pain: Pain) -> Vec<Effect> {
        self.presenting.hurts.begin(pain);
        self.fit();
        vec![Effect::Hurt(pain)]
    }

    /// Ends or cancels a fault. Only one that has started needs an effect.
    fn heal(&mut self, hurt: Hurt) -> Vec<Effect> {
        let was = self.presenting.hurts.end(hurt);
        let (what, effects) = match was {
            Stage::On(_) => ("over", vec![Effect::Heal(hurt)]),
            _ => ("cancelled", Vec::new()),
        };
        self.say(Tone::Plain, &format!("{} is {what}", hurts::title(hurt)));
        self.fit();
        effects
    }

    pub(super) fn step_work(&mut self, step: Step) -> Vec<Effect> {
        let before = self.presenting.hurts.work();
        let changed = self.presenting.hurts.step_work(step);
        let work = self.presenting.hurts.work();
        let end = match step {
            Step::More => "the most",
            Step::Less => "the least",
        };
        let amount = human::duration(work);
        if before == work {
            self.say(Tone::Plain, &format!("work: {amount} a message is {end}"));
        } else {
            self.say(Tone::Plain, &format!("work: {amount} a message"));
        }
        changed.map(Effect::Hurt).into_iter().collect()
    }

    fn pain(&mut self, hurt: Hurt) -> Option<Pain> {
        Some(match hurt {
            Hurt::Hang => match self.who_talks() {
                Some(id) => Pain::Hang(id),
                None => {
                    self.say(Tone::Plain, "No client is sending, so there is nothing to delay");
                    return None;
                }
            },
            Hurt::Work => Pain::Work(self.presenting.hurts.work()),
            Hurt::SlowReader => Pain::SlowReader,
            Hurt::Idle => Pain::Idle,
            Hurt::Burst => Pain::Burst,
        })
    }

    /// Returns the selected connection if it is active, or else the most recently active one.
    fn who_talks(&self) -> Option<ConnectionId> {
        let live = |known: &&Connection| known.closed.is_none() && known.received.total() > 0;
        let selected = self.selected().filter(live).filter(|known| talks(known, self.now));
        let last = || self.model.connections().filter(live).max_by_key(|known| (known.active, known.id));
        selected.or_else(last).map(|known| known.id)
    }
}

fn talks(known: &Connection, now: Moment) -> bool {
    // The current second counts too: it is complete a second from now.
    let seconds = known.received.rate.history(now.plus_micros(1_000_000));
    let before = seconds.len().saturating_sub(TALKING + 1);
    seconds.skip(before).any(|bytes| bytes > 0)
}

/// Describes in a few words what blocks the loop.
#[must_use]
pub fn blocked_words(app: &App, block: Block) -> String {
    let by = block.by.map(|id| format!(" by {}", app.called(id))).unwrap_or_default();
    safe::line(&format!("BLOCKED{by} for {}", human::duration(block.micros)))
}
