//! The overlay that shows what is held of one direction.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::context::Context;
use crate::app::format;
use crate::app::overlay::hold_view::{HoldLayout, HoldView};
use crate::bytes::utf8::{self, Tail, UnitRole};
use crate::bytes::{hex, safe};
use crate::event::held_bytes::Source;
use crate::event::{Direction, HOLD_LIMIT, HeldBytes, Side};
use crate::model::Connection;
use crate::model::user_actions::Held;
use crate::ui::glyphs;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Where the columns of a row begin: the position, and behind it the digits.
const POSITION: u16 = 2;
const DIGITS: u16 = 12;

/// Draws the overlay in the middle of the screen and leaves the last line free for the footer.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, view: &HoldView, context: Context<'_>, theme: Theme) {
    let Some(known) = context.model().connection(view.connection()) else { return };
    let layout = HoldLayout::new(screen);
    paint::clear(buf, layout.area, theme);
    let details = format!("what {} sends", of(known, view.side()));
    paint::pane(buf, layout.area, theme, Focus::Focused, Title { name: "Hold", details: &details });
    let held = view.held(context);
    for (nth, (text, role)) in (0..).zip(head(known, view, held, layout.head.width)) {
        if nth < layout.head.height {
            paint::left(buf, paint::row(layout.head, nth), &text, theme.style(role));
        }
    }
    if let Some(held) = held {
        rows(buf, &layout, view, held, theme);
    }
}

/// Whose bytes are shown.
fn of(known: &Connection, side: Side) -> String {
    match side {
        Side::Client => format!("the client of {}", known.id),
        Side::Upstream => format!("the upstream of {}", known.id),
    }
}

/// What is held, and the counts, which add up.
fn head(known: &Connection, view: &HoldView, held: Option<&Held>, width: u16) -> [(String, Role); 2] {
    let side = view.side();
    let state = match held {
        _ if view.is_waiting() && width < 62 => ("Holds from the next border on".to_owned(), Role::Warn),
        _ if view.is_waiting() => {
            ("The message that has begun goes on; the hold begins at its end".to_owned(), Role::Warn)
        }
        None if width < 40 => ("Nothing is held".to_owned(), Role::Dim),
        None => ("Nothing is held; it goes on as it comes".to_owned(), Role::Dim),
        Some(held) => {
            let bytes = held.bytes.len();
            let full = if bytes >= HOLD_LIMIT { "; full: nothing more is read" } else { "" };
            let end = if known.has_input_ended(side) { ", and the end of the stream" } else { "" };
            let bytes = format::plural(bytes as u64, "byte");
            (format!("{bytes}{end} held, from offset {} on{full}", format::count(held.from)), Role::Warn)
        }
    };
    let user = known.user(side);
    let dropped = user.map_or(0, |user| user.dropped);
    let injected = |to| known.user(to).map_or(0, |user| user.injected);
    let waiting = held.map_or(0, |held| held.bytes.received());
    let (received, gone_on) = match side {
        Side::Client => {
            let received = known.stream(Direction::Received).total();
            (received, received.saturating_sub(dropped + waiting))
        }
        Side::Upstream => {
            let sent = known.stream(Direction::Sent).total();
            let gone_on = sent.saturating_sub(injected(Side::Client));
            (gone_on + dropped + waiting, gone_on)
        }
    };
    let to = if known.upstream.is_some() { side.other() } else { Side::Client };
    let put_in = held.map_or(0, |held| held.bytes.len() as u64 - held.bytes.received());
    let put_in = if put_in > 0 { format!(", held {}", format::count(put_in)) } else { String::new() };
    let [received, gone_on, waiting, dropped, sent] =
        [received, gone_on, waiting, dropped, injected(to)].map(format::count);
    let variants = [
        format!(
            "received {received} = gone on {gone_on} + held {waiting} + dropped {dropped}; of you: sent {sent}{put_in}"
        ),
        format!(
            "in {received} = on {gone_on} + held {waiting} + dropped {dropped}; you: sent {sent}{put_in}"
        ),
        format!("in {received} = on {gone_on} + held {waiting} + dropped {dropped}"),
    ];
    let counts = variants.iter().find(|text| format::width(text) <= width);
    let counts = counts.cloned().unwrap_or_else(|| format::truncate(&variants[2], width));
    [state, (counts, Role::Text)]
}

