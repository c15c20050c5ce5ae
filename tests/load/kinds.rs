//! Every workload against both backends.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::time::Duration;

use bytewatch::model::BackendKind;
use bytewatch::server::load::{self, Kind, Pace, Pattern, Plan, Summary};
use bytewatch::server::{Config, Detail, FEED_LIMIT, Feed, Overload, Server, ServiceConfig};

use super::{plan, run};

/// An echo server without an observer.
fn echo(backend: BackendKind) -> (Server, SocketAddr) {
    let (server, feed): (Server, Feed) = Server::start(Config {
        listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
        backend,
        service: ServiceConfig::Echo,
        read_size: 16 * 1_024,
        max_connections: None,
        idle_timeout: None,
        feed_limit: FEED_LIMIT,
        overload: Overload::Slow,
        detail: Detail::Newest(1_024),
    })
    .unwrap();
    drop(feed);
    let address = server.addresses()[0];
    (server, address)
}

#[test]
fn every_kind_talks_with_both_backends_and_finds_nothing_wrong() {
    for backend in BackendKind::ALL {
        let (server, target) = echo(backend);
        for kind in Kind::ALL {
            // Longer than the silence of a bursty client.
            let time = Duration::from_millis(500);
            let plan = Plan { groups: vec![(kind, 8)], time, ..plan(target) };
            let summary = run(&plan);
            let book = &summary.book;
            assert!(summary.is_flawless(), "{backend} {}: {:?}", kind.word(), book.troubles);
            assert!(book.connects.count() >= 8, "{}", kind.word());
            assert_eq!(book.sent == 0, kind == Kind::Idle, "{}: {} sent", kind.word(), book.sent);
            assert!(book.compared > 0 || matches!(kind, Kind::Idle | Kind::Reset), "{}", kind.word());
            let timed = matches!(kind, Kind::Steady | Kind::Bursty | Kind::Churn | Kind::HalfClose);
            assert_eq!(book.messages > 0, timed, "{}: {} messages", kind.word(), book.messages);
            if matches!(kind, Kind::Churn | Kind::HalfClose | Kind::Reset) {
                assert!(book.connects.count() > 8, "{} comes back", kind.word());
            }
        }
        server.stop();
    }
}

#[test]
fn every_pattern_comes_back_whatever_the_size_of_its_messages() {
    let (server, target) = echo(BackendKind::Async);
    let recorded = Pattern::Recorded(b"three bytes, and more".to_vec());
    for pattern in Pattern::NAMED.into_iter().chain([recorded]) {
        for (size, pipeline) in [(1, 1), (1, 100), (999, 3), (300_000, 2)] {
            let plan = Plan {
                groups: vec![(Kind::Steady, 3)],
                pattern: pattern.clone(),
                time: Duration::from_millis(50),
                size,
                pipeline,
                ..plan(target)
            };
            let summary = run(&plan);
            assert!(summary.is_flawless(), "{} {size}: {:?}", pattern.word(), summary.book.first_difference);
            assert!(summary.book.messages > 0, "{} {size}", pattern.word());
        }
    }
    server.stop();
}

#[test]
fn all_kinds_together_over_switches() {
    let (server, target) = echo(BackendKind::Async);
    let groups = Kind::ALL.map(|kind| (kind, 10)).to_vec();
    let plan = Plan { groups, time: Duration::from_secs(2), ..plan(target) };
    let mut to = BackendKind::Threads;
    let summary = load::run(&plan, &mut |_| {
        server.switch(to);
        to = to.other();
        ControlFlow::Continue(())
    });
    let summary = summary.unwrap();
    assert!(summary.is_flawless(), "{:?} {:?}", summary.book.troubles, summary.book.first_difference);
    server.stop();
}

#[test]
fn an_open_loop_sends_what_was_asked_for() {
    let (server, target) = echo(BackendKind::Async);
    let plan = Plan {
        groups: vec![(Kind::Steady, 7)],
        pace: Pace::Open(500.0),
        time: Duration::from_secs(1),
        ..plan(target)
    };
    let Summary { book, time, .. } = run(&plan);
    // All messages that were scheduled in the time, but for those in flight at its end, which on a busy machine are
    // some; never more.
    let due = (500.0 * time.as_secs_f64()) as u64;
    assert!(book.messages <= due + 1 && book.messages >= due / 2, "{} of {due}", book.messages);
    assert!(book.lateness.count() >= book.messages, "each was begun at its time or later");
    server.stop();
}

#[test]
fn it_can_be_stopped() {
    let (server, target) = echo(BackendKind::Async);
    let plan = Plan { time: Duration::from_secs(3_600), ..plan(target) };
    let mut looks = 0;
    let summary = load::run(&plan, &mut |_| {
        looks += 1;
        if looks == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(summary.unwrap().book.messages > 0);
    server.stop();
}
