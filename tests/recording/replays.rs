//! Recordings that are played again: to servers, and to clients.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use socket2::SockRef;

use crate::harness::{Folder, echo, payload, serve, wait_for_closes};
use crate::modes::Mode;
use crate::program::{LIMIT, PROGRAM, limited};

/// What a replay printed, and its exit status.
struct Replayed {
    lines: Vec<Value>,
    said: String,
    status: Option<i32>,
}

impl Replayed {
    fn of_kind(&self, kind: &str) -> Vec<&Value> {
        self.lines.iter().filter(|line| line["event"] == kind).collect()
    }

    fn differences(&self) -> Vec<String> {
        let short = |line: &&Value| {
            let text = |key: &str| line[key].as_str().unwrap().to_owned();
            format!("{} {} {} {}", line["connection"], line["offset"], text("expected"), text("got"))
        };
        self.of_kind("difference").iter().map(short).collect()
    }

    fn deviations(&self) -> Vec<&str> {
        self.of_kind("deviation").iter().map(|line| line["detail"].as_str().unwrap()).collect()
    }

    fn assert_same(&self) {
        assert_eq!(self.status, Some(0), "{:?} {}", self.lines, self.said);
        assert_eq!(self.lines.last().unwrap()["differences"], 0);
    }
}

/// Plays a recording, and reads what differs.
fn replay(file: &Path, words: &[&str]) -> Replayed {
    replay_all(file, &[&["--events", "difference,deviation,replayed"], words].concat())
}

/// Plays a recording, and reads everything that is printed.
fn replay_all(file: &Path, words: &[&str]) -> Replayed {
    let output = Command::new(PROGRAM)
        .arg("replay")
        .arg(file)
        .args(["--headless", "--config", "none"])
        .args(words)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Replayed { lines, said: String::from_utf8(output.stderr).unwrap(), status: output.status.code() }
}

/// A replay that plays the server, and its address.
struct Listening {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    address: SocketAddr,
}

fn listen(file: &Path, words: &[&str]) -> Listening {
    let mut child = Command::new(PROGRAM)
        .arg("replay")
        .arg(file)
        .args(["--headless", "--config", "none", "--listen", "0"])
        .args(words)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let listening: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&listening["event"], &listening["service"]), (&"listening".into(), &"replay".into()));
    Listening { child, out, address: listening["address"].as_str().unwrap().parse().unwrap() }
}

impl Listening {
    fn connect(&self) -> TcpStream {
        limited(TcpStream::connect_timeout(&self.address, LIMIT).unwrap())
    }

    fn end(mut self) -> Replayed {
        let mut printed = String::new();
        self.out.read_to_string(&mut printed).unwrap();
        let lines = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Replayed { lines, said: String::new(), status: self.child.wait().unwrap().code() }
    }
}

