//! Faults that a demo applies to the server: each is announced first, then active until it is ended. And the texts
//! about them.

use super::command::Command;
use super::{human, keymap};
use crate::model::hurt::{BURST_CLIENTS, HANG_MICROS, IDLE_CLIENTS};
use crate::model::{ConnectionId, Hurt, Moment, Pain};

/// Microseconds between the announcement of a fault and its start.
pub const NOTICE: u64 = 1_500_000;
/// The choices for the CPU time that a handler spends on each message, in microseconds.
const WORKS: [u64; 6] = [100, 300, 1_000, 3_000, 10_000, 30_000];
/// The index of the choice to begin with.
const FIRST_WORK: usize = 2;

/// The state of a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Stage {
    /// The fault is neither announced nor active.
    #[default]
    Off,
    /// The fault starts at this time.
    Announced(Pain, Moment),
    /// The fault is active.
    On(Pain),
}

/// A step through the choices of CPU time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    More,
    Less,
}

/// The states of all faults.
#[derive(Debug)]
pub struct Hurts {
    stages: [Stage; Hurt::ALL.len()],
    /// The index of the chosen CPU time in [`WORKS`].
    work: usize,
}

impl Default for Hurts {
    fn default() -> Self {
        Self { stages: [Stage::Off; Hurt::ALL.len()], work: FIRST_WORK }
    }
}

impl Hurts {
    /// Returns the state of a fault.
    #[must_use]
    pub const fn stage(&self, hurt: Hurt) -> Stage {
        self.stages[hurt as usize]
    }

    /// Returns the faults that are announced or active.
    pub fn going(&self) -> impl Iterator<Item = Stage> {
        self.stages.into_iter().filter(|stage| *stage != Stage::Off)
    }

    /// Returns the CPU time per message of the fault [`Hurt::Work`], in microseconds.
    #[must_use]
    pub const fn work(&self) -> u64 {
        WORKS[self.work]
    }

    pub(super) const fn announce(&mut self, pain: Pain, now: Moment) {
        self.stages[pain.hurt() as usize] = Stage::Announced(pain, now.plus_micros(NOTICE));
    }

    pub(super) const fn begin(&mut self, pain: Pain) {
        self.stages[pain.hurt() as usize] = Stage::On(pain);
    }

    /// Ends a fault and returns its previous state.
    pub(super) const fn end(&mut self, hurt: Hurt) -> Stage {
        std::mem::replace(&mut self.stages[hurt as usize], Stage::Off)
    }

    /// Activates the faults whose start time has come, and returns them.
    pub(super) fn due(&mut self, now: Moment) -> Vec<Pain> {
        let mut due = Vec::new();
        for stage in &mut self.stages {
            if let Stage::Announced(pain, at) = *stage
                && at <= now
            {
                *stage = Stage::On(pain);
                due.push(pain);
            }
        }
        due
    }

    /// Returns the connection whose handler sleeps, or will.
    pub(super) const fn hanging(&self) -> Option<ConnectionId> {
        match self.stage(Hurt::Hang) {
            Stage::On(Pain::Hang(id)) | Stage::Announced(Pain::Hang(id), _) => Some(id),
            _ => None,
        }
    }

    /// Chooses the next amount of CPU time. Returns the changed fault if it is active, because the server must be
    /// told.
    pub(super) const fn step_work(&mut self, step: Step) -> Option<Pain> {
        self.work = match step {
            Step::More if self.work + 1 < WORKS.len() => self.work + 1,
            Step::More => self.work,
            Step::Less => self.work.saturating_sub(1),
        };
        let pain = Pain::Work(self.work());
        let stage = &mut self.stages[Hurt::Work as usize];
        match *stage {
            Stage::Off => None,
            Stage::Announced(_, at) => {
                *stage = Stage::Announced(pain, at);
                None
            }
            Stage::On(_) => {
                *stage = Stage::On(pain);
                Some(pain)
            }
        }
    }
}

/// Whether the pane with the keys of the faults is focused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keys {
    /// The keys work now.
    Here,
    /// The keys work in the Backends pane.
    Elsewhere,
}

/// Returns the keys that start and end a fault.
fn key(hurt: Hurt, keys: Keys) -> String {
    let key = keymap::label(Command::Hurt(hurt));
    match keys {
        Keys::Here => key,
        Keys::Elsewhere => format!("3 {key}"),
    }
}

/// Returns the name of a fault on the screen.
pub(super) const fn title(hurt: Hurt) -> &'static str {
    match hurt {
        Hurt::Hang => "hang",
        Hurt::Work => "work",
        Hurt::SlowReader => "slow reader",
        Hurt::Idle => "idle clients",
        Hurt::Burst => "burst",
    }
}

