//! Pure functions on byte slices: hex, UTF-8, the anatomy of characters, other encodings, safe text, literals.
//!
//! Nothing here knows time, I/O or a terminal library, and no bytes are refused: any have a hex form, a
//! lossy text and a safe one.

pub mod anatomy;
pub mod encoding;
pub mod hex;
pub mod literal;
pub mod safe;
pub mod stamp;
pub mod utf8;
