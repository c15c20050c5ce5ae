//! What the user holds: the overlay with the held bytes, and the commands for each change.

use bytewatch::app::overlay::Overlay;
use bytewatch::app::{AppEvent, Effect};
use bytewatch::event::{
    Command, ConnectionCommand, ConnectionEvent, ConnectionId, Direction, Event, HoldChange, Origin, Release,
    Side, Stamped, StreamEvent, StreamId, Timestamp, Utf8Scanner,
};
use ratatui::crossterm::event::KeyCode;

use crate::harness::Harness;
use crate::relay::conversation;

const FIRST: ConnectionId = ConnectionId(1);

fn change(harness: &mut Harness, side: Side, change: HoldChange) {
    harness.event(Event::Connection(FIRST, ConnectionEvent::Hold { side, change: Box::new(change) }));
}

fn command(command: ConnectionCommand) -> [Effect; 1] {
    [Effect::Server(Command::Connection(FIRST, command))]
}

/// A relay whose client sends a line and a half, all of it held, with the overlay open.
fn holding() -> Harness {
    let mut harness = conversation(120, 40);
    assert!(harness.keys("H").is_empty());
    let hold = ConnectionCommand::Hold { from: Side::Client, at: None };
    assert_eq!(harness.keys("t"), command(hold));
    change(&mut harness, Side::Client, HoldChange::Began { offset: 13, position: 13 });
    harness.bytes(1, Direction::Received, b"SET k 1\nGET");
    change(&mut harness, Side::Client, HoldChange::Held { offset: 13, data: b"SET k 1\nGET"[..].into() });
    harness
}

#[test]
fn the_held_bytes_stand_with_their_positions_and_the_counts_add_up() {
    let mut harness = conversation(100, 30);
    harness.keys("H");
    harness.sees("Nothing is held; it goes on as it comes");
    harness.sees("received 13 = gone on 13 + held 0 + dropped 0");
    let harness = holding();
    harness.sees("what the client of #1 sends");
    harness.sees("11 bytes held, from offset 13 on");
    harness.sees("received 24 = gone on 13 + held 11 + dropped 0; of you: sent 0");
    harness.sees("0000000d  53 45 54 20 6b 20 31 0a 47 45 54");
    harness.sees("SET k 1␊GET");
}

#[test]
fn each_key_gives_its_command() {
    let from = Side::Client;
    let mut harness = holding();
    let release = |what| command(ConnectionCommand::Release { from, what });
    assert_eq!(harness.keys("n"), release(Release::Line));
    assert_eq!(harness.keys("a"), release(Release::All));
    harness.press(KeyCode::Right);
    assert_eq!(harness.keys("r"), release(Release::Bytes(2)));
    assert_eq!(harness.keys("t"), release(Release::End));
    harness.press(KeyCode::Home);
    harness.keys("v");
    harness.press(KeyCode::Right);
    harness.press(KeyCode::Right);
    assert!(harness.keys("e").is_empty());
    harness.sees("3 bytes from 13: SET");
    assert_eq!(harness.app.overlay(), Some(Overlay::HoldInput(bytewatch::app::HoldInput::Replace)));
    let bytes = |bytes: &'static [u8], position, length| {
        command(ConnectionCommand::Replace { from, position, length, bytes: bytes.into() })
    };
    assert!(harness.keys(r"\q").is_empty());
    assert!(harness.press(KeyCode::Enter).is_empty());
    harness.sees(r"'\q' is not an escape");
    for _ in 0..2 {
        harness.press(KeyCode::Backspace);
    }
    harness.keys("S");
    assert_eq!(harness.press(KeyCode::Enter), bytes(b"SETS", 13, 3));
    harness.press(KeyCode::End);
    harness.keys("ihex: 00 0a");
    assert_eq!(harness.press(KeyCode::Enter), bytes(b"\0\n", 24, 0));
    assert!(harness.keys("d").is_empty(), "there is no byte behind the last one");
    harness.sees("There is no byte under the cursor");
    harness.press(KeyCode::Left);
    assert!(harness.keys("dn").is_empty());
    harness.keys("d");
    harness.sees("Drop 1 held byte of #1, from position 23?");
    assert_eq!(harness.keys("y"), bytes(b"", 23, 1));
    assert_eq!(harness.app.overlay(), Some(Overlay::Hold));
    assert!(harness.keys("o0x20").is_empty());
    let at = Some(32);
    assert_eq!(harness.press(KeyCode::Enter), command(ConnectionCommand::Hold { from, at }));
    harness.press(KeyCode::Tab);
    harness.sees("what the upstream of #1 sends");
    let upstream = Side::Upstream;
    assert_eq!(harness.keys("t"), command(ConnectionCommand::Hold { from: upstream, at: None }));
    harness.press(KeyCode::Esc);
    assert_eq!(harness.app.overlay(), None);
}

