//! The details in the title of the stream pane: what is shown of which connection.

use super::stream_pane::{StreamPane, Updates};
use super::ways;
use crate::app::action::Action;
use crate::app::clients::spoken;
use crate::app::format;
use crate::app::keymap::Keymap;
use crate::app::stream::{
    AnchorState, ByteFormat, Channel, DirectionFilter, DirectionWords, HitCount, MessageCount, SearchMarks,
    StreamFrame, StreamView, View,
};
use crate::bytes::safe;
use crate::model::Connection;
use crate::ui::glyphs;

/// Cells of the separator after the words for the directions.
const SEPARATOR: u16 = 3;
/// The largest width of a note in the title, with the separator before it.
const LONGEST_NOTE: u16 = 43;
/// The width of a longer note below which it is left out.
const SHORTEST_NOTE: u16 = 15;
/// The largest width of a rule for messages in the title.
const LONGEST_RULE: u16 = 24;

/// The details of the title, shortened to `room` cells. The state and the directions are kept the longest.
pub(super) fn details(
    pane: &StreamPane<'_>,
    connection: &Connection,
    page: &StreamFrame,
    marks: Option<&SearchMarks>,
    room: u16,
) -> String {
    let payload = pane.payload;
    let id = connection.id.to_string();
    let [peer, route] = names(pane, connection, &id);
    let words = DirectionWords::of(connection);
    let shown = words.filter_word(payload.direction_filter());
    let separator = format!(" {} ", glyphs::DOT);
    let [view, plain] = view_words(payload, connection);
    let short = state(pane, page, room.saturating_sub(words.longest() + SEPARATOR));
    let state = with_newer(payload, page, &short);
    let brief = brief(payload, shown);
    let (state, short, shortest) = match messages(pane, connection) {
        // Which message is read says more than how many bytes are newer.
        Some([long, count, figure]) => (format!("{long}{separator}{short}"), long, [count, figure]),
        None => (state, short.clone(), [short.clone(), short]),
    };
    let (state, short) = match marks.map(|marks| hit_count(marks.count)) {
        Some(hits) => (format!("{hits}{separator}{state}"), hits),
        None => (state, short),
    };
    let join = |parts: &[&str]| parts.join(&separator);
    // A note is more than the upstream's name, and is cut off before it is left out.
    let noted = [&route, &peer, &id].into_iter().find_map(|name| {
        let left = room.saturating_sub(format::width(&join(&[name, &view, shown, &state])));
        noted(pane, left).map(|note| format!("{name}{note}"))
    });
    let one_way = one_way(payload, brief);
    let variants: [&[&str]; 16] = [
        &[noted.as_ref().unwrap_or(&route), &view, shown, &state],
        &[&route, &view, shown, &state],
        &[&peer, &view, shown, &state],
        &[&peer, &plain, shown, &state],
        &[&id, &view, shown, &state],
        &[&id, &plain, shown, &state],
        &[&id, payload.view().word(), shown, &state],
        &[&id, payload.view().word(), shown, &short],
        &[&id, &one_way, &short],
        &[&id, shown, &state],
        &[&id, shown, &short],
        &[shown, &short],
        &[brief, &short],
        &[&id, shown, &shortest[0]],
        &[brief, &shortest[0]],
        &[brief, &shortest[1]],
    ];
    variants
        .into_iter()
        .map(join)
        .find(|text| format::width(text) <= room)
        .unwrap_or_else(|| join(&[brief, &shortest[1]]))
}

/// The state, and how many bytes are newer than what is shown.
fn with_newer(payload: &StreamView, page: &StreamFrame, state: &str) -> String {
    if payload.follows() || page.below == 0 {
        return state.to_owned();
    }
    format!("{state} {} {} B newer below", glyphs::DOT, format::count(page.below))
}

/// The view, with the direction if only one is shown.
fn one_way(payload: &StreamView, direction: &str) -> String {
    let view = payload.view().word();
    match payload.direction_filter() {
        DirectionFilter::Both => view.to_owned(),
        DirectionFilter::Received | DirectionFilter::Sent => format!("{view} {} {direction}", glyphs::DOT),
    }
}

/// The client, and the client with what it is connected to.
fn names(pane: &StreamPane<'_>, connection: &Connection, id: &str) -> [String; 2] {
    let peer = match (pane.name, connection.client_behind_proxy()) {
        (Some(name), _) => format!("{id} {name}"),
        (None, Some(client)) => format!("{id} {client}"),
        (None, None) => format!("{id} {}", safe::line(&connection.peer.to_string())),
    };
    let route = match &connection.upstream {
        Some(upstream) => format!("{peer} to {}", safe::line(&upstream.name)),
        None => peer.clone(),
    };
    [peer, route]
}

