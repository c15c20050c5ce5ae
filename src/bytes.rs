//! Pure functions on byte slices: hex, UTF-8, the anatomy of characters, other encodings, safe text, literals, search
//! patterns, numbers, protocols by their beginnings, messages by their borders.
//!
//! No function here knows time, I/O or a terminal library, and none refuses bytes: every byte slice has a hex form, a
//! lossy text and a safe text.

pub mod anatomy;
pub mod answers;
pub mod content;
pub mod encoding;
pub mod export;
pub mod format;
pub mod frame;
pub mod hex;
pub mod literal;
pub mod numbers;
pub mod pattern;
pub mod prefetch;
pub mod protocol;
pub mod quantity;
pub mod safe;
pub mod stamp;
pub mod suggestion;
pub mod utf8;
pub mod wildcard;
