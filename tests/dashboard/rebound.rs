//! Texts on the screen name the keys that are bound, not those of the key table.

use std::collections::{BTreeSet, HashMap};

use bytewatch::app::keymap::{Keymap, Override};
use bytewatch::app::overlay::Overlay;
use bytewatch::app::{AppEvent, Clipboard};
use bytewatch::event::Direction;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

use crate::harness::{Harness, LOOPBACK};

/// A dashboard in which every command has another key: alt and a letter that is on no screen.
struct Rebound {
    harness: Harness,
    keys: HashMap<&'static str, char>,
}

impl Rebound {
    fn new(width: u16, height: u16) -> Self {
        let mut keymap = Keymap::default();
        let mut keys = HashMap::new();
        for id in keymap.all().filter_map(|binding| binding.id()) {
            let next = char::from_u32(0x400 + keys.len() as u32).unwrap();
            keys.entry(id.as_str()).or_insert(next);
        }
        let overrides: Vec<_> = keys
            .iter()
            .map(|(&id, letter)| Override { id: id.to_owned(), keys: vec![format!("alt+{letter}")] })
            .collect();
        keymap.rebind(&overrides).unwrap();
        let size = Size { width, height };
        let harness = Harness::bound(keymap, &[], LOOPBACK, size, Clipboard::Terminal);
        Self { harness, keys }
    }

    fn run(&mut self, id: &str) {
        let key = KeyEvent::new(KeyCode::Char(self.keys[id]), KeyModifiers::ALT);
        let _ = self.harness.app.update(AppEvent::Key(key));
    }

    fn typed(&mut self, text: &str) {
        self.harness.keys(text);
    }
}

/// Words that look like a key of the table but are units, signs, or words of a sentence.
const NOT_KEYS: [&str; 13] = ["|", "B", "s", "-", "a", "o", "/", "+", "=", ">", "↑", "↓", "End"];
/// The lines between panes, and around what lies over them.
const BORDERS: [char; 3] = ['│', '┃', '─'];

/// Returns the words of a screen that are keys of the default key table. A word that touches a border may be the rest of
/// one that an overlay covers.
fn stale(screen: &str, is_covered: bool) -> BTreeSet<String> {
    let keymap = Keymap::default();
    let labels: BTreeSet<String> =
        keymap.all().flat_map(|binding| &binding.keys).map(|key| key.label()).collect();
    let is_digit = |label: &str| label.chars().all(|letter| letter.is_ascii_digit());
    let words = screen.split_whitespace().filter(|word| !is_covered || !word.contains(BORDERS));
    words
        .flat_map(|word| word.split(BORDERS))
        .map(|word| word.trim_matches(['(', ')', '`', ';', ',', '"']))
        .map(|word| if word.len() > 1 { word.trim_end_matches(['.', ':']) } else { word })
        .filter(|&word| labels.contains(word) && !is_digit(word) && !NOT_KEYS.contains(&word))
        .map(str::to_owned)
        .collect()
}

/// Returns what is wrong with the texts of a screen.
fn complaint(harness: &Harness, place: &str) -> Option<String> {
    let screen = harness.screen();
    let is_covered = harness.app.overlay().is_some_and(Overlay::is_drawn);
    let mut stale = stale(&screen, is_covered);
    let titles = ["1 Clients", "2 Stream", "3 Backends", "4 Logs"];
    stale.extend(titles.into_iter().filter(|title| screen.contains(title)).map(str::to_owned));
    (!stale.is_empty()).then(|| format!("{place} names {stale:?}:\n{screen}"))
}

#[test]
fn what_is_searched_for_is_found() {
    let screen = "│ No switch yet: b moves (x) Esc clears. 120 B `{` works; 3 h stops; 40 s ago │";
    let expected = ["b", "h", "x", "{", "Esc"].map(str::to_owned);
    assert_eq!(stale(screen, false), BTreeSet::from(expected));
    assert_eq!(stale("│r │ yes│ x", true), BTreeSet::from(["x".to_owned()]));
}

#[test]
fn no_screen_names_a_key_that_does_nothing() {
    let steps = [
        "help.open",
        "help.close",
        "palette.open",
        "palette.close",
        "pane.stream",
        "stream.wider",
        "stream.next-readings",
        "stream.other-half",
        "stream.next-view",
        "stream.wider",
        "stream.next-view",
        "stream.next-view",
        "stream.next-malformed",
        "stream.next-malformed",
        "stream.previous-malformed",
        "stream.next-view",
        "stream.offset",
        "offset.cancel",
        "pane.logs",
        "pane.backends",
        "app.mouse",
        "backends.idle",
        "backends.work",
        "pane.clients",
        "pane.zoom",
        "pane.zoom",
        "faults.open",
        "faults.close",
        "connection.send",
        "send.cancel",
        "connection.hold",
        "hold.close",
        "connection.close",
        "confirm.no",
        "clients.filter",
    ];
    let mut wrong = Vec::new();
    for (width, height) in [(200, 60), (120, 40), (80, 24), (40, 10)] {
        let mut app = Rebound::new(width, height);
        let place = |step: &str| format!("{width}x{height} after {step}");
        wrong.extend(complaint(&app.harness, &place("the start")));
        for id in 1..=3 {
            app.harness.open(id);
        }
        app.harness.bytes(1, Direction::Received, "é\u{20ac}\n".as_bytes());
        app.harness.bytes(1, Direction::Sent, b"\xff\xfe\n");
        app.harness.pass(2);
        for step in steps {
            app.run(step);
            wrong.extend(complaint(&app.harness, &place(step)));
        }
        assert_eq!(app.harness.app.overlay(), Some(Overlay::Filter));
        app.typed("zz");
        app.run("filter.keep");
        wrong.extend(complaint(&app.harness, &place("a filter that no row matches")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
