//! The one interpreter of effects.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::time::{Duration, Instant};

use ratatui::layout::Size;
use tracing::warn;

use crate::app::action::Action;
use crate::app::{
    AppEvent, CopiedText, Effect, RecordedFile, RecordingNews, RecordingProgress, RecordingReport,
};
use crate::event::{BackendKind, Command, ConnectionCommand, MOST_TO_SEND, PerDirection};
use crate::model::{Connection, Model};
use crate::recording::write::KnownConnection;
use crate::shell::dashboard::Dashboard;
use crate::shell::demo::clients::{DemoClients, LessonRequest};
use crate::shell::recorder::{OpenRecording, Progress, RecordOptions, Recorder};
use crate::shell::repeats::Repeats;
use crate::shell::save;
use crate::shell::source::Source;
use crate::shell::terminal::screen::Screen;

/// Everything that effects act on.
pub(crate) struct EffectTargets {
    pub(crate) source: Box<dyn Source>,
    pub(crate) demo_clients: DemoClients,
    /// What the user has sent again and again.
    pub(crate) repeats: Repeats,
    pub(crate) recorder: Recorder,
    /// `None` without a dashboard, and once it has left the terminal.
    pub(crate) dashboard: Option<Dashboard>,
    /// Why to stop, once something asked for that.
    pub(crate) stop: Option<StopReason>,
}

/// Why a session stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StopReason {
    /// The user, a signal or the configured time stops the program.
    Requested,
    /// The terminal of the dashboard is gone.
    TerminalGone,
}

impl EffectTargets {
    /// Passes an event to the app and carries out what it asks for. Does nothing without a dashboard.
    pub(crate) fn update(&mut self, event: AppEvent) {
        let Some(dashboard) = &mut self.dashboard else { return };
        for effect in dashboard.update(event) {
            self.carry_out(effect);
        }
    }

    /// Carries out an effect. No other function does.
    pub(crate) fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Server(command) => self.command(command),
            Effect::SwitchHost { host, to } => self.source.switch_host(host, to),
            Effect::SendFile { path, to, connection } => match read_file(&path) {
                Ok(bytes) => {
                    self.command(Command::on(
                        connection,
                        ConnectionCommand::Send { to, bytes: bytes.into() },
                    ));
                }
                Err(why) => self.update(AppEvent::FileNotSent(format!("{path}: {why}"))),
            },
            Effect::Save(file) => {
                let result = save::write(&file);
                self.update(AppEvent::Saved(result));
            }
            Effect::Repeat { commands, every } => {
                self.repeats.start(commands, Duration::from_micros(every));
            }
            Effect::EndRepeat => self.repeats.end(),
            Effect::Lesson(control) => self.demo_clients.control(control, Instant::now()),
            Effect::Quit => self.stop = Some(StopReason::Requested),
            Effect::Suspend => self.suspend(),
            Effect::Repaint => self.set_up_terminal(Screen::repaint),
            Effect::Mouse(owner) => self.on_dashboard(|dashboard| dashboard.set_mouse_owner(owner)),
            Effect::Logs(action) => self.on_dashboard(|dashboard| dashboard.apply_to_logs(action)),
            Effect::Pipe(piped) => self.on_dashboard(|dashboard| dashboard.pipe(piped)),
            Effect::StopPipe => self.on_dashboard(|dashboard| dashboard.stop_pipe()),
            Effect::Timeline(step) => self.source.timeline(step),
            Effect::GoToTime(at) => self.source.go_to(at),
            Effect::Record(file) => self.start_recording(file),
            Effect::EndRecording => self.end_recording(),
            Effect::Copy(copied) => self.on_dashboard(|dashboard| dashboard.copy(copied)),
        }
    }

    /// Passes a command on. The program ends with its source. The server handles faults of the handlers, and the
    /// built-in clients handle faults of clients.
    fn command(&mut self, command: Command) {
        match command {
            Command::Switch(_)
            | Command::Connection(..)
            | Command::All(_)
            | Command::Listen(_)
            | Command::CloseListener(_)
            | Command::OfListener(..)
            | Command::SetFaultPlan(..) => self.source.command(command),
            Command::Stop => self.stop = Some(StopReason::Requested),
            Command::StartFault(fault) => {
                self.source.command(Command::StartFault(fault));
                if let Some(event) = self.demo_clients.start_fault(fault) {
                    self.update(event);
                }
            }
            Command::EndFault(kind) => {
                self.source.command(Command::EndFault(kind));
                self.demo_clients.end_fault(kind);
            }
        }
    }

    /// Carries out what a lesson asks for while `serving` is the backend. The app decides about a switch, as it does
    /// for a key; without a dashboard the lesson decides.
    pub(crate) fn follow_lesson(&mut self, request: LessonRequest, serving: BackendKind) {
        match request {
            LessonRequest::Show(event) => self.update(event),
            LessonRequest::Switch(to) if self.dashboard.is_none() => {
                self.command(Command::Switch(to.unwrap_or(serving.other())));
            }
            LessonRequest::Switch(to) => {
                let action = to.map_or(Action::SwitchBackend, Action::SwitchTo);
                self.update(AppEvent::ActionRequested(action));
            }
        }
    }

    /// Stops the process until it is continued.
    pub(crate) fn suspend(&mut self) {
        self.source.suspend();
        self.set_up_terminal(Screen::suspend);
        self.source.resume();
    }

    /// Sets the terminal up in this way, or finds that it is gone.
    pub(crate) fn set_up_terminal(&mut self, how: fn(&mut Screen) -> io::Result<Size>) {
        let Some(dashboard) = &mut self.dashboard else { return };
        match dashboard.set_up(how) {
            Ok(event) => self.update(event),
            Err(error) => {
                warn!(%error, "the terminal is lost");
                self.stop = Some(StopReason::TerminalGone);
            }
        }
    }

    /// Takes notice of what tmux did with a text for the clipboard.
    pub(crate) fn tmux_answered(&mut self, copied: CopiedText, failure: Option<String>) {
        if let Some(dashboard) = &self.dashboard {
            let event = dashboard.tmux_answered(copied, failure);
            self.update(event);
        }
    }

    /// Tells the app what became of the source itself.
    pub(crate) fn tell_news(&mut self) {
        if let Some(progress) = self.source.progress() {
            self.update(AppEvent::Reading(RecordingNews::Read(progress)));
        }
        for news in self.source.host_news() {
            self.update(AppEvent::Hosts(news));
        }
        for news in self.source.replay_news() {
            self.update(AppEvent::Reading(RecordingNews::Replay(news)));
        }
    }

    fn on_dashboard(&mut self, act: impl FnOnce(&mut Dashboard)) {
        self.dashboard.as_mut().map(act);
    }
}

