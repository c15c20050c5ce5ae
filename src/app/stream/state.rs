//! The state of the stream pane besides its view: the offset prompt and the frozen bytes; and what its keys do.

use ratatui::layout::{Position, Size};

use crate::app::action::{Action, Edit, Motion, StreamAction};
use crate::app::context::Context;
use crate::app::format;
use crate::app::layout::inner;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::overlay::text_input::TextInput;
use crate::app::stream::moving::SeekResult;
use crate::app::stream::pane::{RowLengthChange, StreamView};
use crate::app::stream::pointing::DragPlace;
use crate::app::stream::position::Seek;
use crate::app::stream::view::{BytesPerRow, Channel, DirectionFilter, View};
use crate::bytes::encoding::Encoding;
use crate::bytes::frame::Framing;
use crate::bytes::safe::Charset;
use crate::event::{ConnectionId, StreamId};
use crate::model::Connection;
use crate::model::search::Search;

/// The state of the stream pane.
#[derive(Debug, Default)]
pub struct StreamState {
    view: StreamView,
    /// The text of the offset prompt.
    offset: TextInput,
    /// The connection whose bytes are shown.
    shown: Option<ConnectionId>,
    /// A copy of that connection, with the bytes kept when the user froze the display: the model goes on and trims its
    /// own.
    frozen: Option<Box<Connection>>,
    /// The place in the stream of a pinned connection whose row is hidden by the filter.
    left: Option<(ConnectionId, StreamView)>,
}

impl StreamState {
    /// Returns the state at first, for a terminal that can show these characters.
    pub(crate) fn for_charset(charset: Charset) -> Self {
        Self { view: StreamView::for_charset(charset), ..Self::default() }
    }

    /// Shows the stream in this way from now on. For a dashboard that shows no stream yet.
    pub(crate) const fn choose(
        &mut self,
        view: View,
        directions: DirectionFilter,
        bytes_per_row: BytesPerRow,
    ) {
        self.view.choose(view, directions, bytes_per_row);
    }

    /// Returns the view: format, directions, position.
    #[must_use]
    pub const fn view(&self) -> &StreamView {
        &self.view
    }

    /// Returns the text of the offset prompt.
    #[must_use]
    pub const fn offset(&self) -> &TextInput {
        &self.offset
    }

    /// Returns the words before the offset, which is one of the direction under the cursor.
    #[must_use]
    pub fn offset_name(&self, context: Context<'_>) -> String {
        let channel = self.viewed(context).and_then(|connection| self.view.cursor_channel(connection));
        channel.map_or("offset ".to_owned(), |channel| format!("{} offset ", channel.word()))
    }

    /// Returns the connection whose bytes are shown: the selected one, as it was when the display was frozen.
    #[must_use]
    pub fn viewed<'a>(&'a self, context: Context<'a>) -> Option<&'a Connection> {
        let frozen = self.frozen.as_deref();
        frozen.filter(|held| Some(held.id) == context.selected).or_else(|| context.connection())
    }

    /// Returns the encoding that the bytes around the cursor likely have.
    pub(crate) fn likely_encoding(&self, context: Context<'_>) -> Option<Encoding> {
        self.view.likely_encoding(self.viewed(context)?)
    }

    /// Shows the newest bytes of the selected connection, if it is another one than before. `pinned` is the connection
    /// that the user has chosen: when only the filter hides it, its place is kept until it is selected again.
    pub(crate) fn show(&mut self, pinned: Option<ConnectionId>, context: Context<'_>) {
        self.left.take_if(|(left, _)| pinned != Some(*left));
        if self.shown != context.selected {
            if let Some(shown) = self.shown.filter(|&shown| pinned == Some(shown)) {
                self.left = Some((shown, self.view.clone()));
            }
            self.shown = context.selected;
            match self.left.take_if(|(left, _)| Some(*left) == self.shown) {
                Some((_, view)) => self.view.return_to(&view),
                None => self.view.reset(),
            }
            if context.display().frozen.is_some() {
                self.freeze(context);
            }
        }
    }

    /// Keeps the bytes that are shown.
    pub(crate) fn freeze(&mut self, context: Context<'_>) {
        self.frozen = context.connection().map(|selected| Box::new(selected.clone()));
    }

    /// Shows what the model has again.
    pub(crate) fn resume(&mut self) {
        self.frozen = None;
    }

