//! Marks: bytes that the user has given a letter, each with a note if wanted; and what is typed and listed for them, and
//! for the notes on connections.
//!
//! A mark outlives its byte: it stays until it is deleted or set elsewhere, and says what has become of the byte.

use std::collections::BTreeMap;

use ratatui::layout::Rect;

use crate::app::action::{Action, Edit, MarkAction, Motion};
use crate::app::context::Context;
use crate::app::format;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::overlay::text_input::TextInput;
use crate::app::status::Severity;
use crate::app::stream::{BytePlace, Channel, MarkedByte, StreamState};
use crate::bytes::safe;
use crate::event::ConnectionId;

/// The key that shows the list where the letter of a mark is asked for.
const LIST: char = '\'';

/// A mark.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The byte.
    pub place: BytePlace,
    /// The name or the address of the client, safe to print.
    pub client: String,
    /// The note, as it was typed; may be empty.
    pub note: String,
}

/// What has become of the byte of a mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarkState {
    /// It is kept.
    Kept,
    /// It was trimmed.
    Trimmed,
    /// Its connection is not kept any more.
    Forgotten,
}

/// What a note is written on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Noted {
    Mark(char),
    Connection(ConnectionId),
}

/// The marks, and what is typed for them.
#[derive(Debug, Default)]
pub struct Marks {
    set: BTreeMap<char, Mark>,
    /// The byte that gets the letter that is asked for.
    to_mark: Option<BytePlace>,
    note: TextInput,
    noted: Option<Noted>,
    /// The index of the chosen mark of the list.
    chosen: usize,
}

impl Marks {
    /// Returns the marks in the order of their letters.
    pub fn all(&self) -> impl ExactSizeIterator<Item = (char, &Mark)> {
        self.set.iter().map(|(&letter, mark)| (letter, mark))
    }

    /// Returns the marked bytes of a connection.
    #[must_use]
    pub fn of(&self, connection: ConnectionId) -> Vec<MarkedByte> {
        let marked = self.all().map(|(letter, mark)| MarkedByte { letter, place: mark.place });
        marked.filter(|mark| mark.place.stream.connection == connection).collect()
    }

    /// Returns the first mark at a byte.
    #[must_use]
    pub fn at(&self, place: BytePlace) -> Option<(char, &Mark)> {
        self.all().find(|(_, mark)| mark.place == place)
    }

    /// Returns the index of the chosen mark of the list.
    #[must_use]
    pub fn chosen(&self) -> usize {
        self.chosen.min(self.set.len().saturating_sub(1))
    }

    /// Returns the note that is typed; empty while a letter is asked for.
    #[must_use]
    pub const fn input(&self) -> &TextInput {
        &self.note
    }

    /// Returns the words before what is typed.
    #[must_use]
    pub fn prompt_name(&self, top: Option<Overlay>, context: Context<'_>) -> String {
        let letters: Vec<_> = self.set.keys().map(char::to_string).collect();
        let letters = letters.join(" ");
        match (top, self.noted) {
            (Some(Overlay::SetMark), _) if letters.is_empty() => "letter of the mark: ".to_owned(),
            (Some(Overlay::SetMark), _) => format!("letter (taken {letters}): "),
            (Some(Overlay::GoToMark), _) => format!("go to mark ({letters}): "),
            (_, Some(Noted::Mark(letter))) => format!("note on mark {letter}: "),
            (_, Some(Noted::Connection(id))) => format!("note on {}: ", context.label_of(id)),
            (_, None) => String::new(),
        }
    }

