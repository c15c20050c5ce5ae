//! The rows of the stream pane, and movement through them.

pub(crate) mod fixture;
pub(crate) mod hits;
mod messages;
mod moving;
mod properties;
mod segments;
mod selecting;
mod split;

use ratatui::layout::Size;

use super::*;
use crate::app::stream::row::{Body, Shape, StreamRow};
use crate::app::stream::{StreamFrame, row};
use crate::event::Direction::{Received, Sent};
use fixture::TestConnection;

const SIZE: Size = Size { width: 78, height: 10 };

/// Returns a pane with this view and these directions.
fn pane_with(view: View, direction_filter: DirectionFilter) -> StreamView {
    StreamView { view, direction_filter, ..StreamView::default() }
}

/// Returns the rows of the format that the cursor moves in, as lines: bytes in hex, `|`, text.
fn lines(frame: &StreamFrame) -> Vec<String> {
    frame.panels[0].rows.iter().map(line).collect()
}

fn line(row: &StreamRow) -> String {
    let arrow = if row.channel.direction() == Received { '<' } else { '>' };
    let time = row.time.as_deref().map_or("", |time| &time[6..]);
    let offset = row.body.range().map_or(0, |range| range.start);
    match &row.body {
        Body::Gap(mark) => format!("{arrow} {mark:?}"),
        Body::Note(note) => format!("{arrow} {note:?}"),
        Body::Blank => String::new(),
        Body::Hex(hex) => {
            let byte = |cell: &row::ByteCell| {
                format!("{}{:02x}", if cell.edge == row::Edge::Chunk { "┊" } else { "" }, cell.byte)
            };
            let bytes: Vec<_> = hex.bytes.iter().map(byte).collect();
            let column: String = hex.bytes.iter().map(|cell| shape(&cell.column.shape)).collect();
            format!("{time}{arrow}{offset} {}|{column}", bytes.join(" "))
        }
        Body::Text(text) => {
            let text: String = text.cells.iter().map(|cell| shape(&cell.cell.shape)).collect();
            format!("{time}{arrow}{offset} {text}")
        }
    }
}

fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Glyph(glyph) => glyph.as_str().to_owned(),
        Shape::Tag(ch, _) => crate::bytes::safe::tag(*ch).unwrap(),
        Shape::Escape(ch, _) => crate::bytes::safe::escape(*ch).unwrap(),
        Shape::Rest => "•".to_owned(),
        Shape::Malformed => "?".to_owned(),
        Shape::Pending => "…".to_owned(),
        Shape::Border => "┊".to_owned(),
        Shape::Continued => "»".to_owned(),
        Shape::Covered => String::new(),
    }
}

#[test]
fn a_character_cut_by_a_pause_is_shown_where_it_began() {
    let mut fixture = TestConnection::new(4096);
    fixture.say(Received, 0, b"\xe2");
    let looks = [pane_with(View::Hex, DirectionFilter::Both), pane_with(View::Text, DirectionFilter::Both)];
    let pages = |fixture: &TestConnection| {
        looks.clone().map(|stream| lines(&stream.frame(fixture.connection(), SIZE, 0)))
    };
    assert_eq!(pages(&fixture), [vec!["00.000<0 e2|…"], vec!["00.000<0 …"]]);
    fixture.say(Received, 1_000_000, b"\x82\xac!");
    assert_eq!(
        pages(&fixture),
        [vec!["00.000<0 e2|€", "01.000<1 82 ac 21|••!"], vec!["00.000<0 €", "01.000<1 ••!"]]
    );
}

