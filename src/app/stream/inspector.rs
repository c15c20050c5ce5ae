//! The inspector: details about the byte under the cursor, as lines of text with an emphasis but without colours.

mod anatomy;
mod byte_window;
pub mod content;
mod numbers;
mod readings;

pub(super) use anatomy::anatomy;
pub use anatomy::summary;
pub use content::{Emphasis, Inspector, StyledLine, StyledText};
pub(super) use numbers::{HEIGHT as NUMBERS_HEIGHT, count as count_numbers, numbers};
pub(super) use readings::{ROWS, likely, readings, room};
