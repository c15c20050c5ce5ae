//! The last line, and the lines that a longer message takes at the lower end of the screen.

use ratatui::layout::{Position, Rect};

use crate::app::chrome::hints::{self, KeyHint};
use crate::app::chrome::line_layout::{Item, ItemKind, PlacedItem, fit, total};
use crate::app::format;
use crate::app::overlay::Overlay;
use crate::app::overlay::prompt::{PaneTexts, PromptLine};
use crate::app::screen::Screen;
use crate::app::status::Severity;
use crate::bytes::safe::{self, Charset};

/// The most lines that a message takes.
const MOST_LINES: u16 = 4;
/// The rows of the screen that a message leaves free.
const KEPT_ROWS: u16 = 4;

/// Cells between what is typed, what is said and the hints.
const GAP: u16 = 2;

/// The lower end of the screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Footer {
    /// A prompt, a message or hints, and always the keys for help and for quitting.
    pub items: Vec<PlacedItem>,
    /// The place of these items.
    pub line: Rect,
    /// The message that has no room in that line.
    pub message: Option<LongMessage>,
}

/// A message in lines of its own: below what is typed, or above the hints.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LongMessage {
    /// The kind of the message.
    pub kind: ItemKind,
    /// The lines.
    pub lines: Vec<String>,
    /// The place of the lines.
    pub area: Rect,
}

impl Footer {
    /// Returns whether a cell belongs to the footer, which then hides what is below it.
    #[must_use]
    pub fn covers(&self, at: Position) -> bool {
        self.line.contains(at) || self.message.as_ref().is_some_and(|message| message.area.contains(at))
    }
}

/// A message without a place.
struct Said {
    kind: ItemKind,
    text: String,
}

/// Where a long message is put.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Above,
    Below,
}

/// Returns the lower end of the screen. What is said there is read as a whole: where it does not fit into the last
/// line, it has lines of its own.
#[must_use]
pub fn footer(screen: Screen<'_>) -> Footer {
    let line = screen.context.layout.footer;
    let hints = hints::hints(screen);
    let (always, mut others): (Vec<_>, Vec<_>) =
        hints.iter().map(KeyHint::item).partition(|item| item.rank == 0);
    let mut kept = total(&always);
    let mut prompt = Prompted::of(screen, kept.saturating_add(GAP));
    if let Some(typed) = &prompt {
        let named: Vec<_> = hints.iter().filter(|hint| hint.is_kept()).map(KeyHint::item).collect();
        kept = total(&named);
        if total(&typed.items).saturating_add(GAP).saturating_add(kept) > line.width {
            others = hints.iter().filter(|hint| hint.rank > 0).map(KeyHint::short_item).collect();
            let keys: Vec<_> = hints.iter().filter(|hint| hint.is_kept()).map(KeyHint::short_item).collect();
            kept = total(&keys);
            prompt = Prompted::of(screen, kept.saturating_add(GAP));
        }
    }
    let said = said(screen, prompt.as_ref());
    let place = if prompt.is_some() { Place::Below } else { Place::Above };
    let mut left = prompt.map(|prompt| prompt.items).unwrap_or_default();
    let taken = match place {
        Place::Below => total(&left).saturating_add(GAP).saturating_add(kept),
        Place::Above => kept,
    };
    let mut message = None;
    match said {
        Some(said) if taken.saturating_add(GAP).saturating_add(format::width(&said.text)) <= line.width => {
            left.push(Item::new(said.kind, 0, said.text));
        }
        Some(said) => message = Some(said),
        None => {}
    }
    let items = if left.is_empty() {
        fit(line.width, others, always)
    } else {
        fit(line.width, left, others.into_iter().chain(always).collect())
    };
    match message {
        Some(said) => with_message(line, items, &said, place),
        None => Footer { items, line, message: None },
    }
}

/// Returns what is said: a question, what is wrong with the text that is typed, or a message.
fn said(screen: Screen<'_>, prompt: Option<&Prompted>) -> Option<Said> {
    let top = screen.overlays.top();
    let status = screen.status.map(|status| (status.severity, status.text.clone()));
    match (top, prompt) {
        (Some(Overlay::Overwrite), _) => {
            Some(Said { kind: ItemKind::Prompt, text: safe::line(&screen.export.question()) })
        }
        (Some(Overlay::ReplaceRecording), _) => {
            Some(Said { kind: ItemKind::Prompt, text: safe::line(&screen.record.question()) })
        }
        (Some(Overlay::Confirm(confirm)), _) => {
            let text = confirm.text(screen.overlays.hold(), screen.context);
            Some(Said { kind: ItemKind::Prompt, text })
        }
        (Some(Overlay::SwitchHost(question)), _) => {
            Some(Said { kind: ItemKind::Prompt, text: question.text(screen.context) })
        }
        (_, Some(prompt)) => {
            // A message is older than what is said about the text itself.
            let older =
                status.filter(|(severity, _)| top != Some(Overlay::Filter) && *severity == Severity::Error);
            prompt.note.clone().or(older).map(Said::of_severity)
        }
        (_, None) => status.map(Said::of_severity),
    }
}

