//! The screen of the dashboard, with real clients.

use std::io::{Read, Write};

use crate::pty::{show, show_with};

#[test]
fn bytes_show_in_hex_and_text_at_once() {
    let mut shown = show();
    shown.sees(&["No client yet", "nc -N 127.0.0.1"]);
    let mut client = shown.connect();
    client.write_all("hé€ ok".as_bytes()).unwrap();
    shown.sees(&[&client.local_addr().unwrap().to_string(), "68 c3 a9 e2 82 ac 20 6f", "hé•€••", "1 live"]);
    shown.press("2x");
    shown.sees(&["hé€ ok"]);
    drop(client);
    shown.sees(&["0 live", "1 seen"]);
    shown.quit();
}

#[test]
fn a_character_in_two_reads_is_one_on_screen() {
    let mut shown = show();
    let mut client = shown.connect();
    client.write_all(b"<\xe2").unwrap();
    shown.sees(&["3c e2", "<…"]);
    shown.press("2x");
    client.write_all(b"\x82\xac>").unwrap();
    shown.sees(&["€"]);
    client.read_exact(&mut [0; 5]).unwrap();
    shown.quit();
}

#[test]
fn the_backend_changes_under_a_live_client() {
    let mut shown = show();
    let mut client = shown.connect();
    client.write_all(b"before").unwrap();
    shown.sees(&["62 65 66 6f 72 65", "[async]"]);
    shown.press("b");
    shown.sees(&["[threads]", "switched to threads"]);
    client.write_all(b"after").unwrap();
    let mut back = [0; 11];
    client.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"beforeafter");
    shown.sees(&["61 66 74 65 72"]);
    shown.quit();
}

#[test]
fn a_port_that_other_machines_can_reach_and_an_idle_client_are_reported() {
    let mut shown = show_with(&["-l", "0.0.0.0:0", "--idle-timeout", "200ms"], 200, 60);
    let mut client = shown.connect();
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    drop(client);
    shown.sees(&["idle timeout"]);
    shown.press("4");
    shown.sees(&["other machines can reach"]);
    shown.quit();
}
