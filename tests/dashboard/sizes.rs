//! Every screen at the four sizes: with ASCII only as text, and with the styles of the themes dark and light.

use bytewatch::app::{AppEvent, PipeEnd, PipeResult, PipeText};
use bytewatch::event::{BackendKind, CloseReason, ConnectionEvent, ConnectionId, Direction, Event, Side};
use bytewatch::ui::theme::{Role, Themes};
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use crate::ascii::{ascii, in_ascii};
use crate::harness::Harness;
use crate::styles;

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 40), (200, 60)];

/// The screens: the name, and the keys that lead there from the start.
const SCREENS: [(&str, &str); 40] = [
    ("clients", "1"),
    ("filter", "1/open"),
    ("filter_without_a_match", "1/zz"),
    ("filter_with_choices", "1/s"),
    ("filter_with_a_mistake", "1/malformd>1"),
    ("close", "1d"),
    ("hex", "2"),
    ("text", "2x"),
    ("split", "2xx"),
    ("anatomy", "2xxxm"),
    ("readings", "2xxxx"),
    ("numbers", "2xxxxxm"),
    ("offset", "2o0x1"),
    ("frame", "2rlength:"),
    ("frame_with_a_mistake", "2rlength:wide=4"),
    ("messages_in_hex", "2rlf\n(("),
    ("messages_in_text", "2xrlf\n(("),
    ("messages_in_split", "2xxrlf\n(("),
    ("messages_with_a_fault", "2rlength:width=4\ng"),
    ("find", "2/re:caf"),
    ("hits_in_hex", "2/re:caf\nN"),
    ("hits_in_text", "2x/re:caf\nN"),
    ("hits", "2/re:caf\nA"),
    ("selection", "2gvVjj"),
    ("copy", "2gvlly"),
    ("save", "2gvllW"),
    ("pipe", "2|wc -c"),
    ("marks_in_hex", "2glMajlMb"),
    ("marks_in_text", "2xglMajlMb"),
    ("set_mark", "2gMajM"),
    ("go_to_mark", "2gMajMb'"),
    ("marks", "2gMajMb\"ethe start\n"),
    ("note", "1aa device"),
    ("note_on_connection", "2aa device\n"),
    ("send", "2ehello"),
    ("hold", "2H"),
    ("logs", "4"),
    ("backends", "3"),
    ("backends_zoomed", "3z"),
    ("faults", "1Flatency=10ms"),
];

/// The screens that look the same whatever happened before.
const OVERLAYS: [(&str, &str); 2] = [("help", "1?"), ("palette", "1:")];

fn screens() -> impl Iterator<Item = (&'static str, &'static str)> {
    SCREENS.into_iter().chain(OVERLAYS)
}

fn traffic(harness: Harness) -> Harness {
    let mut harness = harness.and_clients();
    for round in 1..=12_usize {
        harness.pass(1);
        let text = format!("request {round}: caf\u{e9} \u{20ac}\r\n");
        harness.bytes(1, Direction::Received, text.as_bytes());
        harness.bytes(1, Direction::Sent, &text.as_bytes()[..text.len() - 4]);
        harness.bytes(2, Direction::Received, &vec![b'x'; 1_000 * round]);
    }
    harness.bytes(1, Direction::Received, b"\xc0\xaf \xe2\x82");
    harness.event(Event::Connection(ConnectionId(2), ConnectionEvent::Slow { side: Side::Client }));
    harness.close(3, CloseReason::PeerReset);
    harness.switch(2);
    harness.pass(2);
    harness
}

/// What a command wrote that bytes were given to.
fn piped() -> AppEvent {
    let text = |text: &str| PipeText { bytes: text.as_bytes().to_vec().into(), length: text.len() as u64 };
    AppEvent::Piped(PipeResult {
        end: PipeEnd::Exited(1),
        output: text("line one\ncaf\u{e9}\n"),
        errors: text("cat: nothing here\n"),
    })
}

fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let line = |row: &[ratatui::buffer::Cell]| {
        row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
    };
    buffer.content.chunks(width).map(line).collect::<Vec<_>>().join("\n")
}

/// How screens are come to: what has happened, the keys, and an event behind them.
#[derive(Clone, Copy)]
struct Way {
    start: fn(Harness) -> Harness,
    keys: &'static str,
    end: Option<fn() -> AppEvent>,
}

impl Way {
    const fn keys(keys: &'static str) -> Self {
        Self { start: traffic, keys, end: None }
    }

    fn follow(self, harness: Harness) -> Harness {
        let mut harness = (self.start)(harness);
        for key in self.keys.chars() {
            harness.keys(key.encode_utf8(&mut [0; 4]));
            // What can be searched is, as while nothing else is to be done.
            while harness.app.is_searching() {
                harness.app_event(AppEvent::Idle(65_536));
            }
        }
        if let Some(end) = self.end {
            harness.app_event(end());
        }
        harness
    }
}

