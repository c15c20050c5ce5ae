//! The other forms of a recording: lines, and raw streams.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Folder, echo, payload, serve};
use crate::modes::Mode;
use crate::program::PROGRAM;

#[test]
fn lines_are_those_of_the_headless_output() {
    let folder = Folder::new();
    let path = folder.path("all.ndjson");
    let words =
        ["serve", "-l", "127.0.0.1:0", "--headless", "--for", "3s", "--record", path.to_str().unwrap()];
    let mut server = Command::new(PROGRAM).args(words).stdout(Stdio::piped()).spawn().unwrap();
    let mut printed = std::io::BufReader::new(server.stdout.take().unwrap());
    let mut first = String::new();
    std::io::BufRead::read_line(&mut printed, &mut first).unwrap();
    let listening: Value = serde_json::from_str(&first).unwrap();
    let client = std::net::TcpStream::connect(listening["address"].as_str().unwrap()).unwrap();
    echo(client, &payload(10_000));
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut printed, &mut rest).unwrap();
    assert!(server.wait().unwrap().success());
    assert_eq!(fs::read_to_string(&path).unwrap(), first + &rest);
}

#[test]
fn each_stream_is_a_file() {
    let folder = Folder::new();
    let directory = folder.path("streams/");
    let server = serve(Mode::Async, &directory, &[]);
    echo(server.connect(), &payload(100_000));
    echo(server.connect(), b"second");
    server.stop();
    let read = |name: &str| fs::read(directory.join(name)).unwrap();
    assert!(read("connection-1-client-received.bin") == payload(100_000));
    assert!(read("connection-1-client-sent.bin") == payload(100_000));
    assert_eq!(read("connection-2-client-sent.bin"), b"second");
    assert_eq!(read("gaps.txt"), b"");
    let mode = |name: &str| fs::metadata(directory.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("."), mode("connection-1-client-sent.bin")), (0o700, 0o600));
}