    /// Executes an action.
    pub(crate) fn act(&mut self, action: MarkAction, stream: &StreamState, context: Context<'_>) -> Outcome {
        match action {
            MarkAction::Set => self.ask(stream, context),
            MarkAction::GoTo if self.set.is_empty() => none(context),
            MarkAction::GoTo => {
                self.note.edit(Edit::Clear);
                Outcome::request(Request::Open(Overlay::GoToMark)).clear_status()
            }
            MarkAction::List => self.list(context),
            MarkAction::ListInstead => {
                Outcome::request(Request::Close).and(Request::Open(Overlay::Marks)).clear_status()
            }
            MarkAction::Show => match self.set.keys().nth(self.chosen()) {
                Some(&letter) => self.go(letter, stream, context),
                None => Outcome::default(),
            },
            MarkAction::Delete => self.delete(),
            MarkAction::Note => match self.set.keys().nth(self.chosen()) {
                Some(&letter) => self.ask_note(Noted::Mark(letter), context),
                None => Outcome::default(),
            },
            MarkAction::NoteOnConnection => match context.connection() {
                Some(known) => self.ask_note(Noted::Connection(known.id), context),
                None => Outcome::info("No client is selected"),
            },
            MarkAction::KeepNote => self.keep_note(context),
            MarkAction::Cancel | MarkAction::CloseList | MarkAction::CancelNote => {
                Outcome::request(Request::Close)
            }
        }
    }

    /// Asks for the letter for the byte under the cursor. The byte is taken now, because the cursor may follow the newest.
    fn ask(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        let Some(connection) = stream.viewed(context) else {
            return Outcome::info("No connection is selected");
        };
        self.to_mark = stream.view().place_of_cursor(connection);
        if self.to_mark.is_none() {
            return Outcome::info("There is no byte to mark");
        }
        self.note.edit(Edit::Clear);
        Outcome::request(Request::Open(Overlay::SetMark)).clear_status()
    }

    fn list(&self, context: Context<'_>) -> Outcome {
        if self.set.is_empty() {
            return none(context);
        }
        Outcome::request(Request::Open(Overlay::Marks)).clear_status()
    }

    /// Takes what is typed where a letter is asked for.
    pub(crate) fn take_letter(
        &mut self,
        edit: Edit,
        top: Option<Overlay>,
        stream: &StreamState,
        context: Context<'_>,
    ) -> Outcome {
        match (edit, top) {
            (Edit::Insert(letter @ 'a'..='z'), Some(Overlay::SetMark)) => self.set(letter, context),
            (Edit::Insert(letter @ 'a'..='z'), _) => {
                let outcome = self.go(letter, stream, context);
                // One that cannot be gone to leaves nothing to wait for either.
                if outcome.requests.is_empty() { outcome.and(Request::Close) } else { outcome }
            }
            (Edit::Insert(LIST), Some(Overlay::GoToMark)) => {
                self.act(MarkAction::ListInstead, stream, context)
            }
            _ => Outcome::error("a mark is a letter from a to z"),
        }
    }

    fn set(&mut self, letter: char, context: Context<'_>) -> Outcome {
        let close = Outcome::request(Request::Close);
        let Some(place) = self.to_mark.take() else { return close };
        let id = place.stream.connection;
        let peer = || context.model().connection(id).map(|known| known.peer.to_string()).unwrap_or_default();
        let client = context.names().of(id).map_or_else(peer, str::to_owned);
        let mark = Mark { place, client: safe::line(&client), note: String::new() };
        let before = self.set.insert(letter, mark);
        let keymap = context.keymap();
        let [go, list] =
            [MarkAction::GoTo, MarkAction::List].map(|action| keymap.way_to(Action::Mark(action)));
        let moved = if before.is_some_and(|before| before.place != place) { "moved to" } else { "set at" };
        let text = format!("mark {letter} {moved} {}; {go} {letter} goes there, {list} lists", words(place));
        close.say(Severity::Success, &text)
    }

    /// Shows the byte of a mark, or says why that is not possible.
    fn go(&self, letter: char, stream: &StreamState, context: Context<'_>) -> Outcome {
        let Some(mark) = self.set.get(&letter) else {
            let key = context.keymap().way_to(Action::Mark(MarkAction::Set));
            return Outcome::info(&format!("There is no mark {letter}; {key} sets one"));
        };
        let place = words(mark.place);
        match mark.state(stream, context) {
            MarkState::Kept => {
                let BytePlace { stream, offset } = mark.place;
                Outcome::request(Request::ShowByte { stream, offset }).clear_status()
            }
            MarkState::Trimmed => Outcome::info(&format!("mark {letter}: the byte {place} was trimmed")),
            MarkState::Forgotten => {
                Outcome::info(&format!("mark {letter}: the connection of {place} is not kept any more"))
            }
        }
    }

