//! Programs that publish over a real NATS server on this machine, and watchers of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests are not seen as tests; what is not checked is said"
)]

mod dashboard;
mod programs;
#[path = "../program/pty.rs"]
#[expect(dead_code, reason = "these tests need a part of it")]
mod pty;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use async_nats::Client;
use bytewatch::fleet::subject::{Name, Prefix, Publisher, Verb};
use bytewatch::fleet::wire::{self, Answer, Ask, Here, Order, Outcome, Text};
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use programs::{Broker, LIMIT, Server, Watcher};

fn publisher() -> Publisher {
    Publisher { host: Name::parse("web-1").unwrap(), instance: Name::parse("edge").unwrap() }
}

fn subject(verb: Verb) -> String {
    Prefix::default().subject(verb, &publisher())
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn client(broker: &Broker) -> Client {
    async_nats::ConnectOptions::new().retry_on_initial_connect().connect(broker.url()).await.unwrap()
}

async fn ask(client: &Client, question: &Ask) -> Option<Answer> {
    let asked = client.request(subject(Verb::Ask), wire::write(question).into());
    let message = timeout(LIMIT, asked).await.ok()?.ok()?;
    Some(wire::read(&message.payload).unwrap())
}

/// The live connections of the publisher, and its epoch, once it answers.
async fn page(client: &Client) -> (u64, Vec<u64>) {
    for _ in 0..100 {
        if let Some(Answer::Page { epoch, connections, .. }) = ask(client, &Ask::Page { after: 0 }).await {
            return (epoch, connections.values().iter().map(|state| state.connection).collect());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the publisher answers nothing")
}

fn echo(port: u16, text: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.write_all(text).unwrap();
    let mut back = vec![0; text.len()];
    stream.read_exact(&mut back).unwrap();
    assert_eq!(back, text);
    stream
}

fn number(line: &Value, key: &str) -> u64 {
    line[key].as_u64().unwrap_or_else(|| panic!("no {key} in {line}"))
}

#[test]
fn a_watcher_follows_a_publisher() {
    let Some(broker) = Broker::start() else { return };
    let mut watcher = Watcher::start(&broker, &["web-*"]);
    let server = Server::start(&broker, "web-1/edge", &[]);
    let _other = Server::start(&broker, "db-1/edge", &[]);
    watcher.wait_for(|line| line["event"] == "host" && line["state"] == "live");
    drop(echo(server.port(), b"hello \xff"));
    let opened = watcher.wait_for(|line| line["event"] == "opened");
    assert_eq!((&opened["host"], &opened["instance"]), (&"web-1".into(), &"edge".into()));
    assert!(opened["peer"].as_str().unwrap().starts_with("127.0.0.1:"));
    let closed = watcher.wait_for(|line| line["event"] == "closed");
    assert_eq!((number(&closed, "received"), number(&closed, "sent")), (7, 7));
    assert_eq!(number(&closed, "malformed"), 2, "received and sent");
    server.stop();
    watcher.wait_for(|line| line["event"] == "host" && line["state"] == "gone");
    let lines = watcher.stop();
    assert!(lines.iter().all(|line| line["host"] != "db-1"), "only the hosts that were asked for");
    let end = lines.iter().find(|line| line["event"] == "end").unwrap();
    assert_eq!((number(end, "shed"), number(end, "lost")), (0, 0));
}

#[test]
fn what_happens_during_an_outage_is_counted() {
    let Some(mut broker) = Broker::start() else { return };
    let mut watcher = Watcher::start(&broker, &[]);
    let server = Server::start(&broker, "web-1/edge", &[]);
    watcher.wait_for(|line| line["event"] == "host" && line["state"] == "live");
    drop(echo(server.port(), b"before"));
    watcher.wait_for(|line| line["event"] == "closed");
    broker.kill();
    for _ in 0..20 {
        drop(echo(server.port(), b"meanwhile"));
    }
    watcher.wait_for(|line| line["event"] == "host" && line["state"] == "unknown");
    broker.restart();
    let runtime = runtime();
    let mut heartbeats = runtime.block_on(async {
        let client = client(&broker).await;
        let heartbeats = client.subscribe(subject(Verb::Here)).await.unwrap();
        // The answer comes behind the subscription.
        page(&client).await;
        heartbeats
    });
    watcher.wait_for(|line| line["event"] == "host" && line["state"] == "live");
    drop(echo(server.port(), b"afterwards"));
    server.stop();
    let happened = runtime.block_on(async {
        loop {
            let message = timeout(LIMIT, heartbeats.next()).await.unwrap().unwrap();
            let here: Here = wire::read(&message.payload).unwrap();
            if here.is_bye {
                return here.next;
            }
        }
    });
    watcher.wait_for(|line| line["event"] == "host" && line["state"] == "gone");
    let lines = watcher.stop();
    let end = lines.iter().find(|line| line["event"] == "end").unwrap();
    // 22 connections were opened and closed, and some of them were seen while they lived.
    assert!(happened >= 44, "{happened}");
    assert_eq!(number(end, "told") + number(end, "shed") + number(end, "lost"), happened, "{end}");
    assert_eq!(number(end, "live"), 0, "{end}");
}

#[test]
fn a_publisher_obeys_what_it_may_and_answers_only_to_inboxes() {
    let Some(broker) = Broker::start() else { return };
    let server = Server::start(&broker, "web-1/edge", &["--obey", "close"]);
    let mut stream = echo(server.port(), b"hello");
    runtime().block_on(async {
        let client = client(&broker).await;
        let (mut epoch, mut live) = page(&client).await;
        while live.is_empty() {
            (epoch, live) = page(&client).await;
        }
        let who = Text::new("a test");
        let order = async |order: Order| -> Outcome {
            let message = client.request(subject(Verb::Do), wire::write(&order).into()).await.unwrap();
            wire::read(&message.payload).unwrap()
        };
        let connection = live[0];
        let reset = Order::Reset { epoch, who: who.clone(), connection };
        assert!(matches!(order(reset).await, Outcome::Refused { why } if why.as_str().contains("reset")));
        let early = Order::Close { epoch: epoch - 1, who: who.clone(), connection };
        assert!(matches!(order(early).await, Outcome::Refused { .. }));
        let unknown = Order::Close { epoch, who: who.clone(), connection: 99 };
        assert_eq!(order(unknown).await, Outcome::UnknownConnection);
        // A question whose answer would be an action is not answered, and the next one is.
        let mut actions = client.subscribe("bytewatch.1.do.>").await.unwrap();
        let question = wire::write(&Ask::Page { after: 0 });
        client.publish_with_reply(subject(Verb::Ask), subject(Verb::Do), question.into()).await.unwrap();
        assert!(ask(&client, &Ask::Clock).await.is_some());
        let nothing = client.request(subject(Verb::Ask), b"\xff\xff".to_vec().into());
        assert!(timeout(Duration::from_millis(200), nothing).await.is_err(), "noise has no answer");
        assert!(
            timeout(Duration::from_millis(1), actions.next()).await.is_err(),
            "nothing was answered there"
        );
        assert_eq!(order(Order::Close { epoch, who, connection }).await, Outcome::Accepted);
    });
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "the connection was closed");
    server.stop();
}

#[test]
fn the_bytes_of_one_connection_are_printed_under_a_lease() {
    let Some(broker) = Broker::start() else { return };
    let server = Server::start(&broker, "web-1/edge", &["--publish-what", "bytes"]);
    let mut stream = echo(server.port(), b"before the lease");
    let mut watcher = Watcher::start(&broker, &["--connection", "web-1/edge#1"]);
    watcher.wait_for(|line| line["event"] == "lease" && line["state"] == "granted");
    let mut others = echo(server.port(), b"of another connection");
    // Until the server knows that its bytes are wanted, they are not published.
    let first = loop {
        stream.write_all(b"h\xc3\xa9\n").unwrap();
        stream.read_exact(&mut [0; 4]).unwrap();
        let line = watcher.wait_for(|line| line["event"] == "bytes" || line["event"] == "moved");
        if line["event"] == "bytes" {
            break line;
        }
    };
    assert_eq!((&first["host"], number(&first, "connection")), (&"web-1".into(), 1));
    assert_eq!((&first["hex"], &first["text"]), (&"68c3a90a".into(), &"h\u{e9}\n".into()));
    assert!(number(&first, "offset") >= 16, "{first}");
    // More than the rate allows.
    let total = 4 << 20;
    let mut writer = stream.try_clone().unwrap();
    let writer = std::thread::spawn(move || writer.write_all(&vec![b'x'; total]).unwrap());
    stream.read_exact(&mut vec![0; total]).unwrap();
    writer.join().unwrap();
    others.write_all(b"x").unwrap();
    drop((stream, others));
    watcher.wait_for(|line| line["event"] == "closed" && line["connection"] == 1);
    watcher.wait_for(|line| line["event"] == "missing");
    server.stop();
    watcher.wait_for(|line| line["event"] == "host" && line["state"] == "gone");
    let lines = watcher.stop();
    let of_bytes = |line: &&Value| line["event"] == "bytes" || line["event"] == "missing";
    assert!(lines.iter().filter(of_bytes).all(|line| line["connection"] == 1));
    let closed = lines.iter().find(|line| line["event"] == "closed" && line["connection"] == 1).unwrap();
    let end = lines.iter().find(|line| line["event"] == "end").unwrap();
    assert_eq!((number(end, "shed"), number(end, "lost")), (0, 0), "bytes displace nothing");
    for direction in ["received", "sent"] {
        let mut next = None;
        for line in lines.iter().filter(of_bytes).filter(|line| line["direction"] == direction) {
            assert_eq!(number(line, "offset"), next.unwrap_or_else(|| number(line, "offset")));
            next = Some(number(line, "offset") + number(line, "length"));
        }
        assert_eq!(next, Some(number(closed, direction)), "told or missing, to the end");
    }
}

#[test]
fn bytes_are_refused_where_they_are_not_allowed_and_where_they_would_go_round() {
    let Some(broker) = Broker::start() else { return };
    let peers = Server::start(&broker, "web-1/edge", &[]);
    let connection = echo(peers.port(), b"hello");
    let relay = Server::relay(&broker, "web-2/edge", &["--publish-what", "bytes"]);
    // A client of the bus, through the relay.
    let mut client = TcpStream::connect(("127.0.0.1", relay.port())).unwrap();
    client.set_read_timeout(Some(LIMIT)).unwrap();
    client.read_exact(&mut [0; 5]).unwrap();
    for (host, why) in [("web-1", "--publish-what bytes"), ("web-2", "leads to the bus")] {
        let mut watcher = Watcher::start(&broker, &["--connection", &format!("{host}/edge#1")]);
        let refused = watcher.wait_for(|line| {
            line["event"] == "lease"
                && line["state"] == "refused"
                && line["why"] != "there is no such connection"
        });
        assert!(refused["why"].as_str().unwrap().contains(why), "{refused}");
        assert!(watcher.stop().iter().all(|line| line["event"] != "bytes"));
    }
    drop((connection, client));
    peers.stop();
    relay.stop();
}

#[test]
fn a_demo_of_several_hosts_ends_with_its_watcher() {
    if Broker::start().is_none() {
        return;
    }
    let mut demo = Watcher::demo(2);
    let (mut awaited, mut has_connections) = (vec!["demo-1", "demo-2"], false);
    demo.wait_for(|line| {
        awaited.retain(|host| line["host"] != *host || line["state"] != "live");
        has_connections |= line["event"] == "opened" || line["event"] == "listed";
        awaited.is_empty() && has_connections
    });
    let processes = demo.processes();
    // A shell and a program for each of two hosts and the broker.
    assert!(processes.len() >= 6, "{processes:?}");
    // Nothing of it can tidy up when it is killed.
    demo.kill();
    programs::wait_until("they have ended", || {
        !processes.iter().any(|process| programs::is_running(*process))
    });
    let mut demo = Watcher::demo(1);
    demo.wait_for(|line| line["event"] == "host" && line["state"] == "live");
    let processes = demo.processes();
    demo.stop();
    assert!(!processes.iter().any(|process| programs::is_running(*process)), "ended in order");
}

#[test]
fn a_bus_that_is_not_there_is_said_and_holds_nothing_up() {
    let server = Server::start_without_broker();
    drop(echo(server.port(), b"hello"));
    let said = server.stop();
    assert!(said.contains("cannot be connected to: Connection refused"), "{said}");
}
