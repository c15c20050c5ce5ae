//! Bytes of the stream given to real commands.

use std::io::Write as _;
use std::process::Command;

use crate::pty::{Shown, show};

/// The program with a client that has sent this, in the stream pane.
fn with_client(bytes: &[u8]) -> (Shown, std::net::TcpStream) {
    let mut shown = show();
    let mut client = shown.connect();
    client.write_all(bytes).unwrap();
    shown.sees(&["68 65 6c 6c 6f"]);
    shown.press("2zg");
    (shown, client)
}

#[test]
fn a_command_is_given_the_bytes_and_what_it_writes_is_shown() {
    let (mut shown, _client) = with_client(b"hello\n");
    shown.press("|tr a-z A-Z; echo oh no >&2; exit 3\r");
    shown.sees(&["HELLO", "oh no", "exit status 3"]);
    shown.press("\x1b");
    shown.sees(&["2 Stream"]);
    shown.quit();
}

#[test]
fn a_command_has_no_terminal_and_does_not_hold_up_the_dashboard() {
    let (mut shown, mut client) = with_client(b"hello\n");
    shown.press("|sleep 1000 | sleep 1000\r");
    shown.sees(&["runs; Esc stops it"]);
    client.write_all(b"meanwhile").unwrap();
    shown.press("\x1b");
    // Not while it is being stopped: the key would show it again.
    shown.sees(&["stopped · 0 bytes"]);
    shown.press("\x1b");
    shown.sees(&["6d 65 61 6e"]);
    // Without `setsid` it would wait in the background of the terminal until it is stopped.
    if Command::new("setsid").arg("--version").output().is_ok() {
        shown.press("|cat < /dev/tty\r");
        shown.sees(&["/dev/tty", "exit status", "of errors"]);
        shown.press("\x1b");
        shown.sees(&["6d 65 61 6e"]);
    }
    shown.quit();
}
