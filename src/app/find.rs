//! The search in the bytes of the connections: its prompt, its pattern, and how far it has come.
//!
//! The search itself is done in slices, while the program has nothing else to do; what it has found meanwhile is shown.

mod text_encoding;
mod words;

use ratatui::layout::Rect;

use self::text_encoding::TextEncoding;
pub use self::words::in_encoding;
use crate::app::action::{Action, Edit, FindAction, Motion};
use crate::app::context::Context;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::overlay::recalled_input::RecalledInput;
use crate::app::overlay::text_input::TextInput;
use crate::app::status::Message;
use crate::app::stream::{Channel, Seek, SeekResult, StreamState};
use crate::bytes::encoding::Encoding;
use crate::bytes::pattern::{Pattern, PatternError, PatternKind};
use crate::event::{ConnectionId, Event, StreamId};
use crate::model::search::{Scope, Search};
use crate::model::stream::Stream;

/// The state of the search.
#[derive(Debug, Default)]
pub struct Find {
    prompt: RecalledInput,
    encoding: TextEncoding,
    /// Whether the hits in all connections are listed for the pattern that is typed.
    lists: bool,
    search: Option<Search>,
    /// Where the cursor goes once the connection that is shown has been searched.
    awaited: Option<Seek>,
    /// The connection that is shown, and whether as it was when the display was frozen.
    shown: Option<(ConnectionId, bool)>,
    /// The index of the chosen hit of the list.
    chosen: usize,
}

impl Find {
    /// Returns the search, if there is one.
    #[must_use]
    pub const fn search(&self) -> Option<&Search> {
        self.search.as_ref()
    }

