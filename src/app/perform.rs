//! What each command does.

use super::clients::{Picked, Scene};
use super::columns::Column;
use super::command::{Command, Edit, Motion};
use super::effect::{Effect, LogsCommand};
use super::focus::{Pane, Zoom};
use super::hurts::Step;
use super::keymap::{self, Context};
use super::layout::inner;
use super::status::Status;
use super::strip::Tone;
use super::{App, Lines, Mode, Palette, Pointer, Targets, help, panel};
use crate::model::{BackendKind, ConnectionId};

impl App {
    pub(super) fn perform(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Quit => return vec![Effect::Quit],
            Command::Repaint => return vec![Effect::Repaint],
            Command::Suspend => return vec![Effect::Suspend],
            Command::SwitchBackend => return self.switch(self.model.backend.map(BackendKind::other)),
            Command::SwitchTo(backend) => return self.switch(Some(backend)),
            Command::Close(closing) => self.ask_to_close(closing),
            Command::Confirm => return self.confirm(),
            Command::Decline => self.decline(),
            Command::Mouse => return self.hand_over_mouse(),
            Command::CopyPeer => return self.copy_peer(),
            Command::Move(motion) if self.mode == Mode::Help => self.scroll_help(motion),
            Command::Move(motion) => return self.scroll(self.focus, motion),
            Command::Follow => return self.follow(),
            Command::PauseLesson => return self.pause_lesson(),
            Command::NextCaption => return self.next_caption(),
            Command::Back => return self.back(),
            Command::Help => self.help(),
            Command::Focus(pane) => self.give_keys(pane),
            Command::NextPane => self.give_keys(self.focus.next()),
            Command::PreviousPane => self.give_keys(self.focus.previous()),
            Command::Open => self.open(),
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
            other => return self.perform_in_pane(other),
        }
        Vec::new()
    }

    fn perform_in_pane(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Filter => self.mode = Mode::Filter,
            Command::Edit(edit) if self.mode == Mode::Offset => self.edit_offset(edit),
            Command::Edit(edit) => self.edit_filter(edit),
            Command::KeepFilter => self.mode = Mode::Panes,
            Command::ClearFilter => {
                self.mode = Mode::Panes;
                self.edit_filter(Edit::Clear);
            }
            Command::NextSort => self.sort(|clients| clients.sort_next(1)),
            Command::PreviousSort => self.sort(|clients| clients.sort_next(-1)),
            Command::InvertSort => self.sort_by(self.clients.sort().column),
            Command::NextConnection => self.step_selection(Motion::RowDown),
            Command::PreviousConnection => self.step_selection(Motion::RowUp),
            Command::NextView => self.payload.next_view(),
            Command::PreviousView => self.payload.previous_view(),
            Command::NextShown => self.payload.next_shown(),
            Command::PreviousShown => self.payload.previous_shown(),
            Command::Hurt(hurt) => return self.hurt(hurt),
            Command::MoreWork => return self.step_work(Step::More),
            Command::LessWork => return self.step_work(Step::Less),
            other => return self.perform_in_stream(other),
        }
        Vec::new()
    }

    fn perform_in_stream(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Step(way) => self.step(way),
            Command::Malformed(way) => self.seek_malformed(way),
            Command::Denser => self.denser(),
            Command::Sparser => self.sparser(),
            Command::OtherSide => self.other_side(),
            Command::Readings(way) => self.turn_readings(way),
            Command::Offset => self.ask_offset(),
            Command::GoToOffset => self.go_to_offset(),
            Command::LeaveOffset => self.mode = Mode::Panes,
            other => return self.perform_in_logs(other),
        }
        Vec::new()
    }

    /// Level keys are about the selected target: without the list nobody could see which that is, so it comes first.
    fn perform_in_logs(&mut self, command: Command) -> Vec<Effect> {
        let told = match command {
            Command::OnlyTarget => LogsCommand::FocusTarget,
            Command::ShowMore => LogsCommand::ShowMore,
            Command::ShowLess => LogsCommand::ShowLess,
            Command::CaptureMore => LogsCommand::CaptureMore,
            Command::CaptureLess => LogsCommand::CaptureLess,
            _ => LogsCommand::ToggleTargets,
        };
        if told == LogsCommand::ToggleTargets || self.logs.targets == Targets::Hidden {
            self.logs.targets = match self.logs.targets {
                Targets::Hidden => Targets::Shown,
                Targets::Shown => Targets::Hidden,
            };
            return vec![Effect::Logs(LogsCommand::ToggleTargets)];
        }
        if told == LogsCommand::FocusTarget {
            self.logs.lines = match self.logs.lines {
                Lines::All => Lines::Selected,
                Lines::Selected => Lines::All,
            };
        }
        vec![Effect::Logs(told)]
    }

    /// Moves within a pane, whether it has the keys or the wheel turns over it.
    pub(super) fn scroll(&mut self, pane: Pane, motion: Motion) -> Vec<Effect> {
        match pane {
            Pane::Clients => self.move_selection(motion),
            Pane::Stream => self.scroll_stream(motion),
            Pane::Backends => self.scroll_panel(motion),
            Pane::Logs => return vec![Effect::Logs(self.logs_motion(motion))],
        }
        Vec::new()
    }

    fn move_selection(&mut self, motion: Motion) {
        let (selected, height) = (self.clients.selected(), self.client_rows());
        self.clients.apply(motion, height);
        self.selection_moved_from(selected);
    }

    /// One row on or back in a circle, wherever the window is.
    fn step_selection(&mut self, motion: Motion) {
        let (selected, height) = (self.clients.selected(), self.client_rows());
        self.clients.step(self.clients.around(motion), height);
        self.selection_moved_from(selected);
    }

    fn scroll_panel(&mut self, motion: Motion) {
        let area = inner(self.layout().backends);
        let page = usize::from(area.height);
        let last = panel::rows(self, area.as_size()).len().saturating_sub(page);
        self.panel_top = motion.apply(self.panel_top, last, page);
    }

    /// Single rows are those of the list of targets while it is there, and lines otherwise.
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
        let layout = help::Layout::new(self.area(), &self.help_contexts());
        self.help_top = motion.apply(self.help_top, layout.last_top(), layout.page());
    }

    /// The keys that the help begins with: those of every pane, of a lesson that is played, and of the pane that has the
    /// keys.
    #[must_use]
    pub fn help_contexts(&self) -> Vec<Context> {
        let lesson = self.presenting.lesson.map(|_| Context::Lesson);
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

    fn give_keys(&mut self, pane: Pane) {
        self.focus = pane;
        self.mode = Mode::Panes;
        self.fit();
    }

    fn open(&mut self) {
        if self.clients.selected().is_some() {
            self.clients.choose();
            self.give_keys(Pane::Stream);
        }
    }

    /// What can be followed from here: the log, or the stream while it is in sight.
    pub(super) fn followed(&self) -> Option<Pane> {
        match self.focus {
            Pane::Logs => Some(Pane::Logs),
            Pane::Clients | Pane::Stream if !self.layout().stream.is_empty() => Some(Pane::Stream),
            _ => None,
        }
    }

    /// The innermost thing goes first.
    fn back(&mut self) -> Vec<Effect> {
        if self.zoom == Zoom::On {
            self.zoom = Zoom::Off;
            self.fit();
        } else if self.focus != Pane::Clients {
            let logs = self.focus == Pane::Logs;
            self.give_keys(Pane::Clients);
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
            self.say(Tone::Plain, "a switch is going on");
            return Vec::new();
        }
        match to {
            None => {
                self.say(Tone::Plain, "nothing is served yet");
                Vec::new()
            }
            Some(to) if self.model.backend == Some(to) => Vec::new(),
            Some(to) => {
                self.say(Tone::Plain, &format!("switching to {to}"));
                vec![Effect::Switch(to)]
            }
        }
    }

    /// Whether the program or the terminal has the mouse.
    #[must_use]
    pub const fn pointer(&self) -> Pointer {
        self.pointer
    }

    /// While the terminal has the mouse, its own selecting works as in any other program.
    fn hand_over_mouse(&mut self) -> Vec<Effect> {
        self.pointer = match self.pointer {
            Pointer::Here => Pointer::Terminal,
            Pointer::Terminal => Pointer::Here,
        };
        let text = match self.pointer {
            Pointer::Here => "The mouse acts here again".to_owned(),
            Pointer::Terminal => {
                let key = keymap::label(Command::Mouse);
                format!("The mouse selects text in the terminal; {key} takes it back")
            }
        };
        self.say(Tone::Plain, &text);
        vec![Effect::Mouse(self.pointer)]
    }

    pub(super) fn say(&mut self, tone: Tone, text: &str) {
        self.status = Some(Status::new(tone, text, self.now));
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

    pub(super) fn pick(&mut self, id: ConnectionId) -> Option<Picked> {
        let (selected, height) = (self.clients.selected(), self.client_rows());
        let picked = self.clients.pick(id, height);
        self.selection_moved_from(selected);
        picked
    }
}

/// Keeping the parts in step.
impl App {
    pub(super) fn client_rows(&self) -> usize {
        self.layout().client_rows()
    }

    /// Before a key; a frozen order stays as it is.
    pub(super) fn refresh(&mut self) {
        if self.frozen.is_none() {
            let (selected, height) = (self.clients.selected(), self.client_rows());
            let scene = Scene { model: &self.model, names: self.presenting.names(), now: self.now };
            self.clients.refresh(scene, height);
            self.selection_moved_from(selected);
        }
    }

    pub(super) fn rebuild(&mut self) {
        let (selected, height) = (self.clients.selected(), self.client_rows());
        let scene = Scene { model: &self.model, names: self.presenting.names(), now: self.now };
        self.clients.rebuild(scene, height);
        self.selection_moved_from(selected);
    }

    /// The panes have other sizes now.
    pub(super) fn fit(&mut self) {
        self.clients.resized(self.client_rows());
        self.scroll_panel(Motion::Rows(0));
        if self.mode == Mode::Help {
            self.scroll_help(Motion::Rows(0));
        }
    }
}
