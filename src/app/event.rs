//! What happened, for the dashboard.

use std::net::{IpAddr, SocketAddr};

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use super::command::Command;
use super::lesson::Place;
use crate::model::event::Stamped;
use crate::model::{Hurt, Moment, process::Sample};

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
    /// A lesson asks for what a key could ask for.
    Asked(Command),
    /// A lesson presses this key.
    Pressed(KeyEvent),
    /// A lesson has come to this place; with `None` it is over.
    Lesson(Option<Place>),
    /// A lesson says this, until it says something else; nothing, if it is empty.
    Said(String),
    /// The client at this address is one of our own, and has this name.
    Named(SocketAddr, String),
    /// Clients that come from this address are one of our own crowds, which is called so.
    CrowdNamed(IpAddr, String),
    /// A lesson looks at the client at this address.
    Selected(SocketAddr),
    /// It could not be made to hurt in this way, or ended by itself.
    Hurtless(Hurt, String),
}