/// Draws the held bytes: the position of the first byte of each row, the digits, and the characters.
fn rows(buf: &mut Buffer, layout: &HoldLayout, view: &HoldView, held: &Held, theme: Theme) {
    let bytes = &held.bytes;
    let (cursor, range) = (view.cursor(bytes), view.range(bytes));
    let per_row = u64::from(layout.per_row);
    let text_column = DIGITS + layout.per_row * 3 + 1;
    let mut start = layout.top(bytes, cursor);
    for nth in 0..layout.rows.height {
        let line = paint::row(layout.rows, nth);
        let end = (start + per_row).min(bytes.end());
        let is_by_user = (start..end).any(|position| bytes.source_at(position) == Some(Source::User));
        if is_by_user {
            put(buf, line, 0, glyphs::BY_USER, theme.style(Role::Key));
        }
        put(buf, line, POSITION, &format!("{start:08x}"), theme.style(Role::Dim));
        let characters = characters(bytes, start..end);
        for (place, position) in (0_u16..).zip(start..end) {
            let byte = bytes.bytes()[(position - bytes.start()) as usize];
            let by_user = bytes.source_at(position) == Some(Source::User);
            let style = theme.style(if by_user { Role::Key } else { Role::Text });
            let style = match position {
                _ if position == cursor => Theme::under_cursor(style),
                _ if range.contains(&position) => Theme::beside_cursor(style),
                _ => style,
            };
            put(buf, line, DIGITS + place * 3, hex::pair(byte), style);
            if let Some(character) = &characters[usize::from(place)] {
                put(buf, line, text_column + place, character, style);
            }
        }
        if cursor == end && end < start + per_row {
            let place = (end - start) as u16;
            put(buf, line, DIGITS + place * 3, " ", Theme::under_cursor(theme.style(Role::Text)));
        }
        start += per_row;
        if start > bytes.end() || start == bytes.end() && cursor < start {
            break;
        }
    }
}

/// What is shown of each byte as a character: the character in the place of its first byte. `None` where the glyph of
/// the byte before has two cells.
fn characters(held: &HeldBytes, row: Range<u64>) -> Vec<Option<String>> {
    let [start, end] = [row.start, row.end].map(|position| (position - held.start()) as usize);
    let all = held.bytes();
    let roles = utf8::roles(&all[..start], &all[start..end], &all[end..], Tail::Open);
    let mut is_covered = false;
    let shown = roles.into_iter().map(|role| {
        let (text, is_wide) = match role {
            UnitRole::Lead { ch, .. } => {
                let glyph = safe::glyph(ch);
                (glyph.as_str().to_owned(), glyph.width > 1)
            }
            UnitRole::Malformed { nth: 0, .. } => (glyphs::MALFORMED.to_owned(), false),
            UnitRole::Pending { nth: 0 } => (glyphs::PENDING.to_owned(), false),
            UnitRole::Rest { .. } | UnitRole::Malformed { .. } | UnitRole::Pending { .. } => {
                (glyphs::REST.to_owned(), false)
            }
        };
        Some(text).filter(|_| !std::mem::replace(&mut is_covered, is_wide))
    });
    shown.collect()
}

/// Draws a text that begins in this column of a line, as far as there is room.
fn put(buf: &mut Buffer, line: Rect, column: u16, text: &str, style: Style) {
    if column < line.width {
        paint::left(buf, Rect { x: line.x + column, width: line.width - column, ..line }, text, style);
    }
}
