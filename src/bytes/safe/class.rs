//! The classes of glyphs.

/// The class of a glyph, by which themes colour it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// Shown as itself.
    Plain,
    /// White space, shown as itself or as a mark.
    Space,
    /// C0, DEL, C1.
    Control,
    /// Invisible, formatting, bidi, private use, unassigned, non-character: shown as a placeholder.
    Hidden,
    /// A combining mark.
    Mark,
}
