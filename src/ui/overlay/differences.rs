//! The list of what a replay found to differ from the recording.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::differences::list_height;
use crate::app::format;
use crate::app::recording::{Finding, FindingKind, Replay};
use crate::app::screen::Screen;
use crate::app::stream::BytePlace;
use crate::bytes::safe::Charset;
use crate::bytes::{hex, safe};
use crate::event::StreamId;
use crate::ui::glyphs;
use crate::ui::overlay::place_row;
use crate::ui::paint::{self, Focus, Title};
use crate::ui::theme::{Role, Theme};

/// Bytes of each side that are shown in a row.
const PREVIEW: usize = 48;
/// Bytes and cells that are shown of what stands before a difference.
const BEFORE: u64 = 12;
/// The width of the rest of a row from which on they are shown.
const LEAST_WITH_BEFORE: u16 = 36;
/// Cells for the sign of the chosen row.
const SIGN_WIDTH: u16 = 2;
/// The width from which bytes are shown in hex, too.
const WIDE: u16 = 100;
/// The width below which a sentence does not fit into its row.
const NARROW: u16 = 80;
/// Bytes that are shown in hex.
const IN_HEX: usize = 8;

/// Draws the list over the whole screen, but for the last line.
pub(crate) fn draw(buf: &mut Buffer, screen: Rect, shown: Screen<'_>, theme: Theme) {
    let Some(replay) = shown.context.replay() else { return };
    let area = Rect { height: screen.height.saturating_sub(1), ..screen };
    paint::clear(buf, area, theme);
    let (findings, chosen) = (replay.findings(), shown.differences.chosen(replay));
    let so_far = if replay.progress().is_over { "" } else { " so far" };
    let listed = match replay.differences().saturating_sub(findings.len() as u64) {
        0 => String::new(),
        _ => format!(", {} listed", format::count(findings.len() as u64)),
    };
    let differences = replay.differences_words().unwrap_or_default();
    let between = glyphs::DIFFERENT;
    let details = format!("{differences}{so_far}{listed} {} recorded {between} now", glyphs::DOT);
    paint::pane(buf, area, theme, Focus::Focused, Title { name: "Differences", details: &details });
    let height = usize::from(list_height(screen)).max(1);
    let first = chosen / height * height;
    if findings.len() > height {
        let last = findings.len().min(first + height);
        let text = format!("{}-{last} of {}", first + 1, format::count(findings.len() as u64));
        paint::footer_note(buf, area, &text, theme.style(Role::Dim));
    }
    if let Some(FindingKind::Other(detail)) = findings.get(chosen).map(|finding| &finding.what)
        && area.width < NARROW
    {
        // The row has no room for it.
        let text = format::truncate(&safe::line(detail), area.width.saturating_sub(5));
        paint::footer_start(buf, area, &text, theme.style(Role::Warn));
    }
    let list = crate::app::layout::inner(area);
    for ((index, finding), line) in findings.iter().enumerate().skip(first).zip(list.rows()) {
        draw_row(buf, line, finding, replay, shown, theme);
        if index == chosen {
            paint::left(buf, line, glyphs::SELECTED, theme.style(Role::Focus));
        }
    }
}

fn draw_row(
    buf: &mut Buffer,
    line: Rect,
    finding: &Finding,
    replay: &Replay,
    shown: Screen<'_>,
    theme: Theme,
) {
    let id = finding.connection;
    let peer =
        || shown.context.model().connection(id).map(|known| known.peer.to_string()).unwrap_or_default();
    let client = safe::line(&shown.context.names().of(id).map_or_else(peer, str::to_owned));
    let place = BytePlace { stream: replay.stream(id), offset: finding.offset };
    let row = place_row::shifted(line, SIGN_WIDTH);
    let rest = place_row::draw(buf, row, place, &client, line.width, theme);
    let charset = shown.context.world.setup.charset;
    match &finding.what {
        FindingKind::Bytes { expected, got, at } => {
            let rest = draw_before(buf, rest, place.stream, at.start, shown, theme);
            let half = rest.width.saturating_sub(3) / 2;
            let is_wide = line.width >= WIDE;
            let recorded = format::truncate(&words(expected, is_wide, charset), half);
            let mut rest = paint::left(buf, rest, &recorded, theme.style(Role::Text));
            rest = paint::left(buf, rest, &format!(" {} ", glyphs::DIFFERENT), theme.style(Role::Bad));
            let now = format::truncate(&words(got, is_wide, charset), rest.width);
            paint::left(buf, rest, &now, theme.style(Role::Hit));
        }
        FindingKind::Other(detail) => {
            let text = format::truncate(&safe::line_for(detail, charset), rest.width);
            paint::left(buf, rest, &text, theme.style(Role::Warn));
        }
    }
}

/// Draws the bytes before a difference, where there is room for them, and returns the cells behind them.
fn draw_before(
    buf: &mut Buffer,
    row: Rect,
    stream: StreamId,
    offset: u64,
    shown: Screen<'_>,
    theme: Theme,
) -> Rect {
    if row.width < LEAST_WITH_BEFORE {
        return row;
    }
    let range = offset.saturating_sub(BEFORE)..offset;
    let bytes = shown.context.model().stream(stream).map(|found| found.history.copy(range));
    let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    let text = safe::line_for(&text, shown.context.world.setup.charset);
    let text = format::truncate_start(&text, BEFORE as u16);
    let blank = BEFORE as u16 - format::width(&text);
    paint::left(buf, place_row::shifted(row, blank), &text, theme.style(Role::Dim));
    place_row::shifted(row, BEFORE as u16 + 1)
}

/// The first bytes of one side, as text and, where there is room, in hex.
fn words(bytes: &[u8], is_wide: bool, charset: Charset) -> String {
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    let text = safe::line_for(&String::from_utf8_lossy(&bytes[..bytes.len().min(PREVIEW)]), charset);
    if !is_wide {
        return text;
    }
    let digits: Vec<&str> = bytes.iter().take(IN_HEX).map(|byte| hex::pair(*byte)).collect();
    let more = if bytes.len() > IN_HEX { glyphs::CUT } else { "" };
    format!("{}{more}  {text}", digits.join(" "))
}
