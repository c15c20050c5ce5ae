//! The counters and latencies of a backend, and which clients wait when a handler has a fault.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use bytewatch::event::activity::{BackendActivity, ResponseTime};
use bytewatch::event::fault::HANG_MICROS;
use bytewatch::event::{BackendKind, Command, ConnectionId, Direction, Fault, FaultKind};
use bytewatch::event::{
    Call, CloseReason, ConnectionEvent, Event, ServerEvent, Stamped, StreamEvent, StreamId,
};
use socket2::SockRef;

use crate::harness::Running;

on_both_backends!(
    a_handler_that_hangs_lets_others_wait_only_on_the_loop,
    activity_is_reported_to_the_byte,
    a_client_that_does_not_read_blocks_writes,
    the_call_that_met_a_reset_is_named,
    a_client_that_is_gone_makes_no_write_partial,
    much_work_is_not_called_a_block,
);

fn echo(client: &mut TcpStream, message: &[u8]) {
    client.write_all(message).unwrap();
    let mut back = vec![0; message.len()];
    client.read_exact(&mut back).unwrap();
    assert_eq!(back, message);
}

/// All counters that a backend has reported so far.
fn worked(events: &[Stamped], of: BackendKind) -> BackendActivity {
    let mut all = BackendActivity::default();
    for stamped in events {
        let Event::Server(ServerEvent::Worked { backend, work }) = &stamped.event else { continue };
        assert_eq!(*backend, of, "nobody else serves");
        all.io.merge(&work.io);
        all.answers.extend(&work.answers);
        all.scheduling_delays.extend(&work.scheduling_delays);
    }
    all
}

fn longest_wait(events: &[Stamped], backend: BackendKind, id: u64) -> u32 {
    let of = |answer: &&ResponseTime| answer.connection == ConnectionId(id);
    worked(events, backend).answers.iter().filter(of).map(|answer| answer.micros).max().unwrap_or(0)
}

fn a_handler_that_hangs_lets_others_wait_only_on_the_loop(backend: BackendKind) {
    let running = Running::echo(backend);
    let (mut hanging, mut other) = (running.connect(), running.connect());
    running
        .wait_for("both", 2, |event| matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. })));
    echo(&mut other, b"before");
    running.server.command(Command::StartFault(Fault::Hang(ConnectionId(1))));
    let reads = |event: &Event| {
        matches!(
            event,
            Event::Stream(
                StreamId { connection: ConnectionId(1), direction: Direction::Received, .. },
                StreamEvent::Bytes { .. }
            )
        )
    };
    // One round would be enough if this thread always ran in time.
    let overtaken = (1..=10).any(|round| {
        hanging.write_all(b"hang").unwrap();
        running.wait_for("the read of #1", round, reads);
        echo(&mut other, b"meanwhile");
        hanging.set_nonblocking(true).unwrap();
        let waits = hanging.peek(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        hanging.set_nonblocking(false).unwrap();
        hanging.read_exact(&mut [0; 4]).unwrap();
        waits || backend == BackendKind::Async
    });
    assert!(overtaken, "#2 is answered while #1 hangs");
    let hang_micros = u32::try_from(HANG_MICROS).unwrap();
    running.wait("the wait of #1", |events| (longest_wait(events, backend, 1) >= hang_micros).then_some(()));
    if backend == BackendKind::Async {
        running.wait("the loop's block", |events| {
            let lengths = events.iter().filter_map(|stamped| match stamped.event {
                Event::Server(ServerEvent::Unblocked { connection: Some(ConnectionId(1)), micros }) => {
                    Some(micros)
                }
                _ => None,
            });
            // The coarse clock has steps of a few milliseconds.
            lengths.last().filter(|&micros| micros >= HANG_MICROS * 9 / 10)
        });
        running.wait("the wait of #2", |events| {
            (longest_wait(events, backend, 2) > hang_micros / 4).then_some(())
        });
    }
    running.server.command(Command::EndFault(FaultKind::Hang));
    echo(&mut hanging, b"healed");
    let blocks = running
        .stop()
        .iter()
        .filter(|stamped| matches!(stamped.event, Event::Server(ServerEvent::Blocked { .. })))
        .count();
    assert_eq!(blocks > 0, backend == BackendKind::Async);
}