#[test]
fn what_was_changed_is_marked_and_counted() {
    let mut harness = holding();
    let edited = |position, removed, dropped, data: &'static [u8]| HoldChange::Edited {
        position,
        removed,
        dropped,
        data: data.into(),
    };
    change(&mut harness, Side::Client, edited(19, 1, 1, b"999"));
    harness.sees("◆ 0000000d  53 45 54 20 6b 20 39 39 39 0a 47 45 54");
    harness.sees("received 24 = gone on 13 + held 10 + dropped 1; of you: sent 0, held 3");
    change(&mut harness, Side::Client, HoldChange::Released { position: 13, bytes: 10 });
    harness.sees("received 24 = gone on 20 + held 3 + dropped 1");
    change(&mut harness, Side::Client, HoldChange::Ended);
    harness.press(KeyCode::Esc);
    harness.keys("2z");
    let text = harness.screen();
    let row = text.lines().find(|line| line.contains("53 45 54 20 6b 20 31")).unwrap_or_default();
    assert!(row.contains("client ⊘ server"), "{text}");
    harness.keys("1z");
    harness.sees("dropped 1 B of");
}

#[test]
fn the_overlay_closes_with_its_connection_and_an_empty_hold_has_no_bytes_to_act_on() {
    let mut harness = conversation(80, 24);
    harness.keys("Hv");
    harness.sees("Nothing is held");
    harness.close(1, bytewatch::event::CloseReason::PeerReset);
    assert_eq!(harness.app.overlay(), None);
    harness.sees("#1 disconnected");
    harness.keys("H");
    harness.sees("#1 is already closed");
}

#[test]
fn whole_messages_go_on_one_by_one() {
    let mut harness = holding();
    let release = |from, bytes| command(ConnectionCommand::Release { from, what: Release::Bytes(bytes) });
    assert!(harness.keys("m").is_empty());
    harness.sees("No rule tells its messages apart; r in a stream asks for one");
    harness.press(KeyCode::Esc);
    harness.keys("2rlf");
    harness.press(KeyCode::Enter);
    while harness.app.is_searching() {
        harness.app_event(AppEvent::Idle(65_536));
    }
    harness.keys("H");
    assert_eq!(harness.keys("m"), release(Side::Client, 8));
    change(&mut harness, Side::Client, HoldChange::Released { position: 13, bytes: 8 });
    assert!(harness.keys("m").is_empty());
    harness.sees("The message has not come as a whole");
    // What the user has put in belongs to the message before the next received byte.
    let put_in = HoldChange::Edited { position: 24, removed: 0, dropped: 0, data: b" key"[..].into() };
    change(&mut harness, Side::Client, put_in);
    harness.bytes(1, Direction::Received, b"\nx");
    change(&mut harness, Side::Client, HoldChange::Held { offset: 24, data: b"\nx"[..].into() });
    assert_eq!(harness.keys("m"), release(Side::Client, 8));
}

