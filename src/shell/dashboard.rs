//! The front end of a session: the app, and the terminal that it is drawn on.
//!
//! The first event after a pause is taken at once; those of the rest of that frame accumulate and are taken together,
//! unless they become too many. A key takes precedence over events that are still to be taken: with a thousand busy
//! threads the scheduler gives this one its time slice of a millisecond only now and then. Nothing is drawn when
//! nothing changed, or while the terminal has not taken the last frame.

mod copying;
mod frame_pacer;
mod frame_times;
mod piping;

use std::env;
use std::io;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use ratatui::crossterm::event::Event as TerminalEvent;
use ratatui::layout::Size;

use crate::app::{
    App, AppEvent, Clipboard, CopiedText, CopyResult, Effect, LogsAction, MouseOwner, OpenedFiles,
    PipedBytes, Setup, Watching,
};
use crate::bytes::frame::Framing;
use crate::bytes::stamp::stamp;
use crate::event::{ByteDemand, Demand, Timestamp};
use crate::logging;
use crate::model::{Budget, Model};
use crate::server::Limits;
use crate::ui::{logs::Logs, theme::Themes};

use crate::shell::dashboard::copying::Copier;
use crate::shell::dashboard::frame_pacer::FramePacer;
pub(crate) use crate::shell::dashboard::frame_pacer::{Redraw, Wait};
use crate::shell::dashboard::frame_times::FrameTimes;
use crate::shell::dashboard::piping::Piper;
use crate::shell::inbox::{Input, Poster};
use crate::shell::looks::Looks;
use crate::shell::remembered::Remembered;
use crate::shell::terminal::clipboard;
use crate::shell::terminal::input;
use crate::shell::terminal::input::InputGuard;
use crate::shell::terminal::screen::{Notice, Restored, Screen};
use crate::shell::timers::Interval;
use crate::shell::usage::Sampler;

/// The dashboard on a terminal. Dropping it restores the terminal.
pub(crate) struct Dashboard {
    /// Keys are read until this is dropped.
    input_guard: InputGuard,
    screen: Screen,
    app: App,
    logs: Logs,
    themes: Themes,
    /// Where the choices of the user are kept, if they are.
    remembered: Option<Remembered>,
    pacer: FramePacer,
    frames: FrameTimes,
    sampler: Sampler,
    /// When to sample the resource usage of the process.
    sampling: Interval,
    copier: Copier,
    piper: Piper,
    demand: Demand,
}

/// What the options say about the contents of the dashboard.
pub(crate) struct Contents {
    /// How many connections and bytes the model keeps.
    pub(crate) budget: Budget,
    /// The upstreams of a relay, each once.
    pub(crate) upstreams: Vec<String>,
    /// What limits the number of connections, one text per line.
    pub(crate) capacity: Vec<String>,
    /// The names of the recordings that are looked into, if it is not a server.
    pub(crate) opened: Option<OpenedFiles>,
    /// What is watched, if it is many machines.
    pub(crate) watching: Option<Watching>,
}

/// What the limits of a server say about the number of connections.
pub(crate) fn capacity(limits: &Limits) -> Vec<String> {
    let capacity = [("async", &limits.connections), ("threads", &limits.threads)];
    capacity
        .map(|(backend, limit)| format!("{backend} holds {}, set by {}", limit.connections, limit.set_by))
        .to_vec()
}

