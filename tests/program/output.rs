//! A standard output that takes nothing, takes too little, or fails: timers and signals still work, and events that
//! were not printed are counted.

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::pty::{LIMIT, PROGRAM, signal, wait_for};

/// The program, its output, and its address. Only the first line of the output has been read.
fn start(args: &[&str]) -> (Child, ChildStdout, SocketAddr) {
    let mut child = Command::new(PROGRAM)
        .args(["--headless", "-l", "0"])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    // One byte at a time, so that what follows the line stays in the pipe.
    let (mut line, mut byte) = (Vec::new(), [0]);
    while byte != *b"\n" {
        output.read_exact(&mut byte).unwrap();
        line.push(byte[0]);
    }
    let line: Value = serde_json::from_slice(&line).unwrap();
    (child, output, line["address"].as_str().unwrap().parse().unwrap())
}

/// Waits for the end and returns the status and standard error.
fn end(mut child: Child) -> (Option<i32>, String) {
    let status = wait_for("the end", || child.try_wait().unwrap());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (status.code(), said)
}

/// The number of events that were not printed, from the line that says that the output takes `taken`.
fn lost(said: &str, taken: &str) -> u64 {
    // A busy machine may have stopped the loop for a while, which the log says.
    let mut lines = said.lines().filter(|line| !line.contains("WARN bytewatch::loop: "));
    let (line, rest) = (lines.next().unwrap_or(""), lines.count());
    assert_eq!(rest, 0, "one line: {said:?}");
    let number = line.strip_prefix(&format!("bytewatch: standard output takes {taken}: "));
    let number = number.and_then(|number| number.strip_suffix(" events were not printed"));
    number.unwrap_or_else(|| panic!("takes {taken}: {said:?}")).parse().unwrap()
}

/// The number of events that were not printed to an output that was read up to the end. The message says "takes
/// nothing" if the last read was long before.
fn lost_of_a_slow_output(said: &str) -> u64 {
    lost(said, if said.contains("too little") { "too little" } else { "nothing" })
}

/// The number of complete records in the bytes of a pipe.
fn records(read: impl Read) -> u64 {
    let lines = BufReader::new(read).split(b'\n').map(Result::unwrap);
    lines.filter(|line| line.ends_with(b"}")).count() as u64
}

