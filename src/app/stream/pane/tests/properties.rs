//! Properties of every connection, every size and every view.

use crate::app::stream::{StreamFrame, UnitKind, row};
use proptest::prelude::*;

use super::super::*;
use super::fixture::{TestConnection, directions, steps};
use super::pane_with;
use crate::app::action::Motion;
use crate::app::stream::row::{Body, StreamRow};
use crate::app::stream::seek::MalformedSequences;
use crate::event::Direction;

const VIEWS: [View; 3] = [View::Hex, View::Text, View::Split];
const ALL_VIEWS: [View; 6] = View::ALL;
const SHOWN: [DirectionFilter; 3] = [DirectionFilter::Both, DirectionFilter::Received, DirectionFilter::Sent];
/// The height of a pane that has room for all rows of a test.
const ALL: u16 = u16::MAX;

fn without_messages(history: usize, steps: &[fixture::Step]) -> TestConnection {
    let mut fixture = TestConnection::new(history);
    steps.iter().for_each(|step| fixture.step(step));
    fixture
}

fn fixture(history: usize, steps: &[fixture::Step]) -> TestConnection {
    let mut fixture = without_messages(history, &[]);
    // Where messages are told apart, other rows begin, and some have no bytes.
    match history % 3 {
        0 => fixture.frame("fixed:7"),
        1 => fixture.frame("lf"),
        _ => {}
    }
    steps.iter().for_each(|step| fixture.step(step));
    fixture
}

use super::fixture;

fn start(stream: &mut StreamView, fixture: &TestConnection, size: Size) -> StreamFrame {
    stream.scroll(Motion::Start, fixture.connection(), size);
    stream.frame(fixture.connection(), size, 0)
}

fn shows_each_byte_once(
    fixture: &TestConnection,
    stream: &StreamView,
    frame: &StreamFrame,
) -> Result<(), TestCaseError> {
    for panel in &frame.panels {
        for direction in directions(stream.direction_filter()) {
            let (mut offsets, mut bytes) = (Vec::new(), Vec::new());
            for row in panel.rows.iter().filter(|row| row.channel.direction() == direction) {
                offsets.extend(row.body.range().unwrap_or(0..0));
                if let Body::Hex(hex) = &row.body {
                    bytes.extend(hex.bytes.iter().map(|cell| cell.byte));
                }
            }
            let kept = fixture.kept(direction);
            prop_assert_eq!(offsets, kept.iter().map(|(offset, _)| *offset).collect::<Vec<_>>());
            if panel.panel.format == ByteFormat::Hex {
                prop_assert_eq!(bytes, kept.iter().map(|(_, byte)| *byte).collect::<Vec<_>>());
            }
        }
    }
    Ok(())
}

/// A terminal that shows all characters, or only those of ASCII.
fn charsets() -> impl Strategy<Value = Charset> {
    prop_oneof![Just(Charset::Unicode), Just(Charset::Ascii)]
}

/// Returns the rows of the format that the cursor moves in.
fn rows<'p>(stream: &StreamView, frame: &'p StreamFrame) -> &'p [StreamRow] {
    let panel = frame.panels.iter().find(|panel| panel.panel.format == stream.format());
    &panel.unwrap_or(&frame.panels[0]).rows
}

