//! Faults that a demo applies to the server: each is announced first, then active until it is ended. And the texts
//! about them.

use crate::app::action::Action;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::keymap::Keymap;
use crate::event::fault::{BURST_CLIENTS, HANG_MICROS, IDLE_CLIENTS};
use crate::event::{ConnectionId, Fault, FaultKind, Timestamp};

/// Microseconds between the announcement of a fault and its start.
pub const ANNOUNCE_MICROS: u64 = 1_500_000;
/// The choices for the CPU time that a handler spends on each message, in microseconds.
const WORK_CHOICES: [u64; 6] = [100, 300, 1_000, 3_000, 10_000, 30_000];
/// The index of the choice to begin with.
const DEFAULT_WORK: usize = 2;

/// The state of a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FaultStage {
    /// The fault is neither announced nor active.
    #[default]
    Off,
    /// The fault starts at this time.
    Announced(Fault, Timestamp),
    /// The fault is active.
    Active(Fault),
}

/// A step through the choices of CPU time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WorkStep {
    More,
    Less,
}

/// The states of all faults.
#[derive(Debug)]
pub struct FaultSchedule {
    stages: [FaultStage; FaultKind::ALL.len()],
    /// The index of the chosen CPU time in [`WORK_CHOICES`].
    work: usize,
}

impl Default for FaultSchedule {
    fn default() -> Self {
        Self { stages: [FaultStage::Off; FaultKind::ALL.len()], work: DEFAULT_WORK }
    }
}

impl FaultSchedule {
    /// Returns the state of a fault.
    #[must_use]
    pub const fn stage(&self, kind: FaultKind) -> FaultStage {
        self.stages[kind as usize]
    }

    /// Returns the faults that are announced or active.
    pub fn going(&self) -> impl Iterator<Item = FaultStage> {
        self.stages.into_iter().filter(|stage| *stage != FaultStage::Off)
    }

    /// Returns the CPU time per message of the fault [`FaultKind::Work`], in microseconds.
    #[must_use]
    pub const fn work(&self) -> u64 {
        WORK_CHOICES[self.work]
    }

    /// Returns whether there is no further choice of CPU time in this direction.
    pub(crate) const fn is_at_end(&self, step: WorkStep) -> bool {
        match step {
            WorkStep::More => self.work + 1 == WORK_CHOICES.len(),
            WorkStep::Less => self.work == 0,
        }
    }

    pub(crate) const fn announce(&mut self, fault: Fault, now: Timestamp) {
        self.stages[fault.kind() as usize] = FaultStage::Announced(fault, now.plus_micros(ANNOUNCE_MICROS));
    }

    pub(crate) const fn begin(&mut self, fault: Fault) {
        self.stages[fault.kind() as usize] = FaultStage::Active(fault);
    }

    /// Ends a fault and returns its previous state.
    pub(crate) const fn end(&mut self, kind: FaultKind) -> FaultStage {
        std::mem::replace(&mut self.stages[kind as usize], FaultStage::Off)
    }

    /// Activates the faults whose start time has come, and returns them.
    pub(crate) fn due(&mut self, now: Timestamp) -> Vec<Fault> {
        let mut due = Vec::new();
        for stage in &mut self.stages {
            if let FaultStage::Announced(fault, at) = *stage
                && at <= now
            {
                *stage = FaultStage::Active(fault);
                due.push(fault);
            }
        }
        due
    }

    /// Returns the connection whose handler sleeps, or will.
    pub(crate) const fn hanging(&self) -> Option<ConnectionId> {
        match self.stage(FaultKind::Hang) {
            FaultStage::Active(Fault::Hang(id)) | FaultStage::Announced(Fault::Hang(id), _) => Some(id),
            _ => None,
        }
    }

    /// Chooses the next amount of CPU time. Returns the changed fault if it is active, because the server must be
    /// told.
    pub(crate) const fn step_work(&mut self, step: WorkStep) -> Option<Fault> {
        self.work = match step {
            WorkStep::More if self.work + 1 < WORK_CHOICES.len() => self.work + 1,
            WorkStep::More => self.work,
            WorkStep::Less => self.work.saturating_sub(1),
        };
        let fault = Fault::Work(self.work());
        let stage = &mut self.stages[FaultKind::Work as usize];
        match *stage {
            FaultStage::Off => None,
            FaultStage::Announced(_, at) => {
                *stage = FaultStage::Announced(fault, at);
                None
            }
            FaultStage::Active(_) => {
                *stage = FaultStage::Active(fault);
                Some(fault)
            }
        }
    }
}

/// Whether the pane with the keys of the faults is focused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PaneFocus {
    /// The keys work now.
    Focused,
    /// The keys work in the Backends pane.
    Unfocused,
}

/// Where the keys of the faults are looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FaultKeys<'a> {
    /// The key map.
    pub(crate) keymap: &'a Keymap,
    /// Whether the keys work now.
    pub(crate) pane: PaneFocus,
}

/// Returns the keys that start and end a fault.
pub(super) fn key(kind: FaultKind, keys: FaultKeys<'_>) -> String {
    let action = Action::ToggleFault(kind);
    let way = keys.keymap.way_to(action);
    match keys.pane {
        PaneFocus::Focused => way,
        // The palette, unlike a key of the pane, works everywhere.
        PaneFocus::Unfocused if keys.keymap.label(action).is_empty() => way,
        PaneFocus::Unfocused => format!("{} {way}", keys.keymap.way_to(Action::Focus(Pane::Backends))),
    }
}

