//! The columns of the table of hosts, and which of them fit.

use crate::app::format;
use crate::app::hosts::facts::HostFacts;
use crate::app::hosts::words;
use crate::event::Direction;

/// A column of the table of hosts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HostColumn {
    /// What the host is called.
    Name,
    /// How it is.
    State,
    /// Live connections.
    Clients,
    /// Bytes received in the last second.
    Received,
    /// Bytes sent in the last second.
    Sent,
    /// Malformed parts.
    Malformed,
    /// How it serves connections.
    Backend,
    /// Events that it did not publish.
    Shed,
    /// Events that were lost on the way.
    Lost,
    /// How far its clock is ahead.
    Clock,
    /// The version of its program.
    Version,
}

/// The cells that a column takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostSpan {
    /// The column.
    pub column: HostColumn,
    /// Its first cell, counted from the left end of the row.
    pub x: u16,
    /// Its width in cells.
    pub width: u16,
}

/// Cells before the first column: the mark of the selected row and a space.
const MARGIN: u16 = 2;

/// The widths that a name may have.
const NAME: [u16; 2] = [6, 28];

/// The widths of the state, in one word and with how long it has been so.
const STATE: [u16; 2] = [9, 16];

impl HostColumn {
    /// All columns, from left to right.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::State,
        Self::Clients,
        Self::Received,
        Self::Sent,
        Self::Malformed,
        Self::Backend,
        Self::Shed,
        Self::Lost,
        Self::Clock,
        Self::Version,
    ];

    /// All columns, the most important first.
    const BY_WEIGHT: [Self; 11] = [
        Self::Name,
        Self::State,
        Self::Clients,
        Self::Lost,
        Self::Received,
        Self::Sent,
        Self::Malformed,
        Self::Shed,
        Self::Backend,
        Self::Clock,
        Self::Version,
    ];

    /// Returns the head of the column.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Name => "host",
            Self::State => "state",
            Self::Clients => "clients",
            Self::Received => "in/s",
            Self::Sent => "out/s",
            Self::Malformed => "malformed",
            Self::Backend => "backend",
            Self::Shed => "not published",
            Self::Lost => "lost",
            Self::Clock => "clock",
            Self::Version => "version",
        }
    }

    /// Returns whether the column is of words, which begin at its left end.
    #[must_use]
    pub const fn is_words(self) -> bool {
        matches!(self, Self::Name | Self::State | Self::Backend | Self::Version)
    }

    const fn width(self) -> u16 {
        match self {
            Self::Name => NAME[0],
            Self::State => STATE[0],
            Self::Clients | Self::Backend => 7,
            Self::Received | Self::Sent => 9,
            Self::Malformed => 9,
            Self::Shed => 13,
            Self::Lost => 6,
            Self::Clock | Self::Version => 9,
        }
    }

    /// Returns what stands in the column, but for the name and the state.
    #[must_use]
    pub fn text(self, facts: &HostFacts) -> String {
        let here = facts.here.as_ref();
        let rate = |direction| facts.rates.map(|rates| format::size(rates[direction]));
        let count = |number: u64| Some(format::count_compact(number));
        let text = match self {
            Self::Name | Self::State => None,
            Self::Clients => here.and_then(|here| count(here.live)),
            Self::Received => rate(Direction::Received),
            Self::Sent => rate(Direction::Sent),
            Self::Malformed => here.and_then(|here| count(here.malformed)),
            Self::Backend => here.and_then(|here| here.backend).map(|backend| backend.word().to_owned()),
            Self::Shed => count(facts.shed),
            Self::Lost => count(facts.lost),
            Self::Clock => facts.clock.and_then(|clock| clock.noticeable()).map(words::clock),
            Self::Version => here.map(|here| words::safe_line(&here.version)),
        };
        text.unwrap_or_else(|| "-".to_owned())
    }

    /// Returns whether what stands in the column should be nothing.
    #[must_use]
    pub fn is_alarming(self, facts: &HostFacts) -> bool {
        match self {
            Self::Shed => facts.shed > 0,
            Self::Lost => facts.lost > 0,
            Self::Malformed => facts.here.as_ref().is_some_and(|here| here.malformed > 0),
            Self::Clock => facts.clock.is_some_and(|clock| clock.noticeable().is_some()),
            Self::Name
            | Self::State
            | Self::Clients
            | Self::Received
            | Self::Sent
            | Self::Backend
            | Self::Version => false,
        }
    }
}

/// Returns the columns that fit into this many cells, from left to right, where the longest name takes `name` cells.
#[must_use]
pub fn fitting(width: u16, name: u16) -> Vec<HostSpan> {
    let all = HostColumn::ALL.map(|column| column.width() + 2).iter().sum::<u16>();
    let gap = if width >= all { 2 } else { 1 };
    let mut left = (width + gap).saturating_sub(MARGIN);
    let name = name.clamp(NAME[0], NAME[1]);
    let mut chosen: Vec<(HostColumn, u16)> = Vec::new();
    for column in HostColumn::BY_WEIGHT {
        let wanted = if column == HostColumn::Name { name } else { column.width() };
        let needed = match column {
            // A name is truncated before it is left out.
            HostColumn::Name => wanted.min(left.saturating_sub(gap)),
            _ => wanted,
        };
        if needed > 0 && needed + gap <= left {
            left -= needed + gap;
            chosen.push((column, needed));
        }
    }
    if let Some((_, state)) = chosen.iter_mut().find(|(column, _)| *column == HostColumn::State) {
        let more = left.min(STATE[1] - STATE[0]);
        *state += more;
    }
    let mut x = MARGIN;
    let place = |column: HostColumn| {
        let width = chosen.iter().find(|(chosen, _)| *chosen == column)?.1;
        let span = HostSpan { column, x, width };
        x += width + gap;
        Some(span)
    };
    HostColumn::ALL.into_iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_important_columns_go_first_and_all_stay_inside() {
        let titles =
            |width| fitting(width, 10).iter().map(|span| span.column.title()).collect::<Vec<_>>().join(" ");
        assert_eq!(titles(38), "host state clients lost");
        assert_eq!(titles(78), "host state clients in/s out/s malformed backend lost");
        assert_eq!(
            titles(140),
            "host state clients in/s out/s malformed backend not published lost clock version"
        );
        for width in 4..200 {
            for name in [0, 10, 60] {
                let spans = fitting(width, name);
                let ends: Vec<_> = spans.iter().map(|span| span.x + span.width).collect();
                assert!(ends.iter().all(|end| *end <= width), "{width} {name}: {spans:?}");
                assert!(spans.windows(2).all(|two| two[0].x + two[0].width < two[1].x), "{width} {name}");
            }
        }
    }
}
