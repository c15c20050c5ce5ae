//! The glyph and the role of each sign that the help explains, as they are used on the rest of the screen.

use crate::app::overlay::legend::LegendItem;
use crate::app::stream::row::ByteClass;
use crate::ui::glyphs;
use crate::ui::theme::Role;

/// The glyph of a sign, and its role.
#[must_use]
pub const fn sign_glyph(sign: LegendItem) -> (&'static str, Role) {
    match sign {
        LegendItem::Received => (glyphs::RECEIVED, Role::Received),
        LegendItem::Sent => (glyphs::SENT, Role::Sent),
        LegendItem::ByUser => (glyphs::BY_USER, Role::Key),
        LegendItem::Dropped => (glyphs::DROPPED, Role::Warn),
        LegendItem::Byte(kind) => (byte_sample(kind), Role::of(kind)),
        LegendItem::Continued => (glyphs::CONTINUED, Role::Dim),
        LegendItem::Rest => (glyphs::REST, Role::ByteMulti),
        LegendItem::Malformed => (glyphs::MALFORMED, Role::ByteMalformed),
        LegendItem::Pending => (glyphs::PENDING, Role::BytePending),
        LegendItem::Control => ("␊", Role::ByteControl),
        LegendItem::Space => ("␣", Role::ByteSpace),
        LegendItem::Circle => ("◌", Role::ByteMulti),
        LegendItem::Thumb => (glyphs::THUMB, Role::Text),
        LegendItem::ThumbMalformed => (glyphs::THUMB_MALFORMED, Role::Bad),
        LegendItem::OverviewMalformed => (glyphs::RULER_MALFORMED, Role::Bad),
        LegendItem::Hit => ("41", Role::Hit),
        LegendItem::Selection => ("41", Role::Selection),
        LegendItem::Different => (glyphs::DIFFERENT, Role::Bad),
        LegendItem::ThumbHit => (glyphs::THUMB_HIT, Role::Focus),
        LegendItem::OverviewHit => (glyphs::RULER_HIT, Role::Focus),
        LegendItem::Mark => (glyphs::MARK, Role::Key),
        LegendItem::Connecting => (glyphs::CONNECTING, Role::Warn),
        LegendItem::Open => (glyphs::OPEN, Role::Good),
        LegendItem::Slow => (glyphs::SLOW, Role::Warn),
        LegendItem::HalfClosed => (glyphs::HALF_CLOSED, Role::Warn),
        LegendItem::Closed => (glyphs::CLOSED, Role::Dim),
        LegendItem::Malformation => (glyphs::BROKEN, Role::Bad),
        LegendItem::Selected => (glyphs::SELECTED, Role::Focus),
        LegendItem::Folded => (glyphs::FOLDED, Role::Text),
        LegendItem::Unfolded => (glyphs::UNFOLDED, Role::Text),
        LegendItem::Descending => (glyphs::DESCENDING, Role::Focus),
        LegendItem::Ascending => (glyphs::ASCENDING, Role::Focus),
        LegendItem::Follow => (glyphs::FOLLOW, Role::Dim),
        LegendItem::Frozen => (glyphs::FROZEN, Role::Warn),
        LegendItem::Public => ("PUBLIC", Role::Warn),
        LegendItem::Blocked => ("BLOCKED", Role::Alarm),
        LegendItem::Released => ("MOUSE OFF", Role::Warn),
        LegendItem::Beyond => ("↑", Role::Text),
    }
}

/// A sample of a byte class: a glyph, or bytes in hex.
const fn byte_sample(kind: ByteClass) -> &'static str {
    match kind {
        ByteClass::Ascii => "41",
        ByteClass::Space => "20",
        ByteClass::Control => "1b",
        ByteClass::Null => "00",
        ByteClass::Multi => "c3 a9",
        ByteClass::Malformed => "ff",
        ByteClass::Pending => "e2 82",
        ByteClass::Cut => "ac",
        ByteClass::Hidden => "▯",
        ByteClass::Border => glyphs::CHUNK_BORDER,
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
        for line in include_str!("../glyphs.rs").lines() {
            let Some((name, value)) =
                line.strip_prefix("pub const ").and_then(|rest| rest.split_once(": &str = \""))
            else {
                continue;
            };
            seen += 1;
            let glyph = value.trim_end_matches("\";").replace("\\u{fffd}", "\u{fffd}");
            let explained = LegendItem::ALL.iter().any(|sign| sign_glyph(*sign).0 == glyph);
            assert!(explained || PLAIN.contains(&name), "{name} {glyph} is not in the help");
        }
        assert!(seen > 20, "the glyphs are read");
    }

    #[test]
    fn every_class_of_bytes_is_explained() {
        let shown = |role| LegendItem::ALL.iter().any(|sign| sign_glyph(*sign).1 == role);
        for role in Role::ALL.into_iter().filter(|role| format!("{role:?}").starts_with("Byte")) {
            assert!(shown(role), "{role:?}");
        }
    }

    #[test]
    fn every_meaning_fits_its_line() {
        for sign in LegendItem::ALL {
            assert!(sign.meaning().len() <= 59, "{}", sign.meaning());
        }
    }
}
