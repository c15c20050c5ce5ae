//! Taking bytes away: copied in some form, or saved to a file.
//!
//! What is taken is a copy from when the menu or the prompt was opened, so it does not change while bytes come and go.

mod conversation;
mod file_format;
mod menu;
mod taken;
mod words;

use ratatui::layout::Rect;

use crate::app::action::{Answer, Edit, ExportAction};
use crate::app::clipboard;
use crate::app::context::Context;
use crate::app::effect::{Effect, SavedFile};
use crate::app::event::SaveResult;
use crate::app::format;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::Overlay;
use crate::app::overlay::text_input::TextInput;
use crate::app::status::Severity;
use crate::app::stream::{SelectedBytes, StreamState};
use crate::bytes::export::{Form, Target, dump};
use crate::event::{Address, UnixAddress};
use crate::model::Connection;

/// Bytes of a preview.
const PREVIEW: usize = 64;
/// The longest path, in bytes.
const LONGEST_PATH: usize = 1_024;

use self::conversation::Conversation;
pub use self::file_format::FileFormat;
pub use self::menu::CopyMenu;
use self::taken::Taken;
pub(crate) use self::words::describe;

/// What is taken away, and how.
#[derive(Debug)]
pub struct Export {
    taken: Taken,
    /// What can be copied in its place: the read around the character, or the character in the read.
    other: Option<Taken>,
    target: Target,
    /// The index of the chosen form.
    chosen: usize,
    path: TextInput,
    file_format: FileFormat,
    /// The conversation, while it is what is written.
    conversation: Option<Conversation>,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            taken: Taken::default(),
            other: None,
            target: Target::Unix(String::new()),
            chosen: 0,
            path: TextInput::limited(LONGEST_PATH),
            conversation: None,
            file_format: FileFormat::default(),
        }
    }
}

