//! The execution of commands. Every match over commands is exhaustive, so a new command without an action does not compile.

use super::clients::{RowClick, TableData};
use super::command::{ClientsCommand, Command, Edit, LogsCommand, Motion, StreamCommand};
use super::effect::Effect;
use super::focus::{Pane, Zoom};
use super::keymap::{self, Context};
use super::layout::inner;
use super::{App, Lines, Mode, MouseOwner, Palette, Targets, backends};
use crate::app::backends::faults::WorkStep;
use crate::app::chrome::line_layout::Severity;
use crate::app::chrome::status::Status;
use crate::app::clients::columns::Column;
use crate::app::overlay::help;
use crate::event::{BackendKind, ConnectionId};

impl App {
    /// Executes a command.
    pub(super) fn dispatch(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Quit => return vec![Effect::Quit],
            Command::Repaint => return vec![Effect::Repaint],
            Command::Suspend => return vec![Effect::Suspend],
            Command::SwitchBackend => return self.switch(self.model.backend.map(BackendKind::other)),
            Command::SwitchTo(backend) => return self.switch(Some(backend)),
            Command::ToggleFault(kind) => return self.toggle_fault(kind),
            Command::MoreWork => return self.step_work(WorkStep::More),
            Command::LessWork => return self.step_work(WorkStep::Less),
            Command::Mouse => return self.toggle_mouse_owner(),
            Command::Move(motion) if self.mode == Mode::Help => self.scroll_help(motion),
            Command::Move(motion) => return self.scroll(self.focus, motion),
            Command::Follow => return self.follow(),
            Command::PauseLesson => return self.pause_lesson(),
            Command::NextCaption => return self.next_caption(),
            Command::Back => return self.back(),
            Command::Help => self.help(),
            Command::Focus(pane) => self.focus_pane(pane),
            Command::NextPane => self.focus_pane(self.focus.next()),
            Command::PreviousPane => self.focus_pane(self.focus.previous()),
            Command::Zoom => {
                self.zoom = self.zoom.toggled();
                self.fit();
            }
            Command::Freeze => self.freeze(),
            Command::Theme => {
                self.setup.theme = match self.setup.theme {
                    Palette::Terminal => Palette::Mono,
                    Palette::Mono => Palette::Terminal,
                };
            }
            Command::Edit(edit) if self.mode == Mode::Offset => self.edit_offset(edit),
            Command::Edit(edit) => self.edit_filter(edit),
            Command::Clients(command) => return self.dispatch_in_clients(command),
            Command::Stream(command) => self.dispatch_in_stream(command),
            Command::Logs(command) => return self.dispatch_in_logs(command),
        }
        Vec::new()
    }

    fn dispatch_in_clients(&mut self, command: ClientsCommand) -> Vec<Effect> {
        match command {
            ClientsCommand::Open => self.open(),
            ClientsCommand::Filter => self.mode = Mode::Filter,
            ClientsCommand::KeepFilter => self.mode = Mode::Panes,
            ClientsCommand::ClearFilter => {
                self.mode = Mode::Panes;
                self.edit_filter(Edit::Clear);
            }
            ClientsCommand::NextSort => self.sort(|clients| clients.sort_next(1)),
            ClientsCommand::PreviousSort => self.sort(|clients| clients.sort_next(-1)),
            ClientsCommand::InvertSort => self.sort_by(self.clients.sort().column),
            ClientsCommand::Close(closing) => self.ask_to_close(closing),
            ClientsCommand::Confirm => return self.confirm(),
            ClientsCommand::Decline => self.decline(),
            ClientsCommand::CopyPeer => return self.copy_peer(),
            ClientsCommand::Next => self.step_selection(Motion::RowDown),
            ClientsCommand::Previous => self.step_selection(Motion::RowUp),
        }
        Vec::new()
    }

    fn dispatch_in_stream(&mut self, command: StreamCommand) {
        match command {
            StreamCommand::NextView => self.stream.next_view(),
            StreamCommand::PreviousView => self.stream.previous_view(),
            StreamCommand::NextDirections => self.stream.next_directions(),
            StreamCommand::PreviousDirections => self.stream.previous_directions(),
            StreamCommand::Step(way) => self.step(way),
            StreamCommand::Malformed(way) => self.seek_malformed(way),
            StreamCommand::MoreBytes => self.more_bytes(),
            StreamCommand::FewerBytes => self.fewer_bytes(),
            StreamCommand::OtherFormat => self.switch_format(),
            StreamCommand::Readings(way) => self.turn_readings(way),
            StreamCommand::Offset => self.ask_offset(),
            StreamCommand::GoToOffset => self.go_to_offset(),
            StreamCommand::CancelOffset => self.mode = Mode::Panes,
        }
    }

    /// Forwards a command to the log pane. Level keys change the selected target: while the list of targets is hidden,
    /// the user could not see which one that is, so such a key shows the list first.
    fn dispatch_in_logs(&mut self, command: LogsCommand) -> Vec<Effect> {
        if command == LogsCommand::ToggleTargets || self.logs.targets == Targets::Hidden {
            self.logs.targets = match self.logs.targets {
                Targets::Hidden => Targets::Shown,
                Targets::Shown => Targets::Hidden,
            };
            return vec![Effect::Logs(LogsCommand::ToggleTargets)];
        }
        if command == LogsCommand::FocusTarget {
            self.logs.lines = match self.logs.lines {
                Lines::All => Lines::Selected,
                Lines::Selected => Lines::All,
            };
        }
        vec![Effect::Logs(command)]
    }

    /// Moves within a pane, which is focused or under the wheel.
    pub(super) fn scroll(&mut self, pane: Pane, motion: Motion) -> Vec<Effect> {
        match pane {
            Pane::Clients => self.move_selection(motion),
            Pane::Stream => self.scroll_stream(motion),
            Pane::Backends => self.scroll_backends(motion),
            Pane::Logs => return vec![Effect::Logs(self.logs_motion(motion))],
        }
        Vec::new()
    }

    fn move_selection(&mut self, motion: Motion) {
        let (selected, height) = (self.clients.selected(), self.client_rows());
        self.clients.apply(motion, height);
        self.selection_moved_from(selected);
    }

    /// Selects the next or previous row in a circle, whether the selected row is visible or not.
    fn step_selection(&mut self, motion: Motion) {
        let (selected, height) = (self.clients.selected(), self.client_rows());
        self.clients.step(self.clients.around(motion), height);
        self.selection_moved_from(selected);
    }

    fn scroll_backends(&mut self, motion: Motion) {
        let area = inner(self.layout().backends);
        let page = usize::from(area.height);
        let last = backends::rows(self, area.as_size()).len().saturating_sub(page);
        self.backends_top = motion.apply(self.backends_top, last, page);
    }

    /// Translates a motion for the log pane: single rows are targets while their list is visible, and lines otherwise.
    fn logs_motion(&self, motion: Motion) -> LogsCommand {
        let page = i32::from(inner(self.layout().logs).height).max(1);
        let half = (page / 2).max(1);
        match (motion, self.logs.targets) {
            (Motion::RowUp, Targets::Shown) => LogsCommand::TargetUp,
            (Motion::RowDown, Targets::Shown) => LogsCommand::TargetDown,
            (Motion::RowUp, Targets::Hidden) => LogsCommand::Scroll(-1),
            (Motion::RowDown, Targets::Hidden) => LogsCommand::Scroll(1),
            (Motion::PageUp, _) => LogsCommand::Scroll(-page),
            (Motion::PageDown, _) => LogsCommand::Scroll(page),
            (Motion::HalfUp, _) => LogsCommand::Scroll(-half),
            (Motion::HalfDown, _) => LogsCommand::Scroll(half),
            (Motion::Start, _) => LogsCommand::Oldest,
            (Motion::End, _) => LogsCommand::Follow,
            (Motion::Rows(rows), _) => LogsCommand::Scroll(rows),
        }
    }

    fn scroll_help(&mut self, motion: Motion) {
        let layout = help::HelpLayout::new(self.area(), &self.help_contexts());
        self.help_top = motion.apply(self.help_top, layout.last_top(), layout.page());
    }

    /// Returns the contexts that the help begins with: every pane, a running lesson, and the focused pane.
    #[must_use]
    pub fn help_contexts(&self) -> Vec<Context> {
        let lesson = self.demo.lesson.map(|_| Context::Lesson);
        let pane = match self.focus {
            Pane::Clients => Context::Clients,
            Pane::Stream => Context::Stream,
            Pane::Logs => Context::Logs,
            Pane::Backends => Context::Backends,
        };
        [Context::Everywhere].into_iter().chain(lesson).chain([pane]).collect()
    }

    fn help(&mut self) {
        self.help_top = 0;
        self.mode = if self.mode == Mode::Help { Mode::Panes } else { Mode::Help };
    }

    fn focus_pane(&mut self, pane: Pane) {
        self.focus = pane;
        self.mode = Mode::Panes;
        self.fit();
    }

    fn open(&mut self) {
        if self.clients.selected().is_some() {
            self.clients.pin();
            self.focus_pane(Pane::Stream);
        }
    }

    /// Returns the pane that the follow key applies to: the log, or the stream while it is visible.
    pub(super) fn followed(&self) -> Option<Pane> {
        match self.focus {
            Pane::Logs => Some(Pane::Logs),
            Pane::Clients | Pane::Stream if !self.layout().stream.is_empty() => Some(Pane::Stream),
            _ => None,
        }
    }

    /// Undoes one step, the innermost first: zoom, focus, filter, message.
    fn back(&mut self) -> Vec<Effect> {
        if self.zoom == Zoom::On {
            self.zoom = Zoom::Off;
            self.fit();
        } else if self.focus != Pane::Clients {
            let logs = self.focus == Pane::Logs;
            self.focus_pane(Pane::Clients);
            return logs.then_some(Effect::Logs(LogsCommand::Follow)).into_iter().collect();
        } else if self.clients.filter().text().is_empty() {
            self.status = None;
        } else {
            self.edit_filter(Edit::Clear);
        }
        Vec::new()
    }

    fn switch(&mut self, to: Option<BackendKind>) -> Vec<Effect> {
        if self.model.switching.is_some() {
            self.set_status(Severity::Info, "a switch is going on");
            return Vec::new();
        }
        match to {
            None => {
                self.set_status(Severity::Info, "nothing is served yet");
                Vec::new()
            }
            Some(to) if self.model.backend == Some(to) => Vec::new(),
            Some(to) => {
                self.set_status(Severity::Info, &format!("switching to {to}"));
                vec![Effect::Switch(to)]
            }
        }
    }

    /// Returns whether the program or the terminal handles the mouse.
    #[must_use]
    pub const fn mouse_owner(&self) -> MouseOwner {
        self.mouse_owner
    }

    /// Gives the mouse to the terminal, whose own text selection then works, or takes it back.
    fn toggle_mouse_owner(&mut self) -> Vec<Effect> {
        self.mouse_owner = match self.mouse_owner {
            MouseOwner::App => MouseOwner::Terminal,
            MouseOwner::Terminal => MouseOwner::App,
        };
        let text = match self.mouse_owner {
            MouseOwner::App => "The mouse acts here again".to_owned(),
            MouseOwner::Terminal => {
                let key = keymap::label(Command::Mouse);
                format!("The mouse selects text in the terminal; {key} takes it back")
            }
        };
        self.set_status(Severity::Info, &text);
        vec![Effect::Mouse(self.mouse_owner)]
    }

    pub(super) fn set_status(&mut self, severity: Severity, text: &str) {
        self.status = Some(Status::new(severity, text, self.now));
    }

    fn edit_filter(&mut self, edit: Edit) {
        self.clients.filter_mut().edit(edit);
        self.rebuild();
    }

    pub(super) fn sort_by(&mut self, column: Column) {
        self.sort(|clients| clients.sort_by(column));
    }

    fn sort(&mut self, change: impl FnOnce(&mut super::Clients)) {
        change(&mut self.clients);
        self.rebuild();
    }

    pub(super) fn pick(&mut self, id: ConnectionId) -> Option<RowClick> {
        let (selected, height) = (self.clients.selected(), self.client_rows());
        let picked = self.clients.pick(id, height);
        self.selection_moved_from(selected);
        picked
    }
}

/// Consistency between the parts of the state.
impl App {
    pub(super) fn client_rows(&self) -> usize {
        self.layout().client_rows()
    }

    /// Rebuilds a stale table before a key; a frozen table stays as it is.
    pub(super) fn refresh(&mut self) {
        if self.frozen.is_none() {
            let (selected, height) = (self.clients.selected(), self.client_rows());
            let data = TableData { model: &self.model, names: self.demo.names(), now: self.now };
            self.clients.refresh(data, height);
            self.selection_moved_from(selected);
        }
    }

    pub(super) fn rebuild(&mut self) {
        let (selected, height) = (self.clients.selected(), self.client_rows());
        let data = TableData { model: &self.model, names: self.demo.names(), now: self.now };
        self.clients.rebuild(data, height);
        self.selection_moved_from(selected);
    }

    /// Adapts to changed sizes of the panes.
    pub(super) fn fit(&mut self) {
        self.clients.resized(self.client_rows());
        self.scroll_backends(Motion::Rows(0));
        if self.mode == Mode::Help {
            self.scroll_help(Motion::Rows(0));
        }
    }
}
