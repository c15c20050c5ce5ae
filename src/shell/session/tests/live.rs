//! A real server, and NDJSON into a pipe.

use std::io::{BufRead, BufReader, Lines, PipeReader, PipeWriter, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::event::codec::LineKinds;
use crate::server::{Config, FEED_LIMIT, Overload, PeerRules, Server, ServiceConfig};
use crate::shell::headless::NdjsonSink;
use crate::shell::record_queue::OutputWriter;
use crate::shell::recorder::Recorder;
use crate::shell::repeats::Repeats;
use crate::shell::shutdown;
use crate::shell::source::LiveServer;

/// A session whose output goes into a pipe.
struct Running {
    address: SocketAddr,
    poster: Poster,
    lines: Lines<BufReader<PipeReader>>,
    thread: JoinHandle<Result<()>>,
}

fn start(plan: TimerPlan) -> Running {
    let config = Config {
        listen: vec!["127.0.0.1:0".parse::<SocketAddr>().unwrap().into()],
        backend: BackendKind::Async,
        service: ServiceConfig::Echo,
        tls: None,
        proxy_protocol: false,
        greeting: None,
        relay: None,
        faults: Arc::default(),
        read_size: 1024,
        max_connections: None,
        peer_rules: PeerRules::default(),
        idle_timeout: None,
        feed_limit: FEED_LIMIT,
        overload: Overload::Slow,
        demand: Demand::EVERYTHING,
    };
    let (server, receiver) = Server::start(config).unwrap();
    let address = server.addresses()[0];
    let (inbox, poster) = Inbox::new(receiver.waker());
    let timers = TimerSchedule::start(plan, BackendKind::Async);
    let (session_poster, recorder_poster) = (poster.clone(), poster.clone());
    let (reader, writer): (_, PipeWriter) = io::pipe().unwrap();
    let thread = thread::spawn(move || {
        let demo_clients = DemoClients::new(server.addresses(), None, session_poster.clone()).unwrap();
        let output = OutputWriter::new(writer.into()).unwrap();
        let sink = NdjsonSink::start(output, LineKinds::DEFAULT, move || session_poster.wake()).unwrap();
        let source = Box::new(LiveServer { server, receiver });
        let targets = EffectTargets {
            source,
            demo_clients,
            repeats: Repeats::default(),
            recorder: Recorder::new(recorder_poster),
            dashboard: None,
            stop: None,
        };
        Session::new(targets, vec![Box::new(sink)], inbox, timers).run()
    });
    let lines = BufReader::new(reader).lines();
    Running { address, poster, lines, thread }
}

impl Running {
    /// Reads lines up to the next event of this name.
    fn until(&mut self, name: &str) -> Value {
        loop {
            let line = self.lines.next().unwrap_or_else(|| panic!("it ended before '{name}'")).unwrap();
            let value: Value = serde_json::from_str(&line).unwrap();
            if value["event"] == name {
                return value;
            }
        }
    }
}

#[test]
fn a_client_is_reported_and_the_end_is_in_order() {
    let mut running = start(NO_PLAN);
    assert_eq!(running.until("listening")["address"], running.address.to_string());
    let mut client = TcpStream::connect(running.address).unwrap();
    client.write_all("hé".as_bytes()).unwrap();
    assert_eq!(running.until("opened")["connection"], 1);
    assert_eq!(running.until("decoded")["text"], "hé", "it comes while the client is still there");
    client.shutdown(Shutdown::Write).unwrap();
    let mut echoed = Vec::new();
    client.read_to_end(&mut echoed).unwrap();
    assert_eq!(echoed, "hé".as_bytes());
    assert_eq!(running.until("closed")["received"], 3);
    running.poster.post(Input::Stop);
    let ended = running.until("ended");
    assert_eq!(
        (&ended["connections"], &ended["received"], &ended["sent"]),
        (&1.into(), &3.into(), &3.into())
    );
    running.thread.join().unwrap().unwrap();
    assert!(running.lines.next().is_none());
}

#[test]
fn it_switches_by_itself_and_back() {
    let mut running = start(TimerPlan { switch_every: Some(Duration::from_millis(20)), ..NO_PLAN });
    assert_eq!(running.until("switched")["to"], "threads");
    assert_eq!(running.until("switched")["to"], "async");
    running.poster.post(Input::Stop);
    running.until("ended");
    running.thread.join().unwrap().unwrap();
}

#[test]
fn it_stops_by_itself() {
    let mut running = start(TimerPlan { stop_after: Some(Duration::from_millis(20)), ..NO_PLAN });
    running.until("ended");
    running.thread.join().unwrap().unwrap();
}

#[test]
fn an_output_without_a_reader_is_a_closed_pipe() {
    let mut running = start(NO_PLAN);
    running.until("listening");
    drop(running.lines);
    let _client = TcpStream::connect(running.address).unwrap();
    running.thread.join().unwrap().unwrap();
}

#[test]
fn an_output_that_is_known_to_be_gone_ends_it_without_a_write() {
    let mut running = start(NO_PLAN);
    running.until("listening");
    running.poster.post(Input::ReaderGone);
    running.thread.join().unwrap().unwrap();
    assert!(running.lines.next().is_none());
}

#[test]
fn an_output_that_takes_nothing_is_given_up_once_the_source_has_stopped_and_every_event_is_counted() {
    let fake = Fake::default();
    let (inbox, poster) = Inbox::new(Arc::clone(&fake.waker));
    let (reader, writer) = io::pipe().unwrap();
    let (source, sink_poster, recorder_poster) = (fake.clone(), poster.clone(), poster.clone());
    let thread = thread::spawn(move || {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let demo_clients = DemoClients::new(&[address], None, sink_poster.clone()).unwrap();
        let output = OutputWriter::new(writer.into()).unwrap();
        let sink = NdjsonSink::start(output, LineKinds::DEFAULT, move || sink_poster.wake()).unwrap();
        let targets = EffectTargets {
            source: Box::new(source),
            demo_clients,
            repeats: Repeats::default(),
            recorder: Recorder::new(recorder_poster),
            dashboard: None,
            stop: None,
        };
        let timers = TimerSchedule::start(NO_PLAN, BackendKind::Async);
        Session::new(targets, vec![Box::new(sink)], inbox, timers).run()
    });
    // Many times what a pipe and the queue of the sink hold.
    const EVENTS: u64 = 50_000;
    fake.report(numbered(0..EVENTS));
    poster.post(Input::Stop);
    fake.wait_for_command(&Command::Stop, 1);
    let stopped = Instant::now();
    fake.report([STOPPED]);
    let message = thread.join().unwrap().unwrap_err().to_string();
    assert!(stopped.elapsed() < shutdown::DRAIN_TIMEOUT, "{message}");
    let lost = message.strip_prefix("standard output takes nothing: ").unwrap();
    let lost: u64 = lost.split_once(' ').unwrap().0.parse().unwrap();
    let read = BufReader::new(reader).lines().map(Result::unwrap).filter(|line| line.ends_with('}')).count();
    assert_eq!(read as u64 + lost, EVENTS + 1, "the end is one more");
}
