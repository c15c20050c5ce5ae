//! `bytewatch load` as a process: what it prints, and its status.

use std::fs;
use std::io;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use bytewatch::client::load::{Pattern, Workload};
use serde_json::Value;

/// A `--headless` server on any port, which ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    /// The pipe stays open: the server would end without a reader.
    output: BufReader<ChildStdout>,
}

impl Server {
    pub(crate) fn start(service: &str) -> Self {
        Self::with_events(service, "listening")
    }

    /// Starts a server that prints these events.
    fn with_events(service: &str, events: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bytewatch"));
        command.args(["--listen", "0", "--headless", "--events", events, "--service", service]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, address: String::new(), output };
        server.address = server.next()["address"].as_str().unwrap().to_owned();
        server
    }

    /// The next event that the server prints.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn load(args: &[&str]) -> (i32, String, String) {
    run_command("load", args)
}

/// The status, standard output and standard error.
pub(crate) fn run_command(word: &str, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bytewatch")).arg(word).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_table_says_what_was_measured() {
    let server = Server::start("echo");
    let (status, out, complaint) = load(&[&server.address, "--for", "200ms", "-c", "3"]);
    assert_eq!((status, complaint.as_str()), (0, ""), "{out}");
    for line in [
        "3 steady",
        "closed loop",
        "messages",
        "p99.9",
        "3 connections",
        "every byte came back as it was sent",
    ] {
        assert!(out.contains(line), "{line} in\n{out}");
    }
}

#[test]
fn json_is_one_object_with_exact_counts() {
    let server = Server::start("echo");
    for kind in Workload::ALL {
        for pattern in Pattern::NAMED {
            let args = [
                "--json",
                "--for",
                "100ms",
                "-k",
                kind.word(),
                "-p",
                pattern.word(),
                "-c",
                "2",
                &server.address,
            ];
            let (status, out, complaint) = load(&args);
            assert_eq!((status, complaint.as_str()), (0, ""), "{out}");
            let object: Value = serde_json::from_str(&out).unwrap();
            assert_eq!(object["event"], "load");
            assert_eq!(object["clients"][kind.word()], 2);
            assert_eq!(object["pattern"], pattern.word());
            assert_eq!(object["errors"], serde_json::json!({}));
            assert!(object["first_difference"].is_null());
            assert!(object["connections"].as_u64().unwrap() >= 2);
        }
    }
}

#[test]
fn an_answer_that_is_not_an_echo_ends_with_1_and_says_where() {
    let server = Server::start("reply");
    let (status, out, _) = load(&[&server.address, "--for", "200ms", "-c", "1", "-p", "ascii"]);
    assert_eq!(status, 1);
    assert!(out.contains("wrong       connection 1, offset 0: 72 'r' came back instead of"), "{out}");
    let (status, out, _) = load(&[&server.address, "--for", "200ms", "-c", "1", "--json"]);
    let object: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &object["first_difference"]["offset"]), (1, &Value::from(0)));
    assert_eq!(object["errors"]["different"], 1);
}

#[test]
fn what_cannot_be_done_is_one_line() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().to_string();
    let (status, out, complaint) = load(&[&free, "--for", "100ms"]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert_eq!(complaint, format!("bytewatch: nothing is listening on {free}; start a server there first\n"));
    // No interface has this number: the system refuses to connect at once.
    let (status, _, complaint) = load(&["[fe80::1%999999]:80", "--for", "100ms"]);
    assert_eq!(status, 1);
    assert!(complaint.starts_with("bytewatch: the load on [fe80::1%999999]:80 failed: "), "{complaint}");
    assert_eq!(complaint.matches("(os error").count(), 1, "{complaint}");
    let (status, _, complaint) = load(&[&free, "--file", "/there/is/no/such/file"]);
    assert!(
        status == 1 && complaint.starts_with("bytewatch: cannot read /there/is/no/such/file"),
        "{complaint}"
    );
    let (status, _, complaint) = load(&[&free, "-c", "400000000"]);
    assert!(status == 1 && complaint.contains("open files"), "{complaint}");
}

/// Echoes all connections to a Unix socket until the test ends.
fn echo_unix(listener: UnixListener) {
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || io::copy(&mut &client, &mut &client));
        }
    });
}

#[test]
fn a_server_may_listen_on_a_unix_socket() {
    let path = std::env::temp_dir().join(format!("bytewatch-load-{}", std::process::id()));
    echo_unix(UnixListener::bind(&path).unwrap());
    let name = format!("bytewatch-load-{}", std::process::id());
    echo_unix(UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap());
    for target in [format!("unix:{}", path.display()), format!("unix:@{name}")] {
        for kind in Workload::ALL {
            let (status, out, complaint) =
                load(&[&target, "--json", "--for", "100ms", "-k", kind.word(), "-c", "100"]);
            assert_eq!((status, complaint.as_str()), (0, ""), "{out}");
            let object: Value = serde_json::from_str(&out).unwrap();
            assert_eq!(object["target"], target.as_str());
            assert!(object["connections"].as_u64().unwrap() >= 100, "{out}");
        }
    }
    fs::remove_file(&path).unwrap();
    let gone = format!("unix:{}", path.display());
    let (status, _, complaint) = load(&[&gone, "--for", "100ms"]);
    let said = format!("bytewatch: nothing is listening on {gone}; start a server there first\n");
    assert_eq!((status, complaint), (1, said));
}

#[test]
fn a_signal_ends_it_in_order() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    let mut server = Server::with_events("echo", "listening,opened");
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bytewatch"));
        command.args(["load", &server.address, "--for", "1h", "-c", "1"]).stdout(Stdio::piped());
        let child = command.spawn().unwrap();
        // By now the program handles signals.
        assert_eq!(server.next()["event"], "opened");
        let process = Pid::from_raw(i32::try_from(child.id()).unwrap());
        // A second signal, as timeout(1) sends it.
        kill(process, signal).and_then(|()| kill(process, signal)).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{signal}");
        assert!(String::from_utf8(output.stdout).unwrap().starts_with("load "), "{signal}");
    }
}
