//! Actions of the stream pane: cursor movement, offsets, freezing.

use ratatui::layout::{Position, Size};

use crate::app::action::{Edit, LogsAction, Motion};
use crate::app::chrome::line_layout::Severity;
use crate::app::effect::Effect;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::layout::inner;
use crate::app::stream::moving::SeekResult;
use crate::app::stream::pane::{RowLengthChange, StreamView};
use crate::app::stream::position::Seek;
use crate::app::stream::view::View;
use crate::app::{App, Frozen, Mode};
use crate::event::ConnectionId;
use crate::model::Connection;

impl App {
    /// Returns the connection whose bytes are shown: the selected one, as it was when the display was frozen.
    #[must_use]
    pub fn viewed(&self) -> Option<&Connection> {
        let frozen = self.frozen.as_ref().and_then(|frozen| frozen.stream.as_deref());
        frozen.filter(|held| Some(held.id) == self.clients.selected()).or_else(|| self.selected())
    }

    /// Applies an action to the stream pane, if it shows a connection; `act` receives the size of the pane inside its
    /// border.
    fn with_view<T>(&mut self, act: impl FnOnce(&mut StreamView, &Connection, Size) -> T) -> Option<T> {
        let size = inner(self.layout().stream).as_size();
        let mut stream = self.stream.clone();
        let result = act(&mut stream, self.viewed()?, size);
        self.stream = stream;
        Some(result)
    }

    pub(crate) fn scroll_stream(&mut self, motion: Motion) {
        self.with_view(|stream, connection, size| stream.scroll(motion, connection, size));
    }

    pub(crate) fn toggle_follow(&mut self) {
        self.with_view(StreamView::toggle_follow);
    }

    pub(crate) fn step(&mut self, way: Seek) {
        self.with_view(|stream, connection, size| stream.step(way, connection, size));
    }

    pub(crate) fn more_bytes(&mut self) {
        let limit = "No wider row fits here";
        let change = self.with_view(StreamView::more_bytes);
        self.report_row_length(change, limit);
    }

    pub(crate) fn fewer_bytes(&mut self) {
        let limit = "No narrower row is possible";
        let change = self.with_view(StreamView::fewer_bytes);
        self.report_row_length(change, limit);
    }

    /// Reports what the user cannot see about a change of the bytes per row: that nothing changed, or that times had
    /// to go.
    fn report_row_length(&mut self, change: Option<RowLengthChange>, limit: &str) {
        let Some(RowLengthChange { before, after, gutter_before, gutter_after }) = change else { return };
        if after == 0 {
            self.set_status(Severity::Info, "{ and } work where hex is shown (x)");
        } else if before == after && gutter_before == gutter_after {
            self.set_status(Severity::Info, limit);
        } else if gutter_before.has_time() && !gutter_after.has_time() {
            self.set_status(Severity::Info, &format!("{after} bytes a row leave no room for times"));
        }
    }

    pub(crate) fn switch_format(&mut self) {
        if self.stream.view() == View::Split {
            self.stream.switch_format();
        } else {
            self.set_status(Severity::Info, "`w` works in the split view (x)");
        }
    }

    pub(crate) fn turn_readings(&mut self, way: Seek) {
        if self.stream.view() == View::Readings {
            self.with_view(|stream, connection, size| stream.turn_readings(way, connection, size));
        } else {
            let key = if way == Seek::Forward { '.' } else { ',' };
            self.set_status(Severity::Info, &format!("`{key}` works in the readings view (x)"));
        }
    }

    /// Moves the cursor to the byte at a place of the screen.
    pub(crate) fn pick_byte(&mut self, at: Position) {
        let area = inner(self.layout().stream);
        if area.contains(at) {
            let within = Position { x: at.x - area.x, y: at.y - area.y };
            self.with_view(|stream, connection, size| stream.pick(within, connection, size));
        }
    }

    pub(crate) fn seek_malformed(&mut self, way: Seek) {
        let found = self.with_view(|stream, connection, size| stream.seek_malformed(way, connection, size));
        let message = match (found, way) {
            (Some(SeekResult::NotFound), _) => "No malformed bytes are kept",
            (Some(SeekResult::Wrapped), Seek::Forward) => {
                "Wrapped to the top: no malformed bytes further down"
            }
            (Some(SeekResult::Wrapped), Seek::Backward) => {
                "Wrapped to the bottom: no malformed bytes further up"
            }
            (Some(SeekResult::Found) | None, _) => return,
        };
        self.set_status(Severity::Info, message);
    }

    pub(crate) fn edit_offset(&mut self, edit: Edit) {
        // The error about the offset stays until the text changes.
        self.status = None;
        self.offset.edit(edit);
    }

    pub(crate) fn ask_offset(&mut self) {
        if self.viewed().is_none() {
            return self.set_status(Severity::Info, "no connection is selected");
        }
        self.status = None;
        self.offset.edit(Edit::Clear);
        self.mode = Mode::Offset;
    }

    /// Moves to the offset in the prompt. The prompt stays open if that is not possible.
    pub(crate) fn go_to_offset(&mut self) {
        let text = self.offset.text().trim().to_owned();
        let found = if text.is_empty() {
            Ok(())
        } else {
            format::offset(&text)
                .ok_or_else(|| format!("'{text}' is not an offset; try 1024 or 0x400"))
                .and_then(|offset| self.show_offset(offset))
        };
        match found {
            Ok(()) => self.mode = Mode::Panes,
            Err(why) => self.set_status(Severity::Error, &why),
        }
    }

    fn show_offset(&mut self, offset: u64) -> Result<(), String> {
        let found = self.with_view(|stream, connection, size| stream.go_to(offset, connection, size));
        if found != Some(SeekResult::NotFound) {
            return Ok(());
        }
        let kept = self.viewed().and_then(|connection| self.stream.kept(connection));
        let kept = kept.map(|kept| format!(" ({} to {} are)", kept.start, kept.end.saturating_sub(1)));
        Err(format!("Offset {offset} is not in memory{}", kept.unwrap_or_default()))
    }

    /// Freezes or resumes the display: rows keep their places and the stream its bytes, counters go on.
    pub(crate) fn freeze(&mut self) {
        if self.frozen.take().is_some() {
            self.rebuild();
        } else {
            let stream = self.selected().map(|selected| Box::new(selected.clone()));
            self.frozen = Some(Frozen { bytes: self.model.totals.bytes.sum(), stream });
        }
    }

    /// Resets the stream pane if another connection is selected: it begins at the newest bytes.
    pub(crate) fn selection_moved_from(&mut self, before: Option<ConnectionId>) {
        if self.clients.selected() != before {
            self.stream.reset();
            let stream = self.selected().map(|selected| Box::new(selected.clone()));
            if let Some(frozen) = &mut self.frozen {
                frozen.stream = stream;
            }
        }
    }

    /// Follows the newest line or byte, or stops following.
    pub(crate) fn follow(&mut self) -> Vec<Effect> {
        match self.followed() {
            Some(Pane::Logs) => return vec![Effect::Logs(LogsAction::Follow)],
            Some(_) => self.toggle_follow(),
            None => {}
        }
        Vec::new()
    }
}