proptest! {
    // Each case goes through nine panes row by row.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn paging_shows_every_kept_byte_exactly_once(
        steps in steps(16), history in 100..1_500_usize, width in 10..200_u16, height in 3..40_u16,
        charset in charsets(),
    ) {
        let fixture = fixture(history, &steps);
        for (view, direction_filter) in VIEWS.into_iter().flat_map(|view| SHOWN.map(|direction_filter| (view, direction_filter))) {
            let mut stream = StreamView { charset, ..pane_with(view, direction_filter) };
            let whole = start(&mut stream, &fixture, Size { width, height: ALL });
            prop_assert_eq!((whole.above, whole.below), (0, 0));
            shows_each_byte_once(&fixture, &stream, &whole)?;

            let size = Size { width, height };
            let (mut seen, mut below) = (0, u64::MAX);
            start(&mut stream, &fixture, size);
            let whole = rows(&stream, &whole);
            while !whole.is_empty() {
                let frame = stream.frame(fixture.connection(), size, 0);
                let direction_filter = rows(&stream, &frame);
                // The last page is full, if there are enough rows.
                let from = seen.min(whole.len() - direction_filter.len());
                prop_assert_eq!(direction_filter, &whole[from..from + direction_filter.len()]);
                prop_assert!(frame.below <= below && frame.above + frame.below <= frame.kept);
                (seen, below) = (seen + direction_filter.len(), frame.below);
                if seen >= whole.len() {
                    prop_assert_eq!(below, 0);
                    break;
                }
                stream.scroll(Motion::Rows(direction_filter.len().max(1) as i32), fixture.connection(), size);
            }
        }
    }

    #[test]
    fn down_is_the_way_back_up(
        steps in steps(16), history in 100..1_500_usize, width in 10..200_u16, height in 3..20_u16,
        charset in charsets(),
    ) {
        let fixture = fixture(history, &steps);
        let size = Size { width, height };
        for (view, direction_filter) in VIEWS.into_iter().flat_map(|view| SHOWN.map(|direction_filter| (view, direction_filter))) {
            let mut stream = StreamView { charset, ..pane_with(view, direction_filter) };
            let mut pages = vec![stream.frame(fixture.connection(), size, 0)];
            while pages.len() < 80 {
                stream.scroll(Motion::Rows(-1), fixture.connection(), size);
                let frame = stream.frame(fixture.connection(), size, 0);
                let (now, before) = (rows(&stream, &frame), rows(&stream, &pages[pages.len() - 1]));
                if now == before {
                    break;
                }
                prop_assert_eq!(&now[1..], &before[..now.len() - 1], "{:?}", stream);
                pages.push(frame);
            }
            while let Some(frame) = pages.pop() {
                let again = stream.frame(fixture.connection(), size, 0);
                prop_assert_eq!(rows(&stream, &again), rows(&stream, &frame));
                stream.scroll(Motion::Rows(1), fixture.connection(), size);
            }
        }
    }

    #[test]
    fn the_cursor_goes_through_every_byte_and_is_always_in_sight(
        steps in steps(6), history in 50..300_usize, width in 10..200_u16, height in 1..20_u16,
        charset in charsets(),
    ) {
        let fixture = fixture(history, &steps);
        let size = Size { width, height };
        for (view, direction_filter) in ALL_VIEWS.into_iter().flat_map(|view| SHOWN.map(|direction_filter| (view, direction_filter))) {
            let mut stream = StreamView { charset, ..pane_with(view, direction_filter) };
            stream.scroll(Motion::Start, fixture.connection(), size);
            let mut seen = Vec::new();
            for _ in 0..fixture.kept(Direction::Received).len() + fixture.kept(Direction::Sent).len() + 1 {
                let frame = stream.frame(fixture.connection(), size, 0);
                let Some(unit) = &frame.unit else { break };
                if seen.last() == Some(&(unit.channel.direction(), unit.cursor)) {
                    break;
                }
                seen.push((unit.channel.direction(), unit.cursor));
                for panel in frame.panels.iter().filter(|panel| panel.panel.area.height > 0) {
                    let holds = |row: &StreamRow| {
                        row.channel.direction() == unit.channel.direction()
                            && row.body.range().is_some_and(|range| range.contains(&unit.cursor))
                    };
                    prop_assert!(seen.len() == 1 || panel.rows.iter().any(holds), "{:?} {:?}", unit, stream);
                }
                stream.step(Seek::Forward, fixture.connection(), size);
            }
            let mut kept: Vec<_> = seen.clone();
            kept.sort_by_key(|(direction, offset)| (*direction as usize, *offset));
            let all: Vec<_> = directions(direction_filter).into_iter().flat_map(|direction| {
                fixture.kept(direction).into_iter().map(move |(offset, _)| (direction, offset))
            }).collect();
            if stream.format() == ByteFormat::Hex {
                prop_assert_eq!(&kept, &all);
            } else {
                prop_assert!(kept.iter().all(|position| all.contains(position)));
            }
            // And back through the same bytes.
            for position in seen.iter().rev() {
                let frame = stream.frame(fixture.connection(), size, 0);
                let unit = frame.unit.as_ref().unwrap();
                prop_assert_eq!(&(unit.channel.direction(), unit.cursor), position);
                stream.step(Seek::Backward, fixture.connection(), size);
            }
        }
    }

    #[test]
    fn a_row_has_a_time_if_and_only_if_a_read_or_write_begins_in_it(
        steps in steps(12), history in 100..6_000_usize, width in 60..200_u16,
    ) {
        let fixture = fixture(history, &steps);
        for (view, direction_filter) in VIEWS.into_iter().flat_map(|view| SHOWN.map(|direction_filter| (view, direction_filter))) {
            let frame = start(&mut pane_with(view, direction_filter), &fixture, Size { width, height: ALL });
            for row in frame.panels.iter().flat_map(|panel| &panel.rows) {
                let chunks = fixture.connection().stream(row.channel.direction()).history.chunks();
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
        // Rows also end where messages do.
        let fixture = without_messages(history, &steps);
        for direction_filter in SHOWN {
            let frame = start(&mut pane_with(View::Hex, direction_filter), &fixture, Size { width, height: ALL });
            let per_row = u64::from(frame.panels[0].panel.columns.per_row);
            for pair in frame.panels[0].rows.windows(2) {
                let [Some(range), Some(next)] = [0, 1].map(|at| pair[at].body.range()) else { continue };
                let kept = fixture.connection().stream(pair[0].channel.direction()).history.start();
                let is_cut = range.end - range.start < per_row && range.start != kept;
                if is_cut && pair[0].channel.direction() == pair[1].channel.direction() {
                    let chunks = fixture.connection().stream(pair[0].channel.direction()).history.chunks();
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
        let fixture = fixture(history, &steps);
        let size = Size { width, height };
        for (format, direction_filter) in [ByteFormat::Hex, ByteFormat::Text].into_iter().flat_map(|format| SHOWN.map(|direction_filter| (format, direction_filter))) {
            let mut stream = StreamView { format, ..pane_with(View::Split, direction_filter) };
            stream.scroll(Motion::Rows(-up), fixture.connection(), size);
            let frame = stream.frame(fixture.connection(), size, 0);
            let [hex, text] = [0, 1].map(|half| &frame.panels[half].rows);
            prop_assert_eq!(hex.len(), text.len());
            let mut whole: Option<(Direction, std::ops::Range<u64>)> = None;
            for (line, (hex, text)) in hex.iter().zip(text).enumerate() {
                prop_assert_eq!(hex.channel.direction(), text.channel.direction());
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
                            whole = Some((text.channel.direction(), range.end..row.range.end));
                        }
                        let chunks = fixture.connection().stream(text.channel.direction()).history.chunks();
                        let within = |chunk: &crate::model::history::Chunk| {
                            chunk.offset <= row.range.start && row.range.end <= chunk.end()
                        };
                        prop_assert!(chunks.iter().any(within), "of one read: {:?}", row);
                    }
                    (Body::Blank, Some((direction, rest))) => {
                        prop_assert!((direction, rest.start) == (hex.channel.direction(), range.start) && range.end <= rest.end);
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
        let fixture = fixture(history, &steps);
        for direction_filter in SHOWN {
            let mut stream = pane_with(View::Hex, direction_filter);
            let size = Size { width: 80, height: 10 };
            stream.scroll(Motion::Start, fixture.connection(), size);
            let transcript = stream.transcript(fixture.connection());
            let spots: Vec<_> =
                std::iter::successors(transcript.oldest(), |position| transcript.step(*position, Seek::Forward)).collect();
            let begins = |position: &&BytePosition| transcript.unit(**position).is_some_and(|unit| {
                matches!(unit.kind, UnitKind::Malformed(_)) && unit.range.start == position.offset
            });
            let parts: Vec<_> = spots.iter().filter(begins).copied().collect();
            let place = |position: &BytePosition| spots.iter().position(|other| other == position);
            for (at, position) in spots.iter().enumerate().step_by(1 + spots.len() / 40) {
                let next = parts.iter().find(|part| place(part) > Some(at)).copied();
                let previous = parts.iter().rev().find(|part| place(part) < Some(at)).copied();
                prop_assert_eq!(transcript.seek(&MalformedSequences, *position, Seek::Forward), next);
                prop_assert_eq!(transcript.seek(&MalformedSequences, *position, Seek::Backward), previous);
            }
            for height in [1, 7, 40] {
                let overview = transcript.overview(&MalformedSequences, height);
                prop_assert_eq!(overview.len(), usize::from(height));
                prop_assert_eq!(overview.contains(&true), !parts.is_empty());
            }
        }
    }

    #[test]
    fn what_one_reads_stays_while_bytes_come_and_go(
        before in steps(20), after in steps(12), history in 2_000..5_000_usize, up in 1..60_i32,
    ) {
        let mut fixture = fixture(history, &before);
        let size = Size { width: 60, height: 8 };
        let mut looks: Vec<_> =
            VIEWS.into_iter().flat_map(|view| SHOWN.map(|direction_filter| pane_with(view, direction_filter))).collect();
        let held: Vec<_> = looks.iter_mut().map(|stream| {
            stream.scroll(Motion::Rows(-up), fixture.connection(), size);
            stream.frame(fixture.connection(), size, 0)
        }).collect();
        for step in &after {
            fixture.step(step);
            for (stream, held) in looks.iter().zip(&held).filter(|(stream, _)| !stream.follows()) {
                let frame = stream.frame(fixture.connection(), size, 0);
                let top = &rows(stream, held)[0];
                let Some(range) = top.body.range() else { continue };
                let kept = |direction| fixture.connection().stream(direction).history.start();
                if range.start < kept(top.channel.direction()) {
                    continue;
                }
                // With two directions, the other one may be trimmed below the top, with the cursor in it.
                let unit = held.unit.as_ref().unwrap();
                if unit.cursor < kept(unit.channel.direction()) {
                    continue;
                }
                let first = &rows(stream, &frame)[0];
                if stream.direction_filter() != DirectionFilter::Both {
                    prop_assert_eq!(first.channel.direction(), top.channel.direction());
                    prop_assert_eq!(first.body.range().map(|range| range.start), Some(range.start));
                    let ranges = |frame: &StreamFrame| -> Vec<_> {
                        rows(stream, frame).iter().map(|row| row.body.range()).collect()
                    };
                    let (old, new) = (ranges(held), ranges(&frame));
                    let sure = old.len().saturating_sub(1);
                    prop_assert_eq!(&new[..sure], &old[..sure]);
                }
            }
        }
    }
}