/// Returns the footer with a message in lines of its own.
fn with_message(last: Rect, items: Vec<PlacedItem>, said: &Said, place: Place) -> Footer {
    let most = MOST_LINES.min(last.y.saturating_sub(KEPT_ROWS)).max(1);
    let lines = format::clip(&said.text, last.width, usize::from(most));
    let height = u16::try_from(lines.len()).unwrap_or(most).min(last.y);
    let above = last.y - height;
    let (line, area) = match place {
        Place::Above => (last, Rect { y: above, height, ..last }),
        Place::Below => (Rect { y: above, ..last }, Rect { y: above + 1, height, ..last }),
    };
    Footer { items, line, message: Some(LongMessage { kind: said.kind, lines, area }) }
}

impl Said {
    fn of_severity((severity, text): (Severity, String)) -> Self {
        Self { kind: ItemKind::Message(severity), text }
    }
}

/// What is typed, as items, and what is said about it.
struct Prompted {
    items: Vec<Item>,
    note: Option<(Severity, String)>,
}

impl Prompted {
    fn of(screen: Screen<'_>, reserved: u16) -> Option<Self> {
        let context = screen.context;
        let (filter_note, pattern_note) = (screen.clients.filter_note(), screen.find.note());
        let rule_note = screen.framing.note();
        let (path_name, command_name) = (screen.export.prompt_name(), screen.pipe.prompt_name());
        let offset_name = screen.stream.offset_name(context);
        let mark_name = screen.marks.prompt_name(screen.overlays.top(), context);
        let pattern_name = screen.find.prompt_name();
        let texts = PaneTexts {
            filter: screen.clients.filter(),
            filter_note: filter_note.as_ref(),
            offset_name: &offset_name,
            offset: screen.stream.offset(),
            path_name: &path_name,
            path: screen.export.path(),
            recording: screen.record.path(),
            time: screen.time.input(),
            command_name: &command_name,
            command: screen.pipe.input(),
            mark_name: &mark_name,
            mark: screen.marks.input(),
            pattern_name: &pattern_name,
            pattern: screen.find.input(),
            pattern_note: pattern_note.as_ref(),
            rule: screen.framing.input(),
            rule_note: rule_note.as_ref(),
            listed: screen.clients.listed(),
        };
        let prompt = screen.overlays.prompt(texts, context)?;
        // What has no room in the text is said before anything about the text.
        let cut = prompt.input.cut().map(|cut| (Severity::Error, cut));
        Some(Self {
            items: prompt_items(&prompt, context.layout.footer.width, reserved, context.world.setup.charset),
            note: cut.or_else(|| prompt.note.map(|note| (note.severity, safe::line(&note.text)))),
        })
    }
}

/// Returns the items of the open prompt, with its cursor visible. The words before the text take half of the line, or
/// what the text and the `reserved` cells for hints leave.
fn prompt_items(prompt: &PromptLine<'_>, width: u16, reserved: u16, charset: Charset) -> Vec<Item> {
    let PromptLine { name, input, note: _ } = prompt;
    let line = |text: &str| safe::line_for(text, charset);
    let (before, after) = input.halves();
    // The text may be much longer than what is shown of it.
    let most = usize::from(width) * 4;
    let before = before.char_indices().rev().nth(most).map_or(before, |(at, _)| &before[at..]);
    let after = after.char_indices().nth(most).map_or(after, |(at, _)| &after[..at]);
    let mut after = after.chars();
    let under = after.next().map_or(" ".to_owned(), |letter| line(letter.encode_utf8(&mut [0; 4])));
    let after = format::truncate(&line(after.as_str()), width / 4);
    let before = line(before);
    let cursor = format::width(&under).saturating_add(format::width(&after));
    let typed = format::width(&before).min(width / 2).saturating_add(cursor);
    let all = width.saturating_sub(reserved);
    let room = all.saturating_sub(typed).max(all / 2);
    let name = if format::width(name) <= room {
        name.clone()
    } else {
        format!("{} ", format::truncate(name.trim_end(), room.saturating_sub(1)))
    };
    let left = all.saturating_sub(format::width(&name).saturating_add(cursor));
    let before = format::truncate_start(&before, left.min(width / 2));
    vec![
        Item::new(ItemKind::PromptName, 0, name),
        Item::new(ItemKind::Prompt, 0, before).after(0),
        Item::new(ItemKind::Cursor, 0, under).after(0),
        Item::new(ItemKind::Prompt, 0, after).after(0),
    ]
}
