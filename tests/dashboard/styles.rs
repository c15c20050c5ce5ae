//! The styles of a screen as short text: runs of cells, by the names of the theme's roles.

use std::fmt::Write as _;

use bytewatch::ui::theme::{Role, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};

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

/// The first role with this look, with a sign for what the cursor adds: `!` for the byte under it, `_` for those beside.
fn name(look: Look, looks: &[(Look, &'static str)]) -> String {
    let beside = Modifier::BOLD.union(Modifier::UNDERLINED);
    for (sign, added) in [("", Modifier::empty()), ("!", Modifier::REVERSED), ("_", beside)] {
        let is_it = |known: &&(Look, &str)| {
            let (known, _) = known;
            (known.fg, known.bg, known.modifier.union(added)) == (look.fg, look.bg, look.modifier)
        };
        if let Some((_, name)) = looks.iter().find(is_it) {
            return format!("{name}{sign}");
        }
    }
    let Look { fg, bg, modifier } = look;
    describe(Style { fg: Some(fg), bg: Some(bg), add_modifier: modifier, ..Style::default() })
}

/// The colours and modifiers of a style.
pub(crate) fn describe(style: Style) -> String {
    let colour = |colour: Option<Color>| colour.map_or("-".to_owned(), |colour| colour.to_string());
    let modifier = if style.add_modifier.is_empty() { String::new() } else { format!(" {:?}", style.add_modifier) };
    format!("{} on {}{modifier}", colour(style.fg), colour(style.bg))
}

/// The runs of one row: each is the number of cells and the name of the role; `.` is plain text.
fn row(cells: &[Cell], looks: &[(Look, &'static str)]) -> String {
    let mut runs: Vec<(usize, String)> = Vec::new();
    for cell in cells {
        let name = name(Look { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }, looks);
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

/// The styles of a screen in two themes. Rows that follow each other and look the same are one line; where the themes give cells
/// other roles, there is one for each.
pub(crate) fn of_both(dark: &Buffer, dark_theme: Theme, light: &Buffer, light_theme: Theme) -> String {
    let rows = |buffer: &Buffer, theme: Theme| {
        let (looks, width) = (looks(theme), usize::from(buffer.area.width));
        buffer.content.chunks(width).map(|cells| row(cells, &looks)).collect::<Vec<_>>()
    };
    let both: Vec<_> = rows(dark, dark_theme).into_iter().zip(rows(light, light_theme)).collect();
    let mut out = String::new();
    let mut first = 0;
    for same in both.chunk_by(|one, other| one == other) {
        let last = first + same.len() - 1;
        let label = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let (dark, light) = &same[0];
        // Writing to a string cannot fail.
        let _ = if dark == light {
            writeln!(out, "{label}: {dark}")
        } else {
            writeln!(out, "{label} dark: {dark}\n{label} light: {light}")
        };
        first = last + 1;
    }
    out
}