/// Describes a fault in few words, for a line that it shares. `who` names the connection whose handler sleeps.
pub(super) fn brief(stage: Stage, who: &str, keys: Keys) -> String {
    let (Stage::On(pain) | Stage::Announced(pain, _)) = stage else { return String::new() };
    let what = match pain {
        Pain::Hang(_) => format!("HANG {who} {} a message", human::duration(HANG_MICROS)),
        Pain::Work(micros) => format!("WORK {} a message", human::duration(micros)),
        Pain::SlowReader => "SLOW READER".to_owned(),
        Pain::Idle => format!("{} IDLE CLIENTS", human::count(IDLE_CLIENTS as u64)),
        Pain::Burst => format!("BURST of {BURST_CLIENTS} clients"),
    };
    let key = key(pain.hurt(), keys);
    match stage {
        Stage::Announced(..) => format!("soon: {what} ({key} cancels)"),
        _ => format!("{what} ({key} stops it)"),
    }
}

/// Describes a fault in a sentence: what happens, which clients notice, how it ends.
pub(super) fn sentence(stage: Stage, who: &str, keys: Keys) -> String {
    let (Stage::On(pain) | Stage::Announced(pain, _)) = stage else { return String::new() };
    let what = match pain {
        Pain::Hang(id) => format!(
            "the handler of {who} sleeps {} at each message. On threads only {id} waits; on async all clients do.",
            human::duration(HANG_MICROS)
        ),
        Pain::Work(micros) => format!(
            "every handler computes {} at each message. Threads share all cores; on async all share one and queue.",
            human::duration(micros)
        ),
        Pain::SlowReader => {
            "one client sends nonstop and barely reads. On threads its thread is stuck in send; on async \
                             only its task waits."
                .to_owned()
        }
        Pain::Idle => format!(
            "{} clients connect and stay silent. On threads each is a thread with a stack; on async a task.",
            human::count(IDLE_CLIENTS as u64)
        ),
        Pain::Burst => format!(
            "{BURST_CLIENTS} clients send many messages at once, again and again. Clients behind them wait: see p99."
        ),
    };
    let key = key(pain.hurt(), keys);
    match stage {
        Stage::Announced(..) => format!("In a moment {what} {key} cancels."),
        Stage::On(Pain::Work(_)) => {
            let [more, less] = [Command::MoreWork, Command::LessWork].map(keymap::label);
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
        let mut hurts = Hurts::default();
        hurts.announce(Pain::Burst, Moment(10));
        assert_eq!(hurts.due(Moment(9 + NOTICE)), []);
        assert_eq!(hurts.due(Moment(10 + NOTICE)), [Pain::Burst]);
        assert_eq!(hurts.due(Moment(11 + NOTICE)), [], "once");
        assert_eq!(hurts.end(Hurt::Burst), Stage::On(Pain::Burst));
        assert_eq!(hurts.going().count(), 0);
    }

    #[test]
    fn work_has_bounds_and_changes_while_it_goes_on() {
        let mut hurts = Hurts::default();
        assert_eq!((hurts.work(), hurts.step_work(Step::More)), (1_000, None));
        hurts.begin(Pain::Work(hurts.work()));
        for micros in [10_000, 30_000, 30_000] {
            assert_eq!(hurts.step_work(Step::More), Some(Pain::Work(micros)));
        }
        for _ in 0..9 {
            hurts.step_work(Step::Less);
        }
        assert_eq!(hurts.stage(Hurt::Work), Stage::On(Pain::Work(100)));
    }

    #[test]
    fn every_one_of_them_says_how_it_ends() {
        for pain in
            [Pain::Hang(ConnectionId(7)), Pain::Work(1_000), Pain::SlowReader, Pain::Idle, Pain::Burst]
        {
            let key = keymap::label(Command::Hurt(pain.hurt()));
            assert_eq!(key.chars().count(), 1, "{pain:?}");
            for (keys, key) in [(Keys::Here, key.clone()), (Keys::Elsewhere, format!("3 {key}"))] {
                let long = sentence(Stage::On(pain), "#7 (ann)", keys);
                assert!(long.ends_with(&format!("{key} stops it.")), "{long}");
                let lines = human::wrap(&long, 78).len();
                assert!(lines <= 2, "{lines} lines: {long}");
                let short = brief(Stage::On(pain), "#7 (ann)", keys);
                assert!(short.ends_with(&format!("({key} stops it)")), "{short}");
            }
        }
    }
}
