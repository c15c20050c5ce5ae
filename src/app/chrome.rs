//! The contents of the tabs line and of the footer, depending on the width.

pub mod header;
pub mod line_layout;

use crate::app::action::{Action, FaultsAction, RecordAction};
use crate::app::chrome::line_layout::{Choice, Item, ItemKind, PlacedItem, fit};
use crate::app::context::Context;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::keymap::{Hint, Key, KeyContext};
use crate::app::overlay::Overlay;
use crate::app::overlay::prompt::{PaneTexts, PromptLine};
use crate::app::screen::Screen;
use crate::app::status::Severity;
use crate::bytes::safe::{self, Charset};

/// Returns the second line, which exists where not all panes are visible.
#[must_use]
pub fn tabs(context: Context<'_>, width: u16) -> Vec<PlacedItem> {
    let wide = width >= 44;
    let tab = |pane: Pane| {
        let choice = if pane == context.display().focus { Choice::Chosen } else { Choice::Other };
        let title = context.keymap().pane_title(pane);
        let text = if wide { format!(" {title} ") } else { title };
        Item::new(ItemKind::Tab(pane, choice), u8::from(choice == Choice::Other), text)
            .after(u16::from(!wide))
    };
    fit(width, Pane::ALL.map(tab).into(), header::rates(context))
}

/// Returns the last line: a prompt, a message or hints, and always the keys for help and for quitting.
#[must_use]
pub fn footer(screen: Screen<'_>, width: u16) -> Vec<PlacedItem> {
    let (always, others): (Vec<_>, Vec<_>) = hints(screen).into_iter().partition(|piece| piece.rank == 0);
    let context = screen.context;
    let (filter_note, pattern_note) = (screen.clients.filter_note(), screen.find.note());
    let (path_name, command_name) = (screen.export.prompt_name(), screen.pipe.prompt_name());
    let mark_name = screen.marks.prompt_name(screen.overlays.top(), context);
    let texts = PaneTexts {
        filter: screen.clients.filter(),
        filter_note: filter_note.as_ref(),
        offset: screen.stream.offset(),
        path_name: &path_name,
        path: screen.export.path(),
        recording: screen.record.path(),
        command_name: &command_name,
        command: screen.pipe.input(),
        mark_name: &mark_name,
        mark: screen.marks.input(),
        pattern: screen.find.input(),
        pattern_note: pattern_note.as_ref(),
        listed: screen.clients.listed(),
    };
    let prompt = screen.overlays.prompt(texts, context);
    let left = match (screen.overlays.top(), prompt, screen.status) {
        (top, Some(prompt), status) => {
            let mut typed = prompt_items(&prompt, width, context.world.setup.charset);
            // A message is older than what is said about the text itself.
            let error =
                status.filter(|status| top != Some(Overlay::Filter) && status.severity == Severity::Error);
            let said = prompt.note.map(|note| (note.severity, safe::line(&note.text)));
            let said = said.or(error.map(|status| (status.severity, status.text.clone())));
            typed.extend(said.map(|(severity, text)| Item::new(ItemKind::Message(severity), 0, text)));
            typed
        }
        (Some(Overlay::Overwrite), None, _) => {
            vec![Item::new(ItemKind::Prompt, 0, safe::line(&screen.export.question()))]
        }
        (Some(Overlay::ReplaceRecording), None, _) => {
            vec![Item::new(ItemKind::Prompt, 0, safe::line(&screen.record.question()))]
        }
        (Some(Overlay::Confirm(confirm)), None, _) => {
            vec![Item::new(ItemKind::Prompt, 0, confirm.text(screen.overlays.hold(), context))]
        }
        (_, None, Some(status)) => {
            // A message that is too long is truncated, so that the hints that are always shown keep their room.
            let taken: u16 = always.iter().map(|piece| format::width(&piece.text) + 2).sum();
            let text = format::truncate(&status.text, width.saturating_sub(taken));
            vec![Item::new(ItemKind::Message(status.severity), 0, text)]
        }
        (_, None, None) => return fit(width, others, always),
    };
    fit(width, left, others.into_iter().chain(always).collect())
}

/// Returns the hints for the keys that work now, the most important first.
fn hints(screen: Screen<'_>) -> Vec<Item> {
    let keymap = screen.context.keymap();
    let is_lesson = screen.context.world.demo.lesson().is_some();
    let mut hints: Vec<_> = screen
        .mode_contexts()
        .iter()
        .chain(screen.key_context().chain())
        .filter(|&&context| context != KeyContext::Moving)
        .flat_map(|&context| keymap.bindings(context))
        .filter(|binding| binding.action != Action::Follow || screen.context.followed().is_some())
        .filter(|binding| binding.action != Action::Freeze || !is_lesson)
        .filter_map(|binding| Some((binding.hint?, binding.action, binding.keys.first()?)))
        .collect();
    hints.sort_by_key(|(hint, ..)| hint.rank);
    let item = |(hint, action, key): (Hint, Action, &Key)| {
        Item::new(ItemKind::Hint(action), hint.rank, format!("{} {}", key.label(), hint.label))
    };
    hints.into_iter().map(item).collect()
}

/// Returns the items of the open prompt, with its cursor visible.
fn prompt_items(prompt: &PromptLine<'_>, width: u16, charset: Charset) -> Vec<Item> {
    let PromptLine { name, input, note: _ } = prompt;
    let line = |text: &str| safe::line_for(text, charset);
    let (before, after) = input.halves();
    let before = format::truncate_start(&line(before), width / 2);
    let mut after = after.chars();
    let under = after.next().map_or(" ".to_owned(), |letter| line(letter.encode_utf8(&mut [0; 4])));
    vec![
        Item::new(ItemKind::Prompt, 0, format!("{name}{before}")),
        Item::new(ItemKind::Cursor, 0, under).after(0),
        Item::new(ItemKind::Prompt, 0, format::truncate(&line(after.as_str()), width / 4)).after(0),
    ]
}

/// Returns the action that a click on an item triggers.
#[must_use]
pub(super) fn action_at(kind: ItemKind) -> Option<Action> {
    match kind {
        ItemKind::Tab(pane, _) => Some(Action::Focus(pane)),
        ItemKind::Hint(action) => Some(action),
        ItemKind::Frozen => Some(Action::Freeze),
        ItemKind::Recording => Some(Action::Record(RecordAction::Toggle)),
        ItemKind::Faults => Some(Action::Faults(FaultsAction::Open)),
        ItemKind::Backend(backend, Choice::Other) => Some(Action::SwitchTo(backend)),
        _ => None,
    }
}
