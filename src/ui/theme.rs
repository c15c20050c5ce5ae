//! All colours of the dashboard, by their meaning.
//!
//! The default theme paints no background, but for what is selected or a search has found, and uses the terminal's own colour for ordinary text. Its other colours
//! come from the fixed part of the 256 colours, and each is of middle brightness, so that it stands out on a light
//! and on a dark background alike. The first 16 colours are not used: every terminal and every palette gives them
//! other values. Yellow and cyan are usually too bright for a white background, blue is usually too dark for a black
//! one, colour 8 is the background itself in Solarized Dark, and bold turns 0 to 7 into 8 to 15 in many terminals.
//! Dim text (SGR 2) is not used either: mixed with the background, the text colours of Solarized fall below a
//! contrast of 3:1.
//!
//! No meaning is expressed by colour alone; a glyph or a word always expresses it too. The monochrome theme is for
//! `NO_COLOR` (<https://no-color.org>).

#[cfg(test)]
mod tests;

use ratatui::style::{Color, Modifier, Style};

use crate::app::stream::row::ByteClass;

/// A set of colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// The terminal's own text colour, and fixed ones of middle brightness.
    #[default]
    Terminal,
    /// No colours; bold, dim, underlined and reversed text.
    Mono,
}

/// The meaning of a part of the screen, which decides its style.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Text that matters less: labels, gutters, offsets.
    Dim,
    /// Titles and column heads.
    Title,
    /// The border of a pane.
    Border,
    /// The border and title of the focused pane.
    Focus,
    /// The selected row.
    Selected,
    /// A key in the footer or the help.
    Key,
    /// The active one of several alternatives, such as tabs and backends.
    Chosen,
    /// Received bytes.
    Received,
    /// Sent bytes.
    Sent,
    /// A normal state.
    Good,
    /// A state that deserves attention: slow, half-closed, missed.
    Warn,
    /// An error: malformed, reset, failed.
    Bad,
    /// A problem that lasts right now, visible from a distance.
    Alarm,
    /// [`ByteClass::Border`].
    ChunkBorder,
    /// [`ByteClass::Ascii`].
    ByteAscii,
    /// [`ByteClass::Space`].
    ByteSpace,
    /// [`ByteClass::Control`].
    ByteControl,
    /// [`ByteClass::Null`].
    ByteNull,
    /// [`ByteClass::Multi`].
    ByteMulti,
    /// [`ByteClass::Malformed`].
    ByteMalformed,
    /// [`ByteClass::Pending`].
    BytePending,
    /// [`ByteClass::Hidden`].
    Placeholder,
    /// A byte that belongs to a hit of the search.
    Hit,
    /// A byte that the user has selected.
    Selection,
    /// Bits that mark the role of a byte in a UTF-8 sequence.
    BitPrefix,
    /// Bits that carry the code point.
    BitPayload,
    /// Bits with a wrong value.
    BitBad,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 28] = [
        Self::Text,
        Self::Dim,
        Self::Title,
        Self::Border,
        Self::Focus,
        Self::Selected,
        Self::Key,
        Self::Chosen,
        Self::Received,
        Self::Sent,
        Self::Good,
        Self::Warn,
        Self::Bad,
        Self::Alarm,
        Self::ChunkBorder,
        Self::ByteAscii,
        Self::ByteSpace,
        Self::ByteControl,
        Self::ByteNull,
        Self::ByteMulti,
        Self::ByteMalformed,
        Self::BytePending,
        Self::Placeholder,
        Self::Hit,
        Self::Selection,
        Self::BitPrefix,
        Self::BitPayload,
        Self::BitBad,
    ];

    /// The role of a byte of this class, or of a character made of such bytes.
    #[must_use]
    pub const fn of(kind: ByteClass) -> Self {
        match kind {
            ByteClass::Ascii => Self::ByteAscii,
            ByteClass::Space => Self::ByteSpace,
            ByteClass::Control => Self::ByteControl,
            ByteClass::Null => Self::ByteNull,
            ByteClass::Multi => Self::ByteMulti,
            ByteClass::Malformed => Self::ByteMalformed,
            ByteClass::Pending => Self::BytePending,
            ByteClass::Cut => Self::Dim,
            ByteClass::Hidden => Self::Placeholder,
            ByteClass::Border => Self::ChunkBorder,
        }
    }
}

