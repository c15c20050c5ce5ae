use super::*;

const VIEWS: [View; 6] = View::ALL;

const WORDS: [DirectionWords; 2] = [DirectionWords::Served, DirectionWords::Relayed];

fn layout(view: View, bytes_per_row: BytesPerRow, width: u16) -> StreamLayout {
    StreamLayout::new(view, bytes_per_row, Size { width, height: 20 }, 0xffff, DirectionWords::Served)
}

/// Returns the gutter, the bytes per row and the width of the text of the last part.
fn panel(view: View, bytes_per_row: BytesPerRow, width: u16) -> (Gutter, u16, u16) {
    let layout = layout(view, bytes_per_row, width);
    let hex = layout.panel(ByteFormat::Hex).columns;
    (hex.gutter, hex.per_row, layout.panels[layout.panels.len() - 1].columns.text)
}

#[test]
fn what_fits_is_shown() {
    let hex = [18, 58, 78, 118, 198].map(|width| panel(View::Hex, BytesPerRow::Fit, width));
    assert_eq!(
        hex,
        [
            (Gutter::Bare, 2, 3),
            (Gutter::Offset, 8, 9),
            (Gutter::Full, 8, 9),
            (Gutter::Words, 16, 17),
            (Gutter::Words, 32, 33)
        ]
    );
    let split = [18, 58, 78, 118, 198].map(|width| panel(View::Split, BytesPerRow::Fit, width));
    assert_eq!(
        split,
        [
            (Gutter::Bare, 1, 9),
            (Gutter::Offset, 8, 18),
            (Gutter::Full, 8, 25),
            (Gutter::Words, 16, 36),
            (Gutter::Words, 32, 66)
        ]
    );
    assert_eq!(panel(View::Text, BytesPerRow::Fit, 78), (Gutter::Full, 0, 53));
}

#[test]
fn a_choice_may_cost_the_time_but_never_the_bytes() {
    assert_eq!(panel(View::Hex, BytesPerRow::Sixteen, 79), (Gutter::Offset, 16, 17));
    assert_eq!(panel(View::Hex, BytesPerRow::ThirtyTwo, 78), (Gutter::Short, 16, 17));
    assert_eq!(panel(View::Hex, BytesPerRow::Eight, 198), (Gutter::Words, 8, 9));
    assert_eq!(panel(View::Hex, BytesPerRow::ThirtyTwo, 25), (Gutter::Short, 4, 5));
}

#[test]
fn the_word_for_a_direction_costs_no_bytes_and_is_there_from_98_cells_on() {
    assert_eq!(
        [97, 98].map(|width| panel(View::Hex, BytesPerRow::Fit, width).0),
        [Gutter::Full, Gutter::Words]
    );
    assert_eq!(
        [97, 98].map(|width| panel(View::Text, BytesPerRow::Fit, width).0),
        [Gutter::Full, Gutter::Words]
    );
    // 32 bytes with their time and offset fit, but not with the word for the direction.
    assert_eq!(panel(View::Hex, BytesPerRow::Fit, 158), (Gutter::Full, 32, 33));
    assert_eq!(panel(View::Hex, BytesPerRow::Fit, 162), (Gutter::Words, 32, 33));
}

#[test]
fn nothing_stands_beyond_the_edge_from_16_cells_on() {
    for (width, words) in (16..=220).flat_map(|width| WORDS.map(|words| (width, words))) {
        for view in VIEWS {
            for bytes_per_row in
                [BytesPerRow::Fit, BytesPerRow::Eight, BytesPerRow::Sixteen, BytesPerRow::ThirtyTwo]
            {
                for end in [0, 0xffff, 1 << 40] {
                    for panel in
                        StreamLayout::new(view, bytes_per_row, Size { width, height: 20 }, end, words).panels
                    {
                        let columns = panel.columns;
                        let right = panel.area.x + columns.text_x() + columns.text;
                        assert!(right <= width, "{view:?} {bytes_per_row:?} {width} {end}: {right}");
                    }
                }
            }
        }
    }
}

#[test]
fn parts_lie_within_the_pane_and_apart() {
    for (width, height) in (0..=220).step_by(3).flat_map(|width| (0..=60).map(move |height| (width, height)))
    {
        for (view, words) in VIEWS.into_iter().flat_map(|view| WORDS.map(|words| (view, words))) {
            let pane = Rect { x: 0, y: 0, width, height };
            let layout = StreamLayout::new(view, BytesPerRow::Fit, Size { width, height }, 0xffff, words);
            let mut parts: Vec<Rect> = layout.panels.iter().map(|panel| panel.area).collect();
            parts.push(layout.inspector);
            for (at, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
                assert_eq!(part.intersection(pane), *part, "{view:?} {width}x{height}");
                assert!(
                    parts[at + 1..].iter().all(|other| !part.intersects(*other)),
                    "{view:?} {width}x{height}"
                );
            }
        }
    }
}

#[test]
fn every_cell_of_a_row_leads_back_to_its_byte() {
    for width in 20..=220 {
        let columns = layout(View::Hex, BytesPerRow::Fit, width).panel(ByteFormat::Hex).columns;
        for place in 0..columns.per_row {
            let digits = columns.byte_x(place);
            assert_eq!([digits, digits + 1].map(|x| columns.column_at(x)), [place; 2]);
            assert_eq!(columns.column_at(columns.text_x() + place), place);
        }
    }
}

#[test]
fn a_route_takes_the_place_of_the_word_where_it_costs_no_bytes() {
    let gutter = |view, width| {
        let size = Size { width, height: 20 };
        let layout = StreamLayout::new(view, BytesPerRow::Fit, size, 0xffff, DirectionWords::Relayed);
        let columns = layout.panels[0].columns;
        (columns.gutter, columns.per_row)
    };
    for view in [View::Hex, View::Split] {
        assert_eq!([109, 110].map(|width| gutter(view, width)), [(Gutter::Words, 16), (Gutter::Route, 16)]);
        assert_eq!([180, 198].map(|width| gutter(view, width).1), [32, 32]);
    }
    assert_eq!(
        [78, 109, 110].map(|width| gutter(View::Text, width).0),
        [Gutter::Full, Gutter::Words, Gutter::Route]
    );
}
