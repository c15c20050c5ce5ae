//! All colours of the dashboard, by what they mean.
//!
//! The default theme uses the terminal's own 16 colours and paints no background, so it fits a light and a dark
//! terminal alike. Colour never carries a meaning alone: a glyph or a word says the same. The monochrome theme is for
//! `NO_COLOR` (<https://no-color.org>).

use ratatui::style::{Color, Modifier, Style};

/// Which set of colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// The terminal's 16 colours.
    #[default]
    Terminal,
    /// No colour: bold, dim, underlined, reversed.
    Mono,
}

/// What a piece of the screen means.
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
    /// The border and title of the pane that has the keys.
    Focus,
    /// The selected row.
    Selected,
    /// A key in the footer or the help.
    Key,
    /// What is chosen among alternatives: tab, backend.
    Chosen,
    /// Received bytes.
    Received,
    /// Sent bytes.
    Sent,
    /// Something is as it should be.
    Good,
    /// Worth a look: slow, half-closed, missed.
    Warn,
    /// Wrong: malformed, reset, failed.
    Bad,
    /// Wrong right now, to be seen from afar.
    Alarm,
    /// The border between two chunks.
    ChunkBorder,
    /// A byte that is an ASCII letter, digit or sign.
    ByteAscii,
    /// A byte that is ASCII white space.
    ByteSpace,
    /// A byte that is an ASCII control.
    ByteControl,
    /// The zero byte.
    ByteNull,
    /// A byte of a character of two or more bytes.
    ByteMulti,
    /// A byte of a malformed part.
    ByteMalformed,
    /// A byte of a character whose rest has not arrived.
    BytePending,
    /// A placeholder for a character that has no glyph of its own.
    Placeholder,
    /// Bits that say what part a byte plays.
    BitPrefix,
    /// Bits that carry the code point.
    BitPayload,
    /// Bits that should be others.
    BitBad,
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

    /// What is under the cursor of the stream.
    #[must_use]
    pub const fn under_cursor(style: Style) -> Style {
        style.add_modifier(Modifier::REVERSED)
    }

    /// What belongs to the same character.
    #[must_use]
    pub const fn beside_cursor(style: Style) -> Style {
        style.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED))
    }
}

const fn terminal(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text | Role::ByteAscii => plain,
        Role::Dim | Role::Border | Role::ChunkBorder | Role::ByteNull => plain.fg(Color::DarkGray),
        Role::Title => plain.add_modifier(Modifier::BOLD),
        Role::Focus => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Role::Selected => plain.add_modifier(Modifier::REVERSED),
        Role::Key => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Role::Chosen => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
        Role::Received => plain.fg(Color::Cyan),
        Role::Sent => plain.fg(Color::Yellow),
        Role::Good | Role::ByteSpace => plain.fg(Color::Green),
        Role::Warn | Role::ByteControl | Role::Placeholder => plain.fg(Color::Yellow),
        Role::Bad => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
        Role::Alarm => plain.fg(Color::Red).add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
        Role::ByteMulti => plain.fg(Color::Magenta),
        Role::ByteMalformed => plain.fg(Color::Red).add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::BytePending => plain.fg(Color::Blue).add_modifier(Modifier::UNDERLINED),
        Role::BitPrefix => plain.fg(Color::Cyan),
        Role::BitPayload => plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
        Role::BitBad => plain.fg(Color::Red).add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
    }
}

const fn mono(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Dim | Role::Border | Role::ChunkBorder | Role::ByteNull => plain.add_modifier(Modifier::DIM),
        Role::Title | Role::Focus | Role::Key | Role::Bad | Role::ByteMulti => {
            plain.add_modifier(Modifier::BOLD)
        }
        Role::Selected | Role::Chosen | Role::Alarm | Role::BitBad => plain.add_modifier(Modifier::REVERSED),
        Role::BitPrefix => plain.add_modifier(Modifier::DIM),
        Role::BitPayload => plain.add_modifier(Modifier::BOLD),
        Role::ByteMalformed => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::BytePending | Role::Warn => plain.add_modifier(Modifier::UNDERLINED),
        _ => plain,
    }
}

/// Colours of lines in a figure, red, green, blue: those of Okabe and Ito that stand out on white, which people who see
/// fewer colours can tell apart too. <https://jfly.uni-koeln.de/color/>
pub const LINES: [[u8; 3]; 6] =
    [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233]];
