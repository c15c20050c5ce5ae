//! What the user does to connections: the prompt for bytes, errors in it, pauses, the end of one direction.

use bytewatch::app::overlay::Overlay;
use bytewatch::app::{AppEvent, Effect};
use bytewatch::event::{
    CloseReason, Command, ConnectionCommand, ConnectionEvent, ConnectionId, Direction, Event, Origin, Side,
    Stamped, StreamEvent, StreamId, Timestamp, Utf8Summary,
};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::harness::Harness;
use crate::relay::conversation;

const FIRST: ConnectionId = ConnectionId(1);

/// Presses keys and returns the effects.
fn press(harness: &mut Harness, codes: impl IntoIterator<Item = KeyCode>) -> Vec<Effect> {
    let key = |code| AppEvent::Key(KeyEvent::new(code, KeyModifiers::NONE));
    codes.into_iter().flat_map(|code| harness.app.update(key(code))).collect()
}

/// Returns the last line.
fn footer(harness: &Harness) -> String {
    harness.screen().lines().last().unwrap_or_default().to_owned()
}

fn typed(harness: &mut Harness, text: &str) -> Vec<Effect> {
    press(harness, text.chars().map(KeyCode::Char))
}

/// Types into the prompt and sends.
fn sent(harness: &mut Harness, text: &str) -> Vec<Effect> {
    assert!(typed(harness, "e").is_empty());
    assert!(typed(harness, text).is_empty());
    press(harness, [KeyCode::Enter])
}

fn bytes(to: Side, bytes: &'static [u8]) -> ConnectionCommand {
    ConnectionCommand::Send { to, bytes: bytes.into() }
}

#[test]
fn text_and_hex_are_sent_to_the_selected_connection() {
    let mut harness = Harness::with_clients(100, 30);
    let command = |bytes| [Effect::Server(Command::Connection(FIRST, bytes))];
    assert_eq!(sent(&mut harness, r"PING\r\n"), command(bytes(Side::Client, b"PING\r\n")));
    assert_eq!(harness.app.status().unwrap().text, "Sending 6 bytes to the client");
    assert_eq!(sent(&mut harness, "hex: ff 00 0a"), command(bytes(Side::Client, b"\xff\0\n")));
    typed(&mut harness, "e");
    assert_eq!(
        press(&mut harness, [KeyCode::Up, KeyCode::Up, KeyCode::Enter]),
        command(bytes(Side::Client, b"PING\r\n"))
    );
    assert_eq!(harness.app.overlay(), None);
    typed(&mut harness, "ehello");
    let line = footer(&harness);
    assert!(line.contains("send to #1: hello"), "{line}");
    assert!(press(&mut harness, [KeyCode::Esc]).is_empty());
    assert_eq!(harness.app.overlay(), None);
}

#[test]
fn an_error_stays_in_the_prompt() {
    let mut harness = Harness::with_clients(140, 30);
    for (text, part) in [
        ("", "nothing to send"),
        (r"a\q", r"'\q' is not an escape"),
        ("hex: f", "pairs of hex digits"),
        ("file:", "the path of a file"),
    ] {
        assert!(sent(&mut harness, text).is_empty(), "{text}");
        assert_eq!(harness.app.overlay(), Some(Overlay::Send));
        let line = footer(&harness);
        assert!(line.contains(part), "{line}");
        press(&mut harness, [KeyCode::Esc]);
    }
    let closed = CloseReason::PeerFinished;
    typed(&mut harness, "ex");
    harness.close(1, closed);
    assert!(press(&mut harness, [KeyCode::Enter]).is_empty());
    assert_eq!(harness.app.status().unwrap().text, "#1 is closed");
}

#[test]
fn a_file_is_read_outside_and_a_failure_is_told() {
    let mut harness = Harness::with_clients(100, 30);
    let (path, to, connection) = ("/tmp/a b".to_owned(), Side::Client, Some(FIRST));
    assert_eq!(sent(&mut harness, "file: /tmp/a b"), [Effect::SendFile { path, to, connection }]);
    harness.app_event(AppEvent::FileNotSent("/tmp/a b: not a regular file".to_owned()));
    assert!(footer(&harness).contains("/tmp/a b: not a regular file"));
}

