//! The stable ids of commands: what a configuration, the palette and the documentation call an action.

use std::fmt;

use crate::app::action::{
    Action, Answer, ClientsAction, CompareAction, Edit, ExportAction, FaultsAction, FindAction, HelpAction,
    HoldAction, HoldInput, HoldMotion, HostsAction, LogsAction, MarkAction, MessageAction, Motion,
    PaletteAction, PipeAction, RecordAction, ReplayAction, SendAction, StreamAction, TimelineAction,
    TimelineStep,
};
use crate::app::focus::Pane;
use crate::app::stream::Seek;
use crate::bytes::export::Form;
use crate::event::{CloseMode, FaultKind, Side};

/// The id of a command, such as `stream.next-view`. It never changes and is never given to another command.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CommandId(&'static str);

impl CommandId {
    /// Returns the id of an action. Actions that no key can run have none: those that carry a number or a character,
    /// and those that only a click runs.
    #[must_use]
    pub const fn of(action: Action) -> Option<Self> {
        let id = match action {
            Action::Quit => "app.quit",
            Action::Interrupt => "app.interrupt",
            Action::Freeze => "app.freeze",
            Action::Theme => "app.theme",
            Action::Mouse => "app.mouse",
            Action::Repaint => "app.repaint",
            Action::Suspend => "app.suspend",
            Action::Back => "app.back",
            Action::Help(action) => of_help(action),
            Action::Palette(action) => of_palette(action),
            Action::Answer(Answer::Yes) => "confirm.yes",
            Action::Answer(Answer::No) => "confirm.no",
            Action::Focus(Pane::Clients) => "pane.clients",
            Action::Focus(Pane::Stream) => "pane.stream",
            Action::Focus(Pane::Backends) => "pane.backends",
            Action::Focus(Pane::Logs) => "pane.logs",
            Action::NextPane => "pane.next",
            Action::PreviousPane => "pane.previous",
            Action::Zoom => "pane.zoom",
            Action::Follow => "pane.follow",
            Action::PauseLesson => "lesson.pause",
            Action::NextCaption => "lesson.next",
            Action::SwitchBackend => "backends.switch",
            Action::ToggleFault(FaultKind::Hang) => "backends.hang",
            Action::ToggleFault(FaultKind::Work) => "backends.work",
            Action::ToggleFault(FaultKind::SlowReader) => "backends.slow-reader",
            Action::ToggleFault(FaultKind::Idle) => "backends.idle",
            Action::ToggleFault(FaultKind::Burst) => "backends.burst",
            Action::MoreWork => "backends.more-work",
            Action::LessWork => "backends.less-work",
            Action::SwitchTo(_) => return None,
            Action::Move(motion) => return of_motion(motion),
            Action::Edit(edit) => return of_edit(edit),
            Action::Clients(action) => of_clients(action),
            Action::Send(action) => of_send(action),
            Action::Hold(action) => of_hold(action),
            Action::Stream(action) => of_stream(action),
            Action::Message(action) => of_message(action),
            Action::Find(action) => of_find(action),
            Action::Mark(action) => of_mark(action),
            Action::Replay(action) => of_replay(action),
            // It follows from the choice in a list.
            Action::Compare(CompareAction::StartAtDifference) => return None,
            Action::Compare(action) => of_compare(action),
            Action::Export(action) => of_export(action),
            Action::Pipe(action) => of_pipe(action),
            Action::Record(RecordAction::Toggle) => "app.record",
            Action::Record(RecordAction::Start) => "record.start",
            Action::Record(RecordAction::Cancel) => "record.cancel",
            Action::Faults(action) => of_faults(action),
            Action::Timeline(action) => of_timeline(action),
            Action::Hosts(HostsAction::ShowClients) => "hosts.clients",
            Action::Hosts(HostsAction::Dismiss) => "hosts.dismiss",
            Action::Logs(action) => return of_logs(action),
        };
        Some(Self(id))
    }

