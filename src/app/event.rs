//! What happened, for the dashboard.

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use crate::model::event::Stamped;
use crate::model::{Moment, process::Sample};

/// What happened. Everything that `update` knows of the world comes in one of these.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The server reports.
    Reported(Vec<Stamped>),
    /// A key was pressed (presses and repeats only; releases never get here).
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Text was pasted.
    Pasted(String),
    /// The terminal now has this size, in cells.
    Resized {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// It is now this late, and what happened before has been reported; comes about once a second while the dashboard
    /// runs, so that ages and rates go on.
    Ticked(Moment),
    /// The operating system's accounts of the process, about once a second, or more often between fast switches.
    Sampled(Sample),
}
