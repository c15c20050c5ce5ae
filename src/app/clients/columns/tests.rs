//! Which columns fit, and in which order they are left out.

use super::*;

fn titles(width: u16) -> String {
    titles_for(width, ColumnPriority::Traffic)
}

fn titles_for(width: u16, priority: ColumnPriority) -> String {
    titles_sorted(width, priority, Column::Number)
}

fn titles_sorted(width: u16, priority: ColumnPriority, sorted: Column) -> String {
    let widths = ContentWidths { has_latency: true, ..ContentWidths::default() };
    let spans = fitting(width, widths, priority, sorted);
    assert!(spans.iter().all(|span| span.x + span.width <= width), "{width}");
    spans.iter().map(|span| span.column.title()).collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_leave_by_weight_and_keep_their_order() {
    assert_eq!(titles(78), "# peer state backend age received sent malformed");
    assert_eq!(titles(60), "# peer state received sent malformed");
    assert_eq!(titles(50), "# peer state received malformed");
    assert_eq!(titles(38), "# peer state malformed");
    assert_eq!(titles(20), "# state age");
    assert_eq!(
        titles(134),
        "# peer state latency backend age received sent malformed received/s sent/s last 10 s"
    );
    assert_eq!(
        titles(177),
        "# peer state latency waits, last 10 s backend age received sent malformed received/s sent/s last 10 s"
    );
    assert_eq!(titles(0), "");
}

#[test]
fn protocols_have_a_column_once_there_are_any() {
    let titles = |width, longest| {
        let widths = ContentWidths { protocol: longest, ..ContentWidths::default() };
        let spans = fitting(width, widths, ColumnPriority::Traffic, Column::Number);
        let wide = spans.iter().find(|span| span.column == Column::Protocol).map(|span| span.width);
        (spans.iter().map(|span| span.column.title()).collect::<Vec<_>>().join(" "), wide)
    };
    assert_eq!(titles(78, 0).1, None);
    assert_eq!(titles(78, 3), ("# peer state protocol age received sent malformed".into(), Some(9)));
    assert_eq!(titles(72, 11), ("# peer state protocol received sent malformed".into(), Some(11)));
    assert_eq!(titles(60, 3), ("# peer state received sent malformed".into(), None));
    assert_eq!(titles(198, 30).1, Some(12));
}

#[test]
fn the_column_that_is_sorted_by_is_always_there() {
    for (width, priority) in
        (28..=200).flat_map(|width| [(width, ColumnPriority::Traffic), (width, ColumnPriority::Latency)])
    {
        for &column in Column::SORTABLE {
            let spans = fitting(width, ContentWidths::default(), priority, column);
            assert!(spans.iter().any(|span| span.column == column), "{column:?} at {width}");
            assert!(spans.iter().any(|span| span.column == Column::Number), "# at {width}");
        }
    }
    let sorted = |column| titles_sorted(78, ColumnPriority::Traffic, column);
    assert_eq!(sorted(Column::Malformed), sorted(Column::Number), "what is there already takes no room");
    assert_eq!(sorted(Column::Latency), "# peer state latency age received sent malformed");
}

#[test]
fn the_latency_comes_first_beside_the_backends() {
    let titles = |width| titles_for(width, ColumnPriority::Latency);
    assert_eq!(titles(78), "# peer state latency waits, last 10 s received sent");
    assert_eq!(titles(60), "# peer state latency waits, last 10 s");
    assert_eq!(titles(37), "# peer state latency");
}

#[test]
fn a_head_has_room_for_the_arrow() {
    for column in Column::SORTABLE {
        let room = column.width(ContentWidths::default()) as usize;
        assert!(room > column.title().chars().count(), "{column:?}");
    }
}

#[test]
fn a_narrow_table_shows_whole_addresses_and_what_is_malformed() {
    for sorted in [Column::Number, Column::Peer, Column::State, Column::Malformed] {
        let spans = fitting(38, ContentWidths::default(), ColumnPriority::Traffic, sorted);
        let width = |column| spans.iter().find(|span| span.column == column).map(|span| span.width);
        assert_eq!([Column::Peer, Column::Malformed].map(width), [Some(15), Some(9)], "{sorted:?}");
    }
}

#[test]
fn latencies_have_columns_once_one_is_known() {
    for priority in [ColumnPriority::Traffic, ColumnPriority::Latency] {
        let spans = fitting(200, ContentWidths::default(), priority, Column::Number);
        assert!(spans.iter().all(|span| !matches!(span.column, Column::Latency | Column::LatencyBars)));
    }
}
