//! What holds for every connection, every size and every view.

use std::ops::Range;

use proptest::prelude::*;

use super::super::row::Body;
use super::super::*;
use super::looking;
use super::told::{Told, steps};
use crate::model::Direction;

const VIEWS: [View; 3] = [View::Hex, View::Text, View::Split];
const SHOWN: [Shown; 3] = [Shown::Both, Shown::Received, Shown::Sent];
/// A pane that has room for all rows of a test.
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

/// The bytes of a row in its leading half.
fn bytes(row: &Row, view: View) -> Option<Range<u64>> {
    match (&row.body, view) {
        (Body::Mark(_), _) => None,
        (Body::Bytes { text, .. }, View::Text) => Some(text.range.clone()),
        (Body::Bytes { hex, .. }, _) => Some(hex.range()),
    }
}

fn shows_each_byte_once(told: &Told, payload: &Payload, page: &Page) -> Result<(), TestCaseError> {
    for direction in Direction::ALL.into_iter().filter(|way| payload.shown().includes(*way)) {
        let (mut hexes, mut texts) = (Vec::new(), Vec::new());
        for row in page.rows.iter().filter(|row| row.direction == direction) {
            if let Body::Bytes { hex, text } = &row.body {
                hexes.extend(hex.range().zip(hex.bytes.iter().map(|cell| cell.byte)));
                texts.extend(text.range.clone());
            }
        }
        let kept = told.kept(direction);
        if payload.view() != View::Text {
            prop_assert_eq!(&hexes, &kept);
        }
        if payload.view() != View::Hex {
            prop_assert_eq!(texts, kept.iter().map(|(offset, _)| *offset).collect::<Vec<_>>());
        }
    }
    Ok(())
}

proptest! {
    // Each case goes through nine panes row by row.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn paging_shows_every_kept_byte_exactly_once(
        steps in steps(16), history in 100..1_500_usize, width in 10..200_u16, height in 1..40_u16,
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
            while !whole.rows.is_empty() && !payload.follows() {
                let page = payload.page(told.connection(), size, 0);
                let until = (seen + usize::from(height)).min(whole.rows.len());
                prop_assert_eq!(&page.rows[..], &whole.rows[seen..until]);
                prop_assert!(page.below <= below && page.above + page.below <= page.kept);
                (seen, below) = (until, page.below);
                payload.scroll(Motion::PageDown, told.connection(), size);
            }
            let last = payload.page(told.connection(), size, 0);
            prop_assert_eq!(&last.rows[..], &whole.rows[whole.rows.len() - last.rows.len()..]);
            prop_assert!(seen + last.rows.len() >= whole.rows.len());
            prop_assert_eq!(last.below, 0);
        }
    }

    #[test]
    fn down_is_the_way_back_up(
        steps in steps(16), history in 100..1_500_usize, width in 10..200_u16, height in 1..20_u16,
    ) {
        let told = told(history, &steps);
        let size = Size { width, height };
        for (view, shown) in VIEWS.into_iter().flat_map(|view| SHOWN.map(|shown| (view, shown))) {
            let mut payload = looking(view, shown);
            let mut pages = vec![payload.page(told.connection(), size, 0)];
            while pages.len() < 80 {
                payload.scroll(Motion::RowUp, told.connection(), size);
                let page = payload.page(told.connection(), size, 0);
                if pages.last() == Some(&page) {
                    break;
                }
                prop_assert_eq!(&super::lines(&page)[1..], &super::lines(&pages[pages.len() - 1])[..page.rows.len() - 1], "{:?}", payload);
                pages.push(page);
            }
            while let Some(page) = pages.pop() {
                prop_assert_eq!(payload.page(told.connection(), size, 0), page);
                payload.scroll(Motion::RowDown, told.connection(), size);
            }
            prop_assert!(payload.follows());
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
                let top = &held.rows[0];
                let Some(range) = bytes(top, payload.view()) else { continue };
                if range.is_empty() || range.start < told.connection().stream(top.direction).history.start() {
                    continue;
                }
                prop_assert_eq!(page.rows[0].direction, top.direction);
                prop_assert_eq!(bytes(&page.rows[0], payload.view()).map(|range| range.start), Some(range.start));
                // Of two directions, the other one may be trimmed below the top.
                if payload.shown() != Shown::Both {
                    let ranges = |page: &Page| -> Vec<_> {
                        page.rows.iter().map(|row| bytes(row, payload.view())).collect()
                    };
                    let (old, new) = (ranges(held), ranges(&page));
                    let sure = old.len().saturating_sub(1);
                    prop_assert_eq!(&new[..sure], &old[..sure]);
                }
            }
        }
    }
}
