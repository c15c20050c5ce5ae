//! Every workload against both backends.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use bytewatch::client::load;
use bytewatch::client::load::{LoadModel, Pattern, Plan, Summary, Workload};
use bytewatch::event::{BackendKind, Command, Demand};
use bytewatch::server::{Config, EventReceiver, FEED_LIMIT, Overload, PeerRules, Server, ServiceConfig};

use super::{plan, run};

/// An echo server without an observer.
fn echo(backend: BackendKind) -> (Server, SocketAddr) {
    let (server, feed): (Server, EventReceiver) = Server::start(Config {
        listen: vec![SocketAddr::from(([127, 0, 0, 1], 0)).into()],
        backend,
        service: ServiceConfig::Echo,
        tls: None,
        proxy_protocol: false,
        greeting: None,
        relay: None,
        faults: Arc::default(),
        read_size: 16 * 1_024,
        max_connections: None,
        peer_rules: PeerRules::default(),
        idle_timeout: None,
        feed_limit: FEED_LIMIT,
        overload: Overload::Slow,
        demand: Demand::newest(1_024),
    })
    .unwrap();
    drop(feed);
    let address = server.addresses()[0];
    (server, address)
}

#[test]
fn every_workload_runs_against_both_backends_without_errors() {
    for backend in BackendKind::ALL {
        let (server, target) = echo(backend);
        for kind in Workload::ALL {
            // Longer than the silence of a bursty client.
            let time = Duration::from_millis(500);
            let plan = Plan { groups: vec![(kind, 8)], time, ..plan(target) };
            let summary = run(&plan);
            let stats = &summary.stats;
            assert!(summary.is_flawless(), "{backend} {}: {:?}", kind.word(), stats.errors);
            assert!(stats.connects.count() >= 8, "{}", kind.word());
            assert_eq!(stats.sent == 0, kind == Workload::Idle, "{}: {} sent", kind.word(), stats.sent);
            assert!(
                stats.compared > 0 || matches!(kind, Workload::Idle | Workload::Reset),
                "{}",
                kind.word()
            );
            let timed =
                matches!(kind, Workload::Steady | Workload::Bursty | Workload::Churn | Workload::HalfClose);
            assert_eq!(stats.messages > 0, timed, "{}: {} messages", kind.word(), stats.messages);
            if matches!(kind, Workload::Churn | Workload::HalfClose | Workload::Reset) {
                assert!(stats.connects.count() > 8, "{} comes back", kind.word());
            }
        }
        server.command(Command::Stop);
    }
}

#[test]
fn every_pattern_comes_back_whatever_the_size_of_its_messages() {
    let (server, target) = echo(BackendKind::Async);
    let recorded = Pattern::Recorded(b"three bytes, and more".to_vec());
    for pattern in Pattern::NAMED.into_iter().chain([recorded]) {
        for (size, pipeline) in [(1, 1), (1, 100), (999, 3), (300_000, 2)] {
            let plan = Plan {
                groups: vec![(Workload::Steady, 3)],
                pattern: pattern.clone(),
                time: Duration::from_millis(50),
                size,
                pipeline,
                ..plan(target)
            };
            let summary = run(&plan);
            assert!(summary.is_flawless(), "{} {size}: {:?}", pattern.word(), summary.stats.first_mismatch);
            assert!(summary.stats.messages > 0, "{} {size}", pattern.word());
        }
    }
    server.command(Command::Stop);
}

#[test]
fn all_kinds_together_over_switches() {
    let (server, target) = echo(BackendKind::Async);
    let groups = Workload::ALL.map(|kind| (kind, 10)).to_vec();
    let plan = Plan { groups, time: Duration::from_secs(2), ..plan(target) };
    let mut to = BackendKind::Threads;
    let summary = load::run(&plan, &mut |_| {
        server.command(Command::Switch(to));
        to = to.other();
        ControlFlow::Continue(())
    });
    let summary = summary.unwrap();
    assert!(summary.is_flawless(), "{:?} {:?}", summary.stats.errors, summary.stats.first_mismatch);
    server.command(Command::Stop);
}

#[test]
fn an_open_loop_sends_what_was_asked_for() {
    let (server, target) = echo(BackendKind::Async);
    let plan = Plan {
        groups: vec![(Workload::Steady, 7)],
        load_model: LoadModel::OpenLoop(500.0),
        time: Duration::from_secs(1),
        ..plan(target)
    };
    let Summary { stats, time, .. } = run(&plan);
    // All messages that were scheduled in the time, but for those in flight at its end, which on a busy machine are
    // some; never more.
    let due = (500.0 * time.as_secs_f64()) as u64;
    assert!(stats.messages <= due + 1 && stats.messages >= due / 2, "{} of {due}", stats.messages);
    assert!(stats.schedule_delay.count() >= stats.messages, "each was begun at its time or later");
    server.command(Command::Stop);
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
    assert!(summary.unwrap().stats.messages > 0);
    server.command(Command::Stop);
}
