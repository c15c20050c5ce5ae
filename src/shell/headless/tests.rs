use std::io::{BufRead, BufReader, Lines, PipeReader, PipeWriter, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};

use serde_json::Value;

use super::*;
use crate::event::BackendKind;
use crate::server::{Config, Demand, FEED_LIMIT, Overload, ServiceConfig};
use crate::shell::inbox::Poster;
use crate::shell::timers::TimerPlan;

/// A server whose output goes into a pipe.
struct Running {
    address: SocketAddr,
    poster: Poster,
    lines: Lines<BufReader<PipeReader>>,
    thread: JoinHandle<io::Result<PrintOutcome>>,
}

fn start(plan: TimerPlan) -> Running {
    let config = Config {
        listen: vec!["127.0.0.1:0".parse::<SocketAddr>().unwrap().into()],
        backend: BackendKind::Async,
        service: ServiceConfig::Echo,
        relay: None,
        read_size: 1024,
        max_connections: None,
        idle_timeout: None,
        feed_limit: FEED_LIMIT,
        overload: Overload::Slow,
        demand: Demand::All,
    };
    let (server, feed) = Server::start(config).unwrap();
    let address = server.addresses()[0];
    let (inbox, poster) = Inbox::new(feed.waker());
    let schedule = TimerSchedule::start(plan, BackendKind::Async);
    let lesson = poster.clone();
    let (reader, writer): (_, PipeWriter) = io::pipe().unwrap();
    let thread = thread::spawn(move || {
        let demo_clients = DemoClients::new(server.addresses(), None, lesson.clone()).unwrap();
        let output = OutputWriter::new(writer.into()).unwrap();
        let delivery = Delivery::start(output, LineKinds::ALL, move || lesson.wake()).unwrap();
        let load_checks = Interval::new(LOAD_CHECK_INTERVAL);
        Headless {
            server: &server,
            feed,
            inbox,
            schedule,
            demo_clients,
            load_checks,
            delivery,
            stopping: None,
        }
        .follow()
    });
    let lines = BufReader::new(reader).lines();
    Running { address, poster, lines, thread }
}

const NO_PLAN: TimerPlan = TimerPlan { switch_every: None, stop_after: None };

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
    assert!(matches!(running.thread.join().unwrap().unwrap(), PrintOutcome::Printed));
    assert!(running.lines.next().is_none());
}

#[test]
fn it_switches_by_itself_and_back() {
    let mut running = start(TimerPlan { switch_every: Some(Duration::from_millis(20)), ..NO_PLAN });
    assert_eq!(running.until("switched")["to"], "threads");
    assert_eq!(running.until("switched")["to"], "async");
    running.poster.post(Input::Stop);
    running.until("ended");
    assert!(matches!(running.thread.join().unwrap().unwrap(), PrintOutcome::Printed));
}

#[test]
fn it_stops_by_itself() {
    let mut running = start(TimerPlan { stop_after: Some(Duration::from_millis(20)), ..NO_PLAN });
    running.until("ended");
    assert!(matches!(running.thread.join().unwrap().unwrap(), PrintOutcome::Printed));
}

#[test]
fn an_output_that_nobody_reads_is_a_closed_pipe() {
    let mut running = start(NO_PLAN);
    running.until("listening");
    drop(running.lines);
    let _client = TcpStream::connect(running.address).unwrap();
    assert!(matches!(running.thread.join().unwrap().unwrap(), PrintOutcome::ReaderGone));
}

#[test]
fn an_output_that_is_known_to_be_gone_ends_it_without_a_write() {
    let mut running = start(NO_PLAN);
    running.until("listening");
    running.poster.post(Input::Hangup);
    assert!(matches!(running.thread.join().unwrap().unwrap(), PrintOutcome::ReaderGone));
    assert!(running.lines.next().is_none());
}
