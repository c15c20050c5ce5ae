//! The appearance: every size, whole hints in the footer, and some screens with their styles.

use bytewatch::app::clients::columns::Column;
use bytewatch::app::overlay::help;
use bytewatch::app::overlay::help_rows::HelpRow;
use bytewatch::event::Direction;
use bytewatch::event::{BackendKind, ConnectionId};
use bytewatch::event::{CloseReason, ConnectionEvent, Event, ServerEvent, Side, SwitchEvent};
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use crate::harness::Harness;

/// Returns a dashboard with something in every pane.
fn busy(width: u16, height: u16) -> Harness {
    let mut harness = Harness::with_clients(width, height);
    for round in 1..20_usize {
        harness.pass(1);
        harness.bytes(2, Direction::Received, &vec![b'x'; 1_000 * round]);
        harness.bytes(3, Direction::Sent, &vec![b'y'; 700 * (20 - round)]);
    }
    harness.event(Event::Connection(ConnectionId(2), ConnectionEvent::Slow { side: Side::Client }));
    harness.event(Event::Connection(ConnectionId(3), ConnectionEvent::InputEnded { side: Side::Client }));
    harness.switch(3);
    harness.pass(2);
    for id in 4..=7 {
        harness.open(id);
    }
    harness.close(4, CloseReason::PeerFinished);
    harness.close(5, CloseReason::Error);
    let (from, to) = (BackendKind::Threads, BackendKind::Async);
    harness.event(Event::Switch(SwitchEvent::Failed { from, to, moved_back: 0, detail: "no".into() }));
    harness.pass(30);
    harness
}

#[test]
fn every_size_renders_in_every_mode() {
    let mut empty = Harness::new(1, 1);
    let mut full = busy(1, 1);
    let sizes = (1..=200)
        .step_by(3)
        .flat_map(|width| [1, 2, 3, 5, 6, 7, 8, 10, 16, 24, 30, 60].map(|height| (width, height)));
    for (index, (width, height)) in sizes.enumerate() {
        empty.resize(width, height);
        full.resize(width, height);
        let key = ["1", "2", "3", "4", "z", "?j", "/x", "t", " "][index % 9];
        full.keys(key);
        let _ = (empty.buffer(), full.buffer());
        full.press(KeyCode::Esc);
    }
}

#[test]
fn hints_are_cut_whole_and_help_and_quit_never() {
    let mut harness = Harness::with_clients(200, 24);
    let whole: Vec<_> = last_line(&harness)
        .split("  ")
        .filter(|hint| !hint.is_empty())
        .map(str::trim)
        .map(str::to_owned)
        .collect();
    assert!(whole.len() > 10, "{whole:?}");
    let mut before = usize::MAX;
    for width in (30..=200).rev() {
        harness.resize(width, 24);
        let line = last_line(&harness);
        let hints: Vec<_> = line.split("  ").filter(|hint| !hint.is_empty()).map(str::trim).collect();
        assert!(hints.iter().all(|hint| whole.iter().any(|known| known == hint)), "{width}: {line}");
        assert!(line.ends_with("? help  q quit") && hints.len() <= before, "{width}: {line}");
        before = hints.len();
    }
}

fn last_line(harness: &Harness) -> String {
    harness.screen().lines().last().unwrap_or_default().to_owned()
}

#[test]
fn the_stream_of_80_columns_hints_how_to_go_to_an_offset_and_how_to_freeze() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys("2");
    let line = last_line(&harness);
    assert!(line.contains("o offset  Space freeze") && line.contains("m malformed"), "{line}");
}

#[test]
fn a_table_of_40_columns_cuts_no_word_and_no_figure() {
    let mut harness = busy(40, 10);
    harness.bytes(1, Direction::Received, b"\xff \xff \xff");
    harness.sees("#▲ peer state malformed│");
    harness.sees("1 127.0.0.1:50001 ● open 4│");
    while harness.app.clients().sort().column != Column::Malformed {
        harness.press(KeyCode::Right);
    }
    harness.sees("# peer state malformed▼│");
    harness.sees("1 127.0.0.1:50001 ● open 4│");
}

