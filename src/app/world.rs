//! What the panes show and none of them owns.

use crate::app::backends::metrics::Metrics;
use crate::app::demo::Demo;
use crate::app::display::Display;
use crate::app::event::RecordingProgress;
use crate::app::hosts::Hosts;
use crate::app::notes::Notes;
use crate::app::recording::{ReadingProgress, Replay};
use crate::app::setup::{OpenedFiles, Setup};
use crate::event::{ConnectionId, Timestamp};
use crate::model::{Budget, Model};

/// What the panes show and none of them owns: the server as it was reported, the demo, the time, and how the screen is
/// divided.
#[derive(Debug)]
pub struct World {
    /// What the dashboard was given when it started.
    pub setup: Setup,
    /// The server.
    pub model: Model,
    /// Names, faults, caption and lesson.
    pub demo: Demo,
    /// The notes on connections.
    pub notes: Notes,
    /// The measured figures of both backends.
    pub metrics: Metrics,
    /// The newest time that an event has reported.
    pub now: Timestamp,
    /// How far the recording has been read, if one is looked into.
    pub reading: Option<ReadingProgress>,
    /// The recording that is played to a real program, if one is.
    pub replay: Option<Replay>,
    /// The hosts, if many machines are watched.
    pub hosts: Option<Hosts>,
    /// How the screen is divided and drawn.
    pub display: Display,
    /// The names of the colour themes, in their order; empty until they are known.
    pub theme_names: Vec<String>,
    /// The recording that runs.
    pub recording: Option<RecordingProgress>,
}

impl World {
    /// Returns a world without any event.
    #[must_use]
    pub fn new(mut setup: Setup) -> Self {
        setup.keymap = setup.keymap.spelled_in(setup.charset);
        Self {
            model: model(&setup),
            demo: Demo::default(),
            notes: Notes::default(),
            metrics: Metrics::default(),
            now: setup.now,
            reading: None,
            replay: setup.opened.as_ref().and_then(|files| replay(files, setup.budget)),
            hosts: setup.watching.clone().map(Hosts::new),
            display: Display::new(setup.size, setup.theme),
            theme_names: Vec::new(),
            recording: None,
            setup,
        }
    }

    /// Returns the name of the recording that a connection is from, if there are two.
    pub(crate) fn recording_of(&self, id: ConnectionId) -> Option<String> {
        let [first, second] = self.setup.opened.as_ref()?.both()?;
        let second_from = self.reading.and_then(|reading| reading.second_from);
        Some(if second_from.is_some_and(|from| id >= from) { second } else { first })
    }

    /// Takes notice of how far the recording has been read. Of two, connections are named after the one they are from;
    /// some may have been reported before it was known that they are from the second one. Returns whether names have changed.
    pub(crate) fn read_on(&mut self, progress: ReadingProgress) -> bool {
        let before = self.reading.replace(progress);
        let changed = before.and_then(|before| before.second_from) != progress.second_from;
        if changed {
            let ids: Vec<ConnectionId> = self.model.connections().map(|known| known.id).collect();
            ids.into_iter().for_each(|id| self.name_after_recording(id));
        }
        changed
    }

    /// Names a connection after the recording that it is from, if there are two.
    pub(crate) fn name_after_recording(&mut self, id: ConnectionId) {
        if let Some(name) = self.recording_of(id) {
            self.demo.name_connection(id, &name);
        }
    }

    /// Forgets every event.
    pub(crate) fn restart(&mut self) {
        let framing = self.model.framing().clone();
        self.model = model(&self.setup);
        self.model.set_framing(framing, None);
        (self.demo, self.metrics) = (Demo::default(), Metrics::default());
        self.now = self.setup.now;
        self.display.frozen = None;
    }
}

/// A replay of which nothing is known, if the recording is played.
fn replay(files: &OpenedFiles, budget: Budget) -> Option<Replay> {
    files.replay.as_ref().map(|to| Replay::new(to.compared, budget))
}

/// A model without any event.
fn model(setup: &Setup) -> Model {
    let model = Model::new(setup.budget);
    match &setup.opened {
        Some(opened) => model.with_all_closed().with_files(opened.payload.clone()),
        None => model,
    }
}
