use super::*;

const VIEWS: [View; 5] = [View::Hex, View::Text, View::Split, View::Anatomy, View::Readings];

fn frame(view: View, density: Density, width: u16) -> Frame {
    Frame::new(view, density, Size { width, height: 20 }, 0xffff)
}

/// Returns the gutter, the bytes per row and the width of the text of the last part.
fn sheet(view: View, density: Density, width: u16) -> (Gutter, u16, u16) {
    let frame = frame(view, density, width);
    let hex = frame.sheet(Side::Hex).columns;
    (hex.gutter, hex.per_row, frame.sheets[frame.sheets.len() - 1].columns.text)
}

#[test]
fn what_fits_is_shown() {
    let hex = [18, 58, 78, 118, 198].map(|width| sheet(View::Hex, Density::Fit, width));
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
    let split = [18, 58, 78, 118, 198].map(|width| sheet(View::Split, Density::Fit, width));
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
    assert_eq!(sheet(View::Text, Density::Fit, 78), (Gutter::Full, 0, 53));
}

#[test]
fn a_choice_may_cost_the_time_but_never_the_bytes() {
    assert_eq!(sheet(View::Hex, Density::Sixteen, 79), (Gutter::Offset, 16, 17));
    assert_eq!(sheet(View::Hex, Density::ThirtyTwo, 78), (Gutter::Short, 16, 17));
    assert_eq!(sheet(View::Hex, Density::Eight, 198), (Gutter::Words, 8, 9));
    assert_eq!(sheet(View::Hex, Density::ThirtyTwo, 25), (Gutter::Short, 4, 5));
}

#[test]
fn the_word_for_a_direction_costs_no_bytes_and_is_there_from_98_cells_on() {
    assert_eq!([97, 98].map(|width| sheet(View::Hex, Density::Fit, width).0), [Gutter::Full, Gutter::Words]);
    assert_eq!([97, 98].map(|width| sheet(View::Text, Density::Fit, width).0), [Gutter::Full, Gutter::Words]);
    // 32 bytes with their time and offset fit, but not with the word for the direction.
    assert_eq!(sheet(View::Hex, Density::Fit, 158), (Gutter::Full, 32, 33));
    assert_eq!(sheet(View::Hex, Density::Fit, 162), (Gutter::Words, 32, 33));
}

#[test]
fn nothing_stands_beyond_the_edge_from_16_cells_on() {
    for width in 16..=220 {
        for view in VIEWS {
            for density in [Density::Fit, Density::Eight, Density::Sixteen, Density::ThirtyTwo] {
                for end in [0, 0xffff, 1 << 40] {
                    for sheet in Frame::new(view, density, Size { width, height: 20 }, end).sheets {
                        let columns = sheet.columns;
                        let right = sheet.area.x + columns.text_x() + columns.text;
                        assert!(right <= width, "{view:?} {density:?} {width} {end}: {right}");
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
        for view in VIEWS {
            let pane = Rect { x: 0, y: 0, width, height };
            let frame = Frame::new(view, Density::Fit, Size { width, height }, 0xffff);
            let mut parts: Vec<Rect> = frame.sheets.iter().map(|sheet| sheet.area).collect();
            parts.push(frame.card);
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
        let columns = frame(View::Hex, Density::Fit, width).sheet(Side::Hex).columns;
        for place in 0..columns.per_row {
            let digits = columns.byte_x(place);
            assert_eq!([digits, digits + 1].map(|x| columns.column_at(x)), [place; 2]);
            assert_eq!(columns.column_at(columns.text_x() + place), place);
        }
    }
}
