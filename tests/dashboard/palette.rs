//! The palette of commands: what is listed, how it is found, and that it runs as its key does.

use std::collections::HashSet;

use bytewatch::app::Effect;
use bytewatch::app::action::{Action, PaletteAction};
use bytewatch::app::focus::Pane;
use bytewatch::app::keymap::KeyContext;
use bytewatch::app::overlay::Overlay;
use bytewatch::app::overlay::palette_list::PaletteEntry;
use bytewatch::event::{CloseReason, Direction};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEventKind};

use crate::harness::Harness;

fn entries(harness: &Harness) -> Vec<PaletteEntry> {
    let screen = harness.app.screen();
    screen.overlays.palette().entries(screen.palette_source())
}

fn ids(harness: &Harness) -> Vec<&'static str> {
    entries(harness).iter().map(|entry| entry.id.as_str()).collect()
}

#[test]
fn it_opens_by_both_keys_and_closes_without_a_trace() {
    let mut harness = Harness::with_clients(80, 24);
    let before = harness.screen();
    for key in [
        KeyEvent::new(KeyCode::Char(':'), KeyModifiers::NONE),
        KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL),
    ] {
        harness.app_event(bytewatch::app::AppEvent::Key(key));
        assert_eq!(harness.app.overlay(), Some(Overlay::Palette));
        harness.sees("Commands");
        harness.press(KeyCode::Esc);
        assert_eq!(harness.screen(), before);
    }
}

#[test]
fn every_command_of_the_panes_is_listed_once_and_with_its_keys() {
    let mut harness = Harness::with_clients(80, 24);
    for pane in ['1', '2', '3', '4'] {
        harness.keys(&format!("{pane}:"));
        let entries = entries(&harness);
        let listed: HashSet<_> = entries.iter().map(|entry| entry.id).collect();
        assert_eq!(listed.len(), entries.len(), "each once");
        let keymap = harness.app.keymap();
        let panes = [KeyContext::Clients, KeyContext::Stream, KeyContext::Backends, KeyContext::Logs];
        let others = [
            KeyContext::Everywhere,
            KeyContext::Moving,
            KeyContext::Lesson,
            KeyContext::Recording,
            KeyContext::Always,
        ];
        for context in panes.into_iter().chain(others) {
            for binding in keymap.bindings(context) {
                let is_own = binding.action == Action::Palette(PaletteAction::Open);
                let entry = entries.iter().find(|entry| entry.action == binding.action);
                assert_eq!(entry.is_none(), is_own, "{}", binding.what);
                assert!(entry.is_none_or(|entry| entry.keys == binding.labels()), "{}", binding.what);
            }
        }
        let own = panes[pane as usize - '1' as usize];
        assert_eq!(entries[0].context, own, "the focused pane comes first");
        let first_not = entries.iter().position(|entry| entry.why_not.is_some()).unwrap();
        assert!(
            entries[first_not..].iter().all(|entry| entry.why_not.is_some()),
            "and what is not possible last"
        );
        harness.press(KeyCode::Esc);
    }
}

#[test]
fn a_few_letters_find_a_command_and_enter_runs_it() {
    let mut harness = Harness::with_clients(120, 40);
    for (typed, id) in [
        ("malf", "stream.next-malformed"),
        ("freeze", "app.freeze"),
        ("nxtview", "stream.next-view"),
        ("rst", "connection.reset"),
    ] {
        harness.keys(&format!(":{typed}"));
        assert_eq!(ids(&harness)[0], id, "{typed}");
        let marks = &entries(&harness)[0].marks;
        assert!(marks.len() <= typed.len() && marks.is_sorted(), "{marks:?}");
        harness.press(KeyCode::Esc);
    }
    harness.keys(":freeze");
    assert_eq!(harness.press(KeyCode::Enter), []);
    harness.sees("FROZEN");
    assert_eq!(harness.app.overlay(), None);
    harness.keys(":nothing like this");
    harness.sees("no command matches");
    assert_eq!(harness.press(KeyCode::Enter), [], "nothing is run");
    harness.press(KeyCode::Esc);
    harness.keys(":app.quit");
    assert_eq!(harness.press(KeyCode::Enter), [Effect::Quit], "an id is found, too");
}

#[test]
fn a_command_is_found_by_the_words_of_other_programs() {
    for (word, id) in [
        ("latency", "faults.open"),
        ("bandw", "faults.open"),
        ("download", "stream.save"),
        ("grep", "stream.find"),
        ("pause", "app.freeze"),
        ("unfreeze", "app.freeze"),
        ("sent", "stream.next-direction"),
        ("closed", "clients.filter"),
        ("broken", "stream.next-malformed"),
        ("invalid", "stream.next-malformed"),
        ("comment", "connection.note"),
        ("copy hex", "stream.copy"),
        ("save received", "stream.save"),
        ("settings", "app.theme"),
        ("exit", "app.quit"),
    ] {
        let mut harness = Harness::with_clients(80, 24);
        harness.keys("2:");
        harness.keys(word);
        assert_eq!(ids(&harness).first(), Some(&id), "{word}: {:?}", ids(&harness));
    }
}

