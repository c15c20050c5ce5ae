//! Many watchers of one publisher, and many publishers of one watcher.

use super::*;
use crate::fleet::watcher::{MOST_CONNECTIONS, MOST_HOSTS};

/// Numbers that look random, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

fn from(host: &str) -> Publisher {
    Publisher { host: Name::parse(host).unwrap(), instance: Name::parse("7777").unwrap() }
}

/// A watcher, and what is on its way to it.
struct Joined {
    watcher: Watcher,
    answers: Vec<(u64, Vec<u8>)>,
}

/// Connections come, go and move bytes.
struct Churn {
    numbers: Numbers,
    live: Vec<u64>,
    opened: u64,
}

impl Churn {
    fn happen(&mut self, publication: &mut Publication, now: u64) {
        let event = match self.numbers.below(10) {
            0..=2 => {
                self.opened += 1;
                self.live.push(self.opened);
                opened(self.opened)
            }
            3..=4 if self.live.len() > 1200 => {
                let at = self.numbers.below(self.live.len() as u64) as usize;
                closed(self.live.swap_remove(at), 7, 9)
            }
            _ if self.live.is_empty() => return,
            _ => {
                let at = self.numbers.below(self.live.len() as u64) as usize;
                moved(self.live[at], Side::Client, Direction::Received, 1 + self.numbers.below(5000))
            }
        };
        publication.take(&[stamped(now, event)], Timestamp(now));
    }
}

#[test]
fn fifty_watchers_that_join_under_churn_know_what_the_host_knows() {
    let mut publication = publication(Published::Peers);
    let mut churn = Churn { numbers: Numbers(1), live: Vec::new(), opened: 0 };
    let (publisher, mut watchers) = (from("web-1"), Vec::<Joined>::new());
    let facts = Prefix::default().subject(Verb::Facts, &publisher);
    let here = Prefix::default().subject(Verb::Here, &publisher);
    let mut now = 1;
    (0..4000).for_each(|_| churn.happen(&mut publication, now));
    // One joins each 100 ms, while thousands of connections change; then the churn ends.
    for round in 0..2000 {
        now += 10_000;
        if round < 1000 {
            (0..20).for_each(|_| churn.happen(&mut publication, now));
        }
        if round % 10 == 0 && watchers.len() < 50 {
            let watcher = Watcher::new(Prefix::default(), Vec::new(), round);
            watchers.push(Joined { watcher, answers: Vec::new() });
        }
        publication.tell_due(Timestamp(now));
        let batch = publication.next_batch();
        let heartbeat = (round % 100 == 0).then(|| wire::write(&publication.here(Timestamp(now), false)));
        for joined in &mut watchers {
            // An answer takes up to 30 ms, so events overtake it.
            let (due, later) =
                std::mem::take(&mut joined.answers).into_iter().partition(|(at, _)| *at <= now);
            joined.answers = later;
            let due: Vec<(u64, Vec<u8>)> = due;
            for (_, answer) in due {
                joined.watcher.answered(&publisher, Some(&answer), Timestamp(now), Timestamp(now));
            }
            for (subject, message) in [(&facts, &batch), (&here, &heartbeat)] {
                if let Some(message) = message {
                    joined.watcher.take(subject, message, Timestamp(now));
                }
            }
            for (_, ask) in joined.watcher.questions(Timestamp(now)) {
                let answer = match ask {
                    Ask::Page { after } => publication.page(after),
                    Ask::Clock => Answer::Clock { at: now },
                    Ask::Lease { .. } => panic!("nothing asks for bytes"),
                };
                joined.answers.push((now + churn.numbers.below(30_000), wire::write(&answer)));
            }
        }
    }
    let known = all(&publication);
    assert!(known.len() > 1000 && watchers.len() == 50, "{}", known.len());
    for joined in &watchers {
        let seen: Vec<_> = joined.watcher.connections(&publisher).cloned().collect();
        assert!(seen == known, "a watcher knows something else than the host");
        let counts = joined.watcher.host(&publisher, Timestamp(now)).unwrap().counts;
        assert_eq!((counts.shed, counts.lost), (0, 0));
    }
}

