//! The themes that there are: those that come with the program, and those of the user.

use ratatui::style::Style;

use super::built_in;
use super::depth::ColorDepth;
use super::role::Role;
use super::scheme::Theme;
use super::style_text;
use crate::bytes::suggestion;

/// The style of one role, as a configuration file has it.
#[derive(Clone, Copy, Debug)]
pub struct RoleStyle {
    role: Role,
    style: Style,
}

impl RoleStyle {
    /// Parses the name of a role and its style, such as `malformed` and `#ff0000 bold`.
    ///
    /// # Errors
    ///
    /// One sentence that says what is wrong, and what would be right.
    pub fn parse(role: &str, style: &str) -> Result<Self, String> {
        let found = Role::ALL.into_iter().find(|known| known.name() == role);
        let Some(role) = found else {
            let names = Role::ALL.map(Role::name);
            let end = match suggestion::nearest(role, names) {
                Some(meant) => format!("did you mean {meant}?"),
                None => format!("it is one of {}", names.join(", ")),
            };
            return Err(format!("no part of the screen is called {role}; {end}"));
        };
        let style = style_text::parse(style)
            .map_err(|why| format!("{} cannot be \"{style}\": {why}", role.name()))?;
        Ok(Self { role, style })
    }
}

/// The themes that there are, in the order in which a key goes through them.
#[derive(Clone, PartialEq, Debug)]
pub struct Themes {
    names: Vec<String>,
    themes: Vec<Theme>,
}

impl Default for Themes {
    fn default() -> Self {
        Self { names: built_in::NAMES.map(str::to_owned).to_vec(), themes: built_in::THEMES.to_vec() }
    }
}

impl Default for Theme {
    fn default() -> Self {
        built_in::THEMES[0]
    }
}

impl Themes {
    /// The theme that fits most terminals.
    pub const OF_TERMINAL: &str = "terminal";
    /// The theme without colours, for `NO_COLOR`.
    pub const WITHOUT_COLOURS: &str = "mono";

    /// The names of the themes.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of the theme of this name.
    ///
    /// # Errors
    ///
    /// One sentence that says which themes there are.
    pub fn find(&self, name: &str) -> Result<usize, String> {
        self.names.iter().position(|known| known == name).ok_or_else(|| {
            let meant = suggestion::nearest(name, self.names.iter().map(String::as_str));
            let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            format!("it is one of {}{meant}", self.names.join(", "))
        })
    }

    /// The theme of this number; numbers go on from the start after the last one.
    #[must_use]
    pub fn get(&self, number: usize) -> Theme {
        self.themes[number % self.themes.len()]
    }

    /// Defines a theme: these styles, and the others from `base`. A theme without a base needs a style for each role.
    ///
    /// # Errors
    ///
    /// One sentence: the name is taken, there is no such base, or a role has no style.
    pub fn define(&mut self, name: &str, base: Option<&str>, styles: &[RoleStyle]) -> Result<(), String> {
        if self.names.iter().any(|known| known == name) {
            return Err(format!("the name {name} is taken: change a theme of the program below [colors]"));
        }
        let base = match base {
            Some(base) => self.get(
                self.find(base)
                    .map_err(|why| format!("the base of the theme {name} cannot be '{base}': {why}"))?,
            ),
            None => {
                let is_lacking = |role: &Role| styles.iter().all(|style| style.role != *role);
                let lacking: Vec<_> = Role::ALL.into_iter().filter(is_lacking).map(Role::name).collect();
                if let Some(first) = lacking.first() {
                    return Err(format!(
                        "the theme {name} lacks a colour for {}: write {first} = \"#rrggbb\" and so on, or \
                         base = \"dark\" to take what is missing from there",
                        lacking.join(", ")
                    ));
                }
                Theme::of(|_| Style::new())
            }
        };
        self.names.push(name.to_owned());
        self.themes.push(with(base, styles));
        Ok(())
    }

    /// Changes styles of the theme of this number.
    pub fn change(&mut self, number: usize, styles: &[RoleStyle]) {
        if let Some(theme) = self.themes.get_mut(number) {
            *theme = with(*theme, styles);
        }
    }

    /// The same themes with the nearest colours that a terminal has.
    #[must_use]
    pub fn reduced(mut self, depth: ColorDepth) -> Self {
        for theme in &mut self.themes {
            *theme = depth.reduced(*theme);
        }
        self
    }
}

fn with(mut theme: Theme, styles: &[RoleStyle]) -> Theme {
    for RoleStyle { role, style } in styles {
        theme.set(*role, *style);
    }
    theme
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier};

    use super::*;

    fn styles(all: &[(&str, &str)]) -> Vec<RoleStyle> {
        all.iter().map(|(role, style)| RoleStyle::parse(role, style).unwrap()).collect()
    }

    #[test]
    fn a_theme_takes_from_its_base_what_it_does_not_say() {
        let mut themes = Themes::default();
        themes.define("mine", Some("dark"), &styles(&[("bad", "#ff0000 bold")])).unwrap();
        let [dark, mine] = ["dark", "mine"].map(|name| themes.get(themes.find(name).unwrap()));
        assert_eq!(
            mine.style(Role::Bad),
            Style::new().fg(Color::Rgb(255, 0, 0)).add_modifier(Modifier::BOLD)
        );
        let others = Role::ALL.into_iter().filter(|role| *role != Role::Bad);
        assert!(others.into_iter().all(|role| mine.style(role) == dark.style(role)));
        assert_eq!(themes.get(themes.names().len()), themes.get(0), "after the last one comes the first");
        let number = themes.find("mono").unwrap();
        themes.change(number, &styles(&[("text", "green")]));
        assert_eq!(themes.get(number).style(Role::Text), Style::new().fg(Color::Indexed(2)));
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence() {
        let mut themes = Themes::default();
        let lacking = themes.define("mine", None, &styles(&[("text", "white"), ("dim", "7")])).unwrap_err();
        assert!(lacking.starts_with("the theme mine lacks a colour for title, "), "{lacking}");
        let all = Role::ALL.into_iter().filter(|role| !["text", "dim"].contains(&role.name()));
        for role in all {
            assert!(lacking.contains(&format!(" {}", role.name())), "{lacking}");
        }
        assert!(lacking.contains("write title = \"#rrggbb\" and so on, or base = \"dark\""), "{lacking}");
        let taken = themes.define("dark", None, &[]).unwrap_err();
        assert!(taken.contains("is taken") && taken.contains("[colors]"), "{taken}");
        let base = themes.define("mine", Some("drak"), &[]).unwrap_err();
        assert!(base.contains("cannot be 'drak'") && base.ends_with("did you mean dark?"), "{base}");
        let role = RoleStyle::parse("malfromed", "red").unwrap_err();
        assert_eq!(role, "no part of the screen is called malfromed; did you mean malformed?");
        let style = RoleStyle::parse("bad", "rde").unwrap_err();
        assert!(style.starts_with("bad cannot be \"rde\": 'rde' is no colour"), "{style}");
        let whole = Role::ALL.map(|role| RoleStyle::parse(role.name(), "red").unwrap());
        assert!(themes.define("mine", None, &whole).is_ok());
    }

    #[test]
    fn colours_are_reduced_to_what_there_is() {
        let few = Themes::default().reduced(ColorDepth::Named);
        for number in 0..few.names().len() {
            for role in Role::ALL {
                let style = few.get(number).style(role);
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    assert!(matches!(colour, Color::Indexed(0..16)), "{role:?}: {colour:?}");
                }
            }
        }
    }
}
