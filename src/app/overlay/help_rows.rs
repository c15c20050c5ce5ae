//! The rows of the help, in the order of use, and which of them a search leaves.

use std::ops::Range;

use crate::app::action::Action;
use crate::app::focus::Pane;
use crate::app::format;
use crate::app::keymap::{KeyContext, Keymap};
use crate::app::overlay::legend::LegendItem;

/// A row of the help.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HelpRow {
    /// A section title.
    Title(&'static str),
    /// Keys and their description; a description that needs more lines continues without keys.
    Keys(String, String),
    /// A symbol and its meaning; a meaning that needs more lines continues as [`HelpRow::Keys`] without keys.
    Legend(LegendItem, String),
    /// An empty row.
    Blank,
}

/// Cells for the keys and a space on either side.
pub const KEYS_WIDTH: u16 = 13;

/// Sections that are not about keys: a title, and entries with their descriptions.
const SECTIONS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Mouse",
        &[
            ("click", "A row, a byte, a column head, a tab, a backend, a hint: as its key"),
            ("drag", "In the stream: select; two clicks select the read, three the line"),
            ("wheel", "Move the rows under the pointer"),
            ("Shift drag", "In most terminals: select text with the mouse"),
        ],
    ),
    (
        "Words and fields of the filter",
        &[
            ("open slow", "The state, as the column shows it; also connecting, half, closed, live"),
            ("10.0.0.7", "A part of the address; names and backends likewise"),
            ("closed 1883", "Rows that have all of the words"),
            ("sent>1k", "A number; also received rate malformed age<5m idle>30s"),
            ("state:open", "A field; also peer: local: upstream: name: note: reason: side:"),
            ("!word", "Rows without it; so with any word or field"),
        ],
    ),
    (
        "Learn more",
        &[("demo", "bytewatch demo --script list prints the lessons; bytewatch --help all options")],
    ),
];

/// What the help is about.
#[derive(Clone, Copy, Debug)]
pub struct HelpSource<'a> {
    /// Which keys run which commands.
    pub keymap: &'a Keymap,
    /// The context of the keys of the focused pane.
    pub own: KeyContext,
    /// The context of a lesson or of a recording, while there is one.
    pub mode: Option<KeyContext>,
    /// The text that is searched for; empty for all lines.
    pub query: &'a str,
}

/// A line of the help before it is broken into rows.
struct HelpLine {
    left: LeftPart,
    words: String,
}

/// What stands before the description.
enum LeftPart {
    Keys(String),
    Sign(LegendItem),
}

/// A part of the help with a title.
struct Section {
    title: &'static str,
    lines: Vec<HelpLine>,
}

impl HelpSource<'_> {
    /// Returns the rows for columns of this width in cells.
    pub(super) fn rows(self, width: u16) -> Vec<HelpRow> {
        let mut rows = Vec::new();
        for Section { title, lines } in self.sections() {
            let mut found = lines.into_iter().filter(|line| self.finds(title, line)).peekable();
            if found.peek().is_none() {
                continue;
            }
            rows.extend([HelpRow::Blank, HelpRow::Title(title)]);
            for HelpLine { left, words } in found {
                described(&mut rows, &words, width, |line| match &left {
                    LeftPart::Keys(keys) => HelpRow::Keys(keys.clone(), line),
                    LeftPart::Sign(sign) => HelpRow::Legend(*sign, line),
                });
            }
        }
        rows.into_iter().skip(1).collect()
    }

    /// Returns whether a search leaves a line: the text is in its keys, its description, or the title above it.
    fn finds(self, title: &str, line: &HelpLine) -> bool {
        let has = |text: &str| !marks(text, self.query).is_empty();
        let in_keys = match &line.left {
            LeftPart::Keys(keys) => has(keys),
            LeftPart::Sign(_) => false,
        };
        self.query.is_empty() || in_keys || has(&line.words) || has(title)
    }

    /// Returns all sections: the keys of the focused pane, those that work everywhere, those of other panes and of what
    /// lies over them, and last those of the prompts, whose hints are on the screen while they are needed; then the mouse,
    /// the filter, signs and colours.
    fn sections(self) -> Vec<Section> {
        use KeyContext::{
            Backends, Clients, Compare, Confirm, Copy, Differences, Everywhere, Faults, Filter, Find, Frame,
            GoToMark, Help, HelpSearch, Hits, Hold, HoldInput, Hosts, Lesson, Logs, Marks, Moving, Note,
            Offset, Output, Palette, Pipe, Prompt, Record, Recording, Replay, Save, Send, SetMark, Stream,
            Time,
        };
        let own = self.own;
        let order =
            [own, Everywhere, Moving, Clients, Stream, Backends, Hosts, Logs, Lesson, Recording, Replay];
        let overlays =
            [Palette, Hits, Marks, Compare, Differences, Copy, Output, Hold, Faults, Confirm, Help];
        let prompts = [
            Filter, Find, Frame, Offset, SetMark, GoToMark, Note, Save, Record, Time, Pipe, Send, HoldInput,
            HelpSearch, Prompt,
        ];
        let mut contexts: Vec<KeyContext> = Vec::new();
        for context in self.mode.into_iter().chain(order).chain(overlays).chain(prompts) {
            if !contexts.contains(&context) {
                contexts.push(context);
            }
        }
        let keys = contexts.into_iter().map(|context| self.keys(context));
        let texts = SECTIONS.into_iter().map(|(title, lines)| Section {
            title,
            lines: lines
                .iter()
                .map(|(what, words)| HelpLine {
                    left: LeftPart::Keys((*what).to_owned()),
                    words: (*words).to_owned(),
                })
                .collect(),
        });
        let sign =
            |sign: LegendItem| HelpLine { left: LeftPart::Sign(sign), words: sign.meaning().to_owned() };
        let signs =
            Section { title: "Signs and colours", lines: LegendItem::ALL.into_iter().map(sign).collect() };
        keys.chain(texts).chain([signs]).collect()
    }

    /// Returns the keys of a context. The keys that always work are listed with those that work in every pane, and the keys
    /// that focus a pane share one line.
    fn keys(self, context: KeyContext) -> Section {
        let always = (context == KeyContext::Everywhere).then_some(KeyContext::Always);
        let mut lines = Vec::new();
        let bindings = [context].into_iter().chain(always).flat_map(|context| self.keymap.bindings(context));
        for binding in bindings {
            let (keys, words) = match binding.action {
                Action::Focus(Pane::Clients) => {
                    let labels = Pane::ALL.map(|pane| self.keymap.label(Action::Focus(pane)));
                    (labels.join(" "), format!("To the pane {}", Pane::ALL.map(Pane::name).join(", ")))
                }
                Action::Focus(_) => continue,
                _ => (binding.labels(), binding.what.to_owned()),
            };
            lines.push(HelpLine { left: LeftPart::Keys(keys), words });
        }
        Section { title: context.title(), lines }
    }
}

