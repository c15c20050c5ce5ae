//! Clicks on rows of the table.

/// Whether a row was clicked before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowClick {
    /// The row was not pinned before.
    First,
    /// The row was pinned already.
    Repeated,
}