impl Theme {
    /// The style of a role.
    #[must_use]
    pub const fn style(self, role: Role) -> Style {
        match self {
            Self::Terminal => terminal(role),
            Self::Mono => mono(role),
        }
    }

    /// The style of the byte or character under the cursor of the stream.
    #[must_use]
    pub const fn under_cursor(style: Style) -> Style {
        style.add_modifier(Modifier::REVERSED)
    }

    /// The style of the other bytes of the character under the cursor.
    #[must_use]
    pub const fn beside_cursor(style: Style) -> Style {
        style.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED))
    }
}

/// `#808080`, for text that matters less.
const GREY: Color = Color::Indexed(244);
/// `#008787`.
const CYAN: Color = Color::Indexed(30);
/// `#af5f00`, which stays readable on white, unlike yellow.
const ORANGE: Color = Color::Indexed(130);
/// `#5f8700`.
const GREEN: Color = Color::Indexed(64);
/// `#ff0000`.
const RED: Color = Color::Indexed(196);
/// `#d700d7`.
const MAGENTA: Color = Color::Indexed(164);
/// `#5f5fff`.
const BLUE: Color = Color::Indexed(63);

/// `#000000`, on [`YELLOW`] only.
const BLACK: Color = Color::Indexed(16);
/// `#ffd700`, as a background only.
const YELLOW: Color = Color::Indexed(220);
/// `#ffffff`, on [`DARK_BLUE`] only.
const WHITE: Color = Color::Indexed(231);
/// `#005faf`, as a background only.
const DARK_BLUE: Color = Color::Indexed(25);

const fn terminal(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text | Role::ByteAscii => plain,
        Role::Dim | Role::Border | Role::ChunkBorder | Role::ByteNull => plain.fg(GREY),
        Role::Title => plain.add_modifier(Modifier::BOLD),
        Role::Focus => plain.fg(CYAN).add_modifier(Modifier::BOLD),
        Role::Selected => plain.add_modifier(Modifier::REVERSED),
        Role::Key => plain.fg(CYAN).add_modifier(Modifier::BOLD),
        Role::Chosen => plain.fg(CYAN).add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
        Role::Received => plain.fg(CYAN),
        Role::Sent => plain.fg(ORANGE),
        Role::Good | Role::ByteSpace => plain.fg(GREEN),
        Role::Warn | Role::ByteControl | Role::Placeholder => plain.fg(ORANGE),
        Role::Bad => plain.fg(RED).add_modifier(Modifier::BOLD),
        Role::Alarm => plain.fg(RED).add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
        Role::ByteMulti => plain.fg(MAGENTA),
        Role::ByteMalformed => plain.fg(RED).add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::BytePending => plain.fg(BLUE).add_modifier(Modifier::UNDERLINED),
        Role::Hit => plain.fg(BLACK).bg(YELLOW),
        Role::Selection => plain.fg(WHITE).bg(DARK_BLUE),
        Role::BitPrefix => plain.fg(CYAN),
        Role::BitPayload => plain.fg(MAGENTA).add_modifier(Modifier::BOLD),
        Role::BitBad => plain.fg(RED).add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
    }
}

const fn mono(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Border | Role::ChunkBorder => plain.add_modifier(Modifier::DIM),
        Role::Title | Role::Focus | Role::Key | Role::Bad | Role::ByteMulti | Role::BitPayload => {
            plain.add_modifier(Modifier::BOLD)
        }
        Role::Selected | Role::Chosen | Role::Alarm | Role::BitBad | Role::Selection => {
            plain.add_modifier(Modifier::REVERSED)
        }
        Role::Hit => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED).union(Modifier::ITALIC)),
        Role::ByteMalformed => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::BytePending | Role::Warn => plain.add_modifier(Modifier::UNDERLINED),
        _ => plain,
    }
}

/// Colours of the lines of a plot as red, green, blue: the Okabe-Ito colours that stand out on white, which people with
/// a colour vision deficiency can tell apart. <https://jfly.uni-koeln.de/color/>
pub const PLOT_LINES: [[u8; 3]; 6] =
    [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233]];
