//! The execution of actions: each goes to the part of the app that it is for, and what that part answers is followed up.
//! Every match over actions is exhaustive, so a new action that does nothing does not compile.

use crate::app::action::{Action, Answer, CompareAction, Edit, LogsAction, Motion};
use crate::app::backends::faults::WorkStep;
use crate::app::backends::switch;
use crate::app::clients::RowClick;
use crate::app::context::Context;
use crate::app::demo::{FaultSource, next_caption};
use crate::app::display::{Frozen, MouseOwner};
use crate::app::effect::Effect;
use crate::app::focus::{Pane, Zoom};
use crate::app::mouse::{MouseTarget, PaneTarget};
use crate::app::outcome::{Outcome, Request, StatusChange};
use crate::app::overlay::Overlay;
use crate::app::overlay::fault_prompt::FaultView;
use crate::app::overlay::palette_source::PaletteSource;
use crate::app::state::App;
use crate::app::status::{Severity, Status};
use crate::bytes::frame::Framing;
use crate::event::{ConnectionId, FaultKind, StreamId};

impl App {
    /// Executes an action.
    pub(super) fn dispatch(&mut self, action: Action) -> Vec<Effect> {
        let context = Context::new(&self.world, self.clients.selected());
        if let Some(why) = context.refusal(action) {
            return self.follow_up(Outcome::error(why));
        }
        let outcome = self.act(action);
        self.follow_up(outcome)
    }

    fn act(&mut self, action: Action) -> Outcome {
        let context = Context::new(&self.world, self.clients.selected());
        let listed = self.clients.listed();
        match action {
            Action::Quit | Action::Interrupt => Outcome::effect(Effect::Quit),
            Action::Repaint => Outcome::effect(Effect::Repaint),
            Action::Suspend => Outcome::effect(Effect::Suspend),
            Action::SwitchBackend => self.switch_host(None).unwrap_or_else(|| switch(None, context)),
            Action::SwitchTo(to) => self.switch_host(Some(to)).unwrap_or_else(|| switch(Some(to), context)),
            Action::ToggleFault(kind) => {
                let source =
                    FaultSource { model: &self.world.model, selected: context.selected, now: context.now() };
                self.world.demo.toggle_fault(kind, source)
            }
            Action::MoreWork => self.world.demo.step_work(WorkStep::More),
            Action::LessWork => self.world.demo.step_work(WorkStep::Less),
            Action::PauseLesson => self.world.demo.pause_lesson(self.world.display.frozen.is_some()),
            Action::NextCaption => next_caption(self.world.display.frozen.is_some()),
            Action::Mouse => self.toggle_mouse_owner(),
            Action::Move(motion) => self.moved(motion),
            Action::Follow => self.follow(),
            Action::Back => self.back(),
            Action::Focus(pane) => Outcome::request(Request::Focus(pane)),
            Action::NextPane => Outcome::request(Request::Focus(self.world.display.focus.next())),
            Action::PreviousPane => Outcome::request(Request::Focus(self.world.display.focus.previous())),
            Action::Zoom => {
                self.world.display.zoom = self.world.display.zoom.toggled();
                Outcome::default()
            }
            Action::Freeze => Outcome::request(Request::ToggleFreeze),
            Action::Theme => self.next_theme(),
            Action::Edit(edit) => self.edit(edit),
            Action::Help(action) => self.overlays.act_on_help(action),
            Action::Palette(action) => {
                let source = PaletteSource::new(context, &self.stream, &self.overlays.send);
                self.overlays.palette.act(action, source)
            }
            Action::Answer(answer) => self.answer(answer),
            Action::Clients(action) => self.clients.act(action, context),
            Action::Send(action) => self.overlays.send.act(action, context, listed),
            Action::Hold(action) => {
                let input = self.overlays.hold_input();
                self.overlays.hold.act(action, input, context)
            }
            Action::Stream(action) => self.stream.act(action, context),
            Action::Pipe(action) => self.pipe.act(action, &self.stream, context),
            Action::Record(action) => self.record.act(action, context),
            Action::Compare(action) => self.compare(action),
            Action::Replay(action) => self.differences.act(action, context),
            Action::Export(action) => self.export.act(action, &mut self.stream, context),
            Action::Mark(action) => self.marks.act(action, &self.stream, context),
            Action::Message(action) => self.framing.act(action, &mut self.stream, context),
            Action::Find(action) => self.find.act(action, &mut self.stream, context),
            Action::Faults(action) => self.overlays.faults.act(action, FaultView::new(context, listed)),
            Action::Timeline(action) => self.time.act(action, context),
            Action::Hosts(action) => self.act_on_hosts(action),
            Action::Logs(action) => self.logs.act(action),
        }
    }