/// The word for the view behind what is spoken, and without that.
fn view_words(payload: &StreamView, connection: &Connection) -> [String; 2] {
    let plain = view_word(payload);
    let spoken = spoken::title(connection).map(|protocol| format!("{protocol} {} {plain}", glyphs::DOT));
    [spoken.unwrap_or_else(|| plain.clone()), plain]
}

/// The shortest word for the directions that are shown.
fn brief(payload: &StreamView, both: &'static str) -> &'static str {
    match payload.direction_filter() {
        DirectionFilter::Both => both,
        DirectionFilter::Received => ways::short_word(Channel::Received),
        DirectionFilter::Sent => ways::short_word(Channel::Sent),
    }
}

/// The note on the connection, behind a separator, if there is one and room for enough of it.
fn noted(pane: &StreamPane<'_>, room: u16) -> Option<String> {
    let note = safe::line_for(pane.note?, pane.payload.charset());
    let note = format!(" {} {note}", glyphs::DOT);
    (room >= format::width(&note).min(SHORTEST_NOTE)).then(|| format::truncate(&note, room.min(LONGEST_NOTE)))
}

/// Whether the view is live, frozen or paused; a notice about trimmed bytes takes at most `room` cells.
fn state(pane: &StreamPane<'_>, page: &StreamFrame, room: u16) -> String {
    match pane.updates {
        Updates::Frozen => format!("{} frozen", glyphs::FROZEN),
        Updates::Live if pane.payload.follows() => format!("{} follow", glyphs::FOLLOW),
        Updates::Live if page.anchor_state == AnchorState::Trimmed => trimming_notice(pane.keymap, room),
        Updates::Live => "paused".to_owned(),
    }
}

/// The rule that tells messages apart, and which of them is under the cursor: in many words, in few, as figures.
fn messages(pane: &StreamPane<'_>, connection: &Connection) -> Option<[String; 3]> {
    let rule = pane.rule?;
    let MessageCount { channel, number, total, from, faults, is_behind } =
        pane.payload.message_count(connection)?;
    let so_far = if is_behind { glyphs::CUT } else { "" };
    let way = ways::glyph(channel);
    let total_text = format!("{}{so_far}", format::count(total));
    let count = match number {
        Some(number) if number <= total => format!("{way} message {} of {total_text}", format::count(number)),
        Some(number) => format!("{way} message {} after {total_text}", format::count(number)),
        None if total == 1 => format!("{way} 1 message"),
        None => format!("{way} {total_text} messages"),
    };
    let since = if from > 0 { format!(" from offset {}", format::count(from)) } else { String::new() };
    let bad = if faults > 0 { format!(", {}", format::plural(faults, "fault")) } else { String::new() };
    let rule = format::truncate(&safe::line_for(rule, pane.payload.charset()), LONGEST_RULE);
    let figure = match number {
        Some(number) => format!("{}/{total_text}", format::count(number)),
        None => total_text,
    };
    Some([format!("{rule}: {count}{since}{bad}"), format!("{count}{bad}"), figure])
}

/// How many hits there are, and which one is under the cursor.
fn hit_count(count: HitCount) -> String {
    let HitCount { number, total, is_searching } = count;
    // At least that many, while the search goes on.
    let so_far = if is_searching { "+" } else { "" };
    match number {
        Some(number) => format!("hit {} of {}{so_far}", format::count(number), format::count(total)),
        None if total == 1 => format!("1{so_far} hit"),
        None => format!("{}{so_far} hits", format::count(total)),
    }
}

/// The state of a paused view whose bytes are being trimmed.
fn trimming_notice(keymap: &Keymap, room: u16) -> String {
    let freeze = keymap.way_to(Action::Freeze);
    let variants = [
        format!("paused; old bytes are being dropped ({freeze} keeps them)"),
        "paused; old bytes are dropped".to_owned(),
    ];
    variants.into_iter().find(|text| format::width(text) <= room).unwrap_or_else(|| "paused".to_owned())
}

/// The word for the view. For the split view it names the byte format in which the cursor moves.
fn view_word(payload: &StreamView) -> String {
    match (payload.view(), payload.format()) {
        (View::Split, ByteFormat::Hex) => "split, in hex".to_owned(),
        (View::Split, ByteFormat::Text) => "split, in text".to_owned(),
        (view, _) => view.word().to_owned(),
    }
}
