//! The styles of a screen as short text: runs of cells, by the names of the theme's roles.

use std::fmt::Write as _;

use bytewatch::app::AppEvent;
use bytewatch::app::action::Action;
use bytewatch::ui::theme::{Role, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};

use crate::harness::Harness;

impl Harness {
    /// Draws with the theme of this number from now on.
    pub(crate) fn choose_theme(&mut self, number: usize) {
        while self.app.palette().number() != number {
            self.app_event(AppEvent::ActionRequested(Action::Theme));
        }
    }
}

/// How a cell looks.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// The looks of the roles of a theme, over its background.
fn looks(theme: Theme) -> Vec<(Look, &'static str)> {
    let look = |role: Role| {
        let mut cell = Cell::EMPTY;
        cell.set_style(theme.style(Role::Text)).set_style(theme.style(role));
        (Look { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }, role.name())
    };
    Role::ALL.map(look).to_vec()
}

/// The look of a cell.
const fn look(cell: &Cell) -> Look {
    Look { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
}

/// A theme's cell, and the looks of its roles.
#[derive(Clone, Copy)]
struct Shown<'s> {
    look: Look,
    looks: &'s [(Look, &'static str)],
}

impl Shown<'_> {
    /// The roles with this look, if the cursor adds this to it.
    fn roles(self, added: Modifier) -> impl Iterator<Item = &'static str> {
        let Look { fg, bg, modifier } = self.look;
        let is_it =
            move |known: &Look| (known.fg, known.bg, known.modifier.union(added)) == (fg, bg, modifier);
        self.looks.iter().filter(move |(known, _)| is_it(known)).map(|(_, name)| *name)
    }
}

/// The first role with this look in both themes, with a sign for what the cursor adds: `!` for the byte under it, `_` for those
/// beside. If there is none, the colours of both.
fn name(dark: Shown<'_>, light: Shown<'_>) -> String {
    let beside = Modifier::BOLD.union(Modifier::UNDERLINED);
    for (sign, added) in [("", Modifier::empty()), ("!", Modifier::REVERSED), ("_", beside)] {
        let shared = dark.roles(added).find(|name| light.roles(added).any(|other| other == *name));
        if let Some(name) = shared {
            return format!("{name}{sign}");
        }
    }
    let [dark, light] = [dark, light].map(|Shown { look: Look { fg, bg, modifier }, .. }| {
        describe(Style { fg: Some(fg), bg: Some(bg), add_modifier: modifier, ..Style::default() })
    });
    format!("(dark {dark}, light {light})")
}

/// The colours and modifiers of a style.
pub(crate) fn describe(style: Style) -> String {
    let colour = |colour: Option<Color>| colour.map_or("-".to_owned(), |colour| colour.to_string());
    let modifier =
        if style.add_modifier.is_empty() { String::new() } else { format!(" {:?}", style.add_modifier) };
    format!("{} on {}{modifier}", colour(style.fg), colour(style.bg))
}

/// The runs of one row: each is the number of cells and the name of the role; `.` is plain text.
fn runs(names: impl Iterator<Item = String>) -> String {
    let mut runs: Vec<(usize, String)> = Vec::new();
    for name in names {
        match runs.last_mut().filter(|(_, last)| *last == name) {
            Some((length, _)) => *length += 1,
            None => runs.push((1, name)),
        }
    }
    let shown = |(length, name): &(usize, String)| {
        if name == Role::Text.name() { format!("{length}.") } else { format!("{length} {name}") }
    };
    runs.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// The styles of a screen in two themes. Rows that follow each other and look the same are one line.
pub(crate) fn of_both(dark: &Buffer, dark_theme: Theme, light: &Buffer, light_theme: Theme) -> String {
    let (dark_looks, light_looks) = (looks(dark_theme), looks(light_theme));
    let width = usize::from(dark.area.width);
    let cells: Vec<_> = dark.content.iter().zip(&light.content).collect();
    let row = |cells: &[(&Cell, &Cell)]| {
        runs(cells.iter().map(|(dark, light)| {
            let dark = Shown { look: look(dark), looks: &dark_looks };
            name(dark, Shown { look: look(light), looks: &light_looks })
        }))
    };
    let rows: Vec<_> = cells.chunks(width).map(row).collect();
    let mut out = String::new();
    let mut first = 0;
    for same in rows.chunk_by(|one, other| one == other) {
        let last = first + same.len() - 1;
        let label = if first == last { first.to_string() } else { format!("{first}-{last}") };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{label}: {}", same[0]);
        first = last + 1;
    }
    out
}
