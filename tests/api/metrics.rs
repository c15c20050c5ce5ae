//! The metrics of a running program.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Controlled, ask, connect, upstream};
use crate::modes::Mode;
use crate::program::LIMIT;

/// Waits until the metrics have this line.
fn wait_for(running: &Controlled, line: &str) {
    let deadline = Instant::now() + LIMIT;
    loop {
        let answer = running.request("GET", "/metrics", None);
        assert!(answer.head.contains("content-type: application/openmetrics-text"), "{}", answer.head);
        assert!(answer.text.ends_with("# EOF\n"));
        if answer.text.lines().any(|candidate| candidate == line) {
            return;
        }
        assert!(Instant::now() < deadline, "no {line} in\n{}", answer.text);
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn what_happens_is_counted(mode: Mode, backend: &str) {
    let server = upstream("");
    let running = Controlled::relay(mode, &server);
    let address = running.create("p", &server);
    running.toxic("p", "latency", "downstream", &json!({"latency": 1}));
    let client = connect(&address);
    ask(&client, "a€", "a€");
    let labels = format!("listener=\"{address}\",backend=\"{backend}\"");
    let stream = |direction: &str| format!("{labels},direction=\"{direction}\"");
    wait_for(&running, &format!("bytewatch_connections_total{{{labels}}} 1"));
    wait_for(&running, &format!("bytewatch_connections_open{{{labels}}} 1"));
    for direction in ["received", "sent"] {
        wait_for(&running, &format!("bytewatch_bytes_total{{{}}} 4", stream(direction)));
    }
    wait_for(&running, &format!("bytewatch_faults_total{{{labels},kind=\"latency\"}} 1"));
    ask(&client, "\u{0}", "\u{0}");
    let mut bytes = &client;
    std::io::Write::write_all(&mut bytes, b"\xff\xff").unwrap();
    wait_for(&running, &format!("bytewatch_malformed_total{{{}}} 2", stream("received")));
    drop(client);
    wait_for(&running, &format!("bytewatch_connections_open{{{labels}}} 0"));
    running.program.stop();
}

#[test]
fn what_happens_is_counted_on_threads() {
    what_happens_is_counted(Mode::Threads, "threads");
}

#[test]
fn what_happens_is_counted_on_the_event_loop() {
    what_happens_is_counted(Mode::Async, "async");
}