    /// Applies an action to the view, if it shows a connection; `act` receives the size of the pane inside its border.
    fn with_view<T>(
        &mut self,
        context: Context<'_>,
        act: impl FnOnce(&mut StreamView, &Connection, Size) -> T,
    ) -> Option<T> {
        let size = inner(context.layout.stream).as_size();
        let mut view = self.view.clone();
        let result = act(&mut view, self.viewed(context)?, size);
        self.view = view;
        Some(result)
    }

    /// Executes an action.
    pub(crate) fn act(&mut self, action: StreamAction, context: Context<'_>) -> Outcome {
        match action {
            StreamAction::NextView => self.view.next_view(),
            StreamAction::PreviousView => self.view.previous_view(),
            StreamAction::NextDirections => self.view.next_directions(),
            StreamAction::PreviousDirections => self.view.previous_directions(),
            StreamAction::Step(way) => {
                self.with_view(context, |view, connection, size| view.step(way, connection, size));
            }
            StreamAction::Malformed(way) => return self.seek_malformed(way, context),
            StreamAction::MoreBytes => {
                let change = self.with_view(context, StreamView::more_bytes);
                return row_length(change, "No wider row fits here", context);
            }
            StreamAction::FewerBytes => {
                let change = self.with_view(context, StreamView::fewer_bytes);
                return row_length(change, "No narrower row is possible", context);
            }
            StreamAction::OtherFormat if self.view.view() == View::Split => self.view.switch_format(),
            StreamAction::OtherFormat => {
                return works_only(context, action, "split");
            }
            StreamAction::Select => {
                self.with_view(context, |view, connection, _| view.toggle_selection(connection));
            }
            StreamAction::SelectMore => {
                self.with_view(context, |view, connection, _| view.next_selection_unit(connection));
            }
            StreamAction::Readings(way) if self.view.view().has_pages() => {
                self.with_view(context, |view, connection, size| view.turn_readings(way, connection, size));
            }
            StreamAction::Readings(_) => {
                return works_only(context, action, "anatomy, readings and numbers");
            }
            StreamAction::Offset => return self.ask_offset(context),
            StreamAction::GoToOffset => return self.go_to_offset(context),
            StreamAction::CancelOffset => return Outcome::request(Request::Close),
        }
        Outcome::default()
    }

    /// Ends the selection. Returns whether there was one.
    pub(crate) const fn end_selection(&mut self) -> bool {
        self.view.end_selection()
    }

    /// Moves the rows.
    pub(crate) fn scroll(&mut self, motion: Motion, context: Context<'_>) {
        self.with_view(context, |view, connection, size| view.scroll(motion, connection, size));
    }

    /// Follows the newest byte, or stops following.
    pub(crate) fn toggle_follow(&mut self, context: Context<'_>) {
        self.with_view(context, StreamView::toggle_follow);
    }

    /// Moves the cursor to the byte at a place of the screen that was pressed, and selects around it if it was before.
    pub(crate) fn press(&mut self, at: Position, context: Context<'_>) {
        let area = inner(context.layout.stream);
        if area.contains(at) {
            let within = Position { x: at.x - area.x, y: at.y - area.y };
            let now = context.now();
            self.with_view(context, |view, connection, size| view.press(within, now, connection, size));
        }
    }

    /// Selects up to a place of the screen while the button is held.
    pub(crate) fn drag(&mut self, at: Position, context: Context<'_>) {
        let area = inner(context.layout.stream);
        let from = |value: u16, start: u16| i32::from(value) - i32::from(start);
        let place = DragPlace { x: from(at.x, area.x), y: from(at.y, area.y) };
        self.with_view(context, |view, connection, size| view.drag(place, connection, size));
    }

    /// Ends a drag.
    pub(crate) fn release(&mut self) {
        self.view.release();
    }

    /// Moves the cursor to a byte of a stream of the connection that is shown.
    pub(crate) fn show_byte(&mut self, stream: StreamId, offset: u64, context: Context<'_>) {
        let Some(channel) = Channel::of(stream) else { return };
        self.with_view(context, |view, connection, size| view.go_to_byte(channel, offset, connection, size));
    }

    /// Moves the cursor to the next hit of a search.
    pub(crate) fn seek_hit(
        &mut self,
        search: &Search,
        way: Seek,
        context: Context<'_>,
    ) -> Option<SeekResult> {
        self.with_view(context, |view, connection, size| view.seek_hit(search, way, connection, size))
    }

    /// Moves the cursor to the next message.
    pub(crate) fn seek_message(&mut self, way: Seek, context: Context<'_>) -> Option<SeekResult> {
        self.with_view(context, |view, connection, size| view.seek_message(way, connection, size))
    }

