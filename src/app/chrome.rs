//! The contents of the tabs line and of the footer, depending on the width.

pub mod header;
pub mod line_layout;
pub mod status;

use super::action::{Action, FaultsAction};
use super::focus::Pane;
use super::keymap::{Binding, Hint, KeyContext};
use super::{App, Mode, format};
use crate::app::chrome::line_layout::{Choice, Item, ItemKind, PlacedItem, Severity, fit};
use crate::bytes::safe;

/// Returns the second line, which exists where not all panes are visible.
#[must_use]
pub fn tabs(app: &App, width: u16) -> Vec<PlacedItem> {
    let wide = width >= 44;
    let tab = |pane: Pane| {
        let choice = if pane == app.focus() { Choice::Chosen } else { Choice::Other };
        let (number, name) = (pane.number(), pane.name());
        let text = if wide { format!(" {number} {name} ") } else { format!("{number} {name}") };
        Item::new(ItemKind::Tab(pane, choice), u8::from(choice == Choice::Other), text)
            .after(u16::from(!wide))
    };
    fit(width, Pane::ALL.map(tab).into(), header::rates(app))
}

/// Returns the last line: a prompt, a message or hints, and always the keys for help and for quitting.
#[must_use]
pub fn footer(app: &App, width: u16) -> Vec<PlacedItem> {
    let lesson = app.lesson_contexts();
    let mut hints: Vec<_> = lesson
        .iter()
        .chain(app.contexts())
        .filter(|&&context| context != KeyContext::Moving)
        .flat_map(|&context| app.keymap().bindings(context))
        .filter(|binding| binding.action != Action::Follow || app.followed().is_some())
        .filter(|binding| binding.action != Action::Freeze || lesson.is_empty())
        .filter(|binding| !binding.keys.is_empty())
        .filter_map(|binding| binding.hint.map(|hint| (hint, binding)))
        .collect();
    hints.sort_by_key(|(hint, _)| hint.rank);
    let piece = |(hint, binding): (Hint, &Binding)| {
        let key = binding.keys.first().map(|key| key.label()).unwrap_or_default();
        Item::new(ItemKind::Hint(binding.action), hint.rank, format!("{key} {}", hint.label))
    };
    let (always, others): (Vec<_>, Vec<_>) = hints.into_iter().map(piece).partition(|piece| piece.rank == 0);
    let left = match app.status() {
        Some(status)
            if matches!(app.mode(), Mode::Offset | Mode::Send | Mode::HoldInput(_))
                && status.severity == Severity::Error =>
        {
            let mut typed = prompt(app, width);
            typed.push(Item::new(ItemKind::Message(status.severity), 0, &status.text));
            typed
        }
        _ if matches!(app.mode(), Mode::Filter | Mode::Offset | Mode::Send | Mode::HoldInput(_)) => {
            prompt(app, width)
        }
        _ if let Mode::Confirm(id, question) = app.mode() => {
            vec![Item::new(ItemKind::Prompt, 0, app.question(id, question))]
        }
        Some(status) => {
            // A message that is too long is truncated, so that the hints that are always shown keep their room.
            let taken: u16 = always.iter().map(|piece| format::width(&piece.text) + 2).sum();
            let text = format::truncate(&status.text, width.saturating_sub(taken));
            vec![Item::new(ItemKind::Message(status.severity), 0, text)]
        }
        None => return fit(width, others, always),
    };
    fit(width, left, others.into_iter().chain(always).collect())
}

/// Returns the items of the open prompt, with its cursor visible.
fn prompt(app: &App, width: u16) -> Vec<Item> {
    let (name, line) = match app.mode() {
        Mode::Offset => ("offset ".to_owned(), app.offset()),
        Mode::Send => (app.send_prompt_name(), app.acting.send.input()),
        Mode::HoldInput(input) => (app.hold_prompt_name(input), app.acting.hold.input()),
        Mode::Panes | Mode::Filter | Mode::Hold | Mode::Confirm(..) | Mode::Faults | Mode::Help => {
            ("/".to_owned(), app.clients().filter())
        }
    };
    let (before, after) = line.halves();
    let before = format::truncate_start(&safe::line(before), width / 2);
    let mut after = after.chars();
    let under = after.next().map_or(" ".to_owned(), |letter| safe::line(letter.encode_utf8(&mut [0; 4])));
    vec![
        Item::new(ItemKind::Prompt, 0, format!("{name}{before}")),
        Item::new(ItemKind::Cursor, 0, under).after(0),
        Item::new(ItemKind::Prompt, 0, format::truncate(&safe::line(after.as_str()), width / 4)).after(0),
    ]
}

/// Returns the action that a click on an item triggers.
#[must_use]
pub(super) fn action_at(kind: ItemKind) -> Option<Action> {
    match kind {
        ItemKind::Tab(pane, _) => Some(Action::Focus(pane)),
        ItemKind::Hint(action) => Some(action),
        ItemKind::Faults => Some(Action::Faults(FaultsAction::Open)),
        ItemKind::Backend(backend, Choice::Other) => Some(Action::SwitchTo(backend)),
        _ => None,
    }
}