/// Reads 20 KiB per second while the program runs, and then the rest.
fn read_slowly(mut output: ChildStdout, has_ended: &AtomicBool) -> Vec<u8> {
    let (mut read, mut piece) = (Vec::new(), [0; 2048]);
    loop {
        match output.read(&mut piece).unwrap() {
            0 => return read,
            length => read.extend(&piece[..length]),
        }
        if !has_ended.load(Ordering::Acquire) {
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Sends until the server takes no more, at most 20 MiB, and reads all echoes.
fn flood(address: SocketAddr) {
    let client = TcpStream::connect(address).unwrap();
    let (mut sender, mut reader) = (client.try_clone().unwrap(), client);
    // A server that takes nothing for this long is waiting.
    sender.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    thread::spawn(move || while matches!(reader.read(&mut [0; 65536]), Ok(1..)) {});
    for _ in 0..320 {
        if sender.write_all(&[b'x'; 65536]).is_err() {
            break;
        }
    }
    sender.shutdown(Shutdown::Both).unwrap();
}

/// Opens and closes connections; each makes two events.
fn visit(address: SocketAddr, connections: u64) {
    for _ in 0..connections {
        let mut client = TcpStream::connect(address).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        client.read_exact(&mut [0]).unwrap_err();
    }
}

/// Sends until the server has closed the connection in order, and reads all echoes. Fails if the connection is reset.
fn talk(client: TcpStream) -> io::Result<()> {
    client.set_read_timeout(Some(LIMIT))?;
    let (mut sender, mut reader) = (client.try_clone()?, client);
    let sender = thread::spawn(move || while sender.write_all(&[b'x'; 65536]).is_ok() {});
    let mut got = [0; 65536];
    let read = loop {
        match reader.read(&mut got) {
            Ok(1..) => {}
            other => break other,
        }
    };
    let _ended = reader.shutdown(Shutdown::Both);
    sender.join().unwrap();
    read.map(drop)
}

#[test]
fn a_signal_ends_it_though_the_output_takes_nothing() {
    let cases = [("slow", "async"), ("slow", "threads"), ("shed", "async"), ("shed", "threads")];
    thread::scope(|scope| {
        for (overload, backend) in cases {
            scope.spawn(move || {
                let (child, _output, address) = start(&["--overload", overload, "-b", backend]);
                flood(address);
                signal(child.id(), Signal::SIGTERM);
                let (status, said) = end(child);
                assert_eq!(status, Some(1), "{overload} {backend}: {said}");
                assert!(lost(&said, "nothing") > 0);
            });
        }
    });
}

/// The records of `connections` and of a following flood, of which at most 1 MiB waits in the program before it stops
/// taking events from the feed.
fn a_signal_ends_it_though_the_output_takes_little(connections: u64, expected: &[i32]) {
    let cases = [("slow", "async"), ("slow", "threads"), ("shed", "async"), ("shed", "threads")];
    thread::scope(|scope| {
        for (overload, backend) in cases {
            scope.spawn(move || {
                let events = ["--events", "listening,opened,closed,ended"];
                let args = [&["--overload", overload, "-b", backend][..], &events].concat();
                let (child, output, address) = start(&args);
                let has_ended = Arc::new(AtomicBool::new(false));
                let until = Arc::clone(&has_ended);
                let reader = thread::spawn(move || read_slowly(output, &until));
                visit(address, connections);
                flood(address);
                signal(child.id(), Signal::SIGTERM);
                let (status, said) = end(child);
                has_ended.store(true, Ordering::Release);
                let read = records(&*reader.join().unwrap());
                let case = format!("{overload} {backend}: {status:?}, {read} records are read. {said}");
                assert!(status.is_some_and(|status| expected.contains(&status)), "{case}");
                let lost = if status == Some(0) { 0 } else { lost_of_a_slow_output(&said) };
                assert_eq!(said.is_empty(), status == Some(0), "{case}");
                assert_eq!(read + lost, 2 * (connections + 1) + 1, "two of each, and the end: {case}");
            });
        }
    });
}

#[test]
fn a_signal_ends_it_though_the_output_will_not_take_the_rest_in_time() {
    // 1.2 MB, for which the output would take a minute.
    a_signal_ends_it_though_the_output_takes_little(4_500, &[1]);
}

#[test]
fn a_signal_ends_it_when_the_output_has_taken_the_rest() {
    // 104 KB, of which 64 KiB fit into the pipe and the rest is read in two seconds, unless the machine is busy.
    a_signal_ends_it_though_the_output_takes_little(400, &[0, 1]);
}

#[test]
fn a_connection_that_ends_late_is_printed() {
    thread::scope(|scope| {
        for backend in ["async", "threads"] {
            scope.spawn(move || {
                let (child, output, address) = start(&["-b", backend, "--events", "listening,closed,ended"]);
                let mut client = TcpStream::connect(address).unwrap();
                client.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
                // This client reads nothing, so its connection takes all of its time to end, and nothing happens
                // meanwhile.
                while client.write(&[b'x'; 65536]).is_ok() {}
                signal(child.id(), Signal::SIGTERM);
                assert_eq!(end(child), (Some(0), String::new()), "{backend}");
                assert_eq!(records(output), 2, "{backend}");
            });
        }
    });
}

#[test]
fn its_own_time_ends_it_though_the_output_takes_nothing() {
    let (child, _output, address) = start(&["--for", "1s", "--switch-every", "100ms"]);
    flood(address);
    let (status, said) = end(child);
    assert_eq!(status, Some(1), "{said}");
    assert!(lost(&said, "nothing") > 0);
}

#[test]
fn every_event_is_read_or_counted() {
    for signals in [1, 2] {
        let (child, output, address) = start(&["--events", "listening,opened,closed,ended"]);
        visit(address, 600);
        for _ in 0..signals {
            signal(child.id(), Signal::SIGTERM);
        }
        let (status, said) = end(child);
        assert_eq!(status, Some(1), "{said}");
        let read = records(output);
        // After a second signal the output has less time than it takes to count as stuck.
        let lost = if signals == 2 { lost_of_a_slow_output(&said) } else { lost(&said, "nothing") };
        assert_eq!(read + lost, 1201, "two of each connection, and the end");
        assert!(read > 100, "what a pipe holds");
    }
}

#[test]
fn an_output_that_is_read_late_gets_everything() {
    let (child, output, address) = start(&["--events", "listening,opened,closed,ended"]);
    visit(address, 600);
    signal(child.id(), Signal::SIGTERM);
    let lines: Vec<_> = BufReader::new(output).lines().map(Result::unwrap).collect();
    assert_eq!(lines.len(), 1201);
    let last: Value = serde_json::from_str(&lines[1200]).unwrap();
    assert_eq!((&last["event"], &last["connections"]), (&"ended".into(), &600.into()));
    assert_eq!(end(child), (Some(0), String::new()));
}

#[test]
fn it_is_said_that_the_output_takes_nothing() {
    let (mut child, _output, address) = start(&["--events", "listening,opened,closed"]);
    visit(address, 600);
    let mut said = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("standard output has taken nothing for 5 s"), "{said}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_full_disk_ends_it_in_order() {
    for backend in ["async", "threads"] {
        // The address cannot be read from an output that takes no byte.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(["--headless", "-l", &address.to_string(), "-b", backend, "--events", "input-ended"]);
        let child = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let clients: Vec<_> =
            (0..4).map(|_| wait_for("a connection", || TcpStream::connect(address).ok())).collect();
        // The clients send without end, so that something is unread when the output fails.
        let clients: Vec<_> = clients.into_iter().map(|client| thread::spawn(move || talk(client))).collect();
        // Up to the first printed event.
        drop(TcpStream::connect(address).unwrap());
        for client in clients {
            client.join().unwrap().unwrap_or_else(|error| panic!("{backend}: FIN, not RST: {error}"));
        }
        let (status, said) = end(child);
        assert_eq!(status, Some(1));
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.contains("standard output cannot be written") && said.contains("No space left"),
            "{said}"
        );
    }
}
