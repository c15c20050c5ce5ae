//! How the dashboard looks and is operated: its characters, colours and keys, from the options and from what the terminal says.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use etcetera::BaseStrategy as _;

use crate::app::Palette;
use crate::app::keymap::Keymap;
use crate::ui::guard::Charset;
use crate::ui::theme::{ColorDepth, Themes};

use crate::shell::remembered::Remembered;
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
    /// Whether the dashboard begins with what the user chose the last time.
    pub memory: Memory,
}

/// Whether the dashboard begins with what the user chose the last time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Memory {
    /// It does not, and keeps nothing.
    #[default]
    Forget,
    /// It does, but for a theme that is asked for by its name.
    Remember,
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
    /// What the user chose the last time, if it is remembered.
    pub(crate) remembered: Option<Remembered>,
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
        let LookOptions { glyphs, themes, theme, keymap, memory } = options;
        let without_colours = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let name = match &theme {
            Some(name) => name,
            None if without_colours => Themes::WITHOUT_COLOURS,
            None => Themes::OF_TERMINAL,
        };
        let number = themes.find(name).map_err(|why| anyhow!("the theme cannot be '{name}': {why}"))?;
        let remembered = match memory {
            Memory::Forget => None,
            Memory::Remember => Some(Remembered::in_file(place()?)),
        };
        let start = Palette::new(number, themes.names().len());
        let last = remembered.as_ref().filter(|_| theme.is_none()).and_then(|last| last.theme(&themes));
        Ok(Self {
            charset: capabilities::charset(glyphs, &variable)?,
            palette: last.unwrap_or(start),
            keymap,
            remembered,
            themes: themes.reduced(ColorDepth::of_terminal(variable)),
        })
    }
}

/// Where the choices are kept on this platform.
fn place() -> Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy().context("there is no place for what --remember keeps")?;
    let folder = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Ok(folder.join("bytewatch").join("choices"))
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
            memory: Memory::Forget,
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