    /// Returns the id as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

const fn of_motion(motion: Motion) -> Option<CommandId> {
    Some(CommandId(match motion {
        Motion::RowUp => "move.row-up",
        Motion::RowDown => "move.row-down",
        Motion::PageUp => "move.page-up",
        Motion::PageDown => "move.page-down",
        Motion::HalfUp => "move.half-page-up",
        Motion::HalfDown => "move.half-page-down",
        Motion::Start => "move.first",
        Motion::End => "move.last",
        Motion::Rows(_) => return None,
    }))
}

const fn of_edit(edit: Edit) -> Option<CommandId> {
    Some(CommandId(match edit {
        Edit::Backspace => "prompt.backspace",
        Edit::Delete => "prompt.delete",
        Edit::DeleteWord => "prompt.delete-word",
        Edit::Clear => "prompt.clear",
        Edit::Left => "prompt.left",
        Edit::Right => "prompt.right",
        Edit::Home => "prompt.start",
        Edit::End => "prompt.end",
        Edit::Insert(_) => return None,
    }))
}

const fn of_help(action: HelpAction) -> &'static str {
    match action {
        HelpAction::Open => "help.open",
        HelpAction::Close => "help.close",
        HelpAction::Back => "help.back",
        HelpAction::Search => "help.search",
        HelpAction::Keep => "help-search.keep",
        HelpAction::Clear => "help-search.clear",
    }
}

const fn of_palette(action: PaletteAction) -> &'static str {
    match action {
        PaletteAction::Open => "palette.open",
        PaletteAction::Close => "palette.close",
        PaletteAction::Run => "palette.run",
        PaletteAction::Next => "palette.next",
        PaletteAction::Previous => "palette.previous",
        PaletteAction::NextPage => "palette.next-page",
        PaletteAction::PreviousPage => "palette.previous-page",
    }
}

const fn of_clients(action: ClientsAction) -> &'static str {
    match action {
        ClientsAction::Open => "clients.open",
        ClientsAction::Filter => "clients.filter",
        ClientsAction::NextSort => "clients.next-sort",
        ClientsAction::PreviousSort => "clients.previous-sort",
        ClientsAction::InvertSort => "clients.invert-sort",
        ClientsAction::Group => "clients.group",
        ClientsAction::Unfold => "clients.unfold",
        ClientsAction::KeepFilter => "filter.keep",
        ClientsAction::CompleteFilter => "filter.complete",
        ClientsAction::ClearFilter => "filter.clear",
        ClientsAction::Close(CloseMode::Finish) => "connection.close",
        ClientsAction::Close(CloseMode::Reset) => "connection.reset",
        ClientsAction::HalfClose(Side::Client) => "connection.half-close-client",
        ClientsAction::HalfClose(Side::Upstream) => "connection.half-close-upstream",
        ClientsAction::CopyPeer => "connection.copy-address",
        ClientsAction::Next => "connection.next",
        ClientsAction::Previous => "connection.previous",
    }
}

const fn of_send(action: SendAction) -> &'static str {
    match action {
        SendAction::Open => "connection.send",
        SendAction::EndRepeat => "connection.end-repeat",
        SendAction::TogglePause(Side::Client) => "connection.pause-client",
        SendAction::TogglePause(Side::Upstream) => "connection.pause-upstream",
        SendAction::Send => "send.send",
        SendAction::Cancel => "send.cancel",
        SendAction::OtherSide => "send.other-side",
        SendAction::OtherScope => "send.other-scope",
        SendAction::Earlier => "send.earlier",
        SendAction::Later => "send.later",
    }
}

