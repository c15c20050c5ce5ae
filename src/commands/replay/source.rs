//! A replay as a source of events.

use std::sync::Arc;

use crate::app::{ReadingProgress, ReplayNews, TimelineStep};
use crate::commands::replay::control::Control;
use crate::commands::replay::live::{Shared, Taken};
use crate::commands::replay::news::Clock;
use crate::event::{Command, Demand, Event, ServerEvent, Stamped, Timestamp};
use crate::server::ConsumerWaker;
use crate::shell::source::Source;

/// Whether the session wants to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Open,
    Wanted,
    Told,
}

/// The connections that are played. Dropping this ends them.
#[derive(Debug)]
pub(super) struct ReplaySource {
    shared: Arc<Shared>,
    control: Control,
    clock: Clock,
    end: End,
}

impl ReplaySource {
    pub(super) const fn new(shared: Arc<Shared>, control: Control, clock: Clock) -> Self {
        Self { shared, control, clock, end: End::Open }
    }

    fn stop(&mut self) {
        if self.end == End::Open {
            self.end = End::Wanted;
        }
        self.control.stop();
    }
}

impl Source for ReplaySource {
    fn drain(&mut self, into: &mut Vec<Stamped>) -> Timestamp {
        let Taken { events, is_over } = self.shared.take_events();
        into.extend(events);
        let now = self.clock.now();
        if is_over && self.end == End::Wanted {
            into.push(Stamped { at: now, event: Event::Server(ServerEvent::Stopped) });
            self.end = End::Told;
        }
        now
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn waker(&self) -> Arc<ConsumerWaker> {
        self.shared.waker()
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Stop => self.stop(),
            // The app does not ask for them: each connection does what was recorded of it.
            Command::Switch(_)
            | Command::Connection(..)
            | Command::All(_)
            | Command::Listen(_)
            | Command::CloseListener(_)
            | Command::OfListener(..)
            | Command::StartFault(_)
            | Command::EndFault(_)
            | Command::SetFaultPlan(..) => {}
        }
        self.waker().wake();
    }

    fn progress(&mut self) -> Option<ReadingProgress> {
        None
    }

    fn replay_news(&mut self) -> Vec<ReplayNews> {
        self.shared.take_news()
    }

    fn timeline(&mut self, step: TimelineStep) {
        match step {
            TimelineStep::Play => {
                self.control.toggle_pause();
                self.shared.change_progress(|progress| progress.is_paused = self.control.is_paused());
            }
            // The app does not ask for them.
            TimelineStep::Faster
            | TimelineStep::Slower
            | TimelineStep::Ahead
            | TimelineStep::Back
            | TimelineStep::Whole => {}
        }
    }

    fn go_to(&mut self, _: Timestamp) {
        // What happens now has no timeline, as the app knows.
    }

    fn take_restart(&mut self) -> bool {
        false
    }

    fn set_demand(&mut self, _: Demand) {
        // Everything is told.
    }
}

impl Drop for ReplaySource {
    fn drop(&mut self) {
        self.control.stop();
        self.shared.close();
    }
}
