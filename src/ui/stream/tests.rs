//! The stream pane, drawn into a buffer.

use std::sync::LazyLock;

use proptest::prelude::*;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::app::action::Motion;
use crate::app::keymap::Keymap;
use crate::app::marks::Marks;
use crate::app::stream::Seek;
use crate::app::stream::View;
pub(super) use crate::app::stream::pane::tests::fixture::{TestConnection, steps};
use crate::app::stream::pane::tests::hits::searched;
use crate::event::Direction::{Received, Sent};
use crate::ui::Focus;
use crate::ui::theme::Theme;

const VIEWS: [View; 6] = View::ALL;

static KEYMAP: LazyLock<Keymap> = LazyLock::new(Keymap::default);
static MARKS: LazyLock<Marks> = LazyLock::new(Marks::default);

fn stream_view(view: View) -> StreamView {
    let mut payload = StreamView::default();
    while payload.view() != view {
        payload.next_view();
    }
    payload
}

fn pane<'a>(payload: &'a StreamView, fixture: &'a TestConnection) -> StreamPane<'a> {
    let connection = Some(fixture.connection());
    StreamPane {
        silence: None,
        payload,
        connection,
        search: None,
        name: None,
        note: None,
        rule: None,
        marks: &MARKS,
        replay: None,
        utc_offset_seconds: 0,
        theme: Theme::default(),
        focus: Focus::Focused,
        updates: Updates::Live,
        keymap: &KEYMAP,
    }
}

fn draw(payload: &StreamView, fixture: &TestConnection, width: u16, height: u16) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    pane(payload, fixture).render(buf.area, &mut buf);
    buf
}

fn text(buf: &Buffer) -> Vec<String> {
    buf.area
        .rows()
        .map(|line| line.columns().map(|cell| buf[cell.as_position()].symbol()).collect())
        .collect()
}

/// Both directions, split, malformed and invisible characters, a pause, missed bytes, a trimmed start.
fn mixed_traffic() -> TestConnection {
    let mut fixture = TestConnection::new(220);
    fixture.say(Received, 0, &[b'.'; 950]);
    fixture.say(Received, 500_000, "GET /café?q=日本語🦀\r\nHost: x\r\n\r\n".as_bytes());
    fixture.say(Sent, 1_500, "200 OK\n\u{202e}evil\u{200b}\x1b[31mred\0\u{9b}e\u{301}\n".as_bytes());
    fixture.say(Received, 250_000, b"\xe2");
    fixture.say(Received, 1_000_000, b"\x82\xac ok");
    fixture.say(Received, 1_000, b"2nd ");
    fixture.say(Received, 1_000, b"3rd\xff\xc0\x80\xed\xa0\x80 \xcc\x81");
    fixture.miss(Received, 96);
    fixture.say(Received, 1_000, b"\t\x80 tail \xe6\x97");
    fixture
}

fn following(view: View, width: u16) -> Buffer {
    draw(&stream_view(view), &mixed_traffic(), width, 20)
}

/// The view three rows above its position while following.
fn held(view: View, width: u16) -> Buffer {
    let (mut payload, fixture) = (stream_view(view), mixed_traffic());
    payload.scroll(Motion::Rows(-3), fixture.connection(), inner(Rect::new(0, 0, width, 12)).as_size());
    draw(&payload, &fixture, width, 12)
}

#[test]
fn hex_80() {
    insta::assert_debug_snapshot!(following(View::Hex, 80));
}

#[test]
fn hex_120() {
    insta::assert_debug_snapshot!(following(View::Hex, 120));
}

#[test]
fn hex_80_held() {
    insta::assert_debug_snapshot!(held(View::Hex, 80));
}

#[test]
fn text_80() {
    insta::assert_debug_snapshot!(following(View::Text, 80));
}

#[test]
fn text_120() {
    insta::assert_debug_snapshot!(following(View::Text, 120));
}

#[test]
fn split_80() {
    insta::assert_debug_snapshot!(following(View::Split, 80));
}

#[test]
fn split_120() {
    insta::assert_debug_snapshot!(following(View::Split, 120));
}

#[test]
fn anatomy_80() {
    insta::assert_debug_snapshot!(held(View::Anatomy, 80));
}

#[test]
fn anatomy_of_what_is_pending_120() {
    insta::assert_debug_snapshot!(following(View::Anatomy, 120));
}