    /// Executes an action of the comparison, which may be about the difference that is chosen in a list.
    fn compare(&mut self, action: CompareAction) -> Outcome {
        let context = Context::new(&self.world, self.clients.selected());
        let finding = self.differences.finding(context);
        self.compare.act(action, finding, &self.stream, context)
    }

    /// Answers the question that is asked.
    fn answer(&mut self, answer: Answer) -> Outcome {
        let context = Context::new(&self.world, self.clients.selected());
        match self.overlays.top() {
            Some(Overlay::Confirm(confirm)) => confirm.answer(answer, &mut self.overlays.hold, context),
            Some(Overlay::SwitchHost(question)) => question.answer(answer, context),
            Some(Overlay::Overwrite) => self.export.answer(answer),
            Some(Overlay::ReplaceRecording) => self.record.answer(answer),
            _ => Outcome::default(),
        }
    }

    /// Does what a part of the app asks for. Returns the effects for the shell.
    pub(super) fn follow_up(&mut self, outcome: Outcome) -> Vec<Effect> {
        let Outcome { mut effects, status, requests } = outcome;
        self.set_status(status);
        for request in requests {
            match request {
                Request::Focus(pane) => {
                    self.world.display.focus = pane;
                    self.overlays.close_all();
                }
                Request::Open(overlay) => self.overlays.open(overlay),
                Request::Close => self.overlays.close(),
                Request::Pin => self.clients.pin(),
                Request::Select(id) => {
                    self.clients.select(id, Context::new(&self.world, self.clients.selected()));
                }
                Request::ToggleFreeze => self.toggle_freeze(),
                Request::ShowByte { stream, offset } => self.show_byte(stream, offset),
                Request::KeepNote(id) => self.keep_note(id),
                Request::UseRule => self.use_rule(),
                Request::ShowHost(host) => self.show_clients_of(host),
                Request::Run(action) => effects.extend(self.dispatch(action)),
            }
        }
        self.show_selected();
        effects
    }

    /// Shows a byte of some stream, if the table has its connection.
    fn show_byte(&mut self, stream: StreamId, offset: u64) {
        let id = stream.connection;
        self.clients.select(id, Context::new(&self.world, self.clients.selected()));
        if self.clients.selected() != Some(id) {
            return self
                .set_status(Outcome::info(&format!("{id} is not among the rows of the table")).status);
        }
        self.world.display.focus = Pane::Stream;
        self.overlays.close_all();
        self.show_selected();
        self.stream.show_byte(stream, offset, Context::new(&self.world, self.clients.selected()));
    }

    /// Begins with this rule for messages, if it is one. What is recognised is not used before the user says so.
    pub fn begin_framing(&mut self, framing: &Framing) {
        self.framing.begin(framing);
        self.use_rule();
    }

    /// Tells the messages of all connections apart by the rule that was typed, or not any more.
    fn use_rule(&mut self) {
        let framing = self.framing.framing();
        self.stream.set_framing(&framing);
        self.world.model.set_framing(framing, self.clients.selected());
    }

    /// Keeps the note that is typed as the one on a connection. The filter may look at it.
    fn keep_note(&mut self, id: ConnectionId) {
        self.world.notes.write(id, self.marks.input().text());
        self.clients.set_changed();
        if self.world.display.frozen.is_none() {
            self.clients.show(Context::new(&self.world, self.clients.selected()));
        }
    }

    pub(super) fn set_status(&mut self, change: Option<StatusChange>) {
        match change {
            None => {}
            Some(StatusChange::Clear) => self.status = None,
            Some(StatusChange::Show(message)) => self.status = Some(Status::new(&message, self.world.now)),
        }
    }

