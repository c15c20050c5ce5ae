//! The entries of the palette: which there are, in which order, and which match what is typed.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::app::action::{Action, ClientsAction, HoldAction, PaletteAction, SendAction};
use crate::app::command_id::CommandId;
use crate::app::keymap::{Binding, KeyContext};
use crate::app::overlay::availability;
use crate::app::overlay::help_rows::marks;
use crate::app::overlay::palette_source::PaletteSource;
use crate::app::overlay::palette_words;

/// From this number of letters on, commands that have the whole text are listed alone, if there are any.
const LONG_ENOUGH: usize = 4;

/// A command in the palette.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaletteEntry {
    /// The action that the command runs.
    pub action: Action,
    /// Where its keys work.
    pub context: KeyContext,
    /// Its id.
    pub id: CommandId,
    /// Its description.
    pub what: &'static str,
    /// Its keys, as the screen spells them.
    pub keys: String,
    /// Why it does not apply now, if it does not.
    pub why_not: Option<String>,
    /// The characters of the description that match what is typed, by index.
    pub marks: Vec<usize>,
}

impl PaletteSource<'_> {
    /// Returns the commands that match a text: the best match first, or in the order of use if there is no text. Those
    /// that do not apply now come last.
    pub(super) fn matching(self, text: &str) -> Vec<PaletteEntry> {
        let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut found: Vec<Match> =
            self.all().into_iter().filter_map(|entry| matched(entry, text, &pattern, &mut matcher)).collect();
        // Letters that are strewn over a description say little where the whole text is in another one, and are no order
        // to do something to a connection or to the server.
        if text.chars().count() >= LONG_ENOUGH {
            let are_words = found.iter().any(|found| found.how != MatchKind::Letters);
            found.retain(|found| found.how != MatchKind::Letters || !(are_words || found.acts));
        }
        // The sort is stable: equal matches stay in the order of use.
        found.sort_by_key(Match::rank);
        found.into_iter().map(|found| found.entry).collect()
    }

    /// Returns all commands in the order of use.
    fn all(self) -> Vec<PaletteEntry> {
        let own = self.context.key_context_of(self.context.display().focus);
        let rank = |context: KeyContext| match context {
            context if context == own => Some(0),
            KeyContext::Lesson | KeyContext::Recording | KeyContext::Replay => Some(1),
            KeyContext::Everywhere => Some(2),
            KeyContext::Clients
            | KeyContext::Stream
            | KeyContext::Backends
            | KeyContext::Hosts
            | KeyContext::Logs => Some(3),
            KeyContext::Moving => Some(4),
            KeyContext::Always => Some(5),
            // The palette closes them: they do not apply while it is open.
            KeyContext::Filter
            | KeyContext::Offset
            | KeyContext::Find
            | KeyContext::Frame
            | KeyContext::Hits
            | KeyContext::SetMark
            | KeyContext::GoToMark
            | KeyContext::Marks
            | KeyContext::Note
            | KeyContext::Compare
            | KeyContext::Differences
            | KeyContext::Copy
            | KeyContext::Save
            | KeyContext::Record
            | KeyContext::Time
            | KeyContext::Pipe
            | KeyContext::Output
            | KeyContext::Send
            | KeyContext::Hold
            | KeyContext::HoldInput
            | KeyContext::Confirm
            | KeyContext::Faults
            | KeyContext::Prompt
            | KeyContext::Palette
            | KeyContext::HelpSearch
            | KeyContext::Help => None,
        };
        let rows = self.context.keymap().all();
        let mut ranked: Vec<_> = rows.filter_map(|row| Some((rank(row.context)?, row))).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        let mut entries: Vec<PaletteEntry> = Vec::new();
        for entry in ranked.into_iter().filter_map(|(_, row)| self.entry(row)) {
            // A command that works in several panes is listed once.
            if entries.iter().all(|known| known.action != entry.action) {
                entries.push(entry);
            }
        }
        entries
    }

    fn entry(self, row: &Binding) -> Option<PaletteEntry> {
        if row.action == Action::Palette(PaletteAction::Open) {
            return None;
        }
        Some(PaletteEntry {
            action: row.action,
            context: row.context,
            id: row.id()?,
            what: row.what,
            keys: row.labels(),
            why_not: availability::why_not(row.action, self),
            marks: Vec::new(),
        })
    }
}

/// An entry that matches.
struct Match {
    entry: PaletteEntry,
    how: MatchKind,
    /// Whether the command changes at once what peers or the server do.
    acts: bool,
    score: u32,
}

impl Match {
    /// Returns the place among the matches, the best first: what is possible before what is not, and a command that only
    /// changes what is shown before one that acts, whose description has the text, if it is looked for by this word.
    fn rank(&self) -> impl Ord + use<> {
        let how = if self.acts { self.how.max(MatchKind::Word) } else { self.how };
        let is_later = self.acts && how != MatchKind::Letters;
        (self.entry.why_not.is_some(), how, is_later, std::cmp::Reverse(self.score))
    }
}

/// How an entry matches, the better way first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MatchKind {
    /// The text is in it, from the start of a word on.
    Whole,
    /// Each word of the text is in it, or begins a word by which users look for it.
    Word,
    /// The text is in it, within a word.
    Inside,
    /// The letters of the text are in it, in this order.
    Letters,
}

/// Returns an entry with its marks, if it matches. The id is searched as well as the description.
fn matched(mut entry: PaletteEntry, typed: &str, pattern: &Pattern, matcher: &mut Matcher) -> Option<Match> {
    let text = format!("{} {}", entry.what, entry.id);
    let (mut letters, mut indices) = (Vec::new(), Vec::new());
    let is_word = palette_words::match_all(entry.id.as_str(), &text, typed);
    let matched = pattern.indices(Utf32Str::new(&text, &mut letters), matcher, &mut indices);
    let score = matched.or_else(|| is_word.then_some(0))?;
    let whole = marks(entry.what, typed);
    let is_marked = |index: usize, byte: usize| {
        let in_whole = whole.iter().any(|found| found.contains(&byte));
        if whole.is_empty() { indices.contains(&(index as u32)) } else { in_whole }
    };
    let described = entry.what.char_indices().enumerate();
    entry.marks =
        described.filter(|&(index, (byte, _))| is_marked(index, byte)).map(|(index, _)| index).collect();
    let found = marks(&text, typed);
    let starts_word = |at: usize| !text[..at].ends_with(char::is_alphanumeric);
    let how = match found.is_empty() {
        false if found.iter().any(|found| starts_word(found.start)) => MatchKind::Whole,
        _ if is_word => MatchKind::Word,
        false => MatchKind::Inside,
        true => MatchKind::Letters,
    };
    // Without a text nothing is looked for, and the order of use stays.
    let acts = !typed.is_empty() && acts_at_once(entry.action);
    Some(Match { entry, how, acts, score })
}

/// Returns whether a command changes what connections or the server do as soon as it is run, without a prompt or a list
/// before.
const fn acts_at_once(action: Action) -> bool {
    matches!(
        action,
        Action::SwitchBackend
            | Action::SwitchTo(_)
            | Action::ToggleFault(_)
            | Action::MoreWork
            | Action::LessWork
            | Action::Clients(ClientsAction::Close(_) | ClientsAction::HalfClose(_))
            | Action::Send(SendAction::TogglePause(_) | SendAction::EndRepeat)
            | Action::Hold(HoldAction::Open)
    )
}