    /// Tells messages in the frozen bytes apart in this way.
    pub(crate) fn set_framing(&mut self, framing: &Framing) {
        if let Some(frozen) = &mut self.frozen {
            frozen.set_framing(framing);
        }
    }

    /// Returns whether there are frozen bytes in which messages were not looked for.
    pub(crate) fn is_framing_behind(&self) -> bool {
        self.frozen.as_ref().is_some_and(|frozen| frozen.is_framing_behind())
    }

    /// Looks for messages in about this many of those bytes.
    pub(crate) fn advance_framing(&mut self, budget: usize) {
        if let Some(frozen) = &mut self.frozen {
            frozen.advance_framing(budget);
        }
    }

    fn seek_malformed(&mut self, way: Seek, context: Context<'_>) -> Outcome {
        let found =
            self.with_view(context, |view, connection, size| view.seek_malformed(way, connection, size));
        Outcome::info(match (found, way) {
            (Some(SeekResult::NotFound), _) => "No malformed bytes are kept",
            (Some(SeekResult::Wrapped), Seek::Forward) => {
                "Wrapped to the top: no malformed bytes further down"
            }
            (Some(SeekResult::Wrapped), Seek::Backward) => {
                "Wrapped to the bottom: no malformed bytes further up"
            }
            (Some(SeekResult::Found) | None, _) => return Outcome::default(),
        })
    }

    /// Changes the text of the offset prompt. The error about the offset stays until then.
    pub(crate) fn edit_offset(&mut self, edit: Edit) -> Outcome {
        self.offset.edit(edit);
        Outcome::default().clear_status()
    }

    /// Adds text that was pasted to the offset prompt.
    pub(crate) fn paste_offset(&mut self, text: &str) {
        self.offset.paste(text);
    }

    fn ask_offset(&mut self, context: Context<'_>) -> Outcome {
        if self.viewed(context).is_none() {
            return Outcome::info("no connection is selected");
        }
        self.offset.edit(Edit::Clear);
        Outcome::request(Request::Open(Overlay::Offset)).clear_status()
    }

    /// Moves to the offset in the prompt. The prompt stays open if that is not possible.
    fn go_to_offset(&mut self, context: Context<'_>) -> Outcome {
        let text = self.offset.text().trim().to_owned();
        let found = if text.is_empty() {
            Ok(())
        } else {
            format::offset(&text)
                .ok_or_else(|| format!("'{text}' is not an offset; try 1024 or 0x400"))
                .and_then(|offset| self.show_offset(offset, context))
        };
        match found {
            Ok(()) => Outcome::request(Request::Close),
            Err(why) => Outcome::error(&why),
        }
    }

    fn show_offset(&mut self, offset: u64, context: Context<'_>) -> Result<(), String> {
        let found = self.with_view(context, |view, connection, size| view.go_to(offset, connection, size));
        if found != Some(SeekResult::NotFound) {
            return Ok(());
        }
        let kept = self.viewed(context).and_then(|connection| self.view.kept(connection));
        let kept = kept.map(|kept| format!(" ({} to {} are)", kept.start, kept.end.saturating_sub(1)));
        Err(format!("Offset {offset} is not in memory{}", kept.unwrap_or_default()))
    }
}

/// Says what the user cannot see about a change of the bytes per row: that nothing changed, or that times had to go.
fn row_length(change: Option<RowLengthChange>, limit: &str, context: Context<'_>) -> Outcome {
    let Some(RowLengthChange { before, after, gutter_before, gutter_after }) = change else {
        return Outcome::default();
    };
    if after == 0 {
        let [fewer, more, next] =
            [StreamAction::FewerBytes, StreamAction::MoreBytes, StreamAction::NextView].map(way_to(context));
        Outcome::info(&format!("{fewer} and {more} work where hex is shown ({next})"))
    } else if before == after && gutter_before == gutter_after {
        Outcome::info(limit)
    } else if gutter_before.has_time() && !gutter_after.has_time() {
        Outcome::info(&format!("{after} bytes a row leave no room for times"))
    } else {
        Outcome::default()
    }
}

/// Says that an action works in one view only, and how to get there.
fn works_only(context: Context<'_>, action: StreamAction, view: &str) -> Outcome {
    let [key, next] = [action, StreamAction::NextView].map(way_to(context));
    Outcome::info(&format!("`{key}` works in the {view} view ({next})"))
}

/// Returns how the user runs actions of the stream.
fn way_to(context: Context<'_>) -> impl Fn(StreamAction) -> String + use<'_> {
    move |action| context.keymap().way_to(Action::Stream(action))
}
