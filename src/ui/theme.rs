//! All colours of the dashboard, by their meaning.
//!
//! A theme is a value: a style for each [`Role`]. Those that come with the program are in `built_in`; a configuration
//! file can change and define some, and `depth` reduces their colours to what the terminal has.
//!
//! No meaning is expressed by colour alone; a glyph or a word always expresses it too. The monochrome theme is for
//! `NO_COLOR` (<https://no-color.org>).

mod built_in;
mod depth;
mod role;
mod scheme;
mod style_text;
mod themes;

#[cfg(test)]
mod tests;

pub use depth::ColorDepth;
pub use role::Role;
pub use scheme::Theme;
pub use themes::{RoleStyle, Themes};

/// Colours of the lines of a plot as red, green, blue: the Okabe-Ito colours that stand out on white, which people with
/// a colour vision deficiency can tell apart. <https://jfly.uni-koeln.de/color/>
pub const PLOT_LINES: [[u8; 3]; 6] =
    [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233]];
