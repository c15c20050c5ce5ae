use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::app::action::{Action, ClientsAction, SendAction};

fn bind(id: &str, keys: &[&str]) -> Override {
    Override { id: id.to_owned(), keys: keys.iter().map(|&key| key.to_owned()).collect() }
}

fn errors(overrides: &[Override]) -> Vec<String> {
    let before = Keymap::default();
    let mut keymap = before.clone();
    let errors = keymap.rebind(overrides).unwrap_err();
    assert_eq!(keymap, before, "nothing is changed");
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_command_has_the_new_keys_wherever_it_has_any() {
    let mut keymap = Keymap::default();
    keymap.rebind(&[bind("connection.send", &["ctrl+e", "F4"]), bind("app.quit", &[])]).unwrap();
    let send = Some(Action::Send(SendAction::Open));
    for context in [KeyContext::Clients, KeyContext::Stream] {
        let pressed = |code, modifiers| keymap.action(context.chain(), KeyEvent::new(code, modifiers));
        assert_eq!(pressed(KeyCode::Char('e'), KeyModifiers::CONTROL), send);
        assert_eq!(pressed(KeyCode::F(4), KeyModifiers::NONE), send);
        assert_eq!(pressed(KeyCode::Char('e'), KeyModifiers::NONE), None);
        assert_eq!(pressed(KeyCode::Char('q'), KeyModifiers::NONE), None);
    }
    assert_eq!(keymap.label(Action::Send(SendAction::Open)), "^E");
    assert_eq!(keymap.label(Action::Quit), "");
}

#[test]
fn a_key_that_is_written_twice_is_one() {
    let mut keymap = Keymap::default();
    keymap.rebind(&[bind("backends.switch", &["F6", "f6", "F6"])]).unwrap();
    let rows: Vec<_> = keymap.all().filter(|row| row.action == Action::SwitchBackend).collect();
    assert!(!rows.is_empty() && rows.iter().all(|row| row.keys.len() == 1), "{rows:?}");
}

#[test]
fn two_commands_change_their_keys_with_each_other() {
    let mut keymap = Keymap::default();
    keymap.rebind(&[bind("clients.filter", &["s"]), bind("clients.next-sort", &["/"])]).unwrap();
    assert_eq!(keymap.label(Action::Clients(ClientsAction::Filter)), "s");
    assert_eq!(keymap.label(Action::Clients(ClientsAction::NextSort)), "/");
}

#[test]
fn errors_say_what_to_do() {
    for (id, keys, error) in [
        (
            "q",
            &["x", "app.quit"][..],
            "there is no command 'q'; the id of the command stands first: \"app.quit\" = \"q\"",
        ),
        ("qqqqq", &["x"], "there is no command 'qqqqq'"),
        (
            "clients.fliter",
            &["x"][..],
            "there is no command 'clients.fliter'; did you mean 'clients.filter'?",
        ),
        (
            "app.quit",
            &["ctrl+shift+q"],
            "'ctrl+shift+q' for 'app.quit' is not a key; write one like g, ctrl+r, shift+tab, space or F1",
        ),
        (
            "filter.keep",
            &["k"],
            "'k' cannot run 'filter.keep', because it is text there; write a key like ctrl+k or F5",
        ),
        (
            "clients.open",
            &["s"],
            "'s' cannot run 'clients.open', because it runs 'clients.next-sort' (Clients); give \
             'clients.next-sort' another key, too",
        ),
        (
            "stream.next-view",
            &["ctrl+l"],
            "'ctrl+l' cannot run 'stream.next-view', because it runs 'app.repaint' (Always); give \
             'app.repaint' another key, too",
        ),
        (
            "pane.zoom",
            &["u"],
            "'u' cannot run 'pane.zoom', because it runs 'backends.burst' (Backends); give 'backends.burst' \
             another key, too",
        ),
    ] {
        assert_eq!(errors(&[bind(id, keys)]), [error]);
    }
}

#[test]
fn every_error_is_told() {
    let wrong = [bind("no.such", &["x"]), bind("app.quit", &["xx"]), bind("pane.zoom", &["?", "F9"])];
    let told = errors(&wrong);
    assert_eq!(told.len(), 3, "{told:?}");
    let mut keymap = Keymap::default();
    let ids: Vec<_> = keymap.rebind(&wrong).unwrap_err().iter().map(|error| error.id().to_owned()).collect();
    assert_eq!(ids, ["no.such", "app.quit", "pane.zoom"]);
}

#[test]
fn the_key_table_has_no_conflict() {
    let keymap = Keymap::default();
    for id in keymap.all().filter_map(Binding::id) {
        assert_eq!(keymap.conflicts(id), []);
    }
}
