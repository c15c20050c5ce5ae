//! Faults of the traffic, as the peers see them: on both backends, over real sockets, and while the backend changes.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::event::{
    BackendKind, CloseReason, Command, ConnectionCommand, ConnectionEvent, ConnectionId, Direction, Event,
    FaultChange, FaultEdit, Faults, Latency, Limit, PerSide, ServerEvent, SideFaults, Slice, Stall,
    StreamEvent, TrafficFaultKind,
};
use bytewatch::server::Config;

use crate::harness::{Running, config, in_full, pattern};

on_both_backends!(
    latency_delays_an_echo_and_its_end,
    bandwidth_limits_the_bytes_per_second,
    a_cut_comes_after_exactly_its_bytes,
    a_reset_comes_after_exactly_its_bytes,
    a_reset_after_a_time_meets_an_idle_connection,
    slices_arrive_one_by_one,
    a_refused_client_is_reset,
    faults_that_are_set_later_reach_an_idle_connection,
    faults_of_all_reach_connections_to_come,
    a_change_leaves_the_other_faults_as_they_are,
    faults_and_bytes_under_way_move_with_their_connection,
    a_server_that_stops_does_not_wait_for_latency,
);

const MILLI: u64 = 1_000;

fn to_client(faults: SideFaults) -> Arc<Faults> {
    let mut all = Faults::default();
    all.to.client = faults;
    Arc::new(all)
}

fn latency(millis: u64) -> SideFaults {
    let latency = Latency { micros: millis * MILLI, jitter: 0 };
    SideFaults { latency: Some(latency), ..SideFaults::default() }
}

fn start(backend: BackendKind, faults: SideFaults) -> Running {
    Running::start(Config { faults: to_client(faults), ..config(backend) })
}

/// Reads to the end. Returns the bytes, and whether RST ended them.
fn read_all(mut client: &TcpStream) -> (Vec<u8>, bool) {
    let (mut all, mut space) = (Vec::new(), [0; 4_096]);
    loop {
        match client.read(&mut space) {
            Ok(0) => return (all, false),
            Ok(length) => all.extend(&space[..length]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return (all, true),
            Err(error) => panic!("{error}, after {} bytes", all.len()),
        }
    }
}

fn is_fault(event: &Event, kind: TrafficFaultKind, detail: &str) -> bool {
    matches!(
        event,
        Event::Connection(_, ConnectionEvent::Fault(FaultChange { kind: told, detail: said, .. }))
            if *told == kind && said == detail
    )
}

fn latency_delays_an_echo_and_its_end(backend: BackendKind) {
    let running = start(backend, latency(50));
    let mut client = running.connect();
    let sent_at = Instant::now();
    client.write_all(b"late").unwrap();
    let mut back = [0; 4];
    client.read_exact(&mut back).unwrap();
    assert!(sent_at.elapsed() >= Duration::from_millis(50));
    let ended_at = Instant::now();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(&client), (Vec::new(), false));
    assert!(ended_at.elapsed() >= Duration::from_millis(50), "the end is late, too");
    assert_eq!(running.wait_for_close(1), (CloseReason::PeerFinished, 4, 4));
    let events = running.stop();
    assert!(events.iter().any(|told| is_fault(&told.event, TrafficFaultKind::Latency, "50ms")));
}

fn bandwidth_limits_the_bytes_per_second(backend: BackendKind) {
    let running = start(backend, SideFaults { bandwidth: Some(1_000_000), ..SideFaults::default() });
    let mut client = running.connect();
    let bytes = pattern(1, 0, 300_000);
    let sent_at = Instant::now();
    let mut writer = client.try_clone().unwrap();
    let to_write = bytes.clone();
    let writing = thread::spawn(move || writer.write_all(&to_write).unwrap());
    let mut back = vec![0; bytes.len()];
    client.read_exact(&mut back).unwrap();
    // What a late timer may make up for is not part of the limit.
    assert!(sent_at.elapsed() >= Duration::from_millis(300 - 50 - 10));
    assert!(back == bytes);
    writing.join().unwrap();
    running.stop();
}

fn a_cut_comes_after_exactly_its_bytes(backend: BackendKind) {
    let running = start(backend, SideFaults { cut: Some(Limit::Bytes(1_001)), ..SideFaults::default() });
    let mut client = running.connect();
    let bytes = pattern(2, 0, 5_000);
    client.write_all(&bytes).unwrap();
    assert_eq!(read_all(&client), (bytes[..1_001].to_vec(), false));
    drop(client);
    assert_eq!(running.wait_for_close(1), (CloseReason::WeFinished, 5_000, 1_001));
    running.stop();
}