    /// Returns the text of the prompt.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        self.prompt.input()
    }

    /// Returns the words before the text of the prompt.
    #[must_use]
    pub fn prompt_name(&self) -> String {
        match (PatternKind::of(self.input().text()), self.encoding.get()) {
            (PatternKind::Text, other) if other != Encoding::UTF_8 => format!("find in {other} "),
            _ => "find ".to_owned(),
        }
    }

    /// Returns what is said about the text of the prompt: its forms while it is empty, and what is wrong with it.
    #[must_use]
    pub fn note(&self) -> Option<Message> {
        words::note(self.input().text(), self.parsed(), self.encoding.overlooked())
    }

    /// Returns the lines that the list of hits shows while there is none.
    #[must_use]
    pub fn no_hits(&self) -> Option<Vec<String>> {
        words::no_hits(self.search.as_ref()?)
    }

    /// Returns whether there is something to search.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        self.search.as_ref().is_some_and(Search::is_searching)
    }

    fn parsed(&self) -> Result<Pattern, PatternError> {
        Pattern::parse(self.input().text(), self.encoding.get())
    }

    /// Changes the text of the prompt.
    pub(crate) fn edit(&mut self, edit: Edit) -> Outcome {
        self.prompt.edit(edit);
        Outcome::default().clear_status()
    }

    /// Adds text that was pasted to the prompt.
    pub(crate) fn paste(&mut self, text: &str) {
        self.prompt.paste(text);
    }

    /// Executes an action.
    pub(crate) fn act(
        &mut self,
        action: FindAction,
        stream: &mut StreamState,
        context: Context<'_>,
    ) -> Outcome {
        match action {
            FindAction::Open => return self.open(stream, context),
            FindAction::Start => return self.start(stream, context),
            FindAction::Cancel => return Outcome::request(Request::Close),
            FindAction::Earlier => self.prompt.earlier(),
            FindAction::Later => self.prompt.later(),
            FindAction::Go(way) => return self.go(way, stream, context),
            FindAction::Encoding(way) => self.encoding.step(way),
            FindAction::List => return self.list(stream, context),
            FindAction::Show => return self.show(),
            FindAction::CloseList => return Outcome::request(Request::Close),
        }
        Outcome::default()
    }

    fn open(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        if stream.viewed(context).is_none() {
            return Outcome::info("No connection is selected");
        }
        self.ask(false, stream, context)
    }

    fn ask(&mut self, lists: bool, stream: &StreamState, context: Context<'_>) -> Outcome {
        self.lists = lists;
        self.encoding.set_likely(stream.likely_encoding(context));
        self.prompt.open();
        Outcome::request(Request::Open(Overlay::Find)).clear_status()
    }

    /// Searches for what was typed. An empty text ends the search; a mistake leaves the prompt open.
    fn start(&mut self, stream: &mut StreamState, context: Context<'_>) -> Outcome {
        if self.input().text().is_empty() {
            self.end();
            return Outcome::request(Request::Close);
        }
        // The prompt says what is wrong.
        let Ok(pattern) = self.parsed() else { return Outcome::default() };
        self.prompt.keep();
        if std::mem::take(&mut self.lists) {
            self.search = Some(Search::new(pattern, Scope::All));
            self.search_all(context);
            return Outcome::request(Request::Close).and(Request::Open(Overlay::Hits)).clear_status();
        }
        let Some(connection) = stream.viewed(context) else { return Outcome::request(Request::Close) };
        let mut search = Search::new(pattern, Scope::Connection(connection.id));
        Channel::ALL.into_iter().for_each(|channel| search.arrived(channel.id(connection.id)));
        self.search = Some(search);
        self.awaited = Some(Seek::Forward);
        self.go_if_known(stream, context).and(Request::Close)
    }

    /// Ends the search. Returns whether there was one.
    pub(crate) fn end(&mut self) -> bool {
        self.awaited = None;
        self.search.take().is_some()
    }

    /// Lists the hits in all connections, once there is a pattern.
    fn list(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        if self.search.is_none() {
            return self.ask(true, stream, context);
        }
        self.search_all(context);
        Outcome::request(Request::Open(Overlay::Hits)).clear_status()
    }

    /// Searches all connections, the one that is shown first.
    fn search_all(&mut self, context: Context<'_>) {
        let Some(search) = &mut self.search else { return };
        search.set_scope(Scope::All);
        let others = context.model().connections().map(|known| known.id);
        for connection in context.selected.into_iter().chain(others) {
            Channel::ALL.into_iter().for_each(|channel| search.arrived(channel.id(connection)));
        }
        self.chosen = 0;
    }

    /// Returns the index of the chosen hit of the list.
    #[must_use]
    pub fn chosen(&self) -> usize {
        self.chosen.min(self.search.as_ref().map_or(0, Search::kept).saturating_sub(1))
    }

    /// Moves within the list, if it is the topmost overlay. Returns whether it is.
    pub(crate) fn scroll(&mut self, motion: Motion, top: Option<Overlay>, context: Context<'_>) -> bool {
        if top != Some(Overlay::Hits) {
            return false;
        }
        let last = self.search.as_ref().map_or(0, Search::kept).saturating_sub(1);
        let page = usize::from(list_height(context.display().area()));
        self.chosen = motion.apply(self.chosen(), last, page);
        true
    }

    /// Shows the chosen hit of the list.
    fn show(&self) -> Outcome {
        let chosen = self.search.as_ref().and_then(|search| search.nth(self.chosen()));
        let Some((stream, hit)) = chosen else { return Outcome::default() };
        Outcome::request(Request::ShowByte { stream, offset: hit.offset })
    }

    /// Shows the hit in this row of the list.
    pub(crate) fn take(&mut self, index: usize) -> Outcome {
        self.chosen = index;
        self.show()
    }

    fn go(&mut self, way: Seek, stream: &mut StreamState, context: Context<'_>) -> Outcome {
        if self.search.is_none() {
            return nothing(context);
        }
        self.awaited = Some(way);
        self.go_if_known(stream, context)
    }

    /// Moves the cursor to the hit that is waited for, once everything that may be before it has been searched.
    fn go_if_known(&mut self, stream: &mut StreamState, context: Context<'_>) -> Outcome {
        let Some((search, way)) = self.search.as_ref().zip(self.awaited) else { return Outcome::default() };
        let Some(connection) = stream.viewed(context) else { return Outcome::default() };
        if Channel::ALL.into_iter().any(|channel| search.is_queued(channel.id(connection.id))) {
            return Outcome::default();
        }
        self.awaited = None;
        Outcome::info(&match (stream.seek_hit(search, way, context), way) {
            (Some(SeekResult::NotFound), _) => {
                words::nothing_found(search.pattern(), self.encoding.overlooked(), context)
            }
            (Some(SeekResult::Wrapped), Seek::Forward) => {
                "Wrapped to the top: no hit further down".to_owned()
            }
            (Some(SeekResult::Wrapped), Seek::Backward) => {
                "Wrapped to the bottom: no hit further up".to_owned()
            }
            (Some(SeekResult::Found) | None, _) => return Outcome::default(),
        })
    }

    /// Takes notice of bytes that have arrived.
    pub(crate) fn observe(&mut self, event: &Event) {
        if let (Some(search), Event::Stream(stream, _)) = (&mut self.search, event)
            && Channel::of(*stream).is_some()
        {
            search.arrived(*stream);
        }
    }

    /// Searches the connection that is shown, if it is another one than before, or was frozen.
    pub(crate) fn follow(&mut self, stream: &StreamState, context: Context<'_>) {
        let Some((search, connection)) = self.search.as_mut().zip(stream.viewed(context)) else { return };
        let shown = Some((connection.id, context.display().frozen.is_some()));
        if std::mem::replace(&mut self.shown, shown) == shown {
            return;
        }
        let scope = Scope::Connection(connection.id);
        if search.scope() != Scope::All && search.scope() != scope {
            search.set_scope(scope);
            self.awaited = None;
        }
        Channel::ALL.into_iter().for_each(|channel| search.arrived(channel.id(connection.id)));
    }

    /// Searches about this many bytes.
    pub(crate) fn advance(
        &mut self,
        budget: usize,
        stream: &mut StreamState,
        context: Context<'_>,
    ) -> Outcome {
        if let Some(search) = &mut self.search {
            search.advance(budget, |id| stream_of(id, stream, context));
        }
        self.go_if_known(stream, context)
    }

    /// Forgets hits whose bytes are gone.
    pub(crate) fn tidy(&mut self, stream: &StreamState, context: Context<'_>) {
        if let Some(search) = &mut self.search {
            search.tidy(|id| stream_of(id, stream, context));
        }
    }
}

/// Returns the number of rows of the list of hits, which leaves the last line of the screen free for the footer.
#[must_use]
pub const fn list_height(screen: Rect) -> u16 {
    screen.height.saturating_sub(3)
}

fn nothing(context: Context<'_>) -> Outcome {
    let key = context.keymap().label(Action::Find(FindAction::Open));
    Outcome::info(&format!("Nothing is searched for; {key} asks for a pattern"))
}

/// Returns a stream as it is shown: while the display is frozen, as it was then.
fn stream_of<'a>(id: StreamId, stream: &'a StreamState, context: Context<'a>) -> Option<&'a Stream> {
    match stream.viewed(context).filter(|viewed| viewed.id == id.connection) {
        Some(viewed) => viewed.stream_of(id.side, id.direction),
        None => context.model().stream(id),
    }
}