    /// Lets the stream show the selected connection.
    pub(super) fn show_selected(&mut self) {
        let context = Context::new(&self.world, self.clients.selected());
        self.stream.show(self.clients.pinned(), context);
        self.find.follow(&self.stream, context);
    }

    /// Adapts the panes to a layout that has changed.
    pub(super) fn settle(&mut self) {
        self.show_selected();
        let context = Context::new(&self.world, self.clients.selected());
        if self.fitted.replace(context.layout) != Some(context.layout) {
            self.clients.fit(context);
            self.backends.scroll(Motion::Rows(0), context);
            self.overlays.help.scroll(Motion::Rows(0), context);
        }
    }

    /// Executes what a click or the wheel hits.
    pub(super) fn click(&mut self, target: MouseTarget) -> Vec<Effect> {
        match target {
            MouseTarget::Action(action) => self.dispatch(action),
            MouseTarget::Fault(index) => {
                let context = Context::new(&self.world, self.clients.selected());
                self.overlays.faults.take(index, FaultView::new(context, self.clients.listed()));
                Vec::new()
            }
            MouseTarget::Command(index) => {
                let context = Context::new(&self.world, self.clients.selected());
                let source = PaletteSource::new(context, &self.stream, &self.overlays.send);
                let outcome = self.overlays.palette.run(index, source);
                self.follow_up(outcome)
            }
            MouseTarget::ListRow(index) => {
                let context = Context::new(&self.world, self.clients.selected());
                let outcome = match self.overlays.top() {
                    Some(Overlay::Hits) => self.find.take(index),
                    Some(Overlay::Differences) => self.differences.take(index, context),
                    Some(Overlay::Marks) => self.marks.take(index, &self.stream, context),
                    _ => Outcome::default(),
                };
                self.follow_up(outcome)
            }
            MouseTarget::Scroll(pane, motion) => {
                let outcome = self.scroll(pane, motion);
                self.follow_up(outcome)
            }
            MouseTarget::Pane(target) => self.click_pane(target),
            MouseTarget::Drag(at) => {
                self.stream.drag(at, Context::new(&self.world, self.clients.selected()));
                Vec::new()
            }
            MouseTarget::Release => {
                self.stream.release();
                Vec::new()
            }
        }
    }

    fn click_pane(&mut self, target: PaneTarget) -> Vec<Effect> {
        let PaneTarget { pane, at, head, row } = target;
        let before = self.world.display.focus;
        if pane == Pane::Stream {
            self.stream.press(at, Context::new(&self.world, self.clients.selected()));
        }
        let effects = self.dispatch(Action::Focus(pane));
        self.click_host(pane, at);
        let context = Context::new(&self.world, self.clients.selected());
        if let Some(column) = head {
            self.clients.sort_by_head(column, context);
        } else if let Some(id) = row
            && self.clients.click(id, context) == Some(RowClick::Repeated)
            && before == Pane::Clients
        {
            return self.dispatch(Action::Clients(crate::app::action::ClientsAction::Open));
        }
        effects
    }

    /// Draws with the next colour theme, and says which it is.
    fn next_theme(&mut self) -> Outcome {
        let palette = self.world.display.palette.next();
        self.world.display.palette = palette;
        match self.world.theme_names.get(palette.number()) {
            Some(name) => {
                let (number, all) = (palette.number() + 1, self.world.theme_names.len());
                let key = self.world.setup.keymap.way_to(Action::Theme);
                Outcome::info(&format!("theme {name}, {number} of {all}; {key} for the next"))
            }
            None => Outcome::default(),
        }
    }

    /// Moves within the topmost overlay, or else in the focused pane.
    fn moved(&mut self, motion: Motion) -> Outcome {
        let context = Context::new(&self.world, self.clients.selected());
        let top = self.overlays.top();
        if self.find.scroll(motion, top, context)
            || self.marks.scroll(motion, top, context)
            || self.compare.scroll(motion, top, context)
            || self.differences.scroll(motion, top, context)
            || self.pipe.scroll(motion, top, context)
            || self.overlays.scroll(motion, context)
        {
            return Outcome::default();
        }
        self.scroll(self.world.display.focus, motion)
    }

