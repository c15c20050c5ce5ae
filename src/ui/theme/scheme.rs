//! A theme, and the few colours that one is made of.

use ratatui::style::{Color, Modifier, Style};

use super::role::Role;

/// A style for each role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The style of a role.
    #[must_use]
    pub const fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
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

    /// Changes the style of a role.
    pub(super) const fn set(&mut self, role: Role, style: Style) {
        self.styles[role as usize] = style;
    }

    /// The theme with each style changed in this way.
    pub(super) fn map(self, change: impl Fn(Style) -> Style) -> Self {
        Self { styles: self.styles.map(change) }
    }

    /// The theme whose roles have these styles.
    pub(super) fn of(style: impl Fn(Role) -> Style) -> Self {
        Self { styles: Role::ALL.map(style) }
    }
}

/// `#000000`, on [`YELLOW`] only.
const BLACK: Color = Color::Indexed(16);
/// `#ffd700`, as a background only.
const YELLOW: Color = Color::Indexed(220);
/// `#ffffff`, on [`DARK_BLUE`] only.
const WHITE: Color = Color::Indexed(231);
/// `#005f87`, as a background only.
const DARK_BLUE: Color = Color::Indexed(24);

/// The colours of a theme.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scheme {
    /// The background, if the theme paints one.
    pub(super) background: Option<Color>,
    /// Ordinary text; `None` is the terminal's own colour.
    pub(super) text: Option<Color>,
    /// Text that matters less.
    pub(super) dim: Color,
    /// Lines between the parts of the screen.
    pub(super) line: Color,
    /// What has the focus, keys, and received bytes.
    pub(super) accent: Color,
    /// Sent bytes.
    pub(super) sent: Color,
    /// A normal state.
    pub(super) good: Color,
    /// A state that deserves attention.
    pub(super) warn: Color,
    /// An error.
    pub(super) bad: Color,
    /// Bytes of characters that have several.
    pub(super) multi: Color,
    /// Bytes whose rest has not arrived.
    pub(super) pending: Color,
}

impl Scheme {
    /// The theme of these colours.
    pub(super) fn theme(self) -> Theme {
        let background = |style: Style| match self.background {
            Some(colour) if style.bg.is_none() => style.bg(colour),
            _ => style,
        };
        Theme::of(|role| background(self.style(role)))
    }

    fn style(&self, role: Role) -> Style {
        let text = self.text.map_or(Style::new(), |colour| Style::new().fg(colour));
        let of = |colour| Style::new().fg(colour);
        match role {
            Role::Text | Role::ByteAscii => text,
            Role::Dim | Role::ByteNull => of(self.dim),
            Role::Border | Role::ChunkBorder => of(self.line),
            Role::Title => text.add_modifier(Modifier::BOLD),
            Role::Focus | Role::Key => of(self.accent).add_modifier(Modifier::BOLD),
            Role::Selected => text.add_modifier(Modifier::REVERSED),
            Role::Chosen => of(self.accent).add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
            Role::Received | Role::BitPrefix => of(self.accent),
            Role::Sent => of(self.sent),
            Role::Good | Role::ByteSpace => of(self.good),
            Role::Warn | Role::ByteControl | Role::Placeholder => of(self.warn),
            Role::Bad => of(self.bad).add_modifier(Modifier::BOLD),
            Role::Alarm | Role::BitBad => of(self.bad).add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
            Role::ByteMulti => of(self.multi),
            Role::ByteMalformed => of(self.bad).add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            Role::BytePending => of(self.pending).add_modifier(Modifier::UNDERLINED),
            Role::Hit => Style::new().fg(BLACK).bg(YELLOW),
            Role::Selection => Style::new().fg(WHITE).bg(DARK_BLUE),
            Role::BitPayload => of(self.multi).add_modifier(Modifier::BOLD),
        }
    }
}