/// One line of a recording.
enum Line<'a> {
    Received(u64, &'a [u8]),
    Sent(u64, &'a [u8]),
    InputEnded,
    Closed(&'a str),
}

/// Writes a recording of one connection.
fn recording(folder: &Folder, lines: &[Line<'_>]) -> std::path::PathBuf {
    let start = |event: &str, second: usize| {
        format!("{{\"event\":\"{event}\",\"at\":\"2026-11-29T10:17:{:02}.000000Z\",\"connection\":1", second)
    };
    let opened = ",\"peer\":\"127.0.0.1:45160\",\"local\":\"127.0.0.1:80\",\"backend\":\"async\"}\n";
    let mut text = start("opened", 0) + opened;
    for (second, line) in lines.iter().enumerate() {
        let bytes = |direction: &str, offset: u64, data: &[u8]| {
            let hex: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
            let length = data.len();
            let start = start("bytes", second);
            format!(
                "{start},\"direction\":\"{direction}\",\"offset\":{offset},\"length\":{length},\"hex\":\"{hex}\"}}\n"
            )
        };
        text += &match line {
            Line::Received(offset, data) => bytes("received", *offset, data),
            Line::Sent(offset, data) => bytes("sent", *offset, data),
            Line::InputEnded => start("input-ended", second) + "}\n",
            Line::Closed(reason) => {
                let totals = ",\"received\":0,\"sent\":0";
                format!("{}{totals},\"reason\":\"{reason}\"}}\n", start("closed", second))
            }
        };
    }
    let path = folder.path("made.ndjson");
    fs::write(&path, text).unwrap();
    path
}

/// A server for one connection.
fn server<T: Send + 'static>(act: impl FnOnce(TcpStream) -> T + Send + 'static) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (address, thread::spawn(move || act(limited(listener.accept().unwrap().0))))
}

fn read(socket: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    socket.read_exact(&mut bytes).unwrap();
    bytes
}

/// Question and answer, twice, then the client ends.
const TALK: &[Line<'_>] = &[
    Line::Received(0, b"one?"),
    Line::Sent(0, b"first answer\n"),
    Line::Received(4, b"two?"),
    Line::Sent(13, b"second answer\n"),
    Line::InputEnded,
    Line::Closed("peer-finished"),
];

fn answer(mut socket: TcpStream, answers: [&[u8]; 2]) {
    assert_eq!(read(&mut socket, 4), b"one?");
    // The second question comes only behind the first answer.
    socket.set_nonblocking(true).unwrap();
    assert!(socket.read(&mut [0]).is_err());
    socket.set_nonblocking(false).unwrap();
    socket.write_all(answers[0]).unwrap();
    assert_eq!(read(&mut socket, 4), b"two?");
    socket.write_all(answers[1]).unwrap();
    assert_eq!(socket.read(&mut [0]).unwrap(), 0);
}

in_each_mode!(what_was_recorded_is_played_to_the_same_server);

fn what_was_recorded_is_played_to_the_same_server(mode: Mode) {
    let folder = Folder::new();
    for name in ["echo.pcapng", "echo.ndjson"] {
        let path = folder.path(name);
        let program = serve(mode, &path, &[]);
        for length in [1, 300_000, 2_000_000] {
            echo(program.connect(), &payload(length));
        }
        wait_for_closes(&program, 3);
        program.stop();
        let again = serve(mode, &folder.path(&format!("again-{name}")), &[]);
        let replayed = replay(&path, &["--to", &again.listening[0]]);
        replayed.assert_same();
        assert_eq!(replayed.lines.last().unwrap()["played"], 3);
        again.stop();
    }
}

#[test]
fn a_changed_answer_is_a_difference_at_its_offset() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let (address, serving) = server(|socket| answer(socket, [b"first answer\n", b"second Answer\n"]));
    let replayed = replay(&path, &["--to", &address]);
    serving.join().unwrap();
    assert_eq!((replayed.status, replayed.differences()), (Some(1), vec!["1 20 61 41".to_owned()]));
    assert!(replayed.deviations().is_empty());
    let (address, serving) = server(|socket| answer(socket, [b"first answer\n", b"second answer\n"]));
    replay(&path, &["--to", &address]).assert_same();
    serving.join().unwrap();
}

#[test]
fn people_read_the_bytes_of_both() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let (address, serving) = server(|socket| answer(socket, [b"first answer\n", b"second Answer\n"]));
    let output = Command::new(PROGRAM).arg("replay").arg(&path).args(["--to", &address]).output().unwrap();
    serving.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("#1: the server differs at offset 20 (0x14)"), "{text}");
    assert!(text.ends_with("1 of 1 connection replayed: 1 difference\n"), "{text}");
}

#[test]
fn what_is_ignored_may_differ_in_length() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let (address, serving) = server(|socket| answer(socket, [b"1. answer\n", b"zweite answer\n"]));
    let words = ["--ignore", "re:(?-u)[^ ]+ answer", "--to", &address];
    replay(&path, &words).assert_same();
    serving.join().unwrap();
}

#[test]
fn a_server_that_is_silent_is_not_waited_for_forever() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let (address, serving) = server(|mut socket| {
        read(&mut socket, 4);
        socket.write_all(b"first").unwrap();
        socket.read(&mut [0]).map(|read| assert_eq!(read, 0, "the second question is not asked"))
    });
    let replayed = replay(&path, &["--to", &address, "--timeout", "200ms"]);
    let _ = serving.join().unwrap();
    assert_eq!(replayed.status, Some(1));
    assert_eq!(replayed.differences(), ["1 5 20616e737765720a "]);
    assert_eq!(replayed.deviations(), ["the server sent nothing for 200 ms"]);
}

