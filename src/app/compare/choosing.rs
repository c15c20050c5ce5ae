//! Which two connections are compared.

use std::collections::BTreeSet;

use crate::app::context::Context;
use crate::app::stream::Seek;
use crate::event::{ConnectionId, Direction};
use crate::model::Connection;
use crate::model::differences::Pair;
use crate::model::pairing::{Pairable, pairs};

/// The numbers of the two connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Chosen {
    /// Two connections of the table.
    Two { left: ConnectionId, right: ConnectionId },
    /// What was recorded of a connection, and what it has while it is played.
    Recorded(ConnectionId),
}

/// The two connections.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// The one on the left.
    pub left: &'a Connection,
    /// The one on the right.
    pub right: &'a Connection,
    /// Whether the one on the left is what was recorded of the other one.
    is_replay: bool,
}

impl<'a> Compared<'a> {
    /// Returns their streams in a direction.
    #[must_use]
    pub fn streams(self, direction: Direction) -> Pair<'a> {
        Pair { left: self.left.stream(direction), right: self.right.stream(direction) }
    }

    /// Returns whether a connection is the one that was recorded.
    pub(super) fn is_recorded(self, known: &Connection) -> bool {
        self.is_replay && std::ptr::eq(self.left, known)
    }

    /// Returns which two they are, in words.
    pub(super) fn names(self) -> String {
        let (left, right) = (self.left.id, self.right.id);
        if self.is_replay { format!("{right} as recorded and now") } else { format!("{left} and {right}") }
    }
}

impl Chosen {
    /// Returns the connections, while both are kept.
    pub(super) fn connections(self, context: Context<'_>) -> Option<Compared<'_>> {
        let of_now = |id| context.model().connection(id);
        match self {
            Self::Two { left, right } => {
                Some(Compared { left: of_now(left)?, right: of_now(right)?, is_replay: false })
            }
            Self::Recorded(id) => {
                Some(Compared { left: context.replay()?.recorded(id)?, right: of_now(id)?, is_replay: true })
            }
        }
    }

    /// Returns the same with another connection on the right, if there is one.
    pub(super) fn step(self, way: Seek, context: Context<'_>) -> Option<Self> {
        Some(match self {
            Self::Two { left, right } => {
                Self::Two { left, right: neighbour(right, Some(left), way, context)? }
            }
            Self::Recorded(id) => Self::Recorded(neighbour(id, None, way, context)?),
        })
    }
}

/// Returns a connection of one of two recordings with the one that belongs to it in the other, that of the first recording first.
pub(super) fn counterpart(
    selected: ConnectionId,
    context: Context<'_>,
) -> Option<(ConnectionId, ConnectionId)> {
    let second_from = context.world.reading.and_then(|reading| reading.second_from)?;
    let pairable = |known: &Connection| Pairable {
        id: known.id,
        port: known.local.inet().map(|address| address.port()),
    };
    let (second, first): (Vec<_>, Vec<_>) =
        context.model().connections().map(pairable).partition(|some| some.id >= second_from);
    let pair = pairs(&first, &second).into_iter().find(|pair| {
        let side = if selected < second_from { pair.left } else { pair.right };
        side == Some(selected)
    })?;
    pair.left.zip(pair.right)
}

/// Returns the next kept connection by number, or the one before; behind the last one the first. `None` if there is no other.
pub(super) fn neighbour(
    from: ConnectionId,
    but: Option<ConnectionId>,
    way: Seek,
    context: Context<'_>,
) -> Option<ConnectionId> {
    let all: BTreeSet<ConnectionId> = context.model().connections().map(|known| known.id).collect();
    let others = |id: &&ConnectionId| **id != from && Some(**id) != but;
    match way {
        Seek::Forward => all.range(from..).chain(&all).find(others).copied(),
        Seek::Backward => all.range(..from).rev().chain(all.iter().rev()).find(others).copied(),
    }
}
