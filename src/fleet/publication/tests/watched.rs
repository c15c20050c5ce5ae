//! What a watcher sees of a publisher that is not as it should be.

use super::*;

#[test]
fn another_run_takes_the_place_of_the_one_before_and_two_at_once_are_a_clash() {
    let mut bus = Bus::new();
    bus.happen(opened(1));
    bus.settle();
    assert_eq!(bus.state(), HostState::Live);
    bus.watcher.news(Timestamp(bus.now));
    let mut second = publication(Published::Peers);
    second.identity.epoch = EPOCH + 1;
    let subject = Prefix::default().subject(Verb::Here, &bus.from);
    let here = wire::write(&second.here(Timestamp(bus.now), false));
    bus.watcher.take(&subject, &here, Timestamp(bus.now));
    let news: Vec<_> = bus.watcher.news(Timestamp(bus.now)).into_iter().map(|(_, new)| new).collect();
    let [News::Unseen { connection: 1 }, News::Restarted { counts }, News::State(HostState::Joining)] =
        &news[..]
    else {
        panic!("{news:?}")
    };
    assert_eq!(counts.told, 1);
    assert_eq!(bus.watcher.connections(&bus.from).count(), 0);
    // The one before is still there.
    bus.beat(false);
    bus.deliver();
    assert_eq!(bus.state(), HostState::Clash);
}

#[test]
fn hosts_become_stale_and_gone() {
    let mut bus = Bus::new();
    bus.beat(false);
    bus.deliver();
    assert_eq!(bus.state(), HostState::Joining);
    bus.ask();
    bus.answer();
    assert_eq!(bus.state(), HostState::Live);
    bus.now += 2_500_000;
    assert_eq!(bus.state(), HostState::Stale);
    bus.now += 12_500_000;
    assert_eq!(bus.state(), HostState::Gone);
    bus.beat(false);
    bus.deliver();
    assert_eq!(bus.state(), HostState::Live);
    bus.watcher.set_connected(false);
    assert_eq!(bus.state(), HostState::Unknown);
}

#[test]
fn what_is_hostile_is_counted_and_not_kept() {
    let mut bus = Bus::new();
    let good = wire::write(&bus.publication.here(Timestamp(1), false));
    for subject in
        ["bytewatch.1.here.\u{1b}[2J.7777", "bytewatch.1.do.web-1.7777", "bytewatch.2.here.a.b", ""]
    {
        bus.watcher.take(subject, &good, Timestamp(1));
    }
    assert_eq!((bus.watcher.refused().subjects, bus.watcher.hosts(Timestamp(1)).count()), (4, 0));
    bus.watcher.take("bytewatch.1.here.a.b", b"\xff", Timestamp(1));
    assert_eq!((bus.watcher.refused().malformed, bus.watcher.hosts(Timestamp(1)).count()), (1, 0));
    for host in 0..2000 {
        bus.watcher.take(&format!("bytewatch.1.here.h{host}.1"), &good, Timestamp(1));
    }
    assert_eq!(bus.watcher.hosts(Timestamp(1)).count(), crate::fleet::watcher::MOST_HOSTS);
    assert_eq!(bus.watcher.refused().hosts, 1000);
}