#[test]
fn a_server_that_ends_too_early_or_is_not_there_is_a_difference() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let (address, serving) = server(|mut socket| drop(read(&mut socket, 4)));
    let replayed = replay(&path, &["--to", &address]);
    serving.join().unwrap();
    assert_eq!((replayed.status, replayed.differences().len()), (Some(1), 1));
    // Nobody listens there any more.
    let replayed = replay(&path, &["--to", &address]);
    assert_eq!(replayed.status, Some(1));
    let reason = format!("{address} cannot be connected to: connection refused");
    assert_eq!(replayed.deviations(), [reason]);
}

#[test]
fn what_happens_is_printed_as_a_server_prints_it() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let (address, serving) = server(|socket| answer(socket, [b"first answer\n", b"second Answer\n"]));
    let replayed = replay_all(&path, &["--to", &address]);
    serving.join().unwrap();
    let words = replayed.lines.iter().map(|line| line["event"].as_str().unwrap());
    // What the bytes decode to follows each of them.
    let words: Vec<_> = words.filter(|&word| word != "decoded").collect();
    let bytes = ["bytes"; 4];
    let after = ["input-ended", "difference", "closed", "replayed"];
    assert_eq!(words, [&["opened"][..], &bytes, &after].concat());
    let of_bytes = |line: &&Value| {
        format!("{} {} {}", line["direction"].as_str().unwrap(), line["offset"], line["length"])
    };
    let told: Vec<_> = replayed.of_kind("bytes").iter().map(of_bytes).collect();
    assert_eq!(told, ["received 0 4", "sent 0 13", "received 4 4", "sent 13 14"]);
    let [opened, closed] = ["opened", "closed"].map(|kind| replayed.of_kind(kind)[0]);
    assert_eq!((opened["local"].as_str(), &opened["connection"]), (Some(&*address), &1.into()));
    assert_eq!((closed["reason"].as_str(), &closed["sent"]), (Some("peer-finished"), &27.into()));
    let (address, serving) = server(|socket| answer(socket, [b"first answer\n", b"second answer\n"]));
    let replayed = replay_all(&path, &["--to", &address, "--events", "closed,replayed"]);
    serving.join().unwrap();
    assert_eq!(replayed.lines.len(), 2, "{:?}", replayed.lines);
    replayed.assert_same();
}