#[test]
fn a_long_message_leaves_help_and_quit() {
    let mut harness = Harness::with_clients(60, 20);
    harness.event(Event::Server(ServerEvent::Failed { detail: "word ".repeat(80) }));
    assert!(last_line(&harness).ends_with("  ? help  q quit"), "{}", last_line(&harness));
    let screen = harness.screen();
    let lines: Vec<_> = screen.lines().rev().skip(1).take(5).collect();
    assert!(lines[..4].iter().all(|line| line.starts_with("word word ")), "{screen}");
    assert!(lines[0].ends_with('…') && !lines[4].contains("word"), "{screen}");
}

#[test]
fn the_help_begins_with_the_keys_of_the_pane_that_has_the_keys_and_those_of_every_pane() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut harness = Harness::with_clients(width, height);
        harness.keys("4?");
        let screen = harness.screen();
        let first = ["│Logs", " t           Show", "│In every pane", " ?", " Space       Freeze"];
        let at = first.map(|text| screen.find(text).unwrap_or_else(|| panic!("no {text:?} on\n{screen}")));
        assert!(at.is_sorted(), "{screen}");
    }
}

/// Paging through the help shows every row of it, up to its end.
#[test]
fn every_row_of_the_help_is_seen_by_paging() {
    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        let mut harness = Harness::with_clients(width, height);
        harness.keys("2?");
        let layout = help::HelpLayout::of(
            harness.app.screen().overlays.help(),
            harness.app.context(),
            Rect::new(0, 0, width, height),
        );
        let mut seen = harness.screen();
        while harness.screen().contains("more line") {
            harness.press(KeyCode::PageDown);
            seen.push_str(&harness.screen());
        }
        for row in &layout.rows {
            let text = match row {
                HelpRow::Blank => continue,
                HelpRow::Title(title) => (*title).to_owned(),
                HelpRow::Keys(keys, what) => format!("{keys:12}{what}"),
                HelpRow::Legend(_, meaning) => meaning.clone(),
            };
            assert!(seen.contains(text.trim_end()), "no {text:?} at {width}x{height} in\n{seen}");
        }
        harness.keys("g");
        harness.sees("│Stream");
    }
}

#[test]
fn the_help_ends_with_the_signs_in_their_own_colours() {
    let mut harness = Harness::with_clients(80, 76);
    harness.keys("?G");
    harness.sees("│Signs and colours");
    harness.sees("◂ in: bytes from the client (client → server)");
    harness.sees("┿ scroll bar: malformed bytes, not on screen");
    harness.sees("│Mouse");
    harness.sees("bytewatch demo --script list");
    let buffer = harness.buffer();
    let red = buffer.content.iter().find(|cell| cell.symbol() == "┿").unwrap();
    assert_eq!(red.fg, Color::Indexed(196));
}

#[test]
fn without_colours_the_same_words_are_there() {
    let mut harness = busy(120, 36);
    let colours = harness.screen();
    let mono = harness.themes.find("mono").unwrap();
    let mut named = busy(120, 36);
    named.app.name_themes(named.themes.names().to_vec());
    for name in ["theme dark", "theme light"] {
        named.keys("T");
        named.sees(name);
    }
    for number in 1..=mono {
        harness.keys("T");
        assert_eq!(harness.app.palette().number(), number);
        assert_eq!(harness.screen(), colours, "{number}");
    }
    let plain = Color::Reset;
    assert!(harness.buffer().content.iter().all(|cell| cell.fg == plain && cell.bg == plain));
}

