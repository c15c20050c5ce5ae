//! What the keys of the built-in faults do.

use crate::app::backends::faults::{self, FaultStage, WorkStep};
use crate::app::demo::state::Demo;
use crate::app::effect::Effect;
use crate::app::format;
use crate::app::outcome::Outcome;
use crate::app::status::Severity;
use crate::event::{Command, ConnectionId, Fault, FaultKind, Timestamp};
use crate::model::{Connection, Model};

/// A client that has sent something within this number of seconds is active.
const ACTIVE_SECONDS: usize = 5;

/// What a fault is begun with.
#[derive(Clone, Copy)]
pub(crate) struct FaultSource<'a> {
    /// The server.
    pub(crate) model: &'a Model,
    /// The selected connection.
    pub(crate) selected: Option<ConnectionId>,
    /// The time.
    pub(crate) now: Timestamp,
}

impl Demo {
    /// Announces a fault, cancels it, or ends it.
    pub(crate) fn toggle_fault(&mut self, kind: FaultKind, source: FaultSource<'_>) -> Outcome {
        match self.faults.stage(kind) {
            FaultStage::Off => match self.fault_of(kind, source) {
                Ok(fault) => {
                    self.faults.announce(fault, source.now);
                    Outcome::default().clear_status()
                }
                Err(why) => Outcome::info(why),
            },
            FaultStage::Announced(..) | FaultStage::Active(_) => self.end_fault(kind),
        }
    }

    /// Starts or ends a fault for a lesson, at once, because the lesson's caption has announced it.
    pub(crate) fn toggle_fault_at_once(&mut self, kind: FaultKind, source: FaultSource<'_>) -> Outcome {
        let fault = match self.faults.stage(kind) {
            FaultStage::Active(_) => return self.end_fault(kind),
            FaultStage::Announced(fault, _) => Ok(fault),
            FaultStage::Off => self.fault_of(kind, source),
        };
        match fault {
            Ok(fault) => {
                self.faults.begin(fault);
                Outcome::effect(start(fault))
            }
            Err(why) => Outcome::info(why),
        }
    }

    /// Returns why the key of a fault would do nothing now.
    pub(crate) fn why_no_fault(&self, kind: FaultKind, source: FaultSource<'_>) -> Option<&'static str> {
        match self.faults.stage(kind) {
            FaultStage::Off => self.fault_of(kind, source).err(),
            FaultStage::Announced(..) | FaultStage::Active(_) => None,
        }
    }

    /// Returns why a step would not change the CPU work per message.
    pub(crate) fn why_no_step(&self, step: WorkStep) -> Option<String> {
        let amount = format::duration(self.faults.work());
        self.faults.is_at_end(step).then(|| format!("{amount} is {}", end(step)))
    }

    /// Starts the faults whose time has come.
    pub(crate) fn start_due_faults(&mut self, now: Timestamp) -> Outcome {
        let effects = self.faults.due(now).into_iter().map(start).collect();
        Outcome { effects, ..Outcome::default() }
    }

    /// Notes that a fault could not be started, or has ended by itself.
    pub(crate) fn fault_ended(&mut self, kind: FaultKind, why: &str) -> Outcome {
        self.faults.end(kind);
        Outcome::error(&format!("{} is over: {why}", faults::title(kind)))
    }

    /// Ends or cancels a fault. Only one that has started needs an effect.
    pub(super) fn end_fault(&mut self, kind: FaultKind) -> Outcome {
        let was = self.faults.end(kind);
        let (what, outcome) = match was {
            FaultStage::Active(_) => ("over", Outcome::effect(Effect::Server(Command::EndFault(kind)))),
            FaultStage::Announced(..) | FaultStage::Off => ("cancelled", Outcome::default()),
        };
        outcome.say(Severity::Info, &format!("{} is {what}", faults::title(kind)))
    }

    /// Changes the CPU work per message.
    pub(crate) fn step_work(&mut self, step: WorkStep) -> Outcome {
        let before = self.faults.work();
        let changed = self.faults.step_work(step);
        let work = self.faults.work();
        let end = end(step);
        let amount = format::duration(work);
        let text = if before == work {
            format!("work: {amount} a message is {end}")
        } else {
            format!("work: {amount} a message")
        };
        let effects = changed.map(start).into_iter().collect();
        Outcome { effects, ..Outcome::info(&text) }
    }

    /// Returns a fault of this kind.
    ///
    /// # Errors
    ///
    /// Why there is none.
    fn fault_of(&self, kind: FaultKind, source: FaultSource<'_>) -> Result<Fault, &'static str> {
        Ok(match kind {
            FaultKind::Hang => match active_client(source) {
                Some(id) => Fault::Hang(id),
                None => return Err("No client is sending, so there is nothing to delay"),
            },
            FaultKind::Work => Fault::Work(self.faults.work()),
            FaultKind::SlowReader => Fault::SlowReader,
            FaultKind::Idle => Fault::Idle,
            FaultKind::Burst => Fault::Burst,
        })
    }
}

/// Returns what the last choice in the direction of a step is.
const fn end(step: WorkStep) -> &'static str {
    match step {
        WorkStep::More => "the most",
        WorkStep::Less => "the least",
    }
}

/// Returns the selected connection if it is active, or else the most recently active one.
fn active_client(source: FaultSource<'_>) -> Option<ConnectionId> {
    let FaultSource { model, selected, now } = source;
    let live = |known: &&Connection| known.closed.is_none() && known.received.total() > 0;
    let selected = selected.and_then(|id| model.connection(id));
    let selected = selected.filter(live).filter(|known| is_active(known, now));
    let last = || model.connections().filter(live).max_by_key(|known| (known.active, known.id));
    selected.or_else(last).map(|known| known.id)
}

fn is_active(known: &Connection, now: Timestamp) -> bool {
    // The current second counts too: it is complete a second from now.
    let seconds = known.received.rate.history(now.plus_micros(1_000_000));
    let before = seconds.len().saturating_sub(ACTIVE_SECONDS + 1);
    seconds.skip(before).any(|bytes| bytes > 0)
}

/// Returns the effect that starts a fault.
const fn start(fault: Fault) -> Effect {
    Effect::Server(Command::StartFault(fault))
}
