//! Every role of every theme is readable with the palettes of the terminals that the theme is for.

use ratatui::style::{Color, Modifier, Style};

use super::{ColorDepth, Role, Theme, Themes};

type Rgb = [u8; 3];

/// The colours that a terminal uses for the default text, the background and the 16 named colours.
struct Palette {
    name: &'static str,
    text: Rgb,
    background: Rgb,
    /// The first 8 and the bright 8.
    named: [Rgb; 16],
}

const fn rgb(hex: u32) -> Rgb {
    [(hex >> 16) as u8, (hex >> 8) as u8, hex as u8]
}

const fn named(hex: [u32; 16]) -> [Rgb; 16] {
    let mut colours = [[0; 3]; 16];
    let mut at = 0;
    while at < 16 {
        colours[at] = rgb(hex[at]);
        at += 1;
    }
    colours
}

/// <https://ethanschoonover.com/solarized/>, "The Values".
const SOLARIZED: [Rgb; 16] = named([
    0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682, 0x2aa198, 0xeee8d5, 0x002b36, 0xcb4b16,
    0x586e75, 0x657b83, 0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3,
]);
/// The defaults of xterm, whose yellow, green and cyan are the brightest in wide use.
const XTERM: [Rgb; 16] = named([
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
    0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
]);

const PALETTES: [Palette; 4] = [
    Palette { name: "Solarized Dark", text: rgb(0x839496), background: rgb(0x002b36), named: SOLARIZED },
    Palette { name: "Solarized Light", text: rgb(0x657b83), background: rgb(0xfdf6e3), named: SOLARIZED },
    Palette { name: "white", text: rgb(0x000000), background: rgb(0xffffff), named: XTERM },
    Palette { name: "black", text: rgb(0xe5e5e5), background: rgb(0x000000), named: XTERM },
];

/// The purpose of a role, which decides the contrast that it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Payload and sentences.
    Content,
    /// Labels, and bytes that are distinguished by their colour.
    Label,
    /// Lines between the parts of the screen.
    Line,
}

const fn used_for(role: Role) -> Use {
    match role {
        Role::Text | Role::Title | Role::Selected | Role::ByteAscii => Use::Content,
        Role::Border | Role::ChunkBorder => Use::Line,
        Role::Dim
        | Role::Focus
        | Role::Key
        | Role::Chosen
        | Role::Received
        | Role::Sent
        | Role::Good
        | Role::Warn
        | Role::Bad
        | Role::Alarm
        | Role::ByteSpace
        | Role::ByteControl
        | Role::ByteNull
        | Role::ByteMulti
        | Role::ByteMalformed
        | Role::BytePending
        | Role::Placeholder
        | Role::Hit
        | Role::Selection
        | Role::BitPrefix
        | Role::BitPayload
        | Role::BitBad => Use::Label,
    }
}

impl Palette {
    fn colour(&self, colour: Color, otherwise: Rgb) -> Rgb {
        match colour {
            Color::Reset => otherwise,
            Color::Indexed(index @ 0..16) => self.named[usize::from(index)],
            // The 6x6x6 colour cube and the greys, which are equal in all terminals.
            Color::Indexed(index @ 16..232) => {
                let place = index - 16;
                [place / 36, place / 6 % 6, place % 6].map(|step| if step == 0 { 0 } else { 55 + 40 * step })
            }
            Color::Indexed(index) => [8 + 10 * (index - 232); 3],
            Color::Rgb(red, green, blue) => [red, green, blue],
            other => panic!("{other:?} is not a colour of the dashboard"),
        }
    }

    /// The text and background colours that a style results in.
    fn seen(&self, style: Style) -> (Rgb, Rgb) {
        let text = self.colour(style.fg.unwrap_or(Color::Reset), self.text);
        let behind = self.colour(style.bg.unwrap_or(Color::Reset), self.background);
        let (text, behind) =
            if style.add_modifier.contains(Modifier::REVERSED) { (behind, text) } else { (text, behind) };
        if !style.add_modifier.contains(Modifier::DIM) {
            return (text, behind);
        }
        // Two parts of the text to one of the background, as in VTE and Alacritty; other terminals dim even more.
        let mixed: [u8; 3] =
            std::array::from_fn(|part| ((2 * u16::from(text[part]) + u16::from(behind[part])) / 3) as u8);
        (mixed, behind)
    }

    fn contrast(&self, style: Style) -> f64 {
        let (text, behind) = self.seen(style);
        contrast(text, behind)
    }
}