fn a_reset_comes_after_exactly_its_bytes(backend: BackendKind) {
    let running = start(backend, SideFaults { reset: Some(Limit::Bytes(1_001)), ..SideFaults::default() });
    let mut client = running.connect();
    let bytes = pattern(3, 0, 5_000);
    client.write_all(&bytes).unwrap();
    let (reason, _, sent) = running.wait_for_close(1);
    assert_eq!((reason, sent), (CloseReason::WeReset, 1_001));
    assert_eq!(read_all(&client), (bytes[..1_001].to_vec(), true));
    running.stop();
}

fn a_reset_after_a_time_meets_an_idle_connection(backend: BackendKind) {
    let running =
        start(backend, SideFaults { reset: Some(Limit::After(60 * MILLI)), ..SideFaults::default() });
    let opened_at = Instant::now();
    let client = running.connect();
    assert_eq!(read_all(&client), (Vec::new(), true));
    assert!(opened_at.elapsed() >= Duration::from_millis(60));
    assert_eq!(running.wait_for_close(1), (CloseReason::WeReset, 0, 0));
    running.stop();
}

fn slices_arrive_one_by_one(backend: BackendKind) {
    let slice = Slice { bytes: 3, variation: 0, pause: 30 * MILLI };
    let running = start(backend, SideFaults { slice: Some(slice), ..SideFaults::default() });
    let mut client = running.connect();
    let text = "a€b€c€d€".as_bytes();
    let sent_at = Instant::now();
    client.write_all(text).unwrap();
    let (mut all, mut space) = (Vec::<u8>::new(), [0; 64]);
    while all.len() < text.len() {
        let length = client.read(&mut space).unwrap();
        all.extend(&space[..length]);
    }
    assert_eq!(all, text);
    assert!(sent_at.elapsed() >= Duration::from_millis(5 * 30), "six slices, a pause after each");
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(&client), (Vec::new(), false));
    let events = running.stop();
    let writes = events.iter().filter_map(|told| match &told.event {
        Event::Stream(id, StreamEvent::Bytes { data, .. }) if id.direction == Direction::Sent => {
            Some(data.len())
        }
        _ => None,
    });
    assert_eq!(writes.collect::<Vec<_>>(), [3, 3, 3, 3, 3, 1]);
}

fn a_refused_client_is_reset(backend: BackendKind) {
    let faults = Arc::new(Faults { refuse: true, ..Faults::default() });
    let running = Running::start(Config { faults, ..config(backend) });
    let client = running.connect();
    assert_eq!(read_all(&client), (Vec::new(), true));
    assert_eq!(running.wait_for_close(1), (CloseReason::WeReset, 0, 0));
    let events = running.stop();
    assert!(events.iter().any(|told| is_fault(&told.event, TrafficFaultKind::Refuse, "on")));
    assert!(events.iter().any(|told| matches!(
        &told.event,
        Event::Connection(_, ConnectionEvent::Closed { detail: Some(why), .. }) if why.contains("fault refuse")
    )));
}

fn faults_that_are_set_later_reach_an_idle_connection(backend: BackendKind) {
    let running = Running::echo(backend);
    let (mut one, mut other) = (running.connect(), running.connect());
    let mut back = [0; 1];
    for client in [&mut one, &mut other] {
        client.write_all(b"a").unwrap();
        client.read_exact(&mut back).unwrap();
    }
    let set = |faults| {
        running
            .server
            .command(Command::Connection(ConnectionId(1), ConnectionCommand::SetFaults(to_client(faults))));
    };
    set(latency(3_600_000));
    running.wait_for("latency", 1, |event| is_fault(event, TrafficFaultKind::Latency, "1h"));
    one.write_all(b"b").unwrap();
    other.write_all(b"c").unwrap();
    other.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"c");
    set(SideFaults::default());
    one.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"b", "what was under way comes at once");
    running.wait_for("its end", 1, |event| is_fault(event, TrafficFaultKind::Latency, "off"));
    set(SideFaults { reset: Some(Limit::After(MILLI)), ..SideFaults::default() });
    assert_eq!(read_all(&one), (Vec::new(), true));
    other.write_all(b"d").unwrap();
    other.read_exact(&mut back).unwrap();
    running.stop();
}

