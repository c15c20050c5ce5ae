//! Messages in the stream: telling them apart, going from one to the next, taking one away.

use bytewatch::app::AppEvent;
use bytewatch::event::Direction::{Received, Sent};
use ratatui::crossterm::event::KeyCode;

use crate::harness::Harness;

/// A device that sends a length, a number in a floating-point format and a text, in reads that are cut by chance.
fn device(width: u16, height: u16) -> Harness {
    let mut harness = Harness::new(width, height);
    harness.open(1);
    let mut bytes = Vec::new();
    for (celsius, text) in [(21.5_f32, "21,5 \u{b0}C"), (-4.25, "\u{2744} \u{2212}4,25"), (30.0, "ok")] {
        bytes.extend((4 + text.len() as u16).to_be_bytes());
        bytes.extend(celsius.to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    for read in bytes.chunks(9) {
        harness.bytes(1, Received, read);
        harness.now += 250_000;
    }
    harness
}

fn idle(harness: &mut Harness) {
    while harness.app.is_searching() {
        harness.app_event(AppEvent::Idle(65_536));
    }
}

#[test]
fn a_device_is_understood_from_the_screen_alone() {
    let mut harness = device(80, 24);
    harness.keys("2r");
    harness.sees("messages by");
    harness.sees("length:width=2, varint");
    harness.keys("length:width=2\n");
    idle(&mut harness);
    harness.keys("g");
    harness.sees("length:width=2: ◂ message 1 of 3");
    harness.sees("message 1 \u{b7} 14 bytes");
    harness.keys("))");
    harness.sees("message 3 of 3");
    harness.keys("V");
    harness.sees("selected 8 bytes in");
    harness.sees("by messages");
    harness.keys("y");
    harness.sees("8 bytes");
    harness.keys("\u{1b}");
}

#[test]
fn an_empty_rule_ends_it_and_without_one_the_keys_say_how() {
    let mut harness = device(80, 24);
    harness.keys("2)");
    harness.sees("No rule tells messages apart; r asks for one");
    harness.keys("rlf\n");
    idle(&mut harness);
    harness.sees("lf: ");
    // The rule that is used can be changed.
    harness.keys("r");
    harness.sees("messages by lf");
    for _ in 0..2 {
        harness.press(KeyCode::Backspace);
    }
    harness.keys("\n");
    harness.sees_not("lf: ");
    harness.sees_not("message 1");
}

#[test]
fn a_mistake_is_told_under_the_rule_while_it_is_typed() {
    let mut harness = device(80, 24);
    harness.keys("2rmqt");
    harness.sees("mqtt");
    harness.press(KeyCode::Tab);
    harness.sees("packets of MQTT");
    harness.keys("x\n");
    harness.sees("there is no rule 'mqttx'");
    harness.sees("messages by mqttx");
}

#[test]
fn what_arrives_is_told_apart_and_a_fault_is_shown_where_it_is() {
    let mut harness = device(80, 24);
    harness.keys("2rlength:width=4 limit=1KiB\n");
    idle(&mut harness);
    harness.keys("g");
    harness.sees("a message of 803248 bytes would be longer than the limit of 1024");
    harness.sees("1 fault");
    let mut harness = device(80, 24);
    harness.keys("2rlf\n");
    harness.bytes(1, Sent, b"one\ntwo\nthr");
    harness.sees("message 2 \u{b7} 4 bytes");
    harness.sees("message 3 \u{b7} 3 bytes so far");
}

#[test]
fn what_is_recognised_chooses_the_rule_for_each_connection() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    harness.keys("2rauto\n");
    harness.bytes(1, Received, b"*1\r\n$4\r\nPING\r\n");
    harness.bytes(1, Sent, b"+PONG\r\n");
    harness.bytes(1, Received, b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n");
    idle(&mut harness);
    harness.sees("message 1 \u{b7} 14 bytes");
    harness.sees("message 2 \u{b7} 20 bytes");
    harness.sees("message 1 \u{b7} 7 bytes");
    // Another protocol on the same port has its own.
    harness.open(2);
    harness.bytes(2, Received, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    idle(&mut harness);
    harness.keys("]");
    harness.sees("message 1 \u{b7} 27 bytes");
}

#[test]
fn an_answer_stands_below_its_request_and_names_it() {
    let mut harness = Harness::new(80, 24);
    harness.open(1);
    for (direction, bytes) in [
        (Received, &b"*1\r\n$4\r\nPING\r\n"[..]),
        (Sent, b"+PONG\r\n"),
        (Received, b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"),
    ] {
        harness.bytes(1, direction, bytes);
        harness.now += 3_200;
    }
    harness.keys("2rauto\n");
    idle(&mut harness);
    harness.keys("g");
    harness.sees("message 1 \u{b7} 7 bytes \u{b7} answers message 1 after 3.20 ms");
    harness.sees("message 2 \u{b7} 20 bytes \u{b7} no answer so far");
    harness.close(1, bytewatch::event::CloseReason::PeerReset);
    harness.sees("message 2 \u{b7} 20 bytes \u{b7} no answer");
    harness.sees_not("no answer so far");
}
