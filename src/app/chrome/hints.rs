//! The keys that the last line names, by what can be done now.

use crate::app::action::{
    Action, CompareAction, ExportAction, FaultsAction, FindAction, HoldAction, HoldInput, Motion, PipeAction,
    ReplayAction, SendAction,
};
use crate::app::chrome::line_layout::{Item, ItemKind};
use crate::app::focus::Pane;
use crate::app::keymap::{Binding, Hint, KeyContext};
use crate::app::overlay::Overlay;
use crate::app::screen::Screen;
use crate::bytes::frame::Framing;

/// The highest rank of the hints that a prompt keeps.
const KEPT_RANK: u8 = 2;

/// Returns whether a selection has begun, and its keys work.
fn selects(screen: Screen<'_>) -> bool {
    screen.overlays.top().is_none()
        && screen.context.display().focus == Pane::Stream
        && screen.stream.view().selects()
}

/// Returns the rank of a hint, which is higher where the key is what the screen is for.
fn rank(hint: Hint, action: Action, screen: Screen<'_>) -> u8 {
    let opened = screen.context.world.setup.opened.as_ref();
    let is_for_two = opened.is_some_and(|files| files.second.is_some());
    let selects = selects(screen);
    let is_stream = screen.overlays.top().is_none() && screen.context.display().focus == Pane::Stream;
    match action {
        Action::Compare(CompareAction::Start) if is_for_two && screen.overlays.top().is_none() => 1,
        Action::Export(ExportAction::Copy | ExportAction::Save) if selects => 1,
        // What a stream is looked at for comes first.
        Action::Find(FindAction::Go(_)) => 1,
        Action::Follow if is_stream && !screen.stream.view().follows() => 2,
        Action::Find(FindAction::Open) if is_stream => 3,
        Action::SwitchBackend if is_stream => 5,
        _ => hint.rank,
    }
}

/// Returns the word of a hint, which says the opposite where the key undoes what it did.
fn label(hint: Hint, action: Action, screen: Screen<'_>) -> &'static str {
    match action {
        Action::Freeze if screen.context.display().frozen.is_some() => "go on",
        Action::Hold(HoldAction::Toggle) if is_held(screen) => "end",
        Action::Hold(HoldAction::Toggle) => "hold",
        Action::Pipe(PipeAction::Back) if screen.pipe.is_running() => "stop",
        _ => hint.label,
    }
}

/// Returns whether what comes from the side that the overlay shows is held.
fn is_held(screen: Screen<'_>) -> bool {
    screen.overlays.hold().held(screen.context).is_some()
}

/// Returns whether there is something that the key would act on.
fn has_use(action: Action, screen: Screen<'_>) -> bool {
    let context = screen.context;
    if context.refusal(action).is_some() {
        return false;
    }
    match action {
        Action::Follow => context.followed().is_some(),
        Action::Freeze => context.world.demo.lesson().is_none(),
        Action::Find(FindAction::Go(_)) => screen.find.search().is_some(),
        Action::Replay(ReplayAction::Pause) => {
            !context.replay().is_some_and(|replay| replay.progress().is_over)
        }
        Action::Export(ExportAction::OtherPiece) => screen.export.has_other(),
        Action::Send(SendAction::OtherSide) => screen.overlays.send().is_relayed(),
        Action::Hold(HoldAction::FromBorder) => *context.model().framing() != Framing::None,
        Action::Hold(HoldAction::OtherSide) => screen.overlays.hold().is_relayed(),
        Action::Hold(
            HoldAction::ReleaseToCursor
            | HoldAction::ReleaseLine
            | HoldAction::ReleaseMessage
            | HoldAction::ReleaseAll
            | HoldAction::Mark
            | HoldAction::Drop
            | HoldAction::Ask(HoldInput::Insert | HoldInput::Replace),
        ) => is_held(screen),
        Action::Faults(FaultsAction::End | FaultsAction::NextFault) => {
            !context.model().faults.all().is_empty()
        }
        _ => true,
    }
}

/// A key that works now, and what it does.
pub(super) struct KeyHint {
    /// Hints of higher ranks are left out first; one of rank 0 never is.
    pub(super) rank: u8,
    action: Action,
    key: String,
    label: &'static str,
}

impl KeyHint {
    /// Returns whether a prompt keeps the key: it takes what is typed, or leaves the prompt.
    pub(super) const fn is_kept(&self) -> bool {
        self.rank <= KEPT_RANK
    }

    /// Returns the key and what it does.
    pub(super) fn item(&self) -> Item {
        Item::new(ItemKind::Hint(self.action), self.rank, format!("{} {}", self.key, self.label))
    }

    /// Returns the key alone, for a line without room for words.
    pub(super) fn short_item(&self) -> Item {
        let rank = if self.is_kept() { 0 } else { self.rank };
        Item::new(ItemKind::Hint(self.action), rank, self.key.clone())
    }
}

/// Returns the hints for the keys that work now, the most important first.
pub(super) fn hints(screen: Screen<'_>) -> Vec<KeyHint> {
    let keymap = screen.context.keymap();
    let mut hints: Vec<_> = screen
        .mode_contexts()
        .iter()
        .chain(screen.key_context().chain())
        .filter(|&&context| context != KeyContext::Moving)
        .flat_map(|&context| keymap.bindings(context))
        .filter(|binding| has_use(binding.action, screen))
        .filter_map(|binding| Some((binding.hint?, binding.action, binding.first_label()?)))
        .map(|(hint, action, key)| {
            (Hint { rank: rank(hint, action, screen), label: label(hint, action, screen) }, action, key)
        })
        .collect();
    let ends_selection =
        keymap.bindings(KeyContext::Everywhere).find(|binding| binding.action == Action::Back);
    if let Some(key) = ends_selection.filter(|_| selects(screen)).and_then(Binding::first_label) {
        hints.push((Hint { rank: 1, label: "select nothing" }, Action::Back, key));
    }
    let page = keymap.all().find(|binding| binding.action == Action::Move(Motion::PageDown));
    let is_help = screen.overlays.top() == Some(Overlay::Help);
    if let Some(key) = page.filter(|_| is_help).and_then(Binding::first_label) {
        hints.push((Hint { rank: 1, label: "next page" }, Action::Move(Motion::PageDown), key));
    }
    // Where the user has taken its keys away, the key that always quits is named.
    let quits = keymap.all().any(|binding| binding.action == Action::Quit && !binding.keys.is_empty());
    let always = keymap.bindings(KeyContext::Always).find(|binding| binding.action == Action::Interrupt);
    if let Some(key) =
        always.filter(|_| !quits && screen.overlays.top().is_none()).and_then(Binding::first_label)
    {
        hints.push((Hint { rank: 0, label: "quit" }, Action::Interrupt, key));
    }
    hints.sort_by_key(|(hint, ..)| hint.rank);
    let named = |(Hint { rank, label }, action, key)| KeyHint { rank, action, key, label };
    hints.into_iter().map(named).collect()
}