/// Returns the byte ranges of a text that a search finds, without regard to case.
#[must_use]
pub fn marks(text: &str, query: &str) -> Vec<Range<usize>> {
    let query: Vec<char> = query.trim().chars().flat_map(char::to_lowercase).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    if query.is_empty() {
        return found;
    }
    for (start, _) in text.char_indices() {
        let is_behind = found.last().is_none_or(|last| last.end <= start);
        let end = is_behind.then(|| end_of_match(&text[start..], &query)).flatten();
        found.extend(end.map(|end| start..start + end));
    }
    found
}

/// Returns where a match ends that begins with the text.
fn end_of_match(text: &str, query: &[char]) -> Option<usize> {
    let mut left = query;
    for (at, letter) in text.char_indices() {
        for lower in letter.to_lowercase() {
            left = left.strip_prefix(&[lower])?;
        }
        if left.is_empty() {
            return Some(at + letter.len_utf8());
        }
    }
    None
}

/// Adds a description in as many rows as it needs; `begin` makes the first row.
fn described(rows: &mut Vec<HelpRow>, what: &str, width: u16, begin: impl Fn(String) -> HelpRow) {
    let lines = format::wrap(what, width.saturating_sub(KEYS_WIDTH));
    rows.extend(lines.into_iter().enumerate().map(|(nth, line)| match nth {
        0 => begin(line),
        _ => HelpRow::Keys(String::new(), line),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_found_without_regard_to_case() {
        assert_eq!(marks("Hex, and HEX again", "hex"), [0..3, 9..12]);
        assert_eq!(marks("aaaa", "aa"), [0..2, 2..4]);
        assert_eq!(marks("Größe ÄÖ äö", "äö"), [8..12, 13..17]);
        assert_eq!(marks("İx x", "x"), [2..3, 4..5], "a letter whose lower case is longer");
        assert!(marks("anything", "").is_empty());
        assert!(marks("anything", "things").is_empty());
    }

    #[test]
    fn a_search_leaves_the_lines_with_the_text_and_their_titles() {
        let keymap = &Keymap::default();
        let source = |query| HelpSource { keymap, own: KeyContext::Stream, mode: None, query };
        let all = source("").rows(72);
        let found = source("malformed").rows(72);
        assert!(!found.is_empty() && found.len() < all.len() / 4, "{found:?}");
        assert_eq!(found[0], HelpRow::Title("Stream"));
        for row in &found {
            let (HelpRow::Keys(_, words) | HelpRow::Legend(_, words)) = row else { continue };
            assert_eq!(marks(words, "malformed").len(), 1, "{words}");
        }
        assert_eq!(source("no such words").rows(72), []);
    }

    #[test]
    fn every_row_of_the_key_table_is_in_the_help() {
        let keymap = &Keymap::default();
        for pane in Pane::ALL {
            let rows = HelpSource { keymap, own: KeyContext::of_pane(pane), mode: None, query: "" }.rows(72);
            assert_eq!(rows[0], HelpRow::Title(pane.name()), "the focused pane comes first");
            for binding in keymap.all().filter(|binding| !matches!(binding.action, Action::Focus(_))) {
                let there = rows.contains(&HelpRow::Keys(binding.labels(), binding.what.to_owned()));
                assert!(there, "{} {}", binding.labels(), binding.what);
            }
        }
    }
}
