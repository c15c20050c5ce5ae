//! What the panes show and none of them owns.

use crate::app::backends::metrics::Metrics;
use crate::app::demo::Demo;
use crate::app::display::Display;
use crate::app::event::RecordingProgress;
use crate::app::notes::Notes;
use crate::app::recording::ReadingProgress;
use crate::app::setup::Setup;
use crate::event::Timestamp;
use crate::model::Model;

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
    pub fn new(setup: Setup) -> Self {
        Self {
            model: model(&setup),
            demo: Demo::default(),
            notes: Notes::default(),
            metrics: Metrics::default(),
            now: setup.now,
            reading: None,
            display: Display::new(setup.size, setup.theme),
            theme_names: Vec::new(),
            recording: None,
            setup,
        }
    }

    /// Forgets every event.
    pub(crate) fn restart(&mut self) {
        self.model = model(&self.setup);
        (self.demo, self.metrics) = (Demo::default(), Metrics::default());
        self.now = self.setup.now;
        self.display.frozen = None;
    }
}

/// A model without any event.
fn model(setup: &Setup) -> Model {
    let model = Model::new(setup.budget);
    if setup.opened.is_some() { model.with_all_closed() } else { model }
}
