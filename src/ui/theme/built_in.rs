//! The themes that come with the program.
//!
//! `terminal` paints no background, but for what is selected or a search has found, and uses the terminal's own colour for ordinary text. Its other colours come from
//! the fixed part of the 256 colours, and each is of middle brightness, so that it stands out on a light and on a dark
//! background alike. The first 16 colours are not used: every terminal and every palette gives them other values.
//! Yellow and cyan are usually too bright for a white background, blue is usually too dark for a black one, colour 8 is
//! the background itself in Solarized Dark, and bold turns 0 to 7 into 8 to 15 in many terminals. Dim text (SGR 2) is
//! not used either: mixed with the background, the text colours of Solarized fall below a contrast of 3:1.
//!
//! `dark` and `light` are for a background that is known, and have more contrast for it. `high-contrast` and
//! `colour-blind` paint a black background, so that their contrast does not depend on the terminal.

use std::sync::LazyLock;

use ratatui::style::{Color, Modifier, Style};

use super::role::Role;
use super::scheme::{Scheme, Theme};

/// The names of the themes, in the order in which a key goes through them.
pub(super) const NAMES: [&str; 6] = ["terminal", "dark", "light", "high-contrast", "colour-blind", "mono"];

/// The theme of each name.
pub(super) static THEMES: LazyLock<[Theme; NAMES.len()]> = LazyLock::new(|| {
    [TERMINAL.theme(), DARK.theme(), LIGHT.theme(), HIGH_CONTRAST.theme(), COLOUR_BLIND.theme(), mono()]
});

const TERMINAL: Scheme = Scheme {
    background: None,
    text: None,
    // #808080
    dim: Color::Indexed(244),
    line: Color::Indexed(244),
    // #008787
    accent: Color::Indexed(30),
    // #af5f00, which stays readable on white, unlike yellow.
    sent: Color::Indexed(130),
    // #5f8700
    good: Color::Indexed(64),
    warn: Color::Indexed(130),
    // #ff0000
    bad: Color::Indexed(196),
    // #d700d7
    multi: Color::Indexed(164),
    // #5f5fff
    pending: Color::Indexed(63),
};

const DARK: Scheme = Scheme {
    background: None,
    text: Some(rgb(0xe4e4e4)),
    dim: rgb(0x949494),
    line: rgb(0x6c6c6c),
    accent: rgb(0x5fd7d7),
    sent: rgb(0xffaf5f),
    good: rgb(0x87d75f),
    warn: rgb(0xffd75f),
    bad: rgb(0xff8787),
    multi: rgb(0xff87ff),
    pending: rgb(0x87afff),
};

const LIGHT: Scheme = Scheme {
    background: None,
    text: Some(rgb(0x1c1c1c)),
    dim: rgb(0x5f5f5f),
    line: rgb(0x8a8a8a),
    accent: rgb(0x005f87),
    sent: rgb(0x87510a),
    good: rgb(0x00640a),
    warn: rgb(0x8f4a00),
    bad: rgb(0xaf0000),
    multi: rgb(0x870087),
    pending: rgb(0x0000d7),
};

const HIGH_CONTRAST: Scheme = Scheme {
    background: Some(rgb(0x000000)),
    text: Some(rgb(0xffffff)),
    dim: rgb(0xd0d0d0),
    line: rgb(0xffffff),
    accent: rgb(0x00ffff),
    sent: rgb(0xffd700),
    good: rgb(0x00ff00),
    warn: rgb(0xffff00),
    bad: rgb(0xff8f8f),
    multi: rgb(0xff9fff),
    pending: rgb(0x9fbfff),
};

/// The colours of Okabe and Ito, which people with a colour vision deficiency can tell apart, on black.
/// <https://jfly.uni-koeln.de/color/>
const COLOUR_BLIND: Scheme = Scheme {
    background: Some(rgb(0x000000)),
    text: Some(rgb(0xffffff)),
    dim: rgb(0xa8a8a8),
    line: rgb(0x767676),
    // Sky blue.
    accent: rgb(0x56b4e9),
    // Orange.
    sent: rgb(0xe69f00),
    // Bluish green.
    good: rgb(0x009e73),
    // Yellow.
    warn: rgb(0xf0e442),
    // Vermilion.
    bad: rgb(0xd55e00),
    // Reddish purple.
    multi: rgb(0xcc79a7),
    // Sky blue: blue itself is too dark on black. It is underlined, too.
    pending: rgb(0x56b4e9),
};

const fn rgb(hex: u32) -> Color {
    Color::Rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// No colours; bold, dim, underlined and reversed text.
fn mono() -> Theme {
    Theme::of(|role| {
        let plain = Style::new();
        match role {
            Role::Border | Role::ChunkBorder => plain.add_modifier(Modifier::DIM),
            Role::Title | Role::Focus | Role::Key | Role::Bad | Role::ByteMulti | Role::BitPayload => {
                plain.add_modifier(Modifier::BOLD)
            }
            Role::Hit => {
                plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED).union(Modifier::ITALIC))
            }
            Role::Selected | Role::Chosen | Role::Alarm | Role::BitBad | Role::Selection => {
                plain.add_modifier(Modifier::REVERSED)
            }
            Role::ByteMalformed => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            Role::BytePending | Role::Warn => plain.add_modifier(Modifier::UNDERLINED),
            Role::Text
            | Role::Dim
            | Role::Received
            | Role::Sent
            | Role::Good
            | Role::ByteAscii
            | Role::ByteSpace
            | Role::ByteControl
            | Role::ByteNull
            | Role::Placeholder
            | Role::BitPrefix => plain,
        }
    })
}