#[test]
fn a_loop_that_is_left_is_blocked_no_more() {
    let running = Running::echo(BackendKind::Async);
    let mut hanging = running.connect();
    running.wait_for("it", 1, |event| matches!(event, Event::Connection(_, ConnectionEvent::Opened { .. })));
    running.server.command(Command::StartFault(Fault::Hang(ConnectionId(1))));
    let blocks = |events: &[Stamped]| {
        let begun = events
            .iter()
            .filter(|stamped| matches!(stamped.event, Event::Server(ServerEvent::Blocked { .. })))
            .count();
        let over = events
            .iter()
            .filter(|stamped| matches!(stamped.event, Event::Server(ServerEvent::Unblocked { .. })))
            .count();
        (begun, over)
    };
    for round in 1..=5 {
        hanging.write_all(b"hang").unwrap();
        running.wait("a block", |events| (blocks(events).0 >= round).then_some(()));
        running.switch(BackendKind::Threads);
        running.wait("its end", |events| (blocks(events).0 == blocks(events).1).then_some(()));
        hanging.read_exact(&mut [0; 4]).unwrap();
        running.switch(BackendKind::Async);
    }
}

fn activity_is_reported_to_the_byte(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut clients: Vec<_> = (0..5).map(|_| running.connect()).collect();
    for round in 0..20 {
        clients.iter_mut().for_each(|client| echo(client, &vec![7; 100 + round as usize]));
    }
    drop(clients);
    (1..=5).for_each(|id| {
        running.wait_for_close(id);
    });
    let work =
        running.wait("all work", |events| Some(worked(events, backend)).filter(|work| work.io.reads >= 100));
    assert_eq!(
        (work.io.reads, work.io.writes, work.io.partial_writes),
        (100, 100, 0),
        "a read and a write a message"
    );
    assert_eq!(work.io.read_bytes, 5 * (0..20).map(|round| 100 + round).sum::<u64>());
    assert!(!work.answers.is_empty() && work.answers.iter().all(|answer| answer.weight > 0));
    running.wait("a latency probe", |events| {
        (!worked(events, backend).scheduling_delays.is_empty()).then_some(())
    });
}

fn a_client_that_does_not_read_blocks_writes(backend: BackendKind) {
    let running = Running::echo(backend);
    let client = running.connect();
    let mut writer: TcpStream = client.try_clone().unwrap();
    let writing = thread::spawn(move || {
        let much = vec![b'x'; 1 << 20];
        while writer.write_all(&much).is_ok() {}
    });
    let work = running.wait("a second owed", |events| {
        Some(worked(events, backend)).filter(|work| work.io.blocked_micros > 1_000_000)
    });
    assert!(work.io.partial_writes > 0, "{work:?}");
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    client.shutdown(std::net::Shutdown::Both).unwrap();
    drop(client);
    writing.join().unwrap();
}

fn the_call_that_met_a_reset_is_named(backend: BackendKind) {
    let running = Running::echo(backend);
    let mut client = running.connect();
    echo(&mut client, b"hello");
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    let failed_call = running.wait("its end", |events| {
        events.iter().find_map(|stamped| match &stamped.event {
            Event::Connection(_, ConnectionEvent::Closed { reason, failed_call, .. }) => {
                Some((*reason, *failed_call))
            }
            _ => None,
        })
    });
    assert_eq!(failed_call, (CloseReason::PeerReset, Some(Call::Read)));
}

fn a_client_that_is_gone_makes_no_write_partial(backend: BackendKind) {
    let running = Running::echo(backend);
    for _ in 0..300 {
        let mut client = running.connect();
        client.write_all(b"gone when the answer comes").unwrap();
        SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    }
    running.wait_for("their ends", 300, |event| {
        matches!(event, Event::Connection(_, ConnectionEvent::Closed { .. }))
    });
    let events = running.stop();
    let met = |stamped: &Stamped| {
        matches!(
            stamped.event,
            Event::Connection(_, ConnectionEvent::Closed { failed_call: Some(Call::Write), .. })
        )
    };
    assert!(events.iter().any(met), "some were gone when they were answered");
    assert_eq!(worked(&events, backend).io.partial_writes, 0);
}

/// Forty clients keep a handler busy for 3 ms a message: on the loop every answer is late, but the loop is never
/// blocked.
fn much_work_is_not_called_a_block(backend: BackendKind) {
    let running = Running::echo(backend);
    running.server.command(Command::StartFault(Fault::Work(3_000)));
    let clients: Vec<_> = (0..40).map(|_| running.connect()).collect();
    for mut client in &clients {
        client.write_all(&[1; 10]).unwrap();
        client.set_nonblocking(true).unwrap();
    }
    running.wait("many waits", |events| {
        for mut client in &clients {
            match client.read(&mut [0; 10]) {
                Ok(length) => client.write_all(&[1; 10][..length]).unwrap(),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
        (worked(events, backend).io.reads >= 500).then_some(())
    });
    let events = running.stop();
    assert!(worked(&events, backend).answers.iter().any(|answer| answer.micros >= 3_000));
    assert!(
        !events.iter().any(|stamped| matches!(stamped.event, Event::Server(ServerEvent::Blocked { .. })))
    );
}
