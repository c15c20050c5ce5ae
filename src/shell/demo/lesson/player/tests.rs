use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::client::load::Workload;
use crate::event::BackendKind;

const SECOND: Duration = Duration::from_secs(1);

fn name(text: &str) -> ClientName {
    ClientName::new(text).unwrap()
}

fn player(text: &str, speed: u32) -> (Player, Instant) {
    let now = Instant::now();
    (Player::new(Script::parse(text).unwrap(), Speed::parse(&speed.to_string()).unwrap(), now), now)
}

/// All actions that are due at `now`; every connect fails.
fn due(player: &mut Player, now: Instant) -> Vec<LessonAction> {
    let next = || {
        let action = player.due(now)?;
        if let LessonAction::Client(ClientCommand::Connect(name)) = &action {
            player
                .on_connect_result(ConnectResult { name: name.clone(), address: Err("refused".to_owned()) });
        }
        Some(action)
    };
    std::iter::from_fn(next).take(1_000).collect()
}

fn said(text: &str) -> LessonAction {
    LessonAction::App(AppEvent::CaptionChanged(text.to_owned()))
}

fn asked(action: Action) -> LessonAction {
    LessonAction::App(AppEvent::ActionRequested(action))
}

fn turn(client: &str) -> LessonAction {
    LessonAction::Client(ClientCommand::SendNext(name(client)))
}

#[test]
fn steps_come_at_once_up_to_a_wait() {
    let (mut player, now) = player("say one\nclient ann\nwait 2s\nsay two", 1);
    assert_eq!(player.next(), Some(now));
    assert_eq!(
        due(&mut player, now),
        [said("one"), LessonAction::Client(ClientCommand::Connect(name("ann")))]
    );
    assert_eq!(player.next(), Some(now + 2 * SECOND));
    assert_eq!(due(&mut player, now + SECOND), []);
    assert_eq!(due(&mut player, now + 2 * SECOND), [said("two"), said(ENDED_CAPTION)]);
    assert_eq!(player.next(), None);
    assert_eq!(due(&mut player, now + 9 * SECOND), [], "it is said once");
}

#[test]
fn speed_divides_waits_and_the_times_of_talks() {
    let (mut player, now) = player("client ann\ntalk ann 1s \"a\"\nwait 10s\nsay end", 10);
    let first = due(&mut player, now);
    assert_eq!(first[1], LessonAction::Client(ClientCommand::SetMessages(name("ann"), vec![b"a".to_vec()])));
    assert_eq!(first[2..], [turn("ann")]);
    assert_eq!(player.next(), Some(now + SECOND / 10));
    assert_eq!(due(&mut player, now + SECOND / 10), [turn("ann")]);
    assert_eq!(due(&mut player, now + SECOND), [turn("ann"), said("end"), said(ENDED_CAPTION)]);
    assert_eq!(player.next(), Some(now + SECOND + SECOND / 10), "talks go on");
}

#[test]
fn what_was_slept_through_is_not_made_up_for() {
    let (mut player, now) = player("client ann\ntalk ann 1s \"a\"\nwait 2s\nsay one\nwait 2s\nsay two", 1);
    due(&mut player, now);
    assert_eq!(due(&mut player, now + 60 * SECOND), [turn("ann"), said("one")]);
    assert_eq!(player.next(), Some(now + 61 * SECOND));
    assert_eq!(due(&mut player, now + 62 * SECOND), [turn("ann"), said("two"), said(ENDED_CAPTION)]);
}

#[test]
fn a_talk_ends_with_quiet_or_with_its_client_and_is_replaced_by_another() {
    for end in ["quiet ann", "finish ann", "reset ann"] {
        let (mut player, now) = player(&format!("client ann\ntalk ann 1s \"a\"\nwait 3s\n{end}"), 1);
        due(&mut player, now);
        due(&mut player, now + 3 * SECOND);
        assert_eq!(due(&mut player, now + 9 * SECOND), [], "{end}");
    }
    let (mut player, now) = player("client ann\ntalk ann 1s \"a\"\ntalk ann 5s \"b\"", 1);
    due(&mut player, now);
    assert_eq!(player.next(), Some(now + 5 * SECOND));
}

#[test]
fn nothing_comes_before_a_client_has_connected() {
    let (mut player, now) = player("client ann\nselect ann\nsay look", 1);
    assert_eq!(player.due(now), Some(LessonAction::Client(ClientCommand::Connect(name("ann")))));
    assert_eq!(player.due(now), None);
    assert_eq!(player.next(), None, "nothing comes before she is there");
    let address: SocketAddr = "127.0.0.1:50000".parse().unwrap();
    player.on_connect_result(ConnectResult { name: name("ann"), address: Ok(address.into()) });
    let expected = [
        LessonAction::App(AppEvent::ClientNamed(address, "ann".to_owned())),
        LessonAction::App(AppEvent::ClientSelected(address)),
        said("look"),
        said(ENDED_CAPTION),
    ];
    assert_eq!(due(&mut player, now), expected);
}

