//! Taking bytes away: copied in some form, or saved to a file.
//!
//! What is taken is a copy from when the menu or the prompt was opened, so it does not change while bytes come and go.

mod menu;

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
use crate::app::stream::{Channel, SelectedBytes, StreamState};
use crate::bytes::export::{Form, Source, Target, dump};
use crate::event::{Address, ConnectionId, UnixAddress};
use crate::model::Connection;

/// Bytes of a preview.
const PREVIEW: usize = 64;
/// The longest path, in bytes.
const LONGEST_PATH: usize = 1_024;

pub use self::menu::CopyMenu;

/// The format of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FileFormat {
    /// The bytes as they are.
    #[default]
    Raw,
    /// A hex dump.
    Dump,
}

impl FileFormat {
    /// Returns the word for the format.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Dump => "hex dump",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Raw => Self::Dump,
            Self::Dump => Self::Raw,
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Raw => ".bin",
            Self::Dump => ".txt",
        }
    }
}

/// What is taken away, and how.
#[derive(Debug)]
pub struct Export {
    bytes: Vec<u8>,
    offset: u64,
    target: Target,
    /// Where the bytes are from, in words.
    origin: String,
    /// The index of the chosen form.
    chosen: usize,
    path: TextInput,
    file_format: FileFormat,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            offset: 0,
            target: Target::Unix(String::new()),
            origin: String::new(),
            chosen: 0,
            path: TextInput::limited(LONGEST_PATH),
            file_format: FileFormat::default(),
        }
    }
}

impl Export {
    /// Returns where the bytes are from, in words.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
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
        let Self { bytes, offset, target, .. } = self;
        form.preview(Source { bytes, offset: *offset, target }, PREVIEW)
    }

    /// Returns the path that is typed.
    #[must_use]
    pub const fn path(&self) -> &TextInput {
        &self.path
    }

    /// Returns the words before the path.
    #[must_use]
    pub fn prompt_name(&self) -> String {
        let bytes = format::plural(self.bytes.len() as u64, "byte");
        format!("save {bytes} ({}) as ", self.file_format.word())
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
            ExportAction::Next => self.chosen = (self.chosen + 1) % Form::ALL.len(),
            ExportAction::Previous => self.chosen = (self.chosen + Form::ALL.len() - 1) % Form::ALL.len(),
            ExportAction::Take => return self.copy(self.chosen(), stream, context),
            ExportAction::TakeAs(form) => return self.copy(form, stream, context),
            ExportAction::Save => return self.open_prompt(stream, context),
            ExportAction::OtherFormat => self.switch_format(),
            ExportAction::Write => return self.write(false),
            ExportAction::Close => return Outcome::request(Request::Close),
        }
        Outcome::default()
    }

    /// Takes a copy of bytes.
    fn take(&mut self, selected: &SelectedBytes, connection: &Connection) {
        let SelectedBytes { channel, range, .. } = selected;
        self.bytes = channel.stream(connection).history.copy(range.clone());
        self.offset = range.start;
        self.target = target(connection);
        self.origin = describe(selected, connection.id);
        let name = file_name(connection.id, *channel, range.start);
        self.path.edit(Edit::Clear);
        self.path.paste(&format!("{name}{}", self.file_format.extension()));
    }

    fn open_menu(&mut self, stream: &StreamState, context: Context<'_>) -> Outcome {
        let found = stream.viewed(context).and_then(|connection| {
            let view = stream.view();
            let selected = view.selected(connection).or_else(|| view.chunk_under_cursor(connection))?;
            Some((connection, selected))
        });
        let Some((connection, selected)) = found else { return Outcome::info("There are no bytes to copy") };
        self.take(&selected, connection);
        Outcome::request(Request::Open(Overlay::Copy)).clear_status()
    }

    fn copy(&mut self, form: Form, stream: &mut StreamState, context: Context<'_>) -> Outcome {
        self.chosen = Form::ALL.iter().position(|other| *other == form).unwrap_or(0);
        let text = form.write(Source { bytes: &self.bytes, offset: self.offset, target: &self.target });
        let length = format::size(text.len() as u64);
        let way = context.world.setup.clipboard;
        let bytes = format::plural(self.bytes.len() as u64, "byte");
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
        Outcome::request(Request::Open(Overlay::Save)).clear_status()
    }

    /// Saves in the other format; a name with the extension of the first one gets that of the other.
    fn switch_format(&mut self) {
        let before = self.file_format.extension();
        self.file_format = self.file_format.other();
        let path = self.path.text().to_owned();
        if let Some(name) = path.strip_suffix(before) {
            self.path.edit(Edit::Clear);
            self.path.paste(&format!("{name}{}", self.file_format.extension()));
        }
    }

    fn write(&self, overwrite: bool) -> Outcome {
        let path = self.path.text().trim().to_owned();
        if path.is_empty() {
            return Outcome::error("a file needs a name");
        }
        let bytes = match self.file_format {
            FileFormat::Raw => self.bytes.clone(),
            FileFormat::Dump => dump(self.offset, &self.bytes).into_bytes(),
        };
        Outcome::effect(Effect::Save(SavedFile { path, bytes: bytes.into(), overwrite }))
    }

    /// Executes the answer to the question whether to overwrite the file.
    pub(crate) fn answer(&self, answer: Answer) -> Outcome {
        let outcome = match answer {
            Answer::Yes => self.write(true),
            Answer::No => Outcome::default(),
        };
        outcome.and(Request::Close)
    }

    /// Takes notice of what became of a file. One that could not be written leaves the prompt open.
    pub(crate) fn saved(result: &SaveResult, stream: &mut StreamState) -> Outcome {
        match result {
            SaveResult::Exists => Outcome::request(Request::Open(Overlay::Overwrite)),
            SaveResult::Failed { path, why } => Outcome::error(&format!("{path}: {why}")),
            SaveResult::Written { path, bytes } => {
                stream.end_selection();
                let text = format!("{} written to {path}", format::plural(*bytes, "byte"));
                Outcome::request(Request::Close).say(Severity::Success, &text)
            }
        }
    }
}

/// Says which bytes these are.
pub(crate) fn describe(selected: &SelectedBytes, connection: ConnectionId) -> String {
    let SelectedBytes { channel, range, .. } = selected;
    let bytes = format::plural(range.end - range.start, "byte");
    format!("{bytes} {} of {connection} from offset {}", word(*channel), range.start)
}

const fn word(channel: Channel) -> &'static str {
    match channel {
        Channel::Received => "received",
        Channel::Sent => "sent",
        Channel::ToUpstream => "put in",
    }
}

/// The suggested name of a file, without its extension.
fn file_name(connection: ConnectionId, channel: Channel, offset: u64) -> String {
    let way = word(channel).replace(' ', "-");
    format!("bytewatch-{}-{way}-{offset}", connection.0)
}

/// Where a command would send the bytes: the address that the client connected to.
fn target(connection: &Connection) -> Target {
    match &connection.local {
        Address::Inet(address) => {
            Target::Inet { host: address.ip().to_canonical().to_string(), port: address.port() }
        }
        Address::Unix(UnixAddress::Path(path)) => Target::Unix(path.to_string_lossy().into_owned()),
        Address::Unix(unnamed) => Target::Unix(Address::Unix(unnamed.clone()).to_string()),
    }
}