#[test]
fn readings_80() {
    insta::assert_debug_snapshot!(held(View::Readings, 80));
}

#[test]
fn readings_120() {
    insta::assert_debug_snapshot!(following(View::Readings, 120));
}

#[test]
fn there_may_be_nothing_to_show() {
    let fixture = TestConnection::new(512);
    let mut payload = StreamView::default();
    assert!(text(&draw(&payload, &fixture, 40, 5))[2].contains("Nothing received or sent yet"));
    payload.next_directions();
    assert!(text(&draw(&payload, &fixture, 40, 5))[2].contains("Nothing received yet"));
    let mut over = TestConnection::new(512);
    over.end();
    let notice = text(&draw(&StreamView::default(), &over, 40, 5));
    assert!(notice[2].contains("Nothing received or sent") && !notice[2].contains("yet"));
    let unselected = StreamPane { connection: None, ..pane(&payload, &fixture) };
    let mut buf = Buffer::empty(Rect::new(0, 0, 40, 5));
    unselected.render(buf.area, &mut buf);
    assert!(text(&buf)[2].contains("No connection selected"));
}

#[test]
fn the_title_says_the_state_before_all() {
    let mut fixture = TestConnection::new(1 << 16);
    (0..100).for_each(|_| fixture.say(Received, 0, &[b'x'; 30]));
    let mut payload = stream_view(View::Split);
    let title = |payload: &StreamView, width| text(&draw(payload, &fixture, width, 6))[0].clone();
    assert!(title(&payload, 80).contains(" #7 127.0.0.1:53122 · split, in hex · both · ↓ follow "));
    assert!(title(&payload, 48).contains(" #7 · split · both · ↓ follow "));
    assert!(title(&payload, 40).contains(" #7 · split · ↓ follow "));
    assert!(title(&payload, 30).contains(" both · ↓ follow "));
    payload.scroll(Motion::Start, fixture.connection(), inner(Rect::new(0, 0, 80, 6)).as_size());
    assert!(title(&payload, 80).contains(" split, in hex · both · paused · 2,970 B newer below "));
    assert!(title(&payload, 48).contains(" #7 · split · both · paused "));
    assert!(title(&payload, 30).contains(" both · paused "));
    payload.next_directions();
    assert!(title(&payload, 40).contains(" #7 · split · in · paused "));
    assert!(title(&payload, 30).contains(" in · paused "));
    payload.next_directions();
    assert!(title(&payload, 30).contains(" sent · paused "));
}

#[test]
fn a_paused_page_says_when_its_bytes_are_trimmed_away() {
    let mut fixture = TestConnection::new(512);
    fixture.say(Received, 0, &[b'x'; 400]);
    let mut payload = StreamView::default();
    payload.toggle_follow(fixture.connection(), inner(Rect::new(0, 0, 80, 6)).as_size());
    let title = |fixture: &TestConnection| text(&draw(&payload, fixture, 80, 6))[0].clone();
    assert!(title(&fixture).contains(" both · paused "));
    fixture.say(Received, 0, &[b'y'; 512]);
    assert!(
        title(&fixture).contains(" paused; old bytes are being dropped (Space keeps them) "),
        "{}",
        title(&fixture)
    );
}

#[test]
fn the_thumb_stands_where_one_is() {
    let mut fixture = TestConnection::new(1 << 16);
    fixture.say(Received, 0, &[b'x'; 8_000]);
    let mut payload = StreamView::default();
    let thumb = |payload: &StreamView| {
        let buf = draw(payload, &fixture, 60, 22);
        let at: Vec<_> = (0..22).filter(|y| buf[(59, *y)].symbol() == glyphs::THUMB).collect();
        (at[0], at[at.len() - 1])
    };
    assert_eq!(thumb(&payload), (20, 20));
    payload.scroll(Motion::Start, fixture.connection(), inner(Rect::new(0, 0, 60, 22)).as_size());
    assert_eq!(thumb(&payload), (1, 1));
    payload.scroll(Motion::Rows(500), fixture.connection(), inner(Rect::new(0, 0, 60, 22)).as_size());
    assert_eq!(thumb(&payload), (11, 11));
}