#[test]
fn a_client_that_cannot_connect_is_not_looked_at() {
    let (mut player, now) = player("client ann\nselect ann\nsay look", 1);
    assert_eq!(due(&mut player, now)[1..], [said("look"), said(ENDED_CAPTION)]);
}

#[test]
fn it_repeats_from_the_first_wait_on() {
    let (mut player, now) = player("client ann\nwait 1s\nsay a\nwait 1s\nsay b\nrepeat", 1);
    assert_eq!(due(&mut player, now).len(), 1);
    for round in [0, 2, 4] {
        assert_eq!(due(&mut player, now + (round + 1) * SECOND), [said("a")]);
        assert_eq!(due(&mut player, now + (round + 2) * SECOND), [said("b")]);
    }
}

#[test]
fn faults_start_and_end_only_where_that_changes_something() {
    let asks = |fault| asked(Action::ToggleFault(fault));
    let (mut player, now) = player(
        "heal hang\nhurt hang\nwait 1s\nhurt hang\nhurt idle\nwait 1s\nheal\nwait 1s\nheal hang\nhurt idle",
        1,
    );
    assert_eq!(due(&mut player, now), [asks(FaultKind::Hang)]);
    player.fault_started(FaultKind::Hang);
    assert_eq!(due(&mut player, now + SECOND), [asks(FaultKind::Idle)], "it hangs already");
    player.fault_started(FaultKind::Idle);
    assert_eq!(due(&mut player, now + 2 * SECOND), [asks(FaultKind::Hang), asks(FaultKind::Idle)]);
    [FaultKind::Hang, FaultKind::Idle].into_iter().for_each(|fault| player.fault_ended(fault));
    assert_eq!(due(&mut player, now + 3 * SECOND), [asks(FaultKind::Idle), said(ENDED_CAPTION)]);
}

#[test]
fn the_rest_becomes_what_it_says() {
    let (mut player, now) = player(
        "crowd many 20 steady 256B rate 200\nend many\nswitch threads\nswitch async\nswitch other\npress 3 ^C Space\nclient a\ndeaf a\nhears a\nsend a \"x\" 00",
        1,
    );
    let key = |code, modifiers| LessonAction::App(AppEvent::Pressed(KeyEvent::new(code, modifiers)));
    let plan = LoadSpec { workload: Workload::Steady, many: 20, size: 256, rate: Some(200) };
    let expected = [
        LessonAction::StartLoad(name("many"), plan),
        LessonAction::EndLoad(name("many")),
        LessonAction::Switch(Some(BackendKind::Threads)),
        LessonAction::Switch(Some(BackendKind::Async)),
        LessonAction::Switch(None),
        key(KeyCode::Char('3'), KeyModifiers::NONE),
        key(KeyCode::Char('c'), KeyModifiers::CONTROL),
        key(KeyCode::Char(' '), KeyModifiers::NONE),
        LessonAction::Client(ClientCommand::Connect(name("a"))),
        LessonAction::Client(ClientCommand::PauseReading(name("a"))),
        LessonAction::Client(ClientCommand::ResumeReading(name("a"))),
        LessonAction::Client(ClientCommand::Send(name("a"), b"x\0".to_vec())),
        said(ENDED_CAPTION),
    ];
    assert_eq!(due(&mut player, now), expected);
}

#[test]
fn a_lesson_that_is_held_takes_no_step_and_its_clients_send_nothing() {
    let (mut player, now) = player("client ann\ntalk ann 1s \"a\"\nsay one\nwait 3s\nsay two\nwait 3s", 1);
    due(&mut player, now);
    player.pause(now + SECOND / 2);
    assert_eq!(player.place().unwrap().playing, LessonClock::Paused);
    assert_eq!(player.next(), None, "nothing comes by itself");
    assert_eq!(due(&mut player, now + 60 * SECOND), []);
    player.pause(now + 61 * SECOND);
    let later = now + 100 * SECOND;
    player.resume(later);
    assert_eq!(player.next(), Some(later + SECOND / 2), "half of the second was left");
    assert_eq!(due(&mut player, later), []);
    assert_eq!(due(&mut player, later + SECOND / 2), [turn("ann")]);
    assert_eq!(due(&mut player, later + 5 * SECOND / 2), [turn("ann"), said("two")]);
}

#[test]
fn the_next_caption_comes_at_once_and_what_was_sent_has_time_to_arrive() {
    let text = "say one\nwait 9s\nclient ann\nwait 400ms\nsay\nwait 2s\nsay two\nselect ann\nswitch async\nwait 9s\nsay three";
    let (mut player, now) = player(text, 1);
    assert_eq!(due(&mut player, now), [said("one")]);
    assert_eq!(
        player.place(),
        Some(LessonProgress { caption: 1, captions: 3, playing: LessonClock::Running })
    );
    player.skip_to_caption(now + SECOND);
    assert_eq!(due(&mut player, now + SECOND), [LessonAction::Client(ClientCommand::Connect(name("ann")))]);
    let arrived = now + SECOND + Duration::from_millis(400);
    assert_eq!(player.next(), Some(arrived));
    let two = [said(""), said("two"), LessonAction::Switch(Some(BackendKind::Async))];
    assert_eq!(due(&mut player, arrived), two);
    assert_eq!(player.place().unwrap().caption, 2);
    assert_eq!(player.next(), Some(arrived + 9 * SECOND), "from there on it goes on as written");
    player.skip_to_caption(arrived);
    assert_eq!(due(&mut player, arrived), [said("three"), said(ENDED_CAPTION)]);
    assert_eq!(player.place(), None);
    player.skip_to_caption(arrived);
    assert_eq!(due(&mut player, arrived), []);
}

