//! How the dashboard looks and is operated: its characters, colours and keys, from the options and from what the terminal says.

use anyhow::{Result, anyhow};

use crate::app::Palette;
use crate::app::keymap::Keymap;
use crate::ui::guard::Charset;
use crate::ui::theme::{ColorDepth, Themes};

use crate::shell::terminal::capabilities::{self, Glyphs};

/// What the options say about the looks and the keys of the dashboard.
#[derive(Debug)]
pub struct LookOptions {
    /// The characters that the dashboard is drawn with.
    pub glyphs: Glyphs,
    /// The colour themes that there are.
    pub themes: Themes,
    /// The name of the theme to start with; `None` leaves it to the terminal.
    pub theme: Option<String>,
    /// Which keys run which commands.
    pub keymap: Keymap,
}

/// How the dashboard looks and is operated on this terminal.
#[derive(Debug)]
pub(crate) struct Looks {
    /// The characters that the terminal shows.
    pub(crate) charset: Charset,
    /// The colour themes, in the colours that the terminal has.
    pub(crate) themes: Themes,
    /// The theme to start with.
    pub(crate) palette: Palette,
    /// Which keys run which commands.
    pub(crate) keymap: Keymap,
}

impl Looks {
    /// The looks on the terminal that these environment variables describe. `NO_COLOR` decides unless a theme is asked
    /// for by its name: <https://no-color.org> puts the choice of the user first.
    ///
    /// # Errors
    ///
    /// When the terminal cannot show the dashboard, or there is no such theme.
    pub(crate) fn of_terminal(
        options: LookOptions,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let LookOptions { glyphs, themes, theme, keymap } = options;
        let without_colours = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let name = match &theme {
            Some(name) => name,
            None if without_colours => Themes::WITHOUT_COLOURS,
            None => Themes::OF_TERMINAL,
        };
        let number = themes.find(name).map_err(|why| anyhow!("the theme cannot be '{name}': {why}"))?;
        Ok(Self {
            charset: capabilities::charset(glyphs, &variable)?,
            palette: Palette::new(number, themes.names().len()),
            keymap,
            themes: themes.reduced(ColorDepth::of_terminal(variable)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(theme: Option<&str>, variables: &[(&str, &str)]) -> String {
        let options = LookOptions {
            glyphs: Glyphs::OfLocale,
            themes: Themes::default(),
            theme: theme.map(str::to_owned),
            keymap: Keymap::default(),
        };
        let variable = |name: &str| {
            let known = variables.iter().chain(&[("TERM", "xterm")]);
            known.into_iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let looks = Looks::of_terminal(options, variable).unwrap();
        looks.themes.names()[looks.palette.number()].clone()
    }

    #[test]
    fn the_user_chooses_the_theme_and_otherwise_the_terminal() {
        assert_eq!(theme(None, &[]), "terminal");
        assert_eq!(theme(None, &[("NO_COLOR", "1")]), "mono");
        assert_eq!(theme(None, &[("NO_COLOR", "")]), "terminal");
        assert_eq!(theme(Some("dark"), &[]), "dark");
        assert_eq!(theme(Some("dark"), &[("NO_COLOR", "1")]), "dark");
    }
}