const fn of_hold(action: HoldAction) -> &'static str {
    match action {
        HoldAction::Open => "connection.hold",
        HoldAction::Close => "hold.close",
        HoldAction::OtherSide => "hold.other-side",
        HoldAction::Toggle => "hold.toggle",
        HoldAction::FromBorder => "hold.from-border",
        HoldAction::Mark => "hold.range",
        HoldAction::ReleaseToCursor => "hold.release-to-cursor",
        HoldAction::ReleaseLine => "hold.release-line",
        HoldAction::ReleaseMessage => "hold.release-message",
        HoldAction::ReleaseAll => "hold.release-all",
        HoldAction::Drop => "hold.drop",
        HoldAction::Ask(HoldInput::Replace) => "hold.replace",
        HoldAction::Ask(HoldInput::Insert) => "hold.insert",
        HoldAction::Ask(HoldInput::From) => "hold.from",
        HoldAction::Move(HoldMotion::Back) => "hold.back",
        HoldAction::Move(HoldMotion::On) => "hold.on",
        HoldAction::Move(HoldMotion::RowUp) => "hold.row-up",
        HoldAction::Move(HoldMotion::RowDown) => "hold.row-down",
        HoldAction::Move(HoldMotion::Start) => "hold.first",
        HoldAction::Move(HoldMotion::End) => "hold.last",
        HoldAction::Enter => "hold-prompt.enter",
        HoldAction::Cancel => "hold-prompt.cancel",
    }
}

const fn of_stream(action: StreamAction) -> &'static str {
    match action {
        StreamAction::NextView => "stream.next-view",
        StreamAction::PreviousView => "stream.previous-view",
        StreamAction::NextDirections => "stream.next-direction",
        StreamAction::PreviousDirections => "stream.previous-direction",
        StreamAction::MoreBytes => "stream.wider",
        StreamAction::FewerBytes => "stream.narrower",
        StreamAction::Step(Seek::Forward) => "stream.forward",
        StreamAction::Step(Seek::Backward) => "stream.back",
        StreamAction::Malformed(Seek::Forward) => "stream.next-malformed",
        StreamAction::Malformed(Seek::Backward) => "stream.previous-malformed",
        StreamAction::OtherFormat => "stream.other-half",
        StreamAction::Select => "stream.select",
        StreamAction::SelectMore => "stream.select-more",
        StreamAction::Readings(Seek::Forward) => "stream.next-readings",
        StreamAction::Readings(Seek::Backward) => "stream.previous-readings",
        StreamAction::Offset => "stream.offset",
        StreamAction::GoToOffset => "offset.go",
        StreamAction::CancelOffset => "offset.cancel",
    }
}

const fn of_message(action: MessageAction) -> &'static str {
    match action {
        MessageAction::Go(Seek::Forward) => "stream.next-message",
        MessageAction::Go(Seek::Backward) => "stream.previous-message",
        MessageAction::Ask => "stream.frame",
        MessageAction::Use => "frame.use",
        MessageAction::Complete => "frame.complete",
        MessageAction::Earlier => "frame.earlier",
        MessageAction::Later => "frame.later",
        MessageAction::Cancel => "frame.cancel",
    }
}

const fn of_find(action: FindAction) -> &'static str {
    match action {
        FindAction::Open => "stream.find",
        FindAction::Go(Seek::Forward) => "stream.next-hit",
        FindAction::Go(Seek::Backward) => "stream.previous-hit",
        FindAction::List => "stream.all-hits",
        FindAction::Show => "hits.show",
        FindAction::CloseList => "hits.close",
        FindAction::Start => "find.start",
        FindAction::Cancel => "find.cancel",
        FindAction::Earlier => "find.earlier",
        FindAction::Later => "find.later",
        FindAction::Encoding(Seek::Forward) => "find.next-encoding",
        FindAction::Encoding(Seek::Backward) => "find.previous-encoding",
    }
}

const fn of_mark(action: MarkAction) -> &'static str {
    match action {
        MarkAction::Set => "stream.mark",
        MarkAction::GoTo => "stream.go-to-mark",
        MarkAction::Cancel => "mark.cancel",
        MarkAction::List => "stream.marks",
        MarkAction::ListInstead => "mark.list",
        MarkAction::Show => "marks.show",
        MarkAction::Delete => "marks.delete",
        MarkAction::Note => "marks.note",
        MarkAction::CloseList => "marks.close",
        MarkAction::NoteOnConnection => "connection.note",
        MarkAction::KeepNote => "note.keep",
        MarkAction::CancelNote => "note.cancel",
    }
}

const fn of_replay(action: ReplayAction) -> &'static str {
    match action {
        ReplayAction::Pause => "replay.pause",
        ReplayAction::List => "replay.differences",
        ReplayAction::Show => "differences.show",
        ReplayAction::Compare => "differences.compare",
        ReplayAction::CloseList => "differences.close",
    }
}