#[test]
fn each_of_two_presses_goes_one_caption_further() {
    let text = "say one\nwait 9s\nsay two\nwait 400ms\nsay three\nwait 400ms\nsay four\nwait 9s\nsay five";
    let pause = Duration::from_millis(400);
    // Both skips come before the lesson has taken a step: the second is one more, after what the first caption waits
    // for.
    let (mut player, now) = player(text, 1);
    due(&mut player, now);
    player.skip_to_caption(now);
    player.skip_to_caption(now);
    assert_eq!(due(&mut player, now), [said("two")]);
    assert_eq!(due(&mut player, now + pause), [said("three")]);
    assert_eq!(player.place().unwrap().caption, 3);
    // Two more skips while the lesson waits for less than a second.
    player.skip_to_caption(now + pause);
    player.skip_to_caption(now + pause);
    assert_eq!(due(&mut player, now + 2 * pause), [said("four"), said("five"), said(ENDED_CAPTION)]);
}

#[test]
fn a_held_lesson_goes_two_captions_on_with_two_presses_and_stays_held() {
    let (mut player, now) = player("say one\nwait 9s\nsay two\nwait 400ms\nsay three\nwait 9s\nsay four", 1);
    due(&mut player, now);
    player.pause(now);
    player.skip_to_caption(now + SECOND);
    player.skip_to_caption(now + SECOND);
    assert_eq!(due(&mut player, now + SECOND), [said("two")]);
    assert_eq!(due(&mut player, now + 2 * SECOND), [said("three")]);
    assert_eq!((player.next(), player.place().unwrap().playing), (None, LessonClock::Paused));
}

#[test]
fn a_held_lesson_goes_on_by_captions_and_stays_held() {
    let text =
        "client ann\ntalk ann 1s \"a\"\nsay one\nwait 3s\nsay two\nwait 3s\nsay three\nwait 3s\nsay four";
    let (mut player, now) = player(text, 1);
    due(&mut player, now);
    player.pause(now);
    for (second, caption) in [(10, "two"), (20, "three")] {
        player.skip_to_caption(now + second * SECOND);
        assert_eq!(due(&mut player, now + second * SECOND), [said(caption)]);
        assert_eq!((player.next(), player.place().unwrap().playing), (None, LessonClock::Paused));
    }
    player.resume(now + 30 * SECOND);
    assert_eq!(player.next(), Some(now + 31 * SECOND), "ann's turn");
    assert_eq!(due(&mut player, now + 33 * SECOND), [turn("ann"), said("four"), said(ENDED_CAPTION)]);
}

#[test]
fn at_its_end_a_held_lesson_lets_its_clients_go_on() {
    let (mut player, now) = player("client ann\ntalk ann 1s \"a\"\nwait 3s", 1);
    due(&mut player, now);
    player.pause(now);
    player.skip_to_caption(now + 9 * SECOND);
    assert_eq!(due(&mut player, now + 9 * SECOND), [said(ENDED_CAPTION)]);
    assert_eq!((player.place(), player.next()), (None, Some(now + 10 * SECOND)));
}

#[test]
fn a_step_in_a_lesson_that_repeats_comes_round_or_stops_where_nothing_is_said() {
    let (mut player, now) = player("say a\nwait 5s\nsay b\nwait 5s\nrepeat", 1);
    due(&mut player, now);
    for round in 1..5 {
        player.skip_to_caption(now + round * SECOND);
        assert_eq!(due(&mut player, now + round * SECOND), [said("b")], "{round}");
        assert_eq!(player.place().unwrap().caption, 2);
    }
    for text in ["say a\nwait 5s\nwait 5s\nrepeat", "wait 5s\nrepeat"] {
        let mut player = Player::new(Script::parse(text).unwrap(), Speed::AS_WRITTEN, now);
        due(&mut player, now);
        player.skip_to_caption(now);
        assert_eq!(due(&mut player, now), [], "{text}");
        assert_eq!(player.next(), Some(now + 5 * SECOND), "{text}");
    }
}

#[test]
fn a_lesson_can_be_slower_than_it_is_written() {
    let now = Instant::now();
    let script = Script::parse("say a\nwait 1s\nsay b").unwrap();
    let mut player = Player::new(script, Speed::parse("0.25").unwrap(), now);
    due(&mut player, now);
    assert_eq!(player.next(), Some(now + 4 * SECOND));
}
