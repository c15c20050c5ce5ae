//! How many colours the terminal has, and the nearest of them.

use anstyle::{Ansi256Color, AnsiColor, RgbColor};
use anstyle_lossy::palette;
use ratatui::style::{Color, Style};

use super::scheme::Theme;

/// How many colours the terminal has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColorDepth {
    /// The 16 named colours, whose values are those of the terminal.
    Named,
    /// 256 colours, 240 of which are the same everywhere.
    Indexed,
    /// Red, green and blue.
    TrueColor,
}

/// Types of terminals with 16 colours; a type that starts with one of these names counts too.
const NAMED_ONLY: [&str; 7] = ["linux", "ansi", "vt", "cons25", "cygwin", "screen.linux", "rxvt-16color"];

impl ColorDepth {
    /// The number of colours, from the environment variables: `COLORTERM` names terminals with true colour, `TERM` those
    /// with 16 colours. A terminal that says neither has 256.
    #[must_use]
    pub fn of_terminal(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| variable(name).unwrap_or_default().to_ascii_lowercase();
        let (colors, term) = (value("COLORTERM"), value("TERM"));
        if matches!(colors.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
            return Self::TrueColor;
        }
        let is_named = NAMED_ONLY.iter().any(|name| term.starts_with(name)) || term.ends_with("-16color");
        if is_named && !term.contains("256") { Self::Named } else { Self::Indexed }
    }

    /// The theme with the nearest colours that there are.
    pub(super) fn reduced(self, theme: Theme) -> Theme {
        theme.map(|style| Style {
            fg: style.fg.map(|colour| self.nearest(colour)),
            bg: style.bg.map(|colour| self.nearest(colour)),
            ..style
        })
    }

    fn nearest(self, colour: Color) -> Color {
        match (self, colour) {
            (Self::Indexed, Color::Rgb(red, green, blue)) => {
                Color::Indexed(anstyle_lossy::rgb_to_xterm(RgbColor(red, green, blue)).index())
            }
            (Self::Named, Color::Rgb(red, green, blue)) => {
                named(anstyle_lossy::rgb_to_ansi(RgbColor(red, green, blue), palette::VGA))
            }
            (Self::Named, Color::Indexed(index)) => {
                named(anstyle_lossy::xterm_to_ansi(Ansi256Color(index), palette::VGA))
            }
            (_, colour) => colour,
        }
    }
}

/// The color by its number: all terminals have these 16, but each with values of its own.
fn named(colour: AnsiColor) -> Color {
    Color::Indexed(Ansi256Color::from_ansi(colour).index())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_says_how_many_colours_it_has() {
        for (colors, term, depth) in [
            ("truecolor", "xterm-256color", ColorDepth::TrueColor),
            ("24bit", "xterm", ColorDepth::TrueColor),
            ("", "xterm-direct", ColorDepth::TrueColor),
            ("", "xterm-256color", ColorDepth::Indexed),
            ("yes", "xterm", ColorDepth::Indexed),
            ("", "", ColorDepth::Indexed),
            ("", "linux", ColorDepth::Named),
            ("", "vt220", ColorDepth::Named),
            ("", "linux-16color", ColorDepth::Named),
            ("", "vte-256color", ColorDepth::Indexed),
        ] {
            let variable = |name: &str| match name {
                "COLORTERM" => Some(colors.to_owned()),
                "TERM" => Some(term.to_owned()),
                _ => None,
            };
            assert_eq!(ColorDepth::of_terminal(variable), depth, "{colors} {term}");
        }
    }

    #[test]
    fn a_colour_becomes_the_nearest_one() {
        let orange = Color::Rgb(255, 175, 95);
        assert_eq!(ColorDepth::TrueColor.nearest(orange), orange);
        assert_eq!(ColorDepth::Indexed.nearest(orange), Color::Indexed(215));
        assert_eq!(ColorDepth::Named.nearest(Color::Rgb(250, 90, 90)), Color::Indexed(9));
        assert_eq!(ColorDepth::Named.nearest(Color::Indexed(196)), Color::Indexed(1));
        assert_eq!(ColorDepth::Indexed.nearest(Color::Indexed(30)), Color::Indexed(30));
        assert_eq!(ColorDepth::Named.nearest(Color::Reset), Color::Reset);
    }
}