#[test]
fn two_hundred_hosts_are_followed_within_the_limits() {
    let mut watcher = Watcher::new(Prefix::default(), Vec::new(), 7);
    let hosts: Vec<_> = (0..200).map(|host| from(&format!("web-{host}"))).collect();
    let mut publications: Vec<_> = hosts.iter().map(|_| publication(Published::Peers)).collect();
    // 120,000 connections, of which 100,000 are kept.
    for (host, publication) in hosts.iter().zip(&mut publications) {
        for connection in 1..=600 {
            publication.take(&[stamped(1, opened(connection))], Timestamp(1));
        }
        while let Some(batch) = publication.next_batch() {
            watcher.take(&Prefix::default().subject(Verb::Facts, host), &batch, Timestamp(1));
        }
        let here = wire::write(&publication.here(Timestamp(1), false));
        watcher.take(&Prefix::default().subject(Verb::Here, host), &here, Timestamp(1));
    }
    let mut now = 1;
    for _ in 0..10 {
        now += 60_000;
        for (host, ask) in watcher.questions(Timestamp(now)) {
            let at = hosts.iter().position(|known| *known == host).unwrap();
            let answer = match ask {
                Ask::Page { after } => publications[at].page(after),
                Ask::Clock => Answer::Clock { at: now },
                Ask::Lease { .. } => panic!("nothing asks for bytes"),
            };
            watcher.answered(&host, Some(&wire::write(&answer)), Timestamp(now), Timestamp(now));
        }
    }
    let kept: usize = hosts.iter().map(|host| watcher.connections(host).count()).sum();
    assert_eq!(kept, MOST_CONNECTIONS);
    let reports: Vec<_> = watcher.hosts(Timestamp(now)).map(|(_, report)| report).collect();
    assert_eq!(reports.len(), 200);
    assert!(reports.iter().all(|report| report.state == HostState::Live));
    assert_eq!(reports.iter().filter(|report| report.not_kept > 0).count(), 34);
    assert_eq!(watcher.connections(&hosts[0]).count(), 600, "those that were there first are whole");
    // When they are gone, there is room again.
    for (host, publication) in hosts.iter().zip(&mut publications).take(100) {
        (1..=600).for_each(|connection| {
            publication.take(&[stamped(2, closed(connection, 0, 0))], Timestamp(2));
        });
        while let Some(batch) = publication.next_batch() {
            watcher.take(&Prefix::default().subject(Verb::Facts, host), &batch, Timestamp(now));
        }
    }
    let kept: usize = hosts.iter().map(|host| watcher.connections(host).count()).sum();
    assert_eq!(kept, MOST_CONNECTIONS - 60_000);
}

#[test]
fn names_of_hosts_and_texts_take_only_what_the_limits_allow() {
    let mut watcher = Watcher::new(Prefix::default(), Vec::new(), 7);
    let hostile = publication(Published::Peers);
    let good = wire::write(&hostile.here(Timestamp(1), false));
    let names = ["\u{1b}[2J", "\u{202e}bew", "a\0", "A", "a b", "*", ">", "", "ä"];
    let mut refused = 0;
    for verb in Verb::ALL {
        for name in names {
            for subject in [
                format!("bytewatch.1.{}.{name}.7777", verb.word()),
                format!("bytewatch.1.{}.web-1.{name}", verb.word()),
            ] {
                watcher.take(&subject, &good, Timestamp(1));
                refused += 1;
            }
        }
    }
    // These are for hosts, not for watchers.
    for verb in [Verb::Ask, Verb::Do] {
        watcher.take(&Prefix::default().subject(verb, &from("web-1")), &good, Timestamp(1));
        refused += 1;
    }
    assert_eq!((watcher.refused().subjects, watcher.hosts(Timestamp(1)).count()), (refused, 0));
    // A text beyond its limit, a list beyond its limit, a message beyond its limit, noise, and an unknown kind of event.
    let long = "x".repeat(257);
    let text = minicbor::to_vec((1_u64, 2_u64, 3_u64, false, &long, "1")).unwrap();
    let too_many = minicbor::to_vec((1_u64, 2_u64, 3_u64, false, "m", "1", (), (), vec!["a"; 17])).unwrap();
    let here = Prefix::default().subject(Verb::Here, &from("web-1"));
    let facts = Prefix::default().subject(Verb::Facts, &from("web-1"));
    for message in [&text[..], &too_many, &vec![0; wire::LONGEST_MESSAGE + 1], b"\xff", b""] {
        watcher.take(&here, message, Timestamp(1));
        watcher.take(&facts, message, Timestamp(1));
    }
    assert_eq!((watcher.refused().malformed, watcher.hosts(Timestamp(1)).count()), (10, 0));
    let unknown = minicbor::to_vec(((1_u64, 0_u64, 1_u64, 0_u64, 0_u64), [(77_u64, ["x"])])).unwrap();
    watcher.take(&facts, &unknown, Timestamp(1));
    let counts = watcher.host(&from("web-1"), Timestamp(1)).unwrap().counts;
    assert_eq!((counts.told, counts.unknown), (1, 1));
    assert_eq!(watcher.connections(&from("web-1")).count(), 0);
    assert!(watcher.hosts(Timestamp(1)).count() < MOST_HOSTS);
}
