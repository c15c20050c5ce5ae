//! A style as text: `#ff8700 bold on #202020`.

use ratatui::style::{Color, Modifier, Style};

use crate::bytes::suggestion;

/// Words of a style beside its colours.
const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// The names of the 16 colours, by their number.
const COLOURS: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// The terminal's own colour.
const DEFAULT: &str = "default";

/// What a style can be made of.
pub(super) const FORM: &str = "\"#rrggbb\", a number from 0 to 255, a name like red, or default; then bold, dim, italic, \
                               underlined or reversed; then on and a background";

/// Parses a style.
///
/// # Errors
///
/// One sentence that says which word is wrong, and what would be right.
pub(super) fn parse(text: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if word == "on" {
            let background = words.next().ok_or_else(|| format!("a background follows on: {FORM}"))?;
            style.bg = Some(colour(background)?);
        } else if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else if style.fg.is_some() {
            return Err(format!("'{word}' is a second colour: {FORM}"));
        } else {
            style.fg = Some(colour(word)?);
        }
    }
    if style == Style::new() {
        return Err(format!("it says nothing: it is {FORM}"));
    }
    Ok(style)
}

fn colour(word: &str) -> Result<Color, String> {
    if word == DEFAULT {
        return Ok(Color::Reset);
    }
    if let Some(hex) = word.strip_prefix('#') {
        let is_hex = hex.len() == 6 && hex.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u32::from_str_radix(hex, 16).ok().filter(|_| is_hex);
        let [_, red, green, blue] = number
            .ok_or_else(|| format!("'{word}' is no colour: write #rrggbb, like #ff8700"))?
            .to_be_bytes();
        return Ok(Color::Rgb(red, green, blue));
    }
    let named = COLOURS.iter().zip(0..).find(|(name, _)| **name == word).map(|(_, number)| number);
    if let Some(number) = named.or_else(|| word.parse::<u8>().ok()) {
        return Ok(Color::Indexed(number));
    }
    let words = COLOURS.into_iter().chain(MODIFIERS.map(|(name, _)| name)).chain([DEFAULT, "on"]);
    let meant = suggestion::nearest(word, words).map(|meant| format!("; did you mean {meant}?"));
    Err(format!("'{word}' is no colour: it is {FORM}{}", meant.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_has_colours_and_modifiers() {
        for (text, style) in [
            ("#ff8700", Style::new().fg(Color::Rgb(255, 135, 0))),
            ("#FF8700 bold", Style::new().fg(Color::Rgb(255, 135, 0)).add_modifier(Modifier::BOLD)),
            ("208 on 0", Style::new().fg(Color::Indexed(208)).bg(Color::Indexed(0))),
            ("bright-red underlined on default", {
                Style::new().fg(Color::Indexed(9)).bg(Color::Reset).add_modifier(Modifier::UNDERLINED)
            }),
            ("reversed", Style::new().add_modifier(Modifier::REVERSED)),
            ("default", Style::new().fg(Color::Reset)),
        ] {
            assert_eq!(parse(text), Ok(style), "{text}");
        }
    }

    #[test]
    fn what_is_no_style_is_said() {
        for (text, part) in [
            ("", "it says nothing"),
            ("#ff87", "'#ff87' is no colour: write #rrggbb"),
            ("#+f8700", "is no colour"),
            ("256", "'256' is no colour"),
            ("redd", "did you mean red?"),
            ("red blod", "'blod' is a second colour"),
            ("boldd", "did you mean bold?"),
            ("red on", "a background follows on"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(part) && !message.contains('\n'), "{text}: {message}");
        }
    }
}