fn faults_of_all_reach_connections_to_come(backend: BackendKind) {
    let running = Running::echo(backend);
    let before = running.connect();
    running.wait_for("it", 1, |event| matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. })));
    let faults = to_client(SideFaults { cut: Some(Limit::After(MILLI)), ..SideFaults::default() });
    running.server.command(Command::All(ConnectionCommand::SetFaults(faults)));
    assert_eq!(read_all(&before), (Vec::new(), false));
    assert_eq!(read_all(&running.connect()), (Vec::new(), false));
    running.stop();
}

fn a_change_leaves_the_other_faults_as_they_are(backend: BackendKind) {
    let running = start(backend, latency(1));
    let mut before = running.connect();
    before.write_all(b"a").unwrap();
    before.read_exact(&mut [0]).unwrap();
    let change = |text| {
        let edits = FaultEdit::parse_all(text).unwrap();
        running.server.command(Command::All(ConnectionCommand::ChangeFaults(edits.into())));
    };
    change("bandwidth=1MB");
    change("cut=7 bandwidth=off");
    let after = running.connect();
    running.wait_for("both cuts", 2, |event| is_fault(event, TrafficFaultKind::Cut, "7"));
    for mut client in [&before, &after] {
        client.write_all(b"0123456789").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_all(client), (b"0123456".to_vec(), false));
    }
    change("refuse");
    assert_eq!(read_all(&running.connect()), (Vec::new(), true));
    change("off");
    let mut last = running.connect();
    last.write_all(b"0123456789").unwrap();
    last.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(&last), (b"0123456789".to_vec(), false));
    let events = running.stop();
    let of_new = events.iter().filter_map(|told| match &told.event {
        Event::Server(ServerEvent::Fault(change)) => {
            Some(format!("{} {}", change.kind.word(), change.detail))
        }
        _ => None,
    });
    let set = ["latency 1ms", "bandwidth 1MB", "bandwidth off", "cut 7", "refuse on"];
    let ended = ["latency off", "cut off", "refuse off"];
    assert_eq!(of_new.collect::<Vec<_>>(), [&set[..], &ended[..]].concat());
    let of_second = events.iter().filter_map(|told| match &told.event {
        Event::Connection(ConnectionId(2), ConnectionEvent::Fault(change)) => Some(change.kind),
        _ => None,
    });
    assert_eq!(of_second.collect::<Vec<_>>(), [TrafficFaultKind::Latency, TrafficFaultKind::Cut]);
}

fn faults_and_bytes_under_way_move_with_their_connection(backend: BackendKind) {
    let faults = Faults {
        to: PerSide {
            client: SideFaults {
                latency: Some(Latency { micros: 20 * MILLI, jitter: 15 * MILLI }),
                bandwidth: Some(2_000_000),
                stall: Some(Stall { micros: 10 * MILLI, every: 70 * MILLI }),
                ..SideFaults::default()
            },
            upstream: SideFaults::default(),
        },
        ..Faults::default()
    };
    let running = Running::start(Config { faults: Arc::new(faults), ..in_full(backend) });
    let clients: Vec<_> = (0..4)
        .map(|number| {
            let client = running.connect();
            let bytes = pattern(number, 0, 400_000);
            let (mut writer, to_write) = (client.try_clone().unwrap(), bytes.clone());
            let writing = thread::spawn(move || {
                writer.write_all(&to_write).unwrap();
                writer.shutdown(Shutdown::Write).unwrap();
            });
            let reading = thread::spawn(move || read_all(&client));
            (bytes, writing, reading)
        })
        .collect();
    let mut to = backend;
    for _ in 0..4 {
        to = to.other();
        running.switch(to);
    }
    for (bytes, writing, reading) in clients {
        writing.join().unwrap();
        let (read, is_reset) = reading.join().unwrap();
        assert!(!is_reset && read == bytes);
    }
    running.stop();
}

fn a_server_that_stops_does_not_wait_for_latency(backend: BackendKind) {
    let running = start(backend, latency(3_600_000));
    let mut client = running.connect();
    client.write_all(b"under way").unwrap();
    running.wait_for("a read", 1, |event| matches!(event, Event::Stream(..)));
    let reading = thread::spawn(move || read_all(&client));
    running.stop();
    assert_eq!(reading.join().unwrap(), (b"under way".to_vec(), false));
}