#[test]
fn all_connections_and_upstreams_can_be_sent_to() {
    let mut harness = Harness::with_clients(100, 30);
    typed(&mut harness, "ehi");
    press(&mut harness, [KeyCode::Tab, KeyCode::BackTab]);
    let line = footer(&harness);
    assert!(line.contains("send to 3 listed clients: hi"), "{line}");
    press(&mut harness, [KeyCode::BackTab]);
    let line = footer(&harness);
    assert!(line.contains("send to all 3 clients: hi"), "{line}");
    let effects = press(&mut harness, [KeyCode::Enter]);
    assert_eq!(effects, [Effect::Server(Command::All(bytes(Side::Client, b"hi")))]);
    let mut relay = conversation(100, 30);
    typed(&mut relay, "ehi");
    press(&mut relay, [KeyCode::Tab]);
    assert!(footer(&relay).contains("send to the upstream of #1: hi"), "{}", footer(&relay));
    let effects = press(&mut relay, [KeyCode::Enter]);
    assert_eq!(effects, [Effect::Server(Command::Connection(FIRST, bytes(Side::Upstream, b"hi")))]);
}

#[test]
fn those_that_the_filter_leaves_can_be_sent_to() {
    let mut harness = Harness::with_clients(140, 30);
    let listed: Vec<_> = (1..=3).map(ConnectionId).collect();
    let to = |id: &ConnectionId| Effect::Server(Command::Connection(*id, bytes(Side::Client, b"hi")));
    typed(&mut harness, "ehi");
    press(&mut harness, [KeyCode::BackTab]);
    let mut effects = press(&mut harness, [KeyCode::Enter]);
    effects.sort_by_key(|effect| format!("{effect:?}"));
    assert_eq!(effects, listed.iter().map(to).collect::<Vec<_>>());
    let peer = harness.app.model().connection(ConnectionId(2)).unwrap().peer.to_string();
    typed(&mut harness, "/");
    typed(&mut harness, &peer);
    press(&mut harness, [KeyCode::Enter]);
    typed(&mut harness, "ehi");
    press(&mut harness, [KeyCode::BackTab]);
    assert_eq!(press(&mut harness, [KeyCode::Enter]), [to(&ConnectionId(2))]);
    typed(&mut harness, "/nobody has this address");
    press(&mut harness, [KeyCode::Enter]);
    typed(&mut harness, "e");
    assert_eq!(harness.app.overlay(), None, "nothing is selected");
}

#[test]
fn something_is_sent_again_and_again_until_it_is_ended_or_its_connection_is_closed() {
    let mut harness = Harness::with_clients(140, 30);
    let repeat = || {
        let commands = vec![Command::Connection(FIRST, bytes(Side::Client, b"PING"))];
        [Effect::Repeat { commands, every: 500_000 }]
    };
    assert!(typed(&mut harness, "E").is_empty(), "nothing is repeated");
    assert_eq!(sent(&mut harness, "every 500ms: PING"), repeat());
    assert!(
        footer(&harness).contains("4 bytes to the client again and again; E ends it"),
        "{}",
        footer(&harness)
    );
    assert_eq!(typed(&mut harness, "E"), [Effect::EndRepeat]);
    for (text, part) in [
        ("every 1h: x", "is not a time between 10ms and 60m"),
        ("every 1s: file: x", "a file is sent once only"),
        ("every 1s: ", "nothing to send"),
    ] {
        assert!(sent(&mut harness, text).is_empty(), "{text}");
        assert!(footer(&harness).contains(part), "{}", footer(&harness));
        press(&mut harness, [KeyCode::Esc]);
    }
    assert_eq!(sent(&mut harness, "every 500ms: PING"), repeat());
    let (reason, detail, failed_call) = (CloseReason::PeerFinished, None, None);
    let closed = ConnectionEvent::Closed { reason, detail, failed_call, received: 0, sent: 0 };
    let stamped = Stamped { at: Timestamp(harness.now), event: Event::Connection(FIRST, closed) };
    assert_eq!(harness.app.update(AppEvent::Reported(vec![stamped])), [Effect::EndRepeat]);
    assert!(typed(&mut harness, "E").is_empty(), "it has ended");
}

