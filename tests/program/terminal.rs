//! The terminal: entering, restoring, loss, change of size, suspension.

use std::io::{Read, Write};

use nix::sys::signal::Signal;
use portable_pty::{CommandBuilder, PtySize};

use crate::pty::{ENTERED, FRAME, LEFT, PROGRAM, Shown, show, signal, start_as_it_is, wait_for};

#[test]
fn the_terminal_is_restored_before_the_counts_are_printed() {
    for end in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut shown = show();
        shown.wait(ENTERED);
        shown.wait(FRAME);
        signal(shown.pid(), end);
        shown.wait(LEFT);
        shown.wait("0 connections, 0 B received, 0 B sent, nothing missed");
        assert_eq!(shown.child.wait().unwrap().exit_code(), 0);
    }
}

#[test]
fn a_new_size_is_drawn_at_once() {
    let mut shown = show();
    shown.wait(FRAME);
    for rows in 10..60 {
        shown.master.resize(PtySize { rows, cols: 2 * rows, pixel_width: 0, pixel_height: 0 }).unwrap();
    }
    shown.wait(FRAME);
    signal(shown.pid(), Signal::SIGTERM);
    assert_eq!(shown.child.wait().unwrap().exit_code(), 0);
}

#[test]
fn stopping_gives_the_terminal_back_and_going_on_takes_it_again() {
    let mut shown = show();
    shown.wait(FRAME);
    signal(shown.pid(), Signal::SIGTSTP);
    shown.wait(LEFT);
    wait_for_stop(&shown);
    signal(shown.pid(), Signal::SIGCONT);
    shown.wait(ENTERED);
    shown.wait(FRAME);
    signal(shown.pid(), Signal::SIGTERM);
    shown.wait(LEFT);
    assert_eq!(shown.child.wait().unwrap().exit_code(), 0);
}

fn wait_for_stop(shown: &Shown) {
    let status = format!("/proc/{}/stat", shown.pid());
    wait_for("the stop", || std::fs::read_to_string(&status).unwrap().contains(") T ").then_some(()));
}

#[test]
fn a_string_of_the_terminal_is_not_taken_for_keys() {
    let mut shown = show();
    shown.wait(FRAME);
    // With the keys `b`, which switches the backend, and `q`, which ends the program.
    for text in ["\x1b]11;rgb:ffff/bbbb/ffff\x1b\\", "\x1b]10;qb\x07", "\x1bPqb\x1b\\", "\x1b_qb\x1b\\"] {
        shown.press(text);
    }
    shown.press("?");
    shown.sees(&["close help"]);
    shown.press("?");
    shown.wait_for_contents("no switch", |screen| {
        (!screen.contains("close help") && !screen.contains("switch")).then_some(())
    });
    shown.quit();
}

/// Which mouse modes are on after this output: buttons, drags, SGR coordinates.
fn mouse(written: &[u8]) -> [bool; 3] {
    [1000, 1002, 1006].map(|mode| {
        let last = |letter: char| {
            let sequence = format!("\x1b[?{mode}{letter}");
            written.windows(sequence.len()).rposition(|part| part == sequence.as_bytes())
        };
        last('h') > last('l')
    })
}

#[test]
fn ctrl_z_gives_the_mouse_back_and_going_on_takes_it_again_unless_the_user_released_it() {
    for released in [false, true] {
        let mut shown = show();
        shown.wait(FRAME);
        assert_eq!(mouse(&shown.bytes()), [true; 3]);
        if released {
            shown.press("U");
            shown.wait_for_bytes("release", |written| (mouse(written) == [false; 3]).then_some(()));
        }
        shown.press("\x1a");
        shown.wait(LEFT);
        wait_for_stop(&shown);
        let written = shown.bytes();
        assert_eq!(mouse(&written), [false; 3], "released: {released}");
        assert!(written.ends_with(LEFT.as_bytes()), "nothing is written to a terminal that others have");
        signal(shown.pid(), Signal::SIGCONT);
        shown.wait(ENTERED);
        shown.wait(FRAME);
        assert_eq!(mouse(&shown.bytes()), [!released; 3], "released: {released}");
        if released {
            shown.press("U");
            shown.wait_for_bytes("mouse", |written| (mouse(written) == [true; 3]).then_some(()));
        }
        assert_eq!(mouse(&shown.quit()), [false; 3]);
    }
}

#[test]
fn a_terminal_that_takes_nothing_delays_no_client_though_a_key_waits_for_its_frame() {
    let mut shown = show();
    let mut client = shown.connect();
    // Short reads, which wait for the dashboard one by one; in all twice what may wait.
    let mut echoed = vec![0; 4 * 1024];
    shown.while_stuck(|keys| {
        for number in 0..16_000 {
            if number % 100 == 0 {
                // Redraws every cell, at once.
                keys.write_all(b"\x0c").unwrap();
            }
            client.write_all(&vec![b'x'; echoed.len()]).unwrap();
            client.read_exact(&mut echoed).unwrap();
        }
    });
    drop(client);
    shown.quit();
}

#[test]
fn a_lost_terminal_ends_it() {
    let shown = show();
    shown.wait(FRAME);
    let mut child = shown.lose_terminal();
    let status = wait_for("the end", || child.try_wait().unwrap());
    assert_eq!(status.exit_code(), 0);
}

/// Starts the program with this type of terminal and this locale.
fn command(args: &[&str], variables: &[(&str, &str)]) -> CommandBuilder {
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(["-l", "0"]);
    command.args(args);
    for name in ["LC_ALL", "LC_CTYPE", "LANG", "TERM"] {
        command.env_remove(name);
    }
    for (name, value) in variables {
        command.env(name, value);
    }
    command
}

#[test]
fn without_a_utf_8_locale_nothing_but_ascii_is_written() {
    let text = "h\u{e9}\u{20ac} \u{1f600} \u{597d} e\u{301} \u{5d0}\t\u{1b}\u{85}\n".as_bytes();
    for (args, locale) in [(&[][..], "C"), (&["--ascii"], "C.UTF-8")] {
        let terminal = [("TERM", "xterm"), ("LC_ALL", locale)];
        let mut shown = start_as_it_is(command(args, &terminal), 120, 40);
        let mut client = shown.connect();
        client.write_all(text).unwrap();
        client.write_all(b"\xff\xe2\x82").unwrap();
        client.read_exact(&mut vec![0; text.len() + 3]).unwrap();
        shown.sees(&["68 c3 a9 e2 82 ac 20 f0", "1 live"]);
        for keys in ["2x", "x", "x", "x", "3", "4t", "z", "z?", "G", "q"] {
            // Redraws every cell after the keys.
            shown.press(keys);
            shown.press(b"\x0c");
            shown.wait(FRAME);
        }
        let written = shown.quit();
        let other = written.iter().position(|byte| !byte.is_ascii());
        let around =
            other.map(|at| String::from_utf8_lossy(&written[at.saturating_sub(40)..at + 4]).into_owned());
        assert_eq!(around, None, "{locale} {args:?}");
    }
}

#[test]
fn a_terminal_without_capabilities_gets_a_hint_to_headless_and_nothing_else() {
    for terminal in [&[("TERM", "dumb")][..], &[("TERM", "")], &[]] {
        let (status, written) = start_as_it_is(command(&[], terminal), 80, 24).end();
        let written = String::from_utf8(written).unwrap();
        assert_eq!(status, 1, "{written}");
        assert!(written.contains("--headless") && !written.contains('\u{1b}'), "{written}");
        assert_eq!(written.trim_end().lines().count(), 1, "{written}");
    }
}