#[test]
fn a_character_cut_by_a_read_is_one_with_the_border_behind_it() {
    let mut fixture = TestConnection::new(4096);
    fixture.say(Received, 0, b"a\xe2");
    fixture.say(Received, 1_000, b"\x82");
    fixture.say(Received, 1_000, b"\xacb\xcc\x81");
    fixture.say(Received, 1_000, b"\xcc\x81");
    let frame = |view| pane_with(view, DirectionFilter::Both).frame(fixture.connection(), SIZE, 0);
    let hex = lines(&frame(View::Hex));
    assert_eq!(hex, ["00.003<0 61 e2 ┊82 ┊ac 62 cc 81 ┊cc|a€••b◌\u{301}•◌\u{301}", "<8 81|•"]);
    assert_eq!(lines(&frame(View::Text)), ["00.003<0 a€┊┊b\u{301}┊◌\u{301}"]);
    let split = frame(View::Split);
    let reads = [
        "00.000<0 61 e2|a€",
        "00.001<2 ┊82|•",
        "00.002<3 ┊ac 62 cc 81|•b◌\u{301}•",
        "00.003<7 ┊cc 81|◌\u{301}•",
    ];
    assert_eq!(lines(&split), reads);
    let text: Vec<_> = split.panels[1].rows.iter().map(line).collect();
    assert_eq!(text, ["00.000<0 a€", "00.001<2 •", "00.002<3 •b\u{301}", "00.003<7 ◌\u{301}"]);
}

#[test]
fn what_a_stream_ends_with_is_pending_until_it_has_ended() {
    let mut fixture = TestConnection::new(4096);
    fixture.say(Received, 0, b"ok \xf0\x9f");
    let frame = |fixture: &TestConnection| {
        lines(&pane_with(View::Hex, DirectionFilter::Both).frame(fixture.connection(), SIZE, 0))
    };
    assert_eq!(frame(&fixture), ["00.000<0 6f 6b 20 f0 9f|ok …•"]);
    fixture.end();
    assert_eq!(frame(&fixture), ["00.000<0 6f 6b 20 f0 9f|ok ?•"]);
}

#[test]
fn nothing_is_decoded_across_a_hole() {
    let mut fixture = TestConnection::new(4096);
    fixture.say(Received, 0, b"\xe2");
    fixture.miss(Received, 2_000);
    fixture.say(Received, 1_000, b"\x82\xac");
    fixture.miss(Received, 7);
    assert_eq!(
        lines(&pane_with(View::Text, DirectionFilter::Both).frame(fixture.connection(), SIZE, 0)),
        ["00.000<0 …", "< Missed(2000)", "00.001<2001 ??", "< Missed(7)"]
    );
}

#[test]
fn what_a_trimmed_beginning_leaves_is_not_called_malformed() {
    let mut fixture = TestConnection::new(8);
    fixture.say(Received, 0, "abc€12345".as_bytes());
    fixture.say(Received, 1_000, b"6");
    let trimmed = fixture.connection().received.history.start();
    let frame = pane_with(View::Hex, DirectionFilter::Both).frame(fixture.connection(), SIZE, 0);
    assert_eq!((trimmed, frame.trimmed), (4, 4));
    assert_eq!(lines(&frame), ["< Trimmed(4)", "<4 82 ac 31 32|••12", "00.001<8 33 34 35 ┊36|3456"]);
    let Body::Hex(hex) = &frame.panels[0].rows[1].body else { unreachable!() };
    assert_eq!(hex.bytes[0].kind, row::ByteClass::Cut);
}

#[test]
fn wide_glyphs_need_two_cells_and_marks_a_letter() {
    let mut fixture = TestConnection::new(4096);
    fixture.say(Sent, 0, "1234567日\u{200b}\u{202e}e\u{301}\u{302}\u{303}".as_bytes());
    let narrow = Size { width: 10, height: 10 };
    let text = pane_with(View::Text, DirectionFilter::Both).frame(fixture.connection(), narrow, 0);
    assert_eq!(
        lines(&text),
        ["00.000>0 1234567", ">7 日▯▯e\u{301}\u{302}◌\u{303}"],
        "8 cells: a wide glyph is not cut, a tag has no room"
    );
    let hex = pane_with(View::Hex, DirectionFilter::Both).frame(fixture.connection(), SIZE, 0);
    assert_eq!(lines(&hex)[0], "00.000>0 31 32 33 34 35 36 37 e6|1234567日");
    assert_eq!(lines(&hex)[1], ">8 97 a5 e2 80 8b e2 80 ae|••▯••▯••");
}