/// A relay whose messages are lines, with the overlay open: the client has begun a line.
fn in_a_line() -> Harness {
    let mut harness = conversation(120, 40);
    harness.bytes(1, Direction::Received, b"\nSET k");
    harness.keys("2rlf");
    harness.press(KeyCode::Enter);
    search(&mut harness);
    harness.keys("H");
    let hold = ConnectionCommand::Hold { from: Side::Client, at: None };
    assert_eq!(harness.keys("b"), command(hold));
    harness.sees("The message that has begun goes on; the hold begins at its end");
    harness
}

fn search(harness: &mut Harness) {
    while harness.app.is_searching() {
        harness.app_event(AppEvent::Idle(65_536));
    }
}

/// Takes events, and returns the commands that they give.
fn events(harness: &mut Harness, events: &[Event]) -> Vec<Effect> {
    let stamped = |event: &Event| Stamped { at: Timestamp(0), event: event.clone() };
    harness.app.update(AppEvent::Reported(events.iter().map(stamped).collect()))
}

/// A read of the client, all of it held.
fn held(offset: u64, data: &'static [u8]) -> [Event; 2] {
    let stream = StreamId { connection: FIRST, side: Side::Client, direction: Direction::Received };
    let change = HoldChange::Held { offset, data: data.into() };
    let held = ConnectionEvent::Hold { side: Side::Client, change: Box::new(change) };
    let bytes = StreamEvent::Bytes {
        offset,
        data: data.into(),
        forwarded: None,
        summary: Utf8Scanner::default().scan(offset, data),
        origin: Origin::Peer,
        place: None,
    };
    [Event::Stream(stream, bytes), Event::Connection(FIRST, held)]
}

#[test]
fn a_hold_begins_at_the_next_border() {
    let let_go =
        |bytes| command(ConnectionCommand::Release { from: Side::Client, what: Release::Bytes(bytes) });
    let mut harness = in_a_line();
    change(&mut harness, Side::Client, HoldChange::Began { offset: 19, position: 19 });
    assert_eq!(events(&mut harness, &held(19, b" val")), let_go(4));
    // What was let go on is not let go on again, if the server has not said that it has.
    assert_eq!(events(&mut harness, &held(23, b"ue")), let_go(2));
    change(&mut harness, Side::Client, HoldChange::Released { position: 19, bytes: 6 });
    assert_eq!(events(&mut harness, &held(25, b"!\nGET\n")), let_go(2));
    change(&mut harness, Side::Client, HoldChange::Released { position: 25, bytes: 2 });
    harness.sees("4 bytes held, from offset 19 on");
    assert!(events(&mut harness, &held(31, b"G")).is_empty());
    assert!(harness.keys("b").is_empty());
    harness.sees("Its bytes are held already");
}

#[test]
fn a_hold_that_waits_for_a_border_holds_at_once_if_it_is_told_to() {
    for key in ["b", "o40\n"] {
        let mut harness = in_a_line();
        change(&mut harness, Side::Client, HoldChange::Began { offset: 19, position: 19 });
        harness.keys(key);
        harness.sees_not("The message that has begun goes on");
        assert!(events(&mut harness, &held(19, b" value\nGET")).is_empty(), "{key}");
        harness.sees("10 bytes held, from offset 19 on");
    }
}

#[test]
fn between_two_messages_and_without_a_rule_nothing_is_waited_for() {
    let mut harness = conversation(120, 40);
    harness.bytes(1, Direction::Received, b"\n");
    harness.keys("H");
    assert!(harness.keys("b").is_empty());
    harness.sees("No rule tells its messages apart; r in a stream asks for one");
    harness.press(KeyCode::Esc);
    harness.keys("2rlf");
    harness.press(KeyCode::Enter);
    search(&mut harness);
    harness.keys("Hb");
    change(&mut harness, Side::Client, HoldChange::Began { offset: 14, position: 14 });
    harness.sees("0 bytes held, from offset 14 on");
    assert!(events(&mut harness, &held(14, b"GET\n")).is_empty());
}