#[test]
fn what_a_replay_prints_is_a_recording() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let (address, serving) = server(|socket| answer(socket, [b"first answer\n", b"second Answer\n"]));
    let output = Command::new(PROGRAM)
        .args(["replay", path.to_str().unwrap(), "--headless", "--to", &address])
        .output()
        .unwrap();
    serving.join().unwrap();
    let again = folder.path("again.ndjson");
    fs::write(&again, output.stdout).unwrap();
    let opened = Command::new(PROGRAM)
        .args(["open", path.to_str().unwrap(), "--against", again.to_str().unwrap(), "--headless"])
        .output()
        .unwrap();
    let text = String::from_utf8(opened.stdout).unwrap();
    assert!(String::from_utf8(opened.stderr).unwrap().is_empty());
    assert!(text.contains(r#""direction":"sent","offset":20,"expected":"61","got":"41""#), "{text}");
}

#[test]
fn resets_are_played_and_compared() {
    let folder = Folder::new();
    let talk = [Line::Received(0, b"ask"), Line::Sent(0, b"answer"), Line::Closed("peer-reset")];
    let path = recording(&folder, &talk);
    let (address, serving) = server(|mut socket| {
        read(&mut socket, 3);
        socket.write_all(b"answer").unwrap();
        socket.read(&mut [0]).unwrap_err().kind()
    });
    replay(&path, &["--to", &address]).assert_same();
    assert_eq!(serving.join().unwrap(), std::io::ErrorKind::ConnectionReset);

    let talk = [Line::Received(0, b"ask"), Line::Closed("we-reset")];
    let path = recording(&folder, &talk);
    for is_reset in [true, false] {
        let (address, serving) = server(move |mut socket| {
            read(&mut socket, 3);
            if is_reset {
                SockRef::from(&socket).set_linger(Some(Duration::ZERO)).unwrap();
            }
        });
        let replayed = replay(&path, &["--to", &address]);
        serving.join().unwrap();
        assert_eq!(replayed.status, Some(i32::from(!is_reset)), "{:?}", replayed.lines);
    }
}

#[test]
fn a_gap_is_refused_unless_it_is_allowed() {
    let folder = Folder::new();
    let talk =
        [Line::Received(0, b"ask"), Line::Sent(3, b"wer"), Line::InputEnded, Line::Closed("peer-finished")];
    let path = recording(&folder, &talk);
    let refused = replay(&path, &["--to", "9"]);
    assert_eq!(refused.status, Some(1));
    assert!(refused.said.contains("3 bytes of connection #1 are missing; --allow-gaps"), "{}", refused.said);
    // The first three bytes are any, and are not told as if they had been recorded.
    for (sent, differences) in [(b"ANSwer", vec![]), (b"AnsWEr", vec!["1 3 7765 5745".to_owned()])] {
        let (address, serving) = server(move |mut socket| {
            read(&mut socket, 3);
            socket.write_all(sent).unwrap();
            assert_eq!(socket.read(&mut [0]).unwrap(), 0);
        });
        let replayed = replay(&path, &["--to", &address, "--allow-gaps"]);
        serving.join().unwrap();
        assert_eq!(replayed.differences(), differences);
    }
}

#[test]
fn a_recording_without_the_side_says_so() {
    let folder = Folder::new();
    let path = recording(&folder, &[Line::Sent(0, b"hello"), Line::Closed("we-finished")]);
    let refused = replay(&path, &["--to", "9"]);
    assert_eq!(refused.status, Some(1));
    assert!(refused.said.contains("no bytes that a client sent"), "{}", refused.said);
    let refused = replay(&path, &["--to", "9", "--connection", "7"]);
    assert!(refused.said.contains("no connection #7"), "{}", refused.said);
}

#[test]
fn clients_are_answered_as_the_server_did() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let listening = listen(&path, &[]);
    let mut client = listening.connect();
    for (question, reply) in [(b"one?", &b"first answer\n"[..]), (b"two?", b"second answer\n")] {
        client.write_all(question).unwrap();
        assert_eq!(read(&mut client, reply.len()), reply);
    }
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    listening.end().assert_same();

    let listening = listen(&path, &["--timeout", "200ms"]);
    let mut client = listening.connect();
    client.write_all(b"one!").unwrap();
    assert_eq!(read(&mut client, 13), b"first answer\n");
    let mut rest = Vec::new();
    // A question that never comes ends the connection.
    let _ = client.read_to_end(&mut rest);
    let replayed = listening.end();
    assert_eq!((replayed.status, rest.len()), (Some(1), 0));
    // The byte that differs, and the question that is missing next to it.
    assert_eq!(replayed.differences(), ["1 3 3f74776f3f 21"]);
}

#[test]
fn a_signal_ends_the_wait_for_clients_with_the_summary() {
    let folder = Folder::new();
    let listening = listen(&recording(&folder, TALK), &[]);
    kill(Pid::from_raw(i32::try_from(listening.child.id()).unwrap()), Signal::SIGTERM).unwrap();
    let replayed = listening.end();
    assert_eq!(replayed.status, Some(1), "a connection was not played");
    assert_eq!(replayed.lines.last().unwrap()["played"], 0);
}

#[test]
fn a_server_that_does_not_end_is_a_deviation() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let (address, serving) = server(|socket| {
        let keeping = socket.try_clone().unwrap();
        answer(socket, [b"first answer\n", b"second answer\n"]);
        keeping
    });
    let replayed = replay(&path, &["--to", &address, "--timeout", "500ms"]);
    drop(serving.join().unwrap());
    assert_eq!(replayed.status, Some(1));
    assert_eq!(replayed.deviations(), ["the server has not ended the connection within 500 ms"]);
}

#[test]
fn a_replay_at_a_speed_of_its_own_is_the_same() {
    let folder = Folder::new();
    let path = recording(&folder, TALK);
    let (address, serving) = server(|socket| answer(socket, [b"first answer\n", b"second answer\n"]));
    replay(&path, &["--to", &address, "--speed", "10"]).assert_same();
    serving.join().unwrap();
}
