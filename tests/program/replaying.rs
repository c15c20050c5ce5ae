//! A recording that is played to a real program, in the dashboard.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use crate::pty::{LIMIT, Shown, show_with};

/// Question and answer, twice, then the client ends.
const LINES: &str = r#"{"event":"opened","at":"2026-11-29T10:17:45.000000Z","connection":1,"peer":"10.0.0.1:45160","local":"10.0.0.2:80","backend":"async"}
{"event":"bytes","at":"2026-11-29T10:17:45.100000Z","connection":1,"direction":"received","offset":0,"length":4,"hex":"6f6e653f"}
{"event":"bytes","at":"2026-11-29T10:17:45.200000Z","connection":1,"direction":"sent","offset":0,"length":7,"hex":"616e737765720a"}
{"event":"bytes","at":"2026-11-29T10:17:45.300000Z","connection":1,"direction":"received","offset":4,"length":4,"hex":"74776f3f"}
{"event":"bytes","at":"2026-11-29T10:17:45.400000Z","connection":1,"direction":"sent","offset":7,"length":6,"hex":"616e73776572"}
{"event":"input-ended","at":"2026-11-29T10:17:45.500000Z","connection":1}
{"event":"closed","at":"2026-11-29T10:17:45.500000Z","connection":1,"reason":"peer-finished","received":8,"sent":13}
"#;

struct Kept(PathBuf);

impl Kept {
    fn new(name: &str) -> Self {
        // The name is in the header, whose words depend on the room that is left.
        let folder = std::env::temp_dir().join(format!("bytewatch-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("talk.ndjson");
        fs::write(&path, LINES).unwrap();
        Self(path)
    }

    fn show(&self, more: &[&str]) -> Shown {
        let replay = ["replay", self.0.to_str().unwrap(), "--config", "none"];
        show_with(&[&replay, more].concat(), 120, 36)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

/// A server for one connection, which answers each of the two questions so, and then waits for the end.
fn server(answers: [&'static str; 2]) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serve = move || {
        let mut socket = listener.accept().unwrap().0;
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        for answer in answers {
            socket.read_exact(&mut [0; 4]).unwrap();
            socket.write_all(answer.as_bytes()).unwrap();
        }
        let _ = socket.read(&mut [0]);
    };
    (address, thread::spawn(serve))
}

/// Quits, and returns the exit status and what was printed behind the dashboard.
fn quit(mut shown: Shown) -> (u32, String) {
    shown.press("q");
    let (status, bytes) = shown.end();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (status, text.rsplit("\x1b[?1049l").next().unwrap_or_default().to_owned())
}

#[test]
fn a_server_that_answers_as_before_is_no_difference() {
    let file = Kept::new("same");
    let (address, serving) = server(["answer\n", "answer"]);
    let shown = file.show(&["--to", &address]);
    shown.sees(&["REPLAY talk.ndjson", "no difference", "1 of 1 connection replayed"]);
    serving.join().unwrap();
    let (status, said) = quit(shown);
    assert!(said.contains("1 of 1 connection replayed: no difference"), "{said}");
    assert_eq!(status, 0);
}

#[test]
fn another_answer_is_marked_at_once_listed_and_shown_beside_the_recorded_one() {
    let file = Kept::new("other");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut shown = file.show(&["--to", &address, "--timeout", "60s"]);
    let mut socket: TcpStream = listener.accept().unwrap().0;
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket.read_exact(&mut [0; 4]).unwrap();
    socket.write_all(b"anSwer\n").unwrap();
    socket.read_exact(&mut [0; 4]).unwrap();
    // The second answer is not there yet.
    shown.sees(&["\u{2260}53"]);
    shown.press("D");
    shown.sees(&["Differences", "so far", "73  s \u{2260} 53  S"]);
    shown.press("=");
    shown.sees(&["#1 as recorded and now", "\u{2260}73", "\u{2260}53"]);
    socket.write_all(b"answer").unwrap();
    drop(socket);
    shown.press("\x1b");
    shown.sees(&["1 difference", "Differences"]);
    shown.press("\r");
    shown.sees(&["recorded: 73"]);
    let (status, said) = quit(shown);
    assert!(said.contains("1 of 1 connection replayed: "), "{said}");
    assert_eq!(status, 1);
}

#[test]
fn a_server_that_is_not_there_is_a_difference_with_its_reason() {
    let file = Kept::new("absent");
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut shown = file.show(&["--to", &address]);
    shown.sees(&["1 of 1 connection replayed: 1 difference"]);
    shown.press("D");
    shown.sees(&["cannot be connected to: connection refused"]);
    shown.press("\x1b");
    shown.sees(&["1 Clients"]);
    let (status, _) = quit(shown);
    assert_eq!(status, 1);
}

#[test]
fn a_pause_holds_the_next_question_back() {
    let file = Kept::new("paused");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut shown = file.show(&["--to", &address, "--timeout", "60s"]);
    let mut socket: TcpStream = listener.accept().unwrap().0;
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket.read_exact(&mut [0; 4]).unwrap();
    shown.press("p");
    shown.sees(&["paused, 0 of 1 played"]);
    socket.write_all(b"answer\n").unwrap();
    shown.sees(&["answer"]);
    socket.set_nonblocking(true).unwrap();
    assert!(socket.read(&mut [0; 4]).is_err(), "the second question is held back");
    socket.set_nonblocking(false).unwrap();
    shown.press("p");
    socket.read_exact(&mut [0; 4]).unwrap();
    socket.write_all(b"answer").unwrap();
    drop(socket);
    shown.sees(&["1 of 1 played"]);
    quit(shown);
}

#[test]
fn quitting_before_the_end_is_no_success() {
    let file = Kept::new("early");
    let shown = file.show(&["--listen", "0"]);
    shown.sees(&["REPLAY", " at 127.0.0.1:", "Waiting for clients at 127.0.0.1:", "0 of 1 played"]);
    let (status, said) = quit(shown);
    assert!(said.contains("0 of 1 connection replayed: no difference"), "{said}");
    assert_eq!(status, 1);
}

#[test]
fn text_is_printed_on_a_terminal_if_it_is_asked_for() {
    let file = Kept::new("plain");
    let (address, serving) = server(["answer\n", "answer"]);
    let shown = file.show(&["--to", &address, "--plain"]);
    let (status, bytes) = shown.end();
    serving.join().unwrap();
    assert_eq!(status, 0);
    assert_eq!(String::from_utf8_lossy(&bytes).trim(), "1 of 1 connection replayed: no difference");
}
