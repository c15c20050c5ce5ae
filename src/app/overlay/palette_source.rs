//! What the entries of the palette depend on.

use crate::app::context::Context;
use crate::app::overlay::send_prompt::SendPrompt;
use crate::app::stream::StreamState;

/// What the entries depend on.
#[derive(Clone, Copy, Debug)]
pub struct PaletteSource<'a> {
    /// What the panes have in common.
    pub context: Context<'a>,
    /// The stream.
    pub stream: &'a StreamState,
    /// Whether something is sent again and again.
    pub repeats: Repeats,
}

/// Whether something is sent again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeats {
    /// Something is.
    Something,
    /// Nothing is.
    Nothing,
}

impl<'a> PaletteSource<'a> {
    /// Returns what the entries depend on.
    #[must_use]
    pub fn new(context: Context<'a>, stream: &'a StreamState, send: &SendPrompt) -> Self {
        let repeats = if send.is_repeating() { Repeats::Something } else { Repeats::Nothing };
        Self { context, stream, repeats }
    }
}