/// Checks a screen at all sizes: with ASCII only as text, and with its styles.
fn check(name: &str, way: Way) {
    check_screen(name, |width, height| way.follow(Harness::new(width, height)));
}

/// Checks a screen that is made for a size.
pub(crate) fn check_screen(name: &str, make: impl Fn(u16, u16) -> Harness) {
    let plain = |(width, height)| {
        let harness = in_ascii(|| make(width, height));
        format!("{width}x{height}\n{}", text(&ascii(&harness)))
    };
    insta::assert_snapshot!(name, SIZES.map(plain).join("\n\n"));
    let styled = |(width, height)| {
        let mut harness = make(width, height);
        let dark = harness.buffer();
        let light = harness.themes.find("light").unwrap();
        harness.choose_theme(light);
        let (dark_theme, light_theme) = (harness.themes.get(0), harness.themes.get(light));
        let light = harness.buffer();
        assert_eq!(text(&dark), text(&light), "{name}");
        let styles = styles::of_both(&dark, dark_theme, &light, light_theme);
        format!("{width}x{height}\n{}\n\n{styles}", text(&dark))
    };
    insta::assert_snapshot!(format!("{name}_styled"), SIZES.map(styled).join("\n\n"));
}

#[test]
fn every_screen_at_every_size() {
    for (name, keys) in screens() {
        check(name, Way::keys(keys));
    }
}

/// Two connections that differ here and there, and of whose second one bytes were not observed.
fn similar(mut harness: Harness) -> Harness {
    for id in [1, 2] {
        harness.open(id);
        for round in 1..=40_u64 {
            let name = if id == 2 && round % 9 == 4 { "CAF\u{c9}" } else { "caf\u{e9}" };
            let text = format!("GET /{name}/{round} HTTP/1.1\r\n\u{6f22}\u{5b57} \0\x01\r\n");
            harness.bytes(id, Direction::Received, text.as_bytes());
            let added = if id == 2 && round == 2 { "X-Added: 1\r\n" } else { "" };
            harness.bytes(id, Direction::Sent, format!("HTTP/1.1 200\r\n{added}\r\n").as_bytes());
        }
    }
    harness.bytes(1, Direction::Received, b"and more of it\xff");
    harness
}

#[test]
fn two_connections_side_by_side_at_every_size() {
    let way = |keys| Way { start: similar, ..Way::keys(keys) };
    check("compare_in_hex", way("g=j="));
    check("compare_in_text", way("g=j=xnn"));
    check("compare_aligned", way("g=j=>an"));
    check("compare_at_the_end", way("g=j=N"));
}

#[test]
fn the_output_of_a_command_at_every_size() {
    check("output", Way { end: Some(piped), ..Way::keys("2|cat\n") });
}

#[test]
fn a_dashboard_without_clients_at_every_size() {
    check("no_client", Way { start: |harness| harness, ..Way::keys("") });
    check("no_client_backends_zoomed", Way { start: |harness| harness, ..Way::keys("3z") });
}

/// What the names of the styles in the snapshots look like.
#[test]
fn the_styles_of_the_themes_dark_and_light() {
    let themes = Themes::default();
    let rows = Role::ALL.map(|role| {
        let [dark, light] = ["dark", "light"].map(|name| themes.get(themes.find(name).unwrap()).style(role));
        format!(
            "{:14} dark {}\n{:14} light {}",
            role.name(),
            styles::describe(dark),
            "",
            styles::describe(light)
        )
    });
    insta::assert_snapshot!("styles_of_themes", rows.join("\n"));
}

#[test]
fn a_theme_changes_no_character_and_hides_none() {
    for (name, keys) in screens() {
        for (width, height) in SIZES {
            let mut shown = Vec::new();
            for theme in 0..Themes::default().names().len() {
                let mut harness = Way::keys(keys).follow(Harness::new(width, height));
                harness.choose_theme(theme);
                let mut buffer = harness.buffer();
                shown.push(text(&buffer));
                buffer
                    .content
                    .retain(|cell| cell.symbol() != " " && cell.fg == cell.bg && cell.fg != Color::Reset);
                assert!(buffer.content.is_empty(), "{name} {width}x{height}: {:?}", buffer.content);
            }
            assert!(shown.windows(2).all(|two| two[0] == two[1]), "{name} {width}x{height}");
        }
    }
}

#[test]
fn a_click_on_a_stress_test_begins_it() {
    let mut harness = traffic(Harness::new(200, 60));
    harness.keys("3z");
    harness.sees("stress tests, each begun and ended by its key");
    assert!(harness.click("1,000 clients connect").is_empty());
    harness.sees("idle clients soon: ");
    harness.sees("soon: 1,000 IDLE CLIENTS");
    assert_eq!(harness.app.context().model().backend, Some(BackendKind::Threads));
}
