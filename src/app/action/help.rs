//! The actions of the help and of the palette.

/// An action for the help.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HelpAction {
    /// Show the help.
    Open,
    /// Close the help.
    Close,
    /// Show all lines again if some are searched for, or else close the help.
    Back,
    /// Open the prompt for what is searched for.
    Search,
    /// Close that prompt.
    Keep,
    /// Close that prompt, and show all lines again.
    Clear,
}

/// An action for the palette.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PaletteAction {
    /// Open the palette.
    Open,
    /// Close the palette.
    Close,
    /// Run the chosen command.
    Run,
    /// Choose the next command.
    Next,
    /// Choose the previous command.
    Previous,
    /// Choose the command a page further down.
    NextPage,
    /// Choose the command a page further up.
    PreviousPage,
}
