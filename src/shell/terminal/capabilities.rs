//! What the environment variables say about the terminal: whether it can show the dashboard, and its character set.

use anyhow::{Result, bail};

use crate::ui::guard::Charset;

/// The characters that the dashboard is drawn with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Glyphs {
    /// Unicode if the locale is UTF-8, otherwise ASCII.
    OfLocale,
    /// ASCII, whatever the locale says.
    Ascii,
}

/// The character set for the dashboard, from the environment variables.
///
/// The locale decides, not the type of terminal: the Linux console shows UTF-8 too. According to POSIX, the first of
/// `LC_ALL`, `LC_CTYPE` and `LANG` that is not empty counts, and without any of them the locale is `C`.
///
/// # Errors
///
/// When the terminal cannot move its cursor (`TERM=dumb`), or `TERM` is not set.
pub(crate) fn charset(glyphs: Glyphs, variable: impl Fn(&str) -> Option<String>) -> Result<Charset> {
    match variable("TERM").as_deref() {
        None | Some("") => bail!(
            "TERM is not set: the terminal may be unable to show the dashboard; use --headless, or set TERM"
        ),
        Some("dumb") => bail!("the terminal cannot show the dashboard (TERM=dumb); use --headless"),
        Some(_) => {}
    }
    if glyphs == Glyphs::Ascii {
        return Ok(Charset::Ascii);
    }
    let named =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    let locale = named.unwrap_or_default().to_ascii_uppercase();
    let has_utf_8 = locale.contains("UTF-8") || locale.contains("UTF8");
    Ok(if has_utf_8 { Charset::Unicode } else { Charset::Ascii })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(glyphs: Glyphs, variables: &[(&str, &str)]) -> Result<Charset, String> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        charset(glyphs, variable).map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_variable_of_the_locale_that_is_set_decides() {
        for (variables, expected) in [
            (&[("LANG", "en_GB.UTF-8")][..], Charset::Unicode),
            (&[("LANG", "C.utf8")], Charset::Unicode),
            (&[("LANG", "C.UTF-8"), ("LC_CTYPE", "C")], Charset::Ascii),
            (&[("LANG", "C.UTF-8"), ("LC_CTYPE", "")], Charset::Unicode),
            (&[("LANG", "C"), ("LC_CTYPE", "de_DE.UTF-8")], Charset::Unicode),
            (&[("LC_ALL", "POSIX"), ("LC_CTYPE", "C.UTF-8"), ("LANG", "C.UTF-8")], Charset::Ascii),
            (&[("LC_ALL", "en_US.ISO-8859-1")], Charset::Ascii),
            (&[], Charset::Ascii),
        ] {
            let whole = [variables, &[("TERM", "linux")]].concat();
            assert_eq!(of(Glyphs::OfLocale, &whole), Ok(expected), "{variables:?}");
            assert_eq!(of(Glyphs::Ascii, &whole), Ok(Charset::Ascii), "{variables:?}");
        }
    }

    #[test]
    fn a_terminal_that_cannot_move_its_cursor_is_refused_in_one_line() {
        for variables in [&[("TERM", "dumb")][..], &[("TERM", "")], &[]] {
            let message = of(Glyphs::OfLocale, variables).unwrap_err();
            assert!(message.contains("--headless") && !message.contains('\n'), "{message}");
        }
    }
}
