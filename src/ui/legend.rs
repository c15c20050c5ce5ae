//! The glyph and the role of each sign that the help explains, as they are used on the rest of the screen.

use super::glyphs;
use super::theme::Role;
use crate::app::payload::row::Kind;
use crate::app::signs::Sign;

/// The glyph of a sign, and its role.
#[must_use]
pub const fn drawn(sign: Sign) -> (&'static str, Role) {
    match sign {
        Sign::Received => (glyphs::RECEIVED, Role::Received),
        Sign::Sent => (glyphs::SENT, Role::Sent),
        Sign::Byte(kind) => (sample(kind), Role::of(kind)),
        Sign::Continued => (glyphs::CONTINUED, Role::Dim),
        Sign::Rest => (glyphs::REST, Role::ByteMulti),
        Sign::Malformed => (glyphs::MALFORMED, Role::ByteMalformed),
        Sign::Pending => (glyphs::PENDING, Role::BytePending),
        Sign::Control => ("␊", Role::ByteControl),
        Sign::Space => ("␣", Role::ByteSpace),
        Sign::Circle => ("◌", Role::ByteMulti),
        Sign::Thumb => (glyphs::THUMB, Role::Text),
        Sign::ThumbMalformed => (glyphs::THUMB_MALFORMED, Role::Bad),
        Sign::RulerMalformed => (glyphs::RULER_MALFORMED, Role::Bad),
        Sign::Open => (glyphs::OPEN, Role::Good),
        Sign::Slow => (glyphs::SLOW, Role::Warn),
        Sign::HalfClosed => (glyphs::HALF_CLOSED, Role::Warn),
        Sign::Closed => (glyphs::CLOSED, Role::Dim),
        Sign::Broken => (glyphs::BROKEN, Role::Bad),
        Sign::Selected => (glyphs::SELECTED, Role::Focus),
        Sign::Descending => (glyphs::DESCENDING, Role::Focus),
        Sign::Ascending => (glyphs::ASCENDING, Role::Focus),
        Sign::Follow => (glyphs::FOLLOW, Role::Dim),
        Sign::Frozen => (glyphs::FROZEN, Role::Warn),
        Sign::Public => ("PUBLIC", Role::Warn),
        Sign::Blocked => ("BLOCKED", Role::Alarm),
        Sign::Released => ("MOUSE OFF", Role::Warn),
        Sign::Beyond => ("↑", Role::Text),
    }
}

/// A sample of a byte class: a glyph, or bytes in hex.
const fn sample(kind: Kind) -> &'static str {
    match kind {
        Kind::Ascii => "41",
        Kind::Space => "20",
        Kind::Control => "1b",
        Kind::Null => "00",
        Kind::Multi => "c3 a9",
        Kind::Malformed => "ff",
        Kind::Pending => "e2 82",
        Kind::Cut => "ac",
        Kind::Hidden => "▯",
        Kind::Border => glyphs::CHUNK_BORDER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Glyphs that need no explanation: axes, rules, bars and separators.
    const PLAIN: [&str; 10] =
        ["BARS", "DOT", "BAR", "RULE", "TIME_AXIS", "TIME_TICK", "TICK", "AXIS", "ORIGIN", "OTHER"];

    #[test]
    fn every_glyph_is_explained() {
        let mut seen = 0;
        for line in include_str!("glyphs.rs").lines() {
            let Some((name, value)) =
                line.strip_prefix("pub const ").and_then(|rest| rest.split_once(": &str = \""))
            else {
                continue;
            };
            seen += 1;
            let glyph = value.trim_end_matches("\";").replace("\\u{fffd}", "\u{fffd}");
            let explained = Sign::ALL.iter().any(|sign| drawn(*sign).0 == glyph);
            assert!(explained || PLAIN.contains(&name), "{name} {glyph} is not in the help");
        }
        assert!(seen > 20, "the glyphs are read");
    }

    #[test]
    fn every_class_of_bytes_is_explained() {
        let shown = |role| Sign::ALL.iter().any(|sign| drawn(*sign).1 == role);
        for role in Role::ALL.into_iter().filter(|role| format!("{role:?}").starts_with("Byte")) {
            assert!(shown(role), "{role:?}");
        }
    }

    #[test]
    fn every_meaning_fits_its_line() {
        for sign in Sign::ALL {
            assert!(sign.meaning().len() <= 59, "{}", sign.meaning());
        }
    }
}