    /// Shows the mark in this row of the list.
    pub(crate) fn take(&mut self, index: usize, stream: &StreamState, context: Context<'_>) -> Outcome {
        if index >= self.set.len() {
            return Outcome::default();
        }
        self.chosen = index;
        self.act(MarkAction::Show, stream, context)
    }

    fn delete(&mut self) -> Outcome {
        let Some(&letter) = self.set.keys().nth(self.chosen()) else { return Outcome::default() };
        self.set.remove(&letter);
        let outcome = Outcome::info(&format!("mark {letter} deleted"));
        if self.set.is_empty() { outcome.and(Request::Close) } else { outcome }
    }

    /// Asks for a note, beginning with the one that there is.
    fn ask_note(&mut self, noted: Noted, context: Context<'_>) -> Outcome {
        let before = match noted {
            Noted::Mark(letter) => self.set.get(&letter).map(|mark| mark.note.as_str()),
            Noted::Connection(id) => context.notes().of(id),
        };
        self.note.edit(Edit::Clear);
        self.note.paste(before.unwrap_or_default());
        self.noted = Some(noted);
        Outcome::request(Request::Open(Overlay::Note)).clear_status()
    }

    fn keep_note(&mut self, context: Context<'_>) -> Outcome {
        match self.noted {
            Some(Noted::Mark(letter)) => {
                if let Some(mark) = self.set.get_mut(&letter) {
                    self.note.text().trim().clone_into(&mut mark.note);
                }
                Outcome::request(Request::Close)
            }
            Some(Noted::Connection(id)) => {
                let outcome = Outcome::request(Request::KeepNote(id)).and(Request::Close);
                // Neither the table nor a narrow title shows it.
                let done = match (self.note.text().trim(), context.notes().of(id)) {
                    ("", None) => return outcome,
                    ("", Some(_)) => "removed",
                    _ => "kept",
                };
                outcome.say(Severity::Success, &format!("note on {} {done}", context.label_of(id)))
            }
            None => Outcome::request(Request::Close),
        }
    }

    /// Changes the note that is typed.
    pub(crate) fn edit(&mut self, edit: Edit) {
        self.note.edit(edit);
    }

    /// Adds text that was pasted to the note.
    pub(crate) fn paste(&mut self, text: &str) {
        self.note.paste(text);
    }

    /// Moves within the list, if it is the topmost overlay. Returns whether it is.
    pub(crate) fn scroll(&mut self, motion: Motion, top: Option<Overlay>, context: Context<'_>) -> bool {
        if top != Some(Overlay::Marks) {
            return false;
        }
        let page = usize::from(list_height(context.display().area()));
        self.chosen = motion.apply(self.chosen(), self.set.len().saturating_sub(1), page);
        true
    }
}

impl Mark {
    /// Returns what has become of the byte, in the stream as it is shown.
    #[must_use]
    pub fn state(&self, stream: &StreamState, context: Context<'_>) -> MarkState {
        let BytePlace { stream: id, offset } = self.place;
        let viewed = stream.viewed(context).filter(|viewed| viewed.id == id.connection);
        let Some(known) = viewed.or_else(|| context.model().connection(id.connection)) else {
            return MarkState::Forgotten;
        };
        let history = known.stream_of(id.side, id.direction).map(|stream| &stream.history);
        let is_kept =
            history.is_some_and(|history| offset >= history.start() && history.chunk_of(offset).is_some());
        if is_kept { MarkState::Kept } else { MarkState::Trimmed }
    }
}

/// Returns the number of rows of the list, which leaves the last line of the screen free for the footer.
#[must_use]
pub const fn list_height(screen: Rect) -> u16 {
    screen.height.saturating_sub(3)
}

/// Returns the words for a place: `#7 in 24`.
fn words(place: BytePlace) -> String {
    let way = match Channel::of(place.stream) {
        Some(Channel::Sent) | None => "out",
        Some(Channel::Received | Channel::ToUpstream) => "in",
    };
    format!("{} {way} {}", place.stream.connection, format::count(place.offset))
}

fn none(context: Context<'_>) -> Outcome {
    let key = context.keymap().way_to(Action::Mark(MarkAction::Set));
    Outcome::info(&format!("No byte is marked; {key} in the stream marks one"))
}