impl Export {
    /// Returns where the bytes are from, in words.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.taken.origin
    }

    /// Returns whether something else can be copied in the place of these bytes.
    #[must_use]
    pub const fn has_other(&self) -> bool {
        self.other.is_some()
    }

    /// Returns the chosen form.
    #[must_use]
    pub fn chosen(&self) -> Form {
        Form::ALL[self.chosen.min(Form::ALL.len() - 1)]
    }

    /// Returns the place of the menu on the screen.
    #[must_use]
    pub fn menu(&self, screen: Rect) -> CopyMenu {
        CopyMenu::new(screen, self.chosen())
    }

    /// Returns how the bytes begin in a form.
    #[must_use]
    pub fn preview(&self, form: Form) -> String {
        form.preview(self.taken.source(&self.target), PREVIEW)
    }

    /// Returns the path that is typed.
    #[must_use]
    pub const fn path(&self) -> &TextInput {
        &self.path
    }

    /// Returns the words before the path.
    #[must_use]
    pub fn prompt_name(&self) -> String {
        let (what, bytes) = match &self.conversation {
            Some(conversation) => (" of both", conversation.bytes()),
            None => ("", self.taken.bytes.len() as u64),
        };
        // Where there is little room the end is cut off: the format, which a key changes, comes first.
        format!("save {}{what}, {} as ", self.file_format.word(), format::plural(bytes, "byte"))
    }

    /// Returns the question whether to overwrite the file.
    #[must_use]
    pub fn question(&self) -> String {
        format!("{} exists. Overwrite it?", self.path.text())
    }

    /// Changes the path.
    pub(crate) fn edit(&mut self, edit: Edit) -> Outcome {
        self.path.edit(edit);
        Outcome::default().clear_status()
    }

    /// Adds text that was pasted to the path.
    pub(crate) fn paste(&mut self, text: &str) {
        self.path.paste(text);
    }

    /// Executes an action.
    pub(crate) fn act(
        &mut self,
        action: ExportAction,
        stream: &mut StreamState,
        context: Context<'_>,
    ) -> Outcome {
        match action {
            ExportAction::Copy => return self.open_menu(stream, context),
            ExportAction::OtherPiece => {
                if let Some(other) = &mut self.other {
                    std::mem::swap(other, &mut self.taken);
                }
            }
            ExportAction::Next => self.chosen = (self.chosen + 1) % Form::ALL.len(),
            ExportAction::Previous => self.chosen = (self.chosen + Form::ALL.len() - 1) % Form::ALL.len(),
            ExportAction::Take => return self.copy(self.chosen(), stream, context),
            ExportAction::TakeAs(form) => return self.copy(form, stream, context),
            ExportAction::Save => return self.open_prompt(stream, context),
            ExportAction::OtherFormat => return self.switch_format(stream, context),
            ExportAction::Write => return self.write(false),
            ExportAction::Close => {
                self.conversation = None;
                return Outcome::request(Request::Close);
            }
        }
        Outcome::default()
    }

    /// Takes a copy of bytes.
    fn take(&mut self, selected: &SelectedBytes, connection: &Connection) {
        (self.taken, self.other) = (Taken::of(selected, connection), None);
        self.target = target(connection);
    }

    fn open_menu(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        let found = stream.viewed(context).and_then(|connection| {
            let view = stream.view();
            let selected = view.selected(connection);
            let (first, other) = match selected {
                Some(selected) => (selected, None),
                None => view.pieces_under_cursor(connection)?,
            };
            Some((connection, first, other))
        });
        let Some((connection, first, other)) = found else {
            return Outcome::info(nothing_to_copy(context));
        };
        self.take(&first, connection);
        self.other = other.map(|other| Taken::of(&other, connection));
        Outcome::request(Request::Open(Overlay::Copy)).clear_status()
    }

    fn copy(&mut self, form: Form, stream: &mut StreamState, context: Context<'_>) -> Outcome {
        self.chosen = Form::ALL.iter().position(|other| *other == form).unwrap_or(0);
        let text = form.write(self.taken.source(&self.target));
        let length = format::size(text.len() as u64);
        let way = context.world.setup.clipboard;
        let bytes = format::plural(self.taken.bytes.len() as u64, "byte");
        let what = format!("{bytes} as {} ({length})", form.label());
        let outcome = clipboard::copy(text, &what, way);
        if outcome.effects.is_empty() {
            return outcome;
        }
        stream.end_selection();
        outcome.and(Request::Close)
    }

    fn open_prompt(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        let found = stream.viewed(context).and_then(|connection| {
            let view = stream.view();
            let selected = view.selected(connection).or_else(|| view.kept_bytes(connection))?;
            Some((connection, selected))
        });
        let Some((connection, selected)) = found else { return Outcome::info("There are no bytes to save") };
        self.take(&selected, connection);
        self.conversation = self.file_format.is_conversation().then(|| Conversation::of(connection));
        self.suggest(&self.suggestion(self.file_format));
        Outcome::request(Request::Open(Overlay::Save)).clear_status()
    }

    /// Returns the suggested name of a file in this format.
    fn suggestion(&self, file_format: FileFormat) -> String {
        let conversation = self.conversation.as_ref().filter(|_| file_format.is_conversation());
        let name = conversation.map(|taken| words::conversation_file(taken.connection()));
        format!("{}{}", name.unwrap_or_else(|| self.taken.file_name.clone()), file_format.extension())
    }

    fn suggest(&mut self, path: &str) {
        self.path.edit(Edit::Clear);
        self.path.paste(path);
    }

    /// Saves in the next format, with the name that is suggested for it. A name that the user typed only gets another
    /// extension, if it had that of the format before.
    fn switch_format(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        let (before, path) = (self.file_format, self.path.text().to_owned());
        let is_suggested = path == self.suggestion(before);
        self.file_format = before.next();
        // What is written is as it was when its format was chosen.
        if !self.file_format.is_conversation() {
            self.conversation = None;
        } else if self.conversation.is_none() {
            self.conversation = stream.viewed(context).map(Conversation::of);
        }
        if is_suggested {
            self.suggest(&self.suggestion(self.file_format));
        } else if let Some(name) = path.strip_suffix(before.extension()) {
            self.suggest(&format!("{name}{}", self.file_format.extension()));
        }
        Outcome::default().clear_status()
    }

    fn write(&self, overwrite: bool) -> Outcome {
        let path = self.path.text().trim().to_owned();
        if path.is_empty() {
            return Outcome::error("a file needs a name");
        }
        let bytes = match (self.file_format, &self.conversation) {
            (FileFormat::Raw, _) => self.taken.bytes.clone(),
            (FileFormat::Dump, _) => dump(self.taken.offset, &self.taken.bytes).into_bytes(),
            (FileFormat::ConversationDump, Some(conversation)) => conversation.dump().into_bytes(),
            (FileFormat::ConversationLines, Some(conversation)) => conversation.lines(),
            (FileFormat::ConversationDump | FileFormat::ConversationLines, None) => {
                return Outcome::error("the connection is not kept any more");
            }
        };
        Outcome::effect(Effect::Save(SavedFile { path, bytes: bytes.into(), overwrite }))
    }

    /// Executes the answer to the question whether to overwrite the file.
    pub(crate) fn answer(&mut self, answer: Answer) -> Outcome {
        match answer {
            Answer::Yes => self.write(true).and(Request::Close),
            // The question and the prompt: a key that is pressed next must not be typed into the name.
            Answer::No => {
                self.conversation = None;
                let said = Outcome::info(&format!("nothing saved: {} exists", self.path.text().trim()));
                said.and(Request::Close).and(Request::Close)
            }
        }
    }

    /// Takes notice of what became of a file. One that could not be written leaves the prompt open.
    pub(crate) fn saved(&mut self, result: &SaveResult, stream: &mut StreamState) -> Outcome {
        match result {
            SaveResult::Exists => Outcome::request(Request::Open(Overlay::Overwrite)),
            SaveResult::Failed { path, why } => Outcome::error(&format!("{path}: {why}")),
            SaveResult::Written { path, bytes } => {
                stream.end_selection();
                self.conversation = None;
                let text = format!("{} written to {path}", format::plural(*bytes, "byte"));
                Outcome::request(Request::Close).say(Severity::Success, &text)
            }
        }
    }
}

/// Where a command would send the bytes: the address that the client connected to.
fn target(connection: &Connection) -> Target {
    match &connection.local {
        Address::Inet(address) => {
            Target::Inet { host: address.ip().to_canonical().to_string(), port: address.port() }
        }
        Address::Unix(UnixAddress::Path(path)) => Target::Unix(path.to_string_lossy().into_owned()),
        unnamed @ (Address::Unix(_) | Address::Untold) => Target::Unix(unnamed.to_string()),
    }
}

/// Says why there is nothing to copy.
fn nothing_to_copy(context: Context<'_>) -> &'static str {
    if context.display().frozen.is_some() && context.model().totals.bytes.sum() > 0 {
        "There were no bytes to copy when the display was frozen"
    } else {
        "There are no bytes to copy"
    }
}
