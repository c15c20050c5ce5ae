//! Which backend each figure counts for.

use std::net::SocketAddr;

use super::*;
use crate::event::activity::{BackendActivity, IoCounters, ResponseTime};
use crate::event::{
    ConnectionEvent, ConnectionId, Encryption, Event, Outage, ServerEvent, Stamped, SwitchEvent,
};
use crate::model::Budget;

const SECOND: u64 = 1_000_000;

fn sample(second: u64, voluntary: u64, cpu_micros: u64) -> Sample {
    Sample { at: Timestamp(second * SECOND), threads: 4, voluntary, cpu_micros, ..Sample::default() }
}

fn model(events: &[Event]) -> Model {
    let mut model = Model::new(Budget { history: 1024, memory: 1 << 20 });
    let address = SocketAddr::from(([127, 0, 0, 1], 7777));
    let listening = Event::Server(ServerEvent::Listening {
        address: address.into(),
        backend: BackendKind::Async,
        service: "echo".into(),
        encryption: Encryption::default(),
    });
    for event in std::iter::once(&listening).chain(events) {
        model.apply(&Stamped { at: Timestamp(SECOND), event: event.clone() });
    }
    model
}

#[test]
fn rates_are_the_difference_of_two_readings() {
    let (mut metrics, model) = (Metrics::default(), model(&[]));
    metrics.sampled(sample(10, 1_000, 0), &model);
    assert_eq!(metrics.of(BackendKind::Async).unwrap().rates, None);
    metrics.sampled(sample(12, 1_500, SECOND), &model);
    let rates = metrics.of(BackendKind::Async).unwrap().rates.unwrap();
    assert_eq!((rates.voluntary, rates.cpu_permille), (250, 500));
    assert_eq!(metrics.of(BackendKind::Threads), None);
}

#[test]
fn activity_during_a_switch_counts_for_no_backend() {
    let (from, to) = (BackendKind::Async, BackendKind::Threads);
    let switching = Event::Switch(SwitchEvent::Started { from, to, connections: 1 });
    let switched = Event::Switch(SwitchEvent::Completed {
        from,
        to,
        connections: 1,
        micros: 9,
        outage: Outage::default(),
    });
    let mut metrics = Metrics::default();
    metrics.sampled(sample(10, 0, 0), &model(&[]));
    metrics.switched();
    metrics.sampled(sample(11, 90_000, 0), &model(std::slice::from_ref(&switching)));
    metrics.sampled(sample(12, 99_000, 0), &model(&[switching.clone(), switched.clone()]));
    assert_eq!(metrics.of(from).unwrap().rates, None);
    assert_eq!(metrics.of(to).unwrap().rates, None, "mixed");
    metrics.sampled(sample(13, 99_007, 0), &model(&[switching, switched]));
    assert_eq!(metrics.of(to).unwrap().rates.unwrap().voluntary, 7);
}

#[test]
fn a_second_may_be_made_of_what_lies_between_fast_switches() {
    let (mut from, mut to) = (BackendKind::Async, BackendKind::Threads);
    let mut events = Vec::new();
    let mut metrics = Metrics::default();
    // A switch every 500 ms, a reading every 100 ms: the one after a switch counts for neither backend.
    for tenth in 0..60 {
        if tenth % 5 == 4 {
            events.push(Event::Switch(SwitchEvent::Started { from, to, connections: 1 }));
            events.push(Event::Switch(SwitchEvent::Completed {
                from,
                to,
                connections: 1,
                micros: 9,
                outage: Outage::default(),
            }));
            metrics.switched();
            (from, to) = (to, from);
        }
        let at = Timestamp(10 * SECOND + tenth * SECOND / 10);
        let sample = Sample { at, voluntary: tenth * 7, cpu_micros: tenth * 25_000, ..Sample::default() };
        metrics.sampled(sample, &model(&events));
    }
    for backend in BackendKind::ALL {
        let rates = metrics.of(backend).unwrap().rates.unwrap();
        assert_eq!((rates.voluntary, rates.cpu_permille), (70, 250), "{backend}");
    }
}

#[test]
fn activity_counts_for_its_backend_and_stays_after_a_switch() {
    let (from, to) = (BackendKind::Async, BackendKind::Threads);
    let answers = vec![ResponseTime { connection: ConnectionId(1), micros: 210, weight: 100 }];
    let work = BackendActivity {
        io: IoCounters {
            reads: 100,
            read_bytes: 6_400,
            writes: 100,
            partial_writes: 4,
            blocked_micros: 2_400,
        },
        answers,
        scheduling_delays: vec![30],
    };
    let mut events = vec![Event::Server(ServerEvent::Worked { backend: from, work: Box::new(work) })];
    let mut metrics = Metrics::default();
    metrics.sampled(sample(1, 0, 0), &model(&[]));
    metrics.sampled(sample(3, 0, 0), &model(&events));
    let switched = Event::Switch(SwitchEvent::Completed {
        from,
        to,
        connections: 1,
        micros: 9,
        outage: Outage::default(),
    });
    events.extend([Event::Switch(SwitchEvent::Started { from, to, connections: 1 }), switched]);
    metrics.switched();
    metrics.sampled(sample(4, 0, 0), &model(&events));
    let figures = metrics.of(from).unwrap();
    let rates = figures.rates.unwrap();
    assert_eq!((rates.reads, rates.read_bytes, rates.writes), (50, 64, 50));
    assert_eq!((rates.partial, rates.blocked_micros), (2, 1_200));
    let answers = figures.answers.unwrap();
    assert_eq!((answers.count, answers.p99, figures.scheduling_delays.unwrap().max), (100, 210, 30));
    assert_eq!(metrics.of(to).unwrap().answers, None);
}

#[test]
fn memory_per_connection_is_shown_for_many_connections_only() {
    let opened = |id: u64| {
        Event::Connection(
            ConnectionId(id),
            ConnectionEvent::Opened {
                peer: SocketAddr::from(([127, 0, 0, 1], 50_000)).into(),
                local: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
                backend: BackendKind::Async,
                upstream: None,
            },
        )
    };
    let resident = |second, resident| Sample { resident, ..sample(second, 0, 0) };
    let mut metrics = Metrics::default();
    metrics.sampled(resident(1, 5_000_000), &model(&[]));
    for (connections, each) in [(99, None), (100, Some(50_000))] {
        let events: Vec<_> = (1..=connections).map(opened).collect();
        let model = model(&events);
        let more = 5_000_000 + 50_000 * connections + model.memory() as u64;
        metrics.sampled(resident(2, more), &model);
        assert_eq!(metrics.of(BackendKind::Async).unwrap().each, each);
    }
}