#[test]
fn a_pause_is_a_toggle_and_an_end_is_asked_for() {
    let mut harness = Harness::with_clients(100, 30);
    let command = |command| [Effect::Server(Command::Connection(FIRST, command))];
    assert_eq!(typed(&mut harness, "p"), command(ConnectionCommand::Pause(Side::Client)));
    harness.event(Event::Connection(FIRST, ConnectionEvent::Paused { side: Side::Client }));
    assert!(harness.screen().contains("paused"), "{}", harness.screen());
    assert_eq!(typed(&mut harness, "p"), command(ConnectionCommand::Resume(Side::Client)));
    harness.event(Event::Connection(FIRST, ConnectionEvent::Resumed { side: Side::Client }));
    assert!(typed(&mut harness, "P").is_empty(), "there is no upstream");
    assert!(typed(&mut harness, "c").is_empty());
    assert!(footer(&harness).contains("End what is sent to the client of #1 (FIN)?"), "{}", footer(&harness));
    assert_eq!(typed(&mut harness, "y"), command(ConnectionCommand::HalfClose(Side::Client)));
    assert!(typed(&mut harness, "cn").is_empty());
    let detail = "what is sent to it has ended with FIN".to_owned();
    harness.event(Event::Connection(FIRST, ConnectionEvent::Declined { side: Side::Client, detail }));
    assert!(
        footer(&harness).contains("#1, client: not done: what is sent to it has ended"),
        "{}",
        footer(&harness)
    );
}

/// Tells that bytes of the user were sent to a side.
fn put_in(harness: &mut Harness, side: Side, offset: u64, data: &'static [u8]) {
    let id = StreamId { connection: FIRST, side, direction: Direction::Sent };
    let event = StreamEvent::Bytes {
        offset,
        data: data.into(),
        summary: Utf8Summary::default(),
        origin: Origin::User,
        forwarded: None,
        place: None,
    };
    harness.event(Event::Stream(id, event));
}

#[test]
fn what_the_user_put_in_is_counted_apart() {
    let mut harness = Harness::with_clients(120, 40);
    put_in(&mut harness, Side::Client, 6, b"from me");
    let text = harness.screen();
    assert!(text.contains("7 B of the user to the client, of 13 B sent"), "{text}");
    let row = text.lines().find(|line| line.contains("66 72 6f 6d")).unwrap_or_default();
    assert!(row.contains("◆"), "{text}");
    let mut relay = conversation(120, 40);
    put_in(&mut relay, Side::Upstream, 13, b"QUIT\r\n");
    let text = relay.screen();
    assert!(text.contains("6 B of the user to the upstream"), "{text}");
    press(&mut relay, [KeyCode::Char('2'), KeyCode::Char('z')]);
    relay.now += 1_000;
    relay.bytes(1, Direction::Sent, b"+OK\r\n");
    let text = relay.screen();
    let place = |bytes: &str| text.lines().position(|line| line.contains(bytes));
    let (pong, quit, ok) = (place("2b 50 4f 4e 47"), place("51 55 49 54 0d 0a"), place("2b 4f 4b"));
    assert!(pong.is_some() && pong < quit && quit < ok, "in its place: {text}");
    assert!(text.lines().nth(quit.unwrap()).unwrap().contains("user → server"), "{text}");
    // Among what goes to the server, but not among what goes to the client.
    press(&mut relay, [KeyCode::Char('>')]);
    assert!(relay.screen().contains("51 55 49 54 0d 0a"), "{}", relay.screen());
    press(&mut relay, [KeyCode::Char('>')]);
    assert!(!relay.screen().contains("51 55 49 54 0d 0a"), "{}", relay.screen());
}
