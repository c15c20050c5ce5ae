//! Properties of every connection, every size and every view.

use proptest::prelude::*;

use super::super::row::{Body, Row};
use super::super::*;
use super::looking;
use super::told::{Told, steps};
use crate::app::command::Motion;
use crate::model::Direction;

const VIEWS: [View; 3] = [View::Hex, View::Text, View::Split];
const ALL_VIEWS: [View; 5] = [View::Hex, View::Text, View::Split, View::Anatomy, View::Readings];
const SHOWN: [Shown; 3] = [Shown::Both, Shown::Received, Shown::Sent];
/// The height of a pane that has room for all rows of a test.
const ALL: u16 = u16::MAX;

fn told(history: usize, steps: &[told::Step]) -> Told {
    let mut told = Told::new(history);
    steps.iter().for_each(|step| told.step(step));
    told
}

use super::told;

fn start(payload: &mut Payload, told: &Told, size: Size) -> Page {
    payload.scroll(Motion::Start, told.connection(), size);
    payload.page(told.connection(), size, 0)
}

fn shows_each_byte_once(told: &Told, payload: &Payload, page: &Page) -> Result<(), TestCaseError> {
    for sheet in &page.sheets {
        for direction in payload.shown().directions() {
            let (mut offsets, mut bytes) = (Vec::new(), Vec::new());
            for row in sheet.rows.iter().filter(|row| row.direction == direction) {
                offsets.extend(row.body.range().unwrap_or(0..0));
                if let Body::Hex(hex) = &row.body {
                    bytes.extend(hex.bytes.iter().map(|cell| cell.byte));
                }
            }
            let kept = told.kept(direction);
            prop_assert_eq!(offsets, kept.iter().map(|(offset, _)| *offset).collect::<Vec<_>>());
            if sheet.sheet.side == Side::Hex {
                prop_assert_eq!(bytes, kept.iter().map(|(_, byte)| *byte).collect::<Vec<_>>());
            }
        }
    }
    Ok(())
}

/// Returns the rows of the format that the cursor moves in.
fn rows<'p>(payload: &Payload, page: &'p Page) -> &'p [Row] {
    let sheet = page.sheets.iter().find(|sheet| sheet.sheet.side == payload.side());
    &sheet.unwrap_or(&page.sheets[0]).rows
}