/// Collects what the app has to know about its environment. The size follows with the first repaint.
pub(crate) fn setup(now: Timestamp, contents: Contents, looks: &Looks) -> Setup {
    let offset = TimeZone::system().to_offset(stamp(now.0));
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let Contents { budget, upstreams, capacity, opened, watching } = contents;
    Setup {
        budget,
        upstreams,
        utc_offset_seconds: offset.seconds(),
        theme: looks.palette,
        now,
        size: Size::default(),
        capacity,
        opened,
        watching,
        // A tmux answers in any case, also one around a screen.
        clipboard: if is_set("TMUX") {
            Clipboard::Tmux
        } else if is_set("STY") {
            Clipboard::Screen
        } else {
            Clipboard::Terminal
        },
        charset: looks.charset,
        keymap: looks.keymap.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

impl Dashboard {
    /// Sets the terminal up and reads keys from it. The usage of the process is sampled at this interval.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up or read.
    pub(crate) fn enter(
        setup: Setup,
        looks: Looks,
        sample_interval: Duration,
        poster: Poster,
    ) -> Result<Self> {
        let notices = poster.clone();
        let screen = Screen::enter(looks.charset, move |notice| match notice {
            Notice::Ready => notices.wake(),
            Notice::Gone => notices.post(Input::TerminalGone),
        });
        let screen = screen.context("the terminal cannot show the dashboard (use --headless)")?;
        let copier = Copier::new(setup.clipboard, poster.clone());
        let piper = Piper::new(poster.clone());
        let input_guard =
            input::read(poster).context("no keys can be read from the terminal (use --headless)")?;
        let demand = Demand::newest(setup.budget.history);
        let mut app = App::new(setup);
        app.name_themes(looks.themes.names().to_vec());
        if let Some(remembered) = &looks.remembered {
            remembered.restore(&mut app);
        }
        Ok(Self {
            input_guard,
            screen,
            demand,
            app,
            logs: Logs::new(),
            themes: looks.themes,
            remembered: looks.remembered,
            pacer: FramePacer::new(),
            frames: FrameTimes::default(),
            sampler: Sampler::new(),
            sampling: Interval::new(sample_interval),
            copier,
            piper,
        })
    }

    /// What the app needs to be told.
    pub(crate) fn demand(&self) -> Demand {
        // Behind a byte that is not told, nothing says where a message ends.
        let bytes = if self.app.is_framed() { ByteDemand::Every } else { self.demand.bytes };
        Demand { bytes, ..self.demand }
    }

    /// Passes an event to the app. Returns what it asks for.
    pub(crate) fn update(&mut self, event: AppEvent) -> Vec<Effect> {
        self.app.update(event)
    }

    /// What is known of the server.
    pub(crate) const fn model(&self) -> &Model {
        self.app.model()
    }

    /// Begins with this rule for messages.
    pub(crate) fn begin_framing(&mut self, framing: &Framing) {
        self.app.begin_framing(framing);
    }

    /// Whether the app has bytes to search while nothing else is to be done.
    pub(crate) fn is_searching(&self) -> bool {
        self.app.is_searching()
    }

    /// Restores the terminal. What is typed from now on is left for the next program.
    pub(crate) fn leave(self) -> Restored {
        self.keep_choices();
        drop(self.input_guard);
        self.screen.leave()
    }

    fn keep_choices(&self) {
        if let Some(remembered) = &self.remembered {
            remembered.keep(&self.app, &self.themes);
        }
    }

    /// Gives up a terminal that is gone.
    pub(crate) fn abandon(self) -> Restored {
        self.keep_choices();
        self.screen.abandon();
        Restored::Gone
    }
}

/// Time.
impl Dashboard {
    /// Whether events have to wait for a frame that the user waits for. They do not wait for a terminal that takes
    /// nothing.
    pub(crate) fn holds_events_back(&self, redraw: Redraw) -> bool {
        redraw == Redraw::Input || self.pacer.input_frame_due(Instant::now()) && self.screen.ready()
    }

    /// Notes that this number of events was taken from the source.
    pub(crate) fn events_taken(&mut self, events: usize) {
        self.pacer.events_taken(Instant::now(), events);
    }

    /// Samples the usage of the process, if that is due at `now`; `at` is the same time by the clock of the source.
    pub(crate) fn sample(&mut self, now: Instant, at: Timestamp) -> Option<AppEvent> {
        let due = self.sampling.has_elapsed(now);
        due.then(|| AppEvent::Sampled(self.sampler.sample(at, self.frames.percentiles())))
    }

    /// Draws a frame, if something changed for this reason, it is due, and the terminal takes it.
    ///
    /// # Errors
    ///
    /// None in practice: frames are drawn into memory.
    pub(crate) fn draw(&mut self, redraw: Redraw) -> io::Result<()> {
        if self.app.take_dirty() {
            self.pacer.changed(redraw);
        }
        let now = Instant::now();
        if !self.pacer.frame_due(now) {
            return Ok(());
        }
        let ready = self.screen.ready();
        self.pacer.terminal_ready(now, ready);
        // A terminal that was slow may have to rest first.
        if ready && self.pacer.frame_due(now) {
            logging::collect();
            self.screen.draw(&self.app, &self.logs, &self.themes)?;
            self.frames.record(now.elapsed());
            self.pacer.frame_drawn(now);
        }
        Ok(())
    }

    /// How long to wait, at the latest until `next`.
    pub(crate) fn wait(&self, now: Instant, next: Instant) -> Wait {
        self.pacer.wait(now, next.min(self.sampling.next()))
    }
}

/// Effects on the terminal.
impl Dashboard {
    /// Sets the terminal up in this way. It is then blank and may have a new size, which the app has to learn.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub(crate) fn set_up(&mut self, how: fn(&mut Screen) -> io::Result<Size>) -> io::Result<AppEvent> {
        let Size { width, height } = how(&mut self.screen)?;
        // Every cell must be drawn, even if the app does not change.
        self.pacer.changed(Redraw::Input);
        Ok(AppEvent::Resized { width, height })
    }

    /// Gives the mouse to the terminal, or takes it back.
    pub(crate) fn set_mouse_owner(&mut self, owner: MouseOwner) {
        self.screen.set_pointer(owner);
    }

    /// Puts text on the user's clipboard.
    pub(crate) fn copy(&mut self, copied: CopiedText) {
        if let Some(sequence) = self.copier.copy(copied) {
            self.screen.write(sequence);
        }
    }

    /// Sends a text to the terminal that tmux did not take. Returns what the app is told.
    pub(crate) fn tmux_answered(&self, copied: CopiedText, failure: Option<String>) -> AppEvent {
        let CopiedText { text, what } = copied;
        AppEvent::Copied(match failure {
            None => CopyResult::GivenToTmux { what },
            Some(why) => {
                self.screen.write(clipboard::through_tmux(&text));
                CopyResult::SentInstead { what, why }
            }
        })
    }

    /// Gives bytes to a command.
    pub(crate) fn pipe(&mut self, piped: PipedBytes) {
        self.piper.run(piped);
    }

    /// Stops the command that bytes were given to.
    pub(crate) fn stop_pipe(&self) {
        self.piper.stop();
    }

    /// Controls the log pane.
    pub(crate) fn apply_to_logs(&mut self, action: LogsAction) {
        self.logs.apply(action, self.app.screen());
        logging::apply_levels();
    }
}

/// What an event of the terminal is to the app, if anything.
pub(crate) fn app_event(event: TerminalEvent) -> Option<AppEvent> {
    match event {
        TerminalEvent::Key(key) => Some(AppEvent::Key(key)),
        TerminalEvent::Mouse(mouse) => Some(AppEvent::Mouse(mouse)),
        TerminalEvent::Paste(text) => Some(AppEvent::Pasted(text)),
        // A new size is told by a signal.
        TerminalEvent::Resize(..) | TerminalEvent::FocusGained | TerminalEvent::FocusLost => None,
    }
}
