//! The words and signs for the direction of bytes.

use crate::app::stream::geometry::Gutter;
use crate::app::stream::{Channel, ROUTES};
use crate::ui::glyphs;

/// The direction as a route where the gutter has room for one; else as a glyph, followed by a word if there is room.
pub(super) fn channel(gutter: Gutter, channel: Channel) -> String {
    let glyph = glyph(channel);
    match gutter {
        Gutter::Route => ROUTES[channel.direction()].to_owned(),
        Gutter::Words => format!("{glyph} {}", short_word(channel)),
        Gutter::Full | Gutter::Offset | Gutter::Short | Gutter::Bare => glyph.to_owned(),
    }
}

/// The glyph for a direction.
pub(super) const fn glyph(channel: Channel) -> &'static str {
    match channel {
        Channel::Received | Channel::ToUpstream => glyphs::RECEIVED,
        Channel::Sent => glyphs::SENT,
    }
}

/// The short word for a direction.
pub(super) const fn short_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Received | Channel::ToUpstream => "in",
        Channel::Sent => "out",
    }
}
