//! The dashboard of many machines, in a pseudo-terminal.

use std::io::Read as _;

use portable_pty::CommandBuilder;

use crate::echo;
use crate::programs::{Broker, Server};
use crate::pty::{self, Shown};

fn watch(broker: &Broker, words: &[&str]) -> Shown {
    let mut command = CommandBuilder::new(pty::PROGRAM);
    command.args(["watch", &broker.url(), "--config", "none"]);
    command.args(words);
    pty::start(command, 160, 50)
}

#[test]
fn hosts_are_seen_filtered_and_left_alone() {
    let Some(broker) = Broker::start() else { return };
    let mut shown = watch(&broker, &[]);
    shown.sees(&["No host is heard of yet", "--publish nats://", "READ ONLY"]);
    let servers = ["web-1/edge", "web-2/edge", "db-1/edge"].map(|name| Server::start(&broker, name, &[]));
    let streams: Vec<_> = servers.iter().map(|server| echo(server.port(), b"hello \xff")).collect();
    shown.sees(&["3 hosts", "web-1", "web-2", "db-1", "3 live", "7 B"]);
    shown.press("3G\r");
    shown.sees(&["/host:web-2", "1 matches"]);
    shown.press("d");
    shown.sees(&["--act"]);
    let [_, web_2, _] = servers;
    web_2.stop();
    shown.sees(&["1 gone"]);
    drop(streams);
    shown.quit();
}

#[test]
fn a_connection_is_closed_after_a_question() {
    let Some(broker) = Broker::start() else { return };
    let server = Server::start(&broker, "web-1/edge", &["--obey", "close,switch"]);
    let mut stream = echo(server.port(), b"hello");
    let mut shown = watch(&broker, &["--act"]);
    // It says what it obeys once a second.
    shown.sees(&["1 host", "ACTING", "1 live", "obeys close, switch"]);
    shown.press("b");
    shown.sees(&["Switch web-1 to threads? 1 client."]);
    shown.press("y");
    shown.sees(&["web-1 does it: switch to threads", "threads"]);
    shown.press("D");
    shown.sees(&["web-1 obeys close, switch; start it with --obey reset"]);
    shown.press("d");
    shown.sees(&["Close #1 of web-1 (FIN)?"]);
    shown.press("y");
    shown.sees(&["web-1 does it: close #1"]);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "the connection was closed");
    drop(stream);
    shown.sees(&["0 live", "○ FIN"]);
    shown.quit();
}