const fn of_compare(action: CompareAction) -> &'static str {
    match action {
        CompareAction::Start | CompareAction::StartAtDifference => "stream.compare",
        CompareAction::Close => "compare.close",
        CompareAction::Go(Seek::Forward) => "compare.next",
        CompareAction::Go(Seek::Backward) => "compare.previous",
        CompareAction::OtherConnection(Seek::Forward) => "compare.next-connection",
        CompareAction::OtherConnection(Seek::Backward) => "compare.previous-connection",
        CompareAction::OtherDirection => "compare.direction",
        CompareAction::OtherFormat => "compare.view",
        CompareAction::OtherAlignment => "compare.align",
    }
}

const fn of_export(action: ExportAction) -> &'static str {
    match action {
        ExportAction::Copy => "stream.copy",
        ExportAction::Save => "stream.save",
        ExportAction::OtherPiece => "copy.other-piece",
        ExportAction::Next => "copy.next",
        ExportAction::Previous => "copy.previous",
        ExportAction::Take => "copy.chosen",
        ExportAction::TakeAs(Form::Text) => "copy.text",
        ExportAction::TakeAs(Form::Hex) => "copy.hex",
        ExportAction::TakeAs(Form::Dump) => "copy.dump",
        ExportAction::TakeAs(Form::C) => "copy.c",
        ExportAction::TakeAs(Form::Rust) => "copy.rust",
        ExportAction::TakeAs(Form::Python) => "copy.python",
        ExportAction::TakeAs(Form::Go) => "copy.go",
        ExportAction::TakeAs(Form::Json) => "copy.json",
        ExportAction::TakeAs(Form::Base64) => "copy.base",
        ExportAction::TakeAs(Form::Netcat) => "copy.netcat",
        ExportAction::TakeAs(Form::Curl) => "copy.curl",
        ExportAction::OtherFormat => "save.other-format",
        ExportAction::Write => "save.write",
        ExportAction::Close => "export.close",
    }
}

const fn of_pipe(action: PipeAction) -> &'static str {
    match action {
        PipeAction::Open => "stream.pipe",
        PipeAction::Run => "pipe.run",
        PipeAction::Earlier => "pipe.earlier",
        PipeAction::Later => "pipe.later",
        PipeAction::Cancel => "pipe.cancel",
        PipeAction::Back => "output.close",
    }
}

const fn of_faults(action: FaultsAction) -> &'static str {
    match action {
        FaultsAction::Open => "faults.open",
        FaultsAction::Close => "faults.close",
        FaultsAction::Set => "faults.set",
        FaultsAction::End => "faults.end",
        FaultsAction::NextScope => "faults.next-scope",
        FaultsAction::NextFault => "faults.next",
        FaultsAction::PreviousFault => "faults.previous",
    }
}

const fn of_timeline(action: TimelineAction) -> &'static str {
    let step = match action {
        TimelineAction::AskTime => return "timeline.go-to",
        TimelineAction::GoToTime => return "time.go",
        TimelineAction::Cancel => return "time.cancel",
        TimelineAction::Step(step) => step,
    };
    match step {
        TimelineStep::Play => "timeline.play",
        TimelineStep::Faster => "timeline.faster",
        TimelineStep::Slower => "timeline.slower",
        TimelineStep::Ahead => "timeline.ahead",
        TimelineStep::Back => "timeline.back",
        TimelineStep::Whole => "timeline.whole",
    }
}

const fn of_logs(action: LogsAction) -> Option<CommandId> {
    Some(CommandId(match action {
        LogsAction::ToggleTargets => "logs.targets",
        LogsAction::FocusTarget => "logs.only-target",
        LogsAction::ShowLess => "logs.show-less",
        LogsAction::ShowMore => "logs.show-more",
        LogsAction::CaptureLess => "logs.record-less",
        LogsAction::CaptureMore => "logs.record-more",
        LogsAction::TargetDown
        | LogsAction::TargetUp
        | LogsAction::Scroll(_)
        | LogsAction::Oldest
        | LogsAction::Follow => return None,
    }))
}