#[test]
fn strewn_letters_are_no_order_to_a_client() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys(":psrdcl");
    assert_eq!(ids(&harness), [""; 0]);
    assert_eq!(harness.press(KeyCode::Enter), []);
    harness.press(KeyCode::Esc);
    harness.keys(":reads client");
    assert_eq!(ids(&harness).first(), Some(&"connection.pause-client"));
}

#[test]
fn the_chosen_row_has_one_style() {
    let mut harness = Harness::with_clients(120, 40);
    harness.keys(":freeze");
    let buffer = harness.buffer();
    let screen = harness.screen();
    let (row, text) = screen.lines().enumerate().find(|(_, line)| line.contains("app.freeze")).unwrap();
    let row = row as u16;
    let start = text.chars().position(|letter| letter == '▶').unwrap() as u16;
    let end = start + text.chars().skip(usize::from(start)).position(|letter| letter == '│').unwrap() as u16;
    let style = |x: u16| (buffer[(x, row)].fg, buffer[(x, row)].bg);
    assert!((start..end).all(|x| style(x) == style(start)), "{text}");
}

#[test]
fn a_command_of_another_pane_gives_it_the_focus() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys(":offset");
    harness.press(KeyCode::Enter);
    assert_eq!((harness.app.focus(), harness.app.overlay()), (Pane::Stream, Some(Overlay::Offset)));
    harness.press(KeyCode::Esc);
    harness.keys("3:freeze");
    harness.press(KeyCode::Enter);
    assert_eq!(harness.app.focus(), Pane::Backends, "unless it works everywhere");
}

#[test]
fn what_does_not_apply_says_why_and_does_nothing() {
    let mut harness = Harness::with_clients(80, 24);
    harness.close(1, CloseReason::PeerReset);
    harness.keys("g:reset");
    let reset = entries(&harness).into_iter().find(|entry| entry.id.as_str() == "connection.reset");
    assert_eq!(reset.and_then(|entry| entry.why_not), None, "another client is selected");
    harness.press(KeyCode::Esc);
    harness.keys("G:connection.reset");
    let why = "#1 is already closed";
    assert_eq!(entries(&harness)[0].why_not.as_deref(), Some(why));
    harness.sees(why);
    assert_eq!(harness.press(KeyCode::Enter), []);
    harness.sees("Not now: #1 is already closed");
    assert_eq!(harness.app.overlay(), Some(Overlay::Palette), "it stays open");
}

#[test]
fn arrows_and_the_wheel_choose_and_a_click_runs() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys(":");
    let chosen = |harness: &Harness| harness.app.screen().overlays.palette().chosen();
    harness.press(KeyCode::Down);
    harness.press(KeyCode::Down);
    harness.press(KeyCode::Up);
    assert_eq!(chosen(&harness), 1);
    harness.mouse(MouseEventKind::ScrollDown, 40, 12);
    assert_eq!(chosen(&harness), 2);
    harness.press(KeyCode::PageDown);
    let far = chosen(&harness);
    assert!(far > 10);
    for _ in 0..20 {
        harness.press(KeyCode::PageDown);
    }
    assert_eq!(chosen(&harness), entries(&harness).len() - 1);
    harness.press(KeyCode::PageUp);
    harness.keys("freeze");
    assert_eq!(chosen(&harness), 0, "what is typed chooses the best match");
    harness.click("Freeze rows and bytes");
    assert_eq!(harness.app.overlay(), None);
    harness.sees("FROZEN");
    harness.keys(":");
    harness.mouse(MouseEventKind::Down(MouseButton::Left), 0, 0);
    assert_eq!(harness.app.overlay(), None, "a click outside closes it");
}

#[test]
fn a_hint_opens_it() {
    let mut harness = Harness::with_clients(200, 60);
    harness.click(": commands");
    assert_eq!(harness.app.overlay(), Some(Overlay::Palette));
}

#[test]
fn palette_in_80x24() {
    let mut harness = Harness::with_clients(80, 24);
    harness.keys(":");
    insta::assert_debug_snapshot!(harness.buffer());
}

#[test]
fn palette_with_a_text_in_200x60() {
    let mut harness = Harness::with_clients(200, 60);
    harness.keys(":conn");
    insta::assert_debug_snapshot!(harness.buffer());
}

#[test]
fn palette_in_40x10() {
    let mut harness = Harness::with_clients(40, 10);
    harness.keys(":view");
    insta::assert_debug_snapshot!(harness.buffer());
}

#[test]
fn stress_tests_say_why_they_do_nothing() {
    let mut harness = Harness::new(120, 40);
    let why = |harness: &Harness, id: &str| {
        let found = entries(harness).into_iter().find(|entry| entry.id.as_str() == id);
        found.unwrap_or_else(|| panic!("no {id}")).why_not
    };
    harness.keys("3:");
    let nothing = "no client is sending, so there is nothing to delay";
    assert_eq!(why(&harness, "backends.hang").as_deref(), Some(nothing));
    assert_eq!(why(&harness, "backends.work"), None);
    harness.press(KeyCode::Esc);
    harness.keys("------:");
    assert!(why(&harness, "backends.less-work").is_some_and(|why| why.ends_with("is the least")));
    assert_eq!(why(&harness, "backends.more-work"), None);
    harness.press(KeyCode::Esc);
    harness.open(1);
    harness.bytes(1, Direction::Received, b"x");
    harness.keys(":");
    assert_eq!(why(&harness, "backends.hang"), None);
}
