//! The options of the `compare` command.

use std::path::PathBuf;
use std::time::Duration;

use crate::client::load::{LoadModel, Pattern};
use crate::event::Address;

/// What to compare, and under which load.
#[derive(Clone, Debug)]
pub struct CompareOptions {
    /// Servers besides the two backends, by their names in the table.
    pub targets: Vec<(String, Address)>,
    /// The numbers of connections; each gets a table of its own.
    pub connections: Vec<usize>,
    /// The size of a message in bytes.
    pub size: usize,
    /// The number of messages in flight on each connection.
    pub pipeline: usize,
    /// When messages are sent.
    pub load_model: LoadModel,
    /// The content of the messages.
    pub pattern: Pattern,
    /// The length of the measurement of one turn.
    pub time: Duration,
    /// The number of turns of each candidate in each table.
    pub rounds: usize,
    /// Whether one more client is connected whose handler blocks.
    pub handlers: HandlerMode,
    /// The output format.
    pub form: ReportForm,
    /// The file for a plot of the results, as SVG.
    pub plot: Option<PathBuf>,
}

/// How a server's handlers behave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandlerMode {
    /// All handlers answer at once.
    Normal,
    /// The handler of the first connection sleeps at each message, for
    /// [`HANG_MICROS`](crate::event::fault::HANG_MICROS), and its client always has one message in flight.
    OneBlocks,
}

/// The output format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportForm {
    /// Tables for people, with what they show in words.
    Table,
    /// One JSON object for each number of connections.
    Json,
}