/// Recording.
impl EffectTargets {
    /// Begins to record, and tells the app what came of it.
    fn start_recording(&mut self, file: RecordedFile) {
        let RecordedFile { path, replace } = file;
        let known = self.dashboard.as_ref().map(|shown| open_connections(shown.model())).unwrap_or_default();
        let options = RecordOptions::one_file(path.clone().into(), replace);
        let at = self.source.now();
        let started = OpenRecording::create(options).and_then(|file| self.recorder.start(file, at, known));
        self.update(AppEvent::Recording(match started {
            Ok(()) => RecordingReport::Started { path },
            Err(error) if error.kind() == ErrorKind::AlreadyExists => RecordingReport::Exists,
            Err(error) => RecordingReport::NotStarted { path, why: error.to_string() },
        }));
    }

    fn end_recording(&self) {
        if let Some(recording) = self.recorder.current() {
            recording.end(self.source.now());
        }
    }

    /// Tells the app how far a recording is, if there is one.
    pub(crate) fn report_recording(&mut self) {
        let Some(recording) = self.recorder.current() else { return };
        let path = recording.path().display().to_string();
        let Progress { written, missed, end } = recording.progress();
        let progress = RecordingProgress { path, written, missed };
        let report = match end {
            None => RecordingReport::Running(progress),
            Some(end) => {
                self.recorder.forget();
                RecordingReport::Ended { progress, failure: end.err() }
            }
        };
        self.update(AppEvent::Recording(report));
    }
}

/// The connections that are open, with what was seen of them.
fn open_connections(model: &Model) -> Vec<KnownConnection> {
    let open = model.connections().filter(|connection| connection.closed.is_none());
    let known = |connection: &Connection| KnownConnection {
        id: connection.id,
        peer: connection.peer.clone(),
        local: connection.local.clone(),
        backend: connection.backend,
        upstream: connection.upstream.as_ref().map(|upstream| upstream.name.clone()),
        lengths: PerDirection::from_fn(|direction| connection.stream(direction).total()),
    };
    open.map(known).collect()
}

/// Reads a file that is to be sent. Only a regular file: reading of another one might never end.
fn read_file(path: &str) -> Result<Vec<u8>, String> {
    let reason = |error: io::Error| error.to_string();
    if !std::fs::metadata(path).map_err(reason)?.is_file() {
        return Err("not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(reason)?;
    file.take(MOST_TO_SEND as u64 + 1).read_to_end(&mut bytes).map_err(reason)?;
    match bytes.len() {
        0 => Err("the file is empty".to_owned()),
        length if length > MOST_TO_SEND => {
            Err("the file has more than 1 MiB, the most that is sent at once".to_owned())
        }
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_can_be_sent_are_read() {
        let dir = std::env::temp_dir().join(format!("bytewatch-send-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let write = |name: &str, length: usize| {
            let path = dir.join(name);
            std::fs::write(&path, vec![7; length]).unwrap();
            path.to_str().unwrap().to_owned()
        };
        assert_eq!(read_file(&write("most", MOST_TO_SEND)).map(|bytes| bytes.len()), Ok(MOST_TO_SEND));
        for (path, part) in [
            (write("empty", 0), "empty"),
            (write("large", MOST_TO_SEND + 1), "more than 1 MiB"),
            (dir.to_str().unwrap().to_owned(), "not a regular file"),
            (dir.join("none").to_str().unwrap().to_owned(), "No such file"),
        ] {
            let why = read_file(&path).unwrap_err();
            assert!(why.contains(part), "{path}: {why}");
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
