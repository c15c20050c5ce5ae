//! What the table of connections is made from.

use crate::app::clients::names::ClientNames;
use crate::app::hosts::Hosts;
use crate::app::notes::Notes;
use crate::event::Timestamp;
use crate::model::Model;

/// The data that the rows are built from.
#[derive(Clone, Copy)]
pub(super) struct TableData<'a> {
    pub(super) model: &'a Model,
    pub(super) names: &'a ClientNames,
    pub(super) notes: &'a Notes,
    pub(super) hosts: Option<&'a Hosts>,
    pub(super) now: Timestamp,
}