/// Returns the name of a fault on the screen.
pub(crate) const fn title(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Hang => "hang",
        FaultKind::Work => "work",
        FaultKind::SlowReader => "slow reader",
        FaultKind::Idle => "idle clients",
        FaultKind::Burst => "burst",
    }
}

/// Describes a fault in few words, for a line that it shares. `client` names the connection whose handler sleeps.
pub(crate) fn brief(stage: FaultStage, client: &str, keys: FaultKeys<'_>) -> String {
    let (FaultStage::Active(fault) | FaultStage::Announced(fault, _)) = stage else { return String::new() };
    let what = match fault {
        Fault::Hang(_) => format!("HANG {client} {} a message", format::duration(HANG_MICROS)),
        Fault::Work(micros) => format!("WORK {} a message", format::duration(micros)),
        Fault::SlowReader => "SLOW READER".to_owned(),
        Fault::Idle => format!("{} IDLE CLIENTS", format::count(IDLE_CLIENTS as u64)),
        Fault::Burst => format!("BURST of {BURST_CLIENTS} clients"),
    };
    let key = key(fault.kind(), keys);
    match stage {
        FaultStage::Announced(..) => format!("soon: {what} ({key} cancels)"),
        _ => format!("{what} ({key} stops it)"),
    }
}

/// Says what a fault does and which clients notice. `client` names the connection whose handler sleeps.
pub(super) fn explained(fault: Fault, client: &str) -> String {
    match fault {
        Fault::Hang(_) => format!(
            "the handler of {client} sleeps {} at each message. On threads only that client waits; on async all do.",
            format::duration(HANG_MICROS)
        ),
        Fault::Work(micros) => format!(
            "every handler computes {} at each message. Threads share all cores; on async all share one and queue.",
            format::duration(micros)
        ),
        Fault::SlowReader => {
            "one client sends nonstop and barely reads. On threads its thread is stuck in send; on async \
                             only its task waits."
                .to_owned()
        }
        Fault::Idle => format!(
            "{} clients connect and stay silent. On threads each is a thread with a stack; on async a task.",
            format::count(IDLE_CLIENTS as u64)
        ),
        Fault::Burst => format!(
            "{BURST_CLIENTS} clients send many messages at once, again and again. Clients behind them wait: see p99."
        ),
    }
}

/// Describes a fault in a sentence: what happens, which clients notice, how it ends.
pub(crate) fn sentence(stage: FaultStage, client: &str, keys: FaultKeys<'_>) -> String {
    let (FaultStage::Active(fault) | FaultStage::Announced(fault, _)) = stage else { return String::new() };
    let what = explained(fault, client);
    let key = key(fault.kind(), keys);
    match stage {
        FaultStage::Announced(..) => format!("In a moment {what} {key} cancels."),
        FaultStage::Active(Fault::Work(_)) => {
            let [more, less] = [Action::MoreWork, Action::LessWork].map(|action| keys.keymap.way_to(action));
            format!("Now {what} {more}/{less} adjust, {key} stops it.")
        }
        _ => format!("Now {what} {key} stops it."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_is_on_when_its_time_has_come() {
        let mut faults = FaultSchedule::default();
        faults.announce(Fault::Burst, Timestamp(10));
        assert_eq!(faults.due(Timestamp(9 + ANNOUNCE_MICROS)), []);
        assert_eq!(faults.due(Timestamp(10 + ANNOUNCE_MICROS)), [Fault::Burst]);
        assert_eq!(faults.due(Timestamp(11 + ANNOUNCE_MICROS)), [], "once");
        assert_eq!(faults.end(FaultKind::Burst), FaultStage::Active(Fault::Burst));
        assert_eq!(faults.going().count(), 0);
    }

    #[test]
    fn work_has_bounds_and_changes_while_it_goes_on() {
        let mut faults = FaultSchedule::default();
        assert_eq!((faults.work(), faults.step_work(WorkStep::More)), (1_000, None));
        faults.begin(Fault::Work(faults.work()));
        for micros in [10_000, 30_000, 30_000] {
            assert_eq!(faults.step_work(WorkStep::More), Some(Fault::Work(micros)));
        }
        for _ in 0..9 {
            faults.step_work(WorkStep::Less);
        }
        assert_eq!(faults.stage(FaultKind::Work), FaultStage::Active(Fault::Work(100)));
    }

    #[test]
    fn every_one_of_them_says_how_it_ends() {
        for fault in
            [Fault::Hang(ConnectionId(7)), Fault::Work(1_000), Fault::SlowReader, Fault::Idle, Fault::Burst]
        {
            let keymap = &Keymap::default();
            let key = keymap.label(Action::ToggleFault(fault.kind()));
            assert_eq!(key.chars().count(), 1, "{fault:?}");
            for (pane, key) in [(PaneFocus::Focused, key.clone()), (PaneFocus::Unfocused, format!("3 {key}"))]
            {
                let keys = FaultKeys { keymap, pane };
                let long = sentence(FaultStage::Active(fault), "#7 (ann)", keys);
                assert!(long.ends_with(&format!("{key} stops it.")), "{long}");
                let lines = format::wrap(&long, 78).len();
                assert!(lines <= 2, "{lines} lines: {long}");
                let short = brief(FaultStage::Active(fault), "#7 (ann)", keys);
                assert!(short.ends_with(&format!("({key} stops it)")), "{short}");
            }
        }
    }
}