proptest! {
    // Each case goes through nine panes row by row.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn paging_shows_every_kept_byte_exactly_once(
        steps in steps(16), history in 100..1_500_usize, width in 10..200_u16, height in 3..40_u16,
    ) {
        let told = told(history, &steps);
        for (view, shown) in VIEWS.into_iter().flat_map(|view| SHOWN.map(|shown| (view, shown))) {
            let mut payload = looking(view, shown);
            let whole = start(&mut payload, &told, Size { width, height: ALL });
            prop_assert_eq!((whole.above, whole.below), (0, 0));
            shows_each_byte_once(&told, &payload, &whole)?;

            let size = Size { width, height };
            let (mut seen, mut below) = (0, u64::MAX);
            start(&mut payload, &told, size);
            let whole = rows(&payload, &whole);
            while !whole.is_empty() {
                let page = payload.page(told.connection(), size, 0);
                let shown = rows(&payload, &page);
                // The last page is full, if there are enough rows.
                let from = seen.min(whole.len() - shown.len());
                prop_assert_eq!(shown, &whole[from..from + shown.len()]);
                prop_assert!(page.below <= below && page.above + page.below <= page.kept);
                (seen, below) = (seen + shown.len(), page.below);
                if seen >= whole.len() {
                    prop_assert_eq!(below, 0);
                    break;
                }
                payload.scroll(Motion::Rows(shown.len().max(1) as i32), told.connection(), size);
            }
        }
    }

    #[test]
    fn down_is_the_way_back_up(
        steps in steps(16), history in 100..1_500_usize, width in 10..200_u16, height in 3..20_u16,
    ) {
        let told = told(history, &steps);
        let size = Size { width, height };
        for (view, shown) in VIEWS.into_iter().flat_map(|view| SHOWN.map(|shown| (view, shown))) {
            let mut payload = looking(view, shown);
            let mut pages = vec![payload.page(told.connection(), size, 0)];
            while pages.len() < 80 {
                payload.scroll(Motion::Rows(-1), told.connection(), size);
                let page = payload.page(told.connection(), size, 0);
                let (now, before) = (rows(&payload, &page), rows(&payload, &pages[pages.len() - 1]));
                if now == before {
                    break;
                }
                prop_assert_eq!(&now[1..], &before[..now.len() - 1], "{:?}", payload);
                pages.push(page);
            }
            while let Some(page) = pages.pop() {
                let again = payload.page(told.connection(), size, 0);
                prop_assert_eq!(rows(&payload, &again), rows(&payload, &page));
                payload.scroll(Motion::Rows(1), told.connection(), size);
            }
        }
    }

    #[test]
    fn the_cursor_goes_through_every_byte_and_is_always_in_sight(
        steps in steps(6), history in 50..300_usize, width in 10..200_u16, height in 1..20_u16,
    ) {
        let told = told(history, &steps);
        let size = Size { width, height };
        for (view, shown) in ALL_VIEWS.into_iter().flat_map(|view| SHOWN.map(|shown| (view, shown))) {
            let mut payload = looking(view, shown);
            payload.scroll(Motion::Start, told.connection(), size);
            let mut seen = Vec::new();
            for _ in 0..told.kept(Direction::Received).len() + told.kept(Direction::Sent).len() + 1 {
                let page = payload.page(told.connection(), size, 0);
                let Some(unit) = &page.unit else { break };
                if seen.last() == Some(&(unit.direction, unit.spot)) {
                    break;
                }
                seen.push((unit.direction, unit.spot));
                for sheet in page.sheets.iter().filter(|sheet| sheet.sheet.area.height > 0) {
                    let holds = |row: &Row| {
                        row.direction == unit.direction
                            && row.body.range().is_some_and(|range| range.contains(&unit.spot))
                    };
                    prop_assert!(seen.len() == 1 || sheet.rows.iter().any(holds), "{:?} {:?}", unit, payload);
                }
                payload.step(Way::On, told.connection(), size);
            }
            let mut kept: Vec<_> = seen.clone();
            kept.sort_by_key(|(direction, offset)| (*direction as usize, *offset));
            let all: Vec<_> = shown.directions().flat_map(|direction| {
                told.kept(direction).into_iter().map(move |(offset, _)| (direction, offset))
            }).collect();
            if payload.side() == Side::Hex {
                prop_assert_eq!(&kept, &all);
            } else {
                prop_assert!(kept.iter().all(|spot| all.contains(spot)));
            }
            // And back through the same bytes.
            for spot in seen.iter().rev() {
                let page = payload.page(told.connection(), size, 0);
                let unit = page.unit.as_ref().unwrap();
                prop_assert_eq!(&(unit.direction, unit.spot), spot);
                payload.step(Way::Back, told.connection(), size);
            }
        }
    }

    #[test]
    fn a_row_has_a_time_if_and_only_if_a_read_or_write_begins_in_it(
        steps in steps(12), history in 100..6_000_usize, width in 60..200_u16,
    ) {
        let told = told(history, &steps);
        for (view, shown) in VIEWS.into_iter().flat_map(|view| SHOWN.map(|shown| (view, shown))) {
            let page = start(&mut looking(view, shown), &told, Size { width, height: ALL });
            for row in page.sheets.iter().flat_map(|sheet| &sheet.rows) {
                let chunks = told.connection().stream(row.direction).history.chunks();
                let range = row.body.range().unwrap_or(0..0);
                let begins = chunks.iter().any(|chunk| range.contains(&chunk.offset));
                prop_assert_eq!(row.time.is_some(), begins, "{:?}", row);
            }
        }
    }

    #[test]
    fn only_the_end_of_a_run_of_reads_cuts_a_row_of_hex(
        steps in steps(30), history in 100..9_000_usize, width in 16..200_u16,
    ) {
        let told = told(history, &steps);
        for shown in SHOWN {
            let page = start(&mut looking(View::Hex, shown), &told, Size { width, height: ALL });
            let per_row = u64::from(page.sheets[0].sheet.columns.per_row);
            for pair in page.sheets[0].rows.windows(2) {
                let [Some(range), Some(next)] = [0, 1].map(|at| pair[at].body.range()) else { continue };
                let kept = told.connection().stream(pair[0].direction).history.start();
                let is_cut = range.end - range.start < per_row && range.start != kept;
                if is_cut && pair[0].direction == pair[1].direction {
                    let chunks = told.connection().stream(pair[0].direction).history.chunks();
                    let begins = chunks.iter().any(|chunk| chunk.offset == next.start);
                    let Body::Hex(hex) = &pair[1].body else { unreachable!() };
                    let inner = hex.bytes[0].edge == row::Edge::Inner;
                    prop_assert!(begins && inner && pair[1].time.is_some(), "{:?}", pair);
                }
            }
        }
    }

    #[test]
    fn both_halves_of_a_line_have_the_same_bytes_of_the_same_read(
        steps in steps(16), history in 100..3_000_usize, width in 16..200_u16, height in 1..30_u16, up in 0..90_i32,
    ) {
        let told = told(history, &steps);
        let size = Size { width, height };
        for (side, shown) in [Side::Hex, Side::Text].into_iter().flat_map(|side| SHOWN.map(|shown| (side, shown))) {
            let mut payload = Payload { side, ..looking(View::Split, shown) };
            payload.scroll(Motion::Rows(-up), told.connection(), size);
            let page = payload.page(told.connection(), size, 0);
            let [hex, text] = [0, 1].map(|half| &page.sheets[half].rows);
            prop_assert_eq!(hex.len(), text.len());
            let mut whole: Option<(Direction, std::ops::Range<u64>)> = None;
            for (line, (hex, text)) in hex.iter().zip(text).enumerate() {
                prop_assert_eq!(hex.direction, text.direction);
                let Some(range) = hex.body.range() else {
                    prop_assert_eq!(&hex.body, &text.body);
                    continue;
                };
                match (&text.body, whole.take()) {
                    // The text stands beside the first of its bytes, or at the top of the view.
                    (Body::Text(row), before) => {
                        prop_assert!(before.is_none(), "the bytes of the row of text above are all there");
                        prop_assert!(range.start == row.range.start || line == 0);
                        prop_assert!(row.range.contains(&range.start) && range.end <= row.range.end);
                        if range.end < row.range.end {
                            whole = Some((text.direction, range.end..row.range.end));
                        }
                        let chunks = told.connection().stream(text.direction).history.chunks();
                        let within = |chunk: &crate::model::history::Chunk| {
                            chunk.offset <= row.range.start && row.range.end <= chunk.end()
                        };
                        prop_assert!(chunks.iter().any(within), "of one read: {:?}", row);
                    }
                    (Body::Blank, Some((direction, rest))) => {
                        prop_assert!((direction, rest.start) == (hex.direction, range.start) && range.end <= rest.end);
                        whole = Some((direction, range.end..rest.end)).filter(|(_, rest)| !rest.is_empty());
                    }
                    (body, before) => prop_assert!(false, "{:?} {:?}", body, before),
                }
            }
            prop_assert!(whole.is_none() || hex.len() == usize::from(height));
        }
    }

    #[test]
    fn malformed_parts_are_found_from_every_byte(steps in steps(12), history in 100..3_000_usize) {
        let told = told(history, &steps);
        for shown in SHOWN {
            let mut payload = looking(View::Hex, shown);
            let size = Size { width: 80, height: 10 };
            payload.scroll(Motion::Start, told.connection(), size);
            let document = payload.document(told.connection());
            let spots: Vec<_> =
                std::iter::successors(document.oldest(), |spot| document.step(*spot, Way::On)).collect();
            let begins = |spot: &&Spot| document.unit(**spot).is_some_and(|unit| {
                matches!(unit.what, What::Malformed(_)) && unit.range.start == spot.offset
            });
            let parts: Vec<_> = spots.iter().filter(begins).copied().collect();
            let place = |spot: &Spot| spots.iter().position(|other| other == spot);
            for (at, spot) in spots.iter().enumerate().step_by(1 + spots.len() / 40) {
                let next = parts.iter().find(|part| place(part) > Some(at)).copied();
                let previous = parts.iter().rev().find(|part| place(part) < Some(at)).copied();
                prop_assert_eq!(document.seek_malformed(*spot, Way::On), next);
                prop_assert_eq!(document.seek_malformed(*spot, Way::Back), previous);
            }
            for height in [1, 7, 40] {
                let ruler = document.ruler(height);
                prop_assert_eq!(ruler.len(), usize::from(height));
                prop_assert_eq!(ruler.contains(&true), !parts.is_empty());
            }
        }
    }

    #[test]
    fn what_one_reads_stays_while_bytes_come_and_go(
        before in steps(20), after in steps(12), history in 2_000..5_000_usize, up in 1..60_i32,
    ) {
        let mut told = told(history, &before);
        let size = Size { width: 60, height: 8 };
        let mut looks: Vec<_> =
            VIEWS.into_iter().flat_map(|view| SHOWN.map(|shown| looking(view, shown))).collect();
        let held: Vec<_> = looks.iter_mut().map(|payload| {
            payload.scroll(Motion::Rows(-up), told.connection(), size);
            payload.page(told.connection(), size, 0)
        }).collect();
        for step in &after {
            told.step(step);
            for (payload, held) in looks.iter().zip(&held).filter(|(payload, _)| !payload.follows()) {
                let page = payload.page(told.connection(), size, 0);
                let top = &rows(payload, held)[0];
                let Some(range) = top.body.range() else { continue };
                let kept = |direction| told.connection().stream(direction).history.start();
                if range.start < kept(top.direction) {
                    continue;
                }
                // With two directions, the other one may be trimmed below the top, with the cursor in it.
                let unit = held.unit.as_ref().unwrap();
                if unit.spot < kept(unit.direction) {
                    continue;
                }
                let first = &rows(payload, &page)[0];
                if payload.shown() != Shown::Both {
                    prop_assert_eq!(first.direction, top.direction);
                    prop_assert_eq!(first.body.range().map(|range| range.start), Some(range.start));
                    let ranges = |page: &Page| -> Vec<_> {
                        rows(payload, page).iter().map(|row| row.body.range()).collect()
                    };
                    let (old, new) = (ranges(held), ranges(&page));
                    let sure = old.len().saturating_sub(1);
                    prop_assert_eq!(&new[..sure], &old[..sure]);
                }
            }
        }
    }
}
