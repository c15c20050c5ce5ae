//! What the user chose while the dashboard ran, and may want again the next time.

use crate::app::clients::Sort;
use crate::app::clients::columns::{Column, Order};
use crate::app::clients::grouping::Grouping;
use crate::app::stream::{BytesPerRow, DirectionFilter, View};

/// What the user chose, beside the theme.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Choices {
    /// The view of the stream.
    pub view: View,
    /// The directions that the stream shows.
    pub directions: DirectionFilter,
    /// The length of a row of hex.
    pub bytes_per_row: BytesPerRow,
    /// The order of the table of connections.
    pub sort: Sort,
    /// Whether like connections share rows of it.
    pub grouping: Grouping,
}

/// The choice of the view.
const VIEW: &str = "view";
/// The choice of directions.
const DIRECTIONS: &str = "directions";
/// The choice of the length of a row.
const BYTES_PER_ROW: &str = "bytes-per-row";
/// The choice of the column to sort by.
const SORT: &str = "sort";
/// The choice of the sort direction.
const ORDER: &str = "order";
/// The choice of whether like connections share rows.
const GROUPING: &str = "group";

impl Choices {
    /// Returns each choice as two words: its name, and what was chosen.
    #[must_use]
    pub const fn words(&self) -> [(&'static str, &'static str); 6] {
        [
            (VIEW, self.view.word()),
            (DIRECTIONS, self.directions.word()),
            (BYTES_PER_ROW, self.bytes_per_row.word()),
            (SORT, column_word(self.sort.column)),
            (ORDER, order_word(self.sort.order)),
            (GROUPING, self.grouping.word()),
        ]
    }

    /// Makes a choice by its two words. Returns whether there is such a choice.
    pub fn choose(&mut self, name: &str, word: &str) -> bool {
        match name {
            VIEW => set(&mut self.view, View::ALL, |view| view.word() == word),
            DIRECTIONS => set(&mut self.directions, DirectionFilter::ALL, |filter| filter.word() == word),
            BYTES_PER_ROW => set(&mut self.bytes_per_row, BytesPerRow::ALL, |most| most.word() == word),
            SORT => {
                let sortable = Column::SORTABLE.iter().copied();
                set(&mut self.sort.column, sortable, |column| column_word(column) == word)
            }
            ORDER => {
                let both = [Order::Ascending, Order::Descending];
                set(&mut self.sort.order, both, |order| order_word(order) == word)
            }
            GROUPING => set(&mut self.grouping, Grouping::ALL, |grouping| grouping.word() == word),
            _ => false,
        }
    }
}

fn set<T: Copy>(choice: &mut T, all: impl IntoIterator<Item = T>, is_meant: impl Fn(T) -> bool) -> bool {
    match all.into_iter().find(|one| is_meant(*one)) {
        Some(found) => {
            *choice = found;
            true
        }
        None => false,
    }
}

const fn order_word(order: Order) -> &'static str {
    match order {
        Order::Ascending => "ascending",
        Order::Descending => "descending",
    }
}

const fn column_word(column: Column) -> &'static str {
    match column {
        Column::Host => "host",
        Column::Number => "number",
        Column::Peer => "peer",
        Column::State => "state",
        Column::Protocol => "protocol",
        Column::Latency => "latency",
        Column::LatencyBars => "latency-bars",
        Column::Backend => "backend",
        Column::Age => "age",
        Column::Received => "received",
        Column::Sent => "sent",
        Column::Malformed => "malformed",
        Column::ReceivedRate => "received-rate",
        Column::SentRate => "sent-rate",
        Column::Throughput => "throughput",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_found_again_by_its_words() {
        for view in View::ALL {
            for directions in DirectionFilter::ALL {
                for bytes_per_row in BytesPerRow::ALL {
                    for &column in Column::SORTABLE {
                        for order in [Order::Ascending, Order::Descending] {
                            let sort = Sort { column, order };
                            for grouping in Grouping::ALL {
                                let choices = Choices { view, directions, bytes_per_row, sort, grouping };
                                let mut again = Choices::default();
                                for (name, word) in choices.words() {
                                    assert!(again.choose(name, word), "{name} {word}");
                                }
                                assert_eq!(again, choices);
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_there_is_not_is_not_chosen() {
        let mut choices = Choices::default();
        for (name, word) in [("view", "nonsense"), ("nonsense", "hex"), ("sort", "throughput"), ("", "")] {
            assert!(!choices.choose(name, word), "{name} {word}");
        }
        assert_eq!(choices, Choices::default());
    }
}
