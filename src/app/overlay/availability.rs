//! Whether a command applies now, and why not.

use crate::app::action::{
    Action, ClientsAction, CompareAction, ExportAction, FindAction, HoldAction, MarkAction, MessageAction,
    PipeAction, SendAction, StreamAction,
};
use crate::app::context::Context;
use crate::app::overlay::palette_source::{PaletteSource, Repeats};
use crate::app::recording;
use crate::app::stream::View;
use crate::bytes::frame::Framing;
use crate::event::Side;

/// Returns why an action would do nothing now.
pub(super) fn why_not(action: Action, source: PaletteSource<'_>) -> Option<String> {
    let context = source.context;
    if let Some(why) = context.refusal(action) {
        return Some(why.to_owned());
    }
    match action {
        Action::PauseLesson | Action::NextCaption => why_no_lesson(context),
        Action::SwitchBackend | Action::SwitchTo(_) => why_no_switch(context).map(str::to_owned),
        // It follows a dot here.
        Action::ToggleFault(kind) => context.why_no_stress_test(kind).map(str::to_lowercase),
        Action::Timeline(_) => why_no_timeline(context).map(str::to_owned),
        Action::Replay(_) => context.replay().is_none().then(|| "no recording is played".to_owned()),
        Action::Hosts(_) => context.world.hosts.is_none().then(|| "not many machines are watched".to_owned()),
        Action::MoreWork => context.why_no_more_work(),
        Action::LessWork => context.why_no_less_work(),
        Action::Follow => context.followed().is_none().then(|| "nothing here follows".to_owned()),
        Action::Clients(action) => in_clients(action, context),
        Action::Send(action) => in_send(action, source),
        Action::Hold(HoldAction::Open) => live(context),
        Action::Stream(action) => in_stream(action, source),
        Action::Message(MessageAction::Go(_)) if *context.model().framing() == Framing::None => {
            Some("no rule tells messages apart".to_owned())
        }
        Action::Find(FindAction::Open)
        | Action::Message(MessageAction::Ask | MessageAction::Go(_))
        | Action::Compare(CompareAction::Start)
        | Action::Mark(MarkAction::Set | MarkAction::NoteOnConnection)
        | Action::Export(ExportAction::Copy | ExportAction::Save)
        | Action::Pipe(PipeAction::Open) => selected(context),
        Action::Quit
        | Action::Interrupt
        | Action::Help(_)
        | Action::Palette(_)
        | Action::Answer(_)
        | Action::Focus(_)
        | Action::NextPane
        | Action::PreviousPane
        | Action::Zoom
        | Action::Freeze
        | Action::Theme
        | Action::Mouse
        | Action::Repaint
        | Action::Suspend
        | Action::Back
        | Action::Move(_)
        | Action::Edit(_)
        | Action::Hold(_)
        | Action::Find(_)
        | Action::Message(_)
        | Action::Mark(_)
        | Action::Compare(_)
        | Action::Export(_)
        | Action::Pipe(_)
        | Action::Record(_)
        | Action::Faults(_)
        | Action::Logs(_) => None,
    }
}

fn why_no_lesson(context: Context<'_>) -> Option<String> {
    context.world.demo.lesson().is_none().then(|| "no lesson runs".to_owned())
}

fn why_no_timeline(context: Context<'_>) -> Option<&'static str> {
    let is_opened = context.world.setup.opened.is_some() && context.replay().is_none();
    (!is_opened).then_some(recording::NO_TIMELINE)
}

fn why_no_switch(context: Context<'_>) -> Option<&'static str> {
    if context.world.hosts.is_some() {
        return None;
    }
    let model = context.model();
    match (model.switching, model.backend) {
        (Some(_), _) => Some("a switch is going on"),
        (None, None) => Some("nothing is served yet"),
        (None, Some(_)) => None,
    }
}

fn in_clients(action: ClientsAction, context: Context<'_>) -> Option<String> {
    match action {
        ClientsAction::Open | ClientsAction::Unfold | ClientsAction::CopyPeer => selected(context),
        ClientsAction::Close(_) => live(context),
        ClientsAction::HalfClose(side) => live(context).or_else(|| without(side, context)),
        ClientsAction::Next | ClientsAction::Previous => selected(context),
        ClientsAction::Filter
        | ClientsAction::KeepFilter
        | ClientsAction::CompleteFilter
        | ClientsAction::ClearFilter
        | ClientsAction::NextSort
        | ClientsAction::PreviousSort
        | ClientsAction::InvertSort
        | ClientsAction::Group => None,
    }
}

fn in_send(action: SendAction, source: PaletteSource<'_>) -> Option<String> {
    match action {
        SendAction::Open => live(source.context),
        SendAction::TogglePause(side) => live(source.context).or_else(|| without(side, source.context)),
        SendAction::EndRepeat => {
            (source.repeats == Repeats::Nothing).then(|| "nothing is sent again and again".to_owned())
        }
        SendAction::Send
        | SendAction::Cancel
        | SendAction::OtherSide
        | SendAction::OtherScope
        | SendAction::Earlier
        | SendAction::Later => None,
    }
}

fn in_stream(action: StreamAction, source: PaletteSource<'_>) -> Option<String> {
    let view = source.stream.view().view();
    let only = |wanted: View| (view != wanted).then(|| format!("only in the {} view", wanted.word()));
    let needs_view = match action {
        StreamAction::OtherFormat => only(View::Split),
        StreamAction::Readings(_) if view == View::Numbers => None,
        StreamAction::Readings(_) => only(View::Readings),
        StreamAction::NextView
        | StreamAction::PreviousView
        | StreamAction::NextDirections
        | StreamAction::PreviousDirections
        | StreamAction::MoreBytes
        | StreamAction::FewerBytes
        | StreamAction::Step(_)
        | StreamAction::Malformed(_)
        | StreamAction::Select
        | StreamAction::SelectMore
        | StreamAction::Offset
        | StreamAction::GoToOffset
        | StreamAction::CancelOffset => None,
    };
    selected(source.context).or(needs_view)
}

fn selected(context: Context<'_>) -> Option<String> {
    context.connection().is_none().then(|| "no client is selected".to_owned())
}

fn live(context: Context<'_>) -> Option<String> {
    let known = context.connection();
    let closed = known.filter(|known| known.closed.is_some());
    let closed = closed.map(|known| format!("{} is already closed", context.label_of(known.id)));
    selected(context).or(closed)
}

fn without(side: Side, context: Context<'_>) -> Option<String> {
    let known = context.connection().filter(|known| side == Side::Upstream && known.upstream.is_none())?;
    Some(format!("{} has no upstream", context.label_of(known.id)))
}