#[test]
fn malformed_and_pending_differ_without_colour() {
    let mut fixture = TestConnection::new(512);
    fixture.say(Received, 0, b"a\xff\xe2");
    let payload = StreamView::default();
    let mut buf = Buffer::empty(Rect::new(0, 0, 80, 3));
    let themes = crate::ui::theme::Themes::default();
    let mono = themes.get(themes.find("mono").unwrap());
    StreamPane { theme: mono, ..pane(&payload, &fixture) }.render(buf.area, &mut buf);
    let line = &text(&buf)[1];
    assert!(line.contains("61 ff e2") && line.contains("a\u{fffd}…"), "{line}");
    let at = line.chars().position(|ch| ch == '\u{fffd}').unwrap() as u16;
    assert!(buf[(at, 1)].modifier.contains(Modifier::BOLD | Modifier::UNDERLINED));
    assert!(!buf[(at + 1, 1)].modifier.contains(Modifier::BOLD));
}

/// Checks that the pane draws only safe glyphs, nothing outside of `area`, and no wide glyph into its border.
fn assert_safe(payload: &StreamView, fixture: &TestConnection, area: Rect) {
    let whole = Rect::new(0, 0, area.right() + 1, area.bottom() + 1);
    let mut buf = Buffer::filled(whole, ratatui::buffer::Cell::new("#"));
    let blank = buf.clone();
    pane(payload, fixture).render(area, &mut buf);
    for at in whole.positions() {
        let cell = &buf[at];
        if area.contains(at) {
            assert!(safe::is_safe(cell.symbol()), "{at:?} {:?}", cell.symbol());
            assert!(cell.symbol().width() < 2 || at.x + 2 < area.right(), "{at:?}");
        } else {
            assert_eq!(cell, &blank[at], "{at:?}");
        }
    }
}

#[test]
fn every_size_holds() {
    let fixture = mixed_traffic();
    let sizes = (1..=200).flat_map(|width| [1, 2, 3, 4, 9].map(|height| (width, height)));
    let tall = (1..=60).flat_map(|height| [1, 2, 3, 21, 80, 200].map(|width| (width, height)));
    for (width, height) in sizes.chain(tall) {
        for view in VIEWS {
            assert_safe(&stream_view(view), &fixture, Rect::new(1, 1, width, height));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_payload_stays_in_its_cells(
        steps in steps(12), width in 1..100_u16, height in 1..20_u16, up in 0..20_i32,
    ) {
        let mut fixture = TestConnection::new(2_000);
        steps.iter().for_each(|step| fixture.step(step));
        for view in VIEWS {
            let area = Rect::new(1, 0, width, height);
            let mut payload = stream_view(view);
            payload.scroll(Motion::Rows(-up), fixture.connection(), inner(area).as_size());
            assert_safe(&payload, &fixture, area);
        }
    }
}

#[test]
fn hits_are_marked_in_hex_and_in_text_and_counted() {
    let mut fixture = TestConnection::new(1 << 20);
    for number in 0..40 {
        fixture.say(Received, 1_000_000, format!("line {number} caf\u{e9}\n").as_bytes());
    }
    let search = searched("re:3. café", &fixture);
    for view in [View::Hex, View::Text, View::Split] {
        let mut payload = stream_view(view);
        let size = inner(Rect::new(0, 0, 100, 14)).as_size();
        payload.seek_hit(&search, Seek::Backward, fixture.connection(), size);
        let mut buf = Buffer::empty(Rect::new(0, 0, 100, 14));
        StreamPane { search: Some(&search), ..pane(&payload, &fixture) }.render(buf.area, &mut buf);
        let lines = text(&buf);
        assert!(lines[0].contains("10 of 10"), "{view:?}: {}", lines[0]);
        // The cursor is on the first byte of the hit.
        let marks = [Role::Hit, Role::Selection].map(|role| Theme::default().style(role).bg.unwrap());
        let marked: String =
            buf.content().iter().filter(|cell| marks.contains(&cell.bg)).map(|cell| cell.symbol()).collect();
        assert!(marked.contains("39") && marked.contains("café"), "{view:?}: {marked}");
        assert!(!marked.contains("line"), "{view:?}: {marked}");
        let bar: String = lines.iter().filter_map(|line| line.chars().last()).collect();
        assert!(bar.contains(glyphs::THUMB_HIT), "{view:?}: {bar}");
    }
}