/// <https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio>
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// <https://www.w3.org/TR/WCAG21/#dfn-relative-luminance>
fn luminance(colour: Rgb) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The lowest acceptable contrast of a role with a palette.
///
/// Ordinary text is the palette's own: 4.75:1 in Solarized Dark and 4.13:1 in Solarized Light, which nothing here can
/// change. A colour that has 4.5:1 on both white and black has a luminance between 0.175 and 0.183, which leaves too
/// few colours to tell the classes of bytes apart; 3.8:1 leaves enough. Solarized's backgrounds are less far apart.
fn least(palette: &Palette, role: Role) -> f64 {
    let plain = matches!(palette.name, "white" | "black");
    match used_for(role) {
        Use::Content => contrast(palette.text, palette.background).min(4.5),
        Use::Label if plain => 3.8,
        Use::Label => 3.0,
        Use::Line => 2.0,
    }
}

/// The lowest acceptable contrast in a theme that knows its background: the numbers of WCAG for text, and for what is
/// less than text.
fn least_on_known_background(role: Role) -> f64 {
    match (role, used_for(role)) {
        (_, Use::Line) => 2.0,
        (Role::Dim | Role::ByteNull, _) => 3.0,
        (_, Use::Content | Use::Label) => 4.5,
    }
}

/// The palettes that a theme is for, and whether it knows the background there.
fn meant_for(name: &str) -> (Vec<&'static Palette>, bool) {
    let [solarized_dark, solarized_light, white, black] = &PALETTES;
    match name {
        "terminal" | "mono" => (PALETTES.iter().collect(), false),
        "dark" => (vec![solarized_dark, black], true),
        "light" => (vec![solarized_light, white], true),
        "high-contrast" | "colour-blind" => (PALETTES.iter().collect(), true),
        other => panic!("{other} is a new theme"),
    }
}

fn check_contrast(themes: &Themes) {
    for (number, name) in themes.names().iter().enumerate() {
        let theme = themes.get(number);
        let (palettes, is_known) = meant_for(name);
        for palette in palettes {
            for role in Role::ALL {
                let style = theme.style(role);
                for style in [style, Theme::under_cursor(style), Theme::beside_cursor(style)] {
                    let has = palette.contrast(style);
                    let needs = if is_known { least_on_known_background(role) } else { least(palette, role) };
                    let on = palette.name;
                    assert!(has >= needs, "{role:?} with {name} on {on}: {has:.2}, not {needs:.2}");
                }
            }
        }
    }
}

#[test]
fn every_role_is_readable_with_every_palette() {
    check_contrast(&Themes::default());
}

#[test]
fn every_role_is_readable_with_256_colours() {
    check_contrast(&Themes::default().reduced(ColorDepth::Indexed));
}

#[test]
fn high_contrast_has_the_highest_level_of_the_web() {
    let themes = Themes::default();
    let theme = themes.get(themes.find("high-contrast").unwrap());
    for palette in &PALETTES {
        for role in Role::ALL {
            assert!(palette.contrast(theme.style(role)) >= 7.0, "{role:?}");
        }
    }
}

#[test]
fn no_role_uses_a_colour_that_palettes_change() {
    let themes = Themes::default();
    for (number, name) in themes.names().iter().enumerate() {
        for role in Role::ALL {
            let style = themes.get(number).style(role);
            for colour in [style.fg, style.bg].into_iter().flatten() {
                let is_fixed = matches!(colour, Color::Indexed(16..) | Color::Rgb(..));
                assert!(is_fixed && name != "mono", "{role:?} of {name}: {colour:?}");
            }
        }
    }
}

#[test]
fn a_theme_that_paints_a_background_paints_it_everywhere() {
    let themes = Themes::default();
    for number in 0..themes.names().len() {
        // The two marks of the stream have backgrounds of their own.
        let others = Role::ALL.into_iter().filter(|role| !matches!(role, Role::Hit | Role::Selection));
        let backgrounds: Vec<_> = others.map(|role| themes.get(number).style(role).bg).collect();
        assert!(backgrounds.iter().all(|background| *background == backgrounds[0]), "{backgrounds:?}");
    }
}

#[test]
fn every_role_has_a_name_of_its_own() {
    let names = Role::ALL.map(Role::name);
    for (at, name) in names.iter().enumerate() {
        assert!(!names[..at].contains(name), "{name}");
    }
}

#[test]
fn every_role_is_listed_once() {
    for (at, role) in Role::ALL.into_iter().enumerate() {
        assert_eq!(role as usize, at, "{role:?}");
    }
    assert_eq!(Role::BitBad as usize + 1, Role::ALL.len(), "the last one");
}

#[test]
fn contrast_is_that_of_the_web() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.01);
    assert!((contrast(rgb(0x767676), [255; 3]) - 4.54).abs() < 0.01);
    let [dark, light, ..] = &PALETTES;
    assert!((dark.contrast(Style::new()) - 4.75).abs() < 0.01);
    assert!((light.contrast(Style::new()) - 4.13).abs() < 0.01);
    // The defect that these tests prevent: colour 8 equals the background.
    assert!(dark.contrast(Style::new().fg(Color::Indexed(8))) < 1.01);
}