#[test]
fn lines_end_where_the_text_says_so() {
    let mut fixture = TestConnection::new(4096);
    fixture.say(Sent, 0, b"a\r\n\n\tb\0\x1b[31m\n");
    let frame = pane_with(View::Text, DirectionFilter::Both).frame(fixture.connection(), SIZE, 0);
    assert_eq!(lines(&frame), ["00.000>0 a␍␊", ">3 ␊", ">4 ␉b␀␛[31m␊"]);
}

#[test]
fn the_time_is_local() {
    let mut fixture = TestConnection::new(4096);
    fixture.say(Sent, 0, b"a");
    let time = |offset| {
        StreamView::default().frame(fixture.connection(), SIZE, offset).panels[0].rows[0]
            .time
            .clone()
            .unwrap()
    };
    assert_eq!([0, 3_600, -3_600].map(time), ["12:04:00.000", "13:04:00.000", "11:04:00.000"]);
}

#[test]
fn a_line_that_goes_on_behind_a_full_group_has_a_sign() {
    let mut fixture = TestConnection::new(1 << 16);
    fixture.say(Received, 0, b"hello\n");
    fixture.say(Received, 1_000, &[b'x'; 2_000]);
    let tall = Size { height: 200, ..SIZE };
    let text = lines(&pane_with(View::Text, DirectionFilter::Both).frame(fixture.connection(), tall, 0));
    let signed: Vec<_> = text.iter().filter(|line| line.ends_with('»')).collect();
    assert_eq!(signed.len(), 1, "{text:?}");
    let last = text.iter().position(|line| line.ends_with('»')).unwrap();
    assert!(text[last + 1].starts_with("<1024 x"), "{text:?}");
}

#[test]
fn a_read_that_begins_with_a_group_has_its_time_and_its_sign() {
    let mut fixture = TestConnection::new(1 << 16);
    fixture.say(Received, 0, &[b'x'; 1_024]);
    fixture.say(Received, 1_000, b"next");
    fixture.say(Received, 1_000_000, b"after a pause");
    let tall = Size { height: 200, ..SIZE };
    let hex = lines(&pane_with(View::Hex, DirectionFilter::Both).frame(fixture.connection(), tall, 0));
    assert_eq!(
        hex[128..130],
        ["00.001<1024 ┊6e 65 78 74|next", "01.001<1028 61 66 74 65 72 20 61 20|after a "]
    );
    let text = lines(&pane_with(View::Text, DirectionFilter::Both).frame(fixture.connection(), tall, 0));
    assert_eq!(text[text.len() - 2..], ["00.001<1024 ┊next", "01.001<1028 after a pause"]);
    assert!(!text.iter().any(|line| line.contains('»')), "a read ends there: {text:?}");
}

#[test]
fn a_full_page_is_seen_between_any_two_reads_of_a_fast_stream() {
    let mut fixture = TestConnection::new(65_536);
    let stream = pane_with(View::Hex, DirectionFilter::Both);
    let seen = |fixture: &TestConnection| {
        let frame = stream.frame(fixture.connection(), SIZE, 0);
        let rows = frame.panels[0].rows.iter().filter(|row| matches!(row.body, Body::Hex(_)));
        (rows.count(), frame.kept)
    };
    for _ in 0..8 {
        fixture.say(Received, 1_000, &[b'x'; 16_384]);
    }
    for _frame in 0..3 {
        for _ in 0..300 {
            fixture.pass(Received, 16_384);
            assert_eq!(seen(&fixture), (10, 65_536));
        }
        for _ in 0..5 {
            fixture.say(Received, 1_000, &[b'x'; 16_384]);
            assert_eq!(seen(&fixture), (10, 65_536));
        }
        let history = &fixture.connection().received.history;
        assert_eq!(history.end(), fixture.connection().received.total(), "it has caught up");
    }
}