/// Every palette has its own first 16 colours; in Solarized Dark, colour 8 is the background.
#[test]
fn no_screen_uses_a_colour_that_palettes_change() {
    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        let mut harness = busy(width, height);
        harness.bytes(1, Direction::Received, b"\0\t\x1b ok \xe2\x82\xac \xff \xe2\x80\xae \xe2");
        for keys in ["1", "2", "x", "x", "x", "x", "3", "4", "t", "?", "GG", "q/a"] {
            harness.keys(keys);
            for (at, cell) in harness.buffer().content.iter().enumerate() {
                for colour in [cell.fg, cell.bg] {
                    let fixed = matches!(colour, Color::Reset | Color::Indexed(16..));
                    let (symbol, place) = (cell.symbol(), (at % usize::from(width), at / usize::from(width)));
                    assert!(fixed, "{colour:?} of {symbol:?} at {place:?} in {width}x{height} after {keys}");
                }
                let faint = cell.modifier.contains(Modifier::DIM);
                assert!(!faint, "{:?} is dim in {width}x{height} after {keys}", cell.symbol());
            }
        }
    }
}

#[test]
fn drawing_twice_gives_the_same_screen() {
    let harness = busy(120, 36);
    assert_eq!(harness.buffer(), harness.buffer());
}

#[test]
fn an_empty_dashboard_of_80x24() {
    insta::assert_debug_snapshot!(Harness::new(80, 24).buffer());
}

#[test]
fn an_empty_dashboard_of_200x60() {
    insta::assert_debug_snapshot!(Harness::new(200, 60).buffer());
}

#[test]
fn clients_in_40x10() {
    insta::assert_debug_snapshot!(busy(40, 10).buffer());
}

#[test]
fn clients_and_backends_in_80x24() {
    let mut harness = busy(80, 24);
    harness.keys("3");
    insta::assert_debug_snapshot!(harness.buffer());
}

#[test]
fn clients_alone_in_140x20() {
    let mut harness = busy(140, 20);
    harness.keys("z");
    insta::assert_debug_snapshot!(harness.buffer());
}

#[test]
fn help_in_80x24() {
    let mut harness = Harness::new(80, 24);
    harness.keys("?");
    insta::assert_debug_snapshot!(harness.buffer());
}

/// A search leaves the lines with the text; the border of the help stays where it is.
#[test]
fn the_help_is_searched() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys("2?");
    let before = harness.screen();
    harness.keys("/FREEZ");
    harness.sees("search the help: FREEZ");
    harness.sees("Freeze rows and bytes");
    harness.sees_not("Zoom this pane");
    assert_eq!(harness.screen().lines().next(), before.lines().next(), "the border");
    harness.keys("x");
    harness.sees(r#"no line has "FREEZx""#);
    harness.press(KeyCode::Backspace);
    harness.press(KeyCode::Enter);
    harness.sees_not("search the help");
    harness.sees("Freeze rows and bytes");
    harness.press(KeyCode::Esc);
    harness.sees("View: hex");
    harness.press(KeyCode::Esc);
    harness.sees_not("In every pane");
}

#[test]
fn help_search_in_80x24() {
    let mut harness = Harness::new(80, 24);
    harness.keys("?/malformed");
    insta::assert_debug_snapshot!(harness.buffer());
}

#[test]
fn help_in_200x60() {
    let mut harness = Harness::new(200, 60);
    harness.keys("2?");
    insta::assert_debug_snapshot!(harness.buffer());
}

#[test]
fn help_in_120x40() {
    let mut harness = Harness::new(120, 40);
    harness.keys("?");
    insta::assert_debug_snapshot!(harness.buffer());
}

/// The table of keys in the documentation is the key table. `BYTEWATCH_WRITE_KEYS=1` writes it there.
#[test]
fn the_document_of_keys_has_the_keys_of_the_program() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- keys:begin -->\n", "<!-- keys:end -->");
    let (before, rest) = text.split_once(begin).unwrap();
    let (there, after) = rest.split_once(end).unwrap();
    let table = bytewatch::app::keymap::Keymap::default().markdown();
    if std::env::var_os("BYTEWATCH_WRITE_KEYS").is_some() {
        std::fs::write(&path, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(there, table, "run this test with BYTEWATCH_WRITE_KEYS=1");
    }
}
