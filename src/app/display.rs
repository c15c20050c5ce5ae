//! How the screen is divided and drawn, as the user has chosen it.

use ratatui::layout::{Rect, Size};

use crate::app::focus::{Pane, Zoom};

/// How the screen is divided and drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Display {
    /// The size of the terminal in cells.
    pub size: Size,
    /// The focused pane.
    pub focus: Pane,
    /// Whether the focused pane fills the screen.
    pub zoom: Zoom,
    /// What was counted when the user froze the display, while it is frozen.
    pub frozen: Option<Frozen>,
    /// Whether the program or the terminal handles the mouse.
    pub mouse_owner: MouseOwner,
    /// The colours.
    pub palette: Palette,
}

/// What was counted when the user froze the display.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frozen {
    /// Bytes moved in both directions.
    pub bytes: u64,
}

impl Display {
    /// Returns how a screen of this size is drawn at first.
    #[must_use]
    pub fn new(size: Size, palette: Palette) -> Self {
        Self {
            size,
            focus: Pane::default(),
            zoom: Zoom::default(),
            frozen: None,
            mouse_owner: MouseOwner::default(),
            palette,
        }
    }

    /// Returns the area of the whole screen.
    #[must_use]
    pub const fn area(&self) -> Rect {
        Rect { x: 0, y: 0, width: self.size.width, height: self.size.height }
    }
}

/// Which colour theme is in effect; the themes themselves are defined in `ui`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Palette {
    number: usize,
    count: usize,
}

impl Palette {
    /// Returns the theme of this number, out of this many themes.
    #[must_use]
    pub const fn new(number: usize, count: usize) -> Self {
        Self { number, count }
    }

    /// Returns the number of the theme.
    #[must_use]
    pub const fn number(self) -> usize {
        self.number
    }

    /// Returns the next theme; the last one is followed by the first.
    #[must_use]
    pub const fn next(self) -> Self {
        let next = self.number + 1;
        Self { number: if next < self.count { next } else { 0 }, ..self }
    }
}

/// Whether the program or the terminal handles the mouse.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MouseOwner {
    /// The dashboard handles clicks and the wheel.
    #[default]
    App,
    /// The terminal selects text with the mouse.
    Terminal,
}

impl MouseOwner {
    /// Returns the other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::App => Self::Terminal,
            Self::Terminal => Self::App,
        }
    }
}