    /// Moves within a pane, which is focused or under the wheel.
    fn scroll(&mut self, pane: Pane, motion: Motion) -> Outcome {
        let context = Context::new(&self.world, self.clients.selected());
        match pane {
            Pane::Clients => self.clients.scroll(motion, context),
            Pane::Stream => self.stream.scroll(motion, context),
            Pane::Backends if self.world.hosts.is_some() => self.hosts.scroll(motion, context),
            Pane::Backends => self.backends.scroll(motion, context),
            Pane::Logs => return self.logs.scroll(motion, context),
        }
        Outcome::default()
    }

    /// Follows the newest line or byte, or stops following.
    fn follow(&mut self) -> Outcome {
        let context = Context::new(&self.world, self.clients.selected());
        match context.followed() {
            Some(Pane::Logs) => return Outcome::effect(Effect::Logs(LogsAction::Follow)),
            Some(_) => self.stream.toggle_follow(context),
            None => {}
        }
        Outcome::default()
    }

    /// Undoes one step, the innermost first: the selection, the search in the stream, zoom, focus, filter, message.
    fn back(&mut self) -> Outcome {
        let display = &mut self.world.display;
        if display.focus == Pane::Stream && (self.stream.end_selection() || self.find.end()) {
            return Outcome::default();
        }
        if display.zoom == Zoom::On {
            display.zoom = Zoom::Off;
            return Outcome::default();
        }
        if display.focus != Pane::Clients {
            let outcome = Outcome::request(Request::Focus(Pane::Clients));
            let is_log = display.focus == Pane::Logs;
            return if is_log { outcome.and_effect(Effect::Logs(LogsAction::Follow)) } else { outcome };
        }
        if self.clients.filter().text().is_empty() {
            return Outcome::default().clear_status();
        }
        self.clients.edit_filter(Edit::Clear, Context::new(&self.world, self.clients.selected()));
        Outcome::default()
    }

    /// Freezes or resumes the display: rows keep their places and the stream its bytes, counters go on.
    fn toggle_freeze(&mut self) {
        let bytes = self.world.model.totals.bytes.sum();
        let display = &mut self.world.display;
        if display.frozen.take().is_some() {
            self.stream.resume();
            self.clients.show(Context::new(&self.world, self.clients.selected()));
        } else {
            display.frozen = Some(Frozen { bytes });
            self.stream.freeze(Context::new(&self.world, self.clients.selected()));
        }
    }

    /// Gives the mouse to the terminal, whose own text selection then works, or takes it back.
    fn toggle_mouse_owner(&mut self) -> Outcome {
        let owner = self.world.display.mouse_owner.other();
        self.world.display.mouse_owner = owner;
        let text = match owner {
            MouseOwner::App => "The mouse acts here again".to_owned(),
            MouseOwner::Terminal => {
                let key = self.keymap().way_to(Action::Mouse);
                format!("The mouse selects text in the terminal; {key} takes it back")
            }
        };
        Outcome::effect(Effect::Mouse(owner)).say(Severity::Info, &text)
    }

    /// Starts or ends a fault for a lesson.
    pub(super) fn toggle_fault_at_once(&mut self, kind: FaultKind) -> Outcome {
        let (model, now, selected) = (&self.world.model, self.world.now, self.clients.selected());
        self.world.demo.toggle_fault_at_once(kind, FaultSource { model, selected, now })
    }

    /// Drops what is about a connection that has closed: questions, overlays, messages; and ends what is sent to it again
    /// and again.
    pub(super) fn withdraw(&mut self, connection: ConnectionId) -> Option<Effect> {
        self.status.take_if(|status| status.about == Some(connection));
        if self.overlays.withdraw(connection) {
            let label = Context::new(&self.world, None).label_of(connection);
            self.set_status(Outcome::info(&format!("{label} disconnected")).status);
        }
        self.overlays.send.take_repeat_to(connection).map(|_| Effect::EndRepeat)
    }
}
