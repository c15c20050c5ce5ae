//! The execution of actions. Every match over actions is exhaustive, so a new action that does nothing does not compile.

use super::action::{Action, ClientsAction, Edit, LogsAction, Motion, StreamAction};
use super::clients::{RowClick, TableData};
use super::effect::Effect;
use super::focus::{Pane, Zoom};
use super::keymap::{self, Context};
use super::layout::inner;
use super::{App, Lines, Mode, MouseOwner, Question, Targets, backends};
use crate::app::backends::faults::WorkStep;
use crate::app::chrome::line_layout::Severity;
use crate::app::chrome::status::Status;
use crate::app::clients::columns::Column;
use crate::app::clients::relayed;
use crate::app::overlay::help;
use crate::event::{BackendKind, Command, ConnectionId};

impl App {
    /// Executes an action.
    pub(super) fn dispatch(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Quit => return vec![Effect::Quit],
            Action::Repaint => return vec![Effect::Repaint],
            Action::Suspend => return vec![Effect::Suspend],
            Action::SwitchBackend => return self.switch(self.model.backend.map(BackendKind::other)),
            Action::SwitchTo(backend) => return self.switch(Some(backend)),
            Action::ToggleFault(kind) => return self.toggle_fault(kind),
            Action::MoreWork => return self.step_work(WorkStep::More),
            Action::LessWork => return self.step_work(WorkStep::Less),
            Action::Mouse => return self.toggle_mouse_owner(),
            Action::Move(motion) if self.mode == Mode::Help => self.scroll_help(motion),
            Action::Move(motion) => return self.scroll(self.focus, motion),
            Action::Follow => return self.follow(),
            Action::PauseLesson => return self.pause_lesson(),
            Action::NextCaption => return self.next_caption(),
            Action::Back => return self.back(),
            Action::Help => self.help(),
            Action::Focus(pane) => self.focus_pane(pane),
            Action::NextPane => self.focus_pane(self.focus.next()),
            Action::PreviousPane => self.focus_pane(self.focus.previous()),
            Action::Zoom => {
                self.zoom = self.zoom.toggled();
                self.fit();
            }
            Action::Freeze => self.freeze(),
            Action::Theme => self.setup.theme = self.setup.theme.next(),
            Action::Edit(edit) if self.mode == Mode::Offset => self.edit_offset(edit),
            Action::Edit(edit) if self.mode == Mode::Send => self.acting.send.edit(edit),
            Action::Edit(edit) if matches!(self.mode, Mode::HoldInput(_)) => self.acting.hold.edit(edit),
            Action::Edit(edit) if self.mode == Mode::Faults => self.acting.faults.edit(edit),
            Action::Edit(edit) => self.edit_filter(edit),
            Action::Clients(action) => return self.dispatch_in_clients(action),
            Action::Send(action) => return self.dispatch_in_send(action),
            Action::Hold(action) => return self.dispatch_in_hold(action),
            Action::Stream(action) => self.dispatch_in_stream(action),
            Action::Faults(action) => return self.dispatch_in_faults(action),
            Action::Logs(action) => return self.dispatch_in_logs(action),
        }
        Vec::new()
    }

    /// Adds text that was pasted to what is typed.
    pub(super) fn paste(&mut self, text: &str) {
        match self.mode {
            Mode::Filter => {
                self.clients.filter_mut().paste(text);
                self.rebuild();
            }
            Mode::Offset => self.offset.paste(text),
            Mode::Send => self.acting.send.paste(text),
            Mode::HoldInput(_) => self.acting.hold.paste(text),
            Mode::Faults => self.acting.faults.input.paste(text),
            Mode::Panes | Mode::Help | Mode::Hold | Mode::Confirm(..) => {}
        }
    }

    fn dispatch_in_clients(&mut self, action: ClientsAction) -> Vec<Effect> {
        match action {
            ClientsAction::Open => self.open(),
            ClientsAction::Filter => self.mode = Mode::Filter,
            ClientsAction::KeepFilter => self.mode = Mode::Panes,
            ClientsAction::ClearFilter => {
                self.mode = Mode::Panes;
                self.edit_filter(Edit::Clear);
            }
            ClientsAction::NextSort => self.sort(|clients| clients.sort_next(1)),
            ClientsAction::PreviousSort => self.sort(|clients| clients.sort_next(-1)),
            ClientsAction::InvertSort => self.sort_by(self.clients.sort().column),
            ClientsAction::Close(closing) => self.ask(Question::Close(closing)),
            ClientsAction::HalfClose(side) => self.ask(Question::HalfClose(side)),
            ClientsAction::Confirm => return self.confirm(),
            ClientsAction::Decline => self.decline(),
            ClientsAction::CopyPeer => return self.copy_peer(),
            ClientsAction::Next => self.step_selection(Motion::RowDown),
            ClientsAction::Previous => self.step_selection(Motion::RowUp),
        }
        Vec::new()
    }

    fn dispatch_in_stream(&mut self, action: StreamAction) {
        match action {
            StreamAction::NextView => self.stream.next_view(),
            StreamAction::PreviousView => self.stream.previous_view(),
            StreamAction::NextDirections => self.stream.next_directions(),
            StreamAction::PreviousDirections => self.stream.previous_directions(),
            StreamAction::Step(way) => self.step(way),
            StreamAction::Malformed(way) => self.seek_malformed(way),
            StreamAction::MoreBytes => self.more_bytes(),
            StreamAction::FewerBytes => self.fewer_bytes(),
            StreamAction::OtherFormat => self.switch_format(),
            StreamAction::Readings(way) => self.turn_readings(way),
            StreamAction::Offset => self.ask_offset(),
            StreamAction::GoToOffset => self.go_to_offset(),
            StreamAction::CancelOffset => self.mode = Mode::Panes,
        }
    }

    /// Forwards an action to the log pane. Level keys change the selected target: while the list of targets is hidden,
    /// the user could not see which one that is, so such a key shows the list first.
    fn dispatch_in_logs(&mut self, action: LogsAction) -> Vec<Effect> {
        if action == LogsAction::ToggleTargets || self.logs.targets == Targets::Hidden {
            self.logs.targets = match self.logs.targets {
                Targets::Hidden => Targets::Shown,
                Targets::Shown => Targets::Hidden,
            };
            return vec![Effect::Logs(LogsAction::ToggleTargets)];
        }
        if action == LogsAction::FocusTarget {
            self.logs.lines = match self.logs.lines {
                Lines::All => Lines::Selected,
                Lines::Selected => Lines::All,
            };
        }
        vec![Effect::Logs(action)]
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
    fn logs_motion(&self, motion: Motion) -> LogsAction {
        let page = i32::from(inner(self.layout().logs).height).max(1);
        let half = (page / 2).max(1);
        match (motion, self.logs.targets) {
            (Motion::RowUp, Targets::Shown) => LogsAction::TargetUp,
            (Motion::RowDown, Targets::Shown) => LogsAction::TargetDown,
            (Motion::RowUp, Targets::Hidden) => LogsAction::Scroll(-1),
            (Motion::RowDown, Targets::Hidden) => LogsAction::Scroll(1),
            (Motion::PageUp, _) => LogsAction::Scroll(-page),
            (Motion::PageDown, _) => LogsAction::Scroll(page),
            (Motion::HalfUp, _) => LogsAction::Scroll(-half),
            (Motion::HalfDown, _) => LogsAction::Scroll(half),
            (Motion::Start, _) => LogsAction::Oldest,
            (Motion::End, _) => LogsAction::Follow,
            (Motion::Rows(rows), _) => LogsAction::Scroll(rows),
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
            return logs.then_some(Effect::Logs(LogsAction::Follow)).into_iter().collect();
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
                vec![Effect::Server(Command::Switch(to))]
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
                let key = keymap::label(Action::Mouse);
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
        self.layout().client_rows().saturating_sub(usize::from(self.detail_rows()))
    }

    /// Returns the number of lines below the table of connections that describe the selected one, if it has details.
    #[must_use]
    pub fn detail_rows(&self) -> u16 {
        if self.selected().is_some_and(relayed::has_details) {
            relayed::detail_rows(inner(self.layout().clients).height)
        } else {
            0
        }
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
