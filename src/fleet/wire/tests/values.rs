//! Values of every kind of message.

use proptest::prelude::*;

use super::super::*;

fn text() -> impl Strategy<Value = Text> {
    prop_oneof!["\\PC{0,20}", "[\u{0}-\u{1f}\u{202e}x]{0,256}"].prop_map(|text| Text::new(&text))
}

fn optional_text() -> impl Strategy<Value = Option<Text>> {
    proptest::option::of(text())
}

fn backend() -> impl Strategy<Value = Backend> {
    prop_oneof![Just(Backend::Async), Just(Backend::Threads)]
}

fn counters() -> impl Strategy<Value = Counters> {
    let upstream = proptest::option::of(any::<u64>());
    let optional = [upstream.clone(), upstream.clone(), upstream];
    (any::<[u64; 5]>(), optional).prop_map(|(numbers, optional)| {
        let [received, sent, characters, malformed, missed] = numbers;
        let [upstream_received, upstream_sent, malformed_received] = optional;
        Counters {
            received,
            sent,
            characters,
            malformed,
            missed,
            upstream_received,
            upstream_sent,
            malformed_received,
        }
    })
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let side = prop_oneof![Just(Side::Client), Just(Side::Upstream)];
    let shared =
        (any::<u64>(), any::<u64>(), any::<u64>(), text(), optional_text(), counters(), backend(), side);
    (0..13, shared).prop_map(|(kind, (connection, at, number, text, detail, counters, backend, side))| {
        match kind {
            // Such a number of events fits any batch.
            0 => Event::Shed { events: number % 1000 },
            1 => Event::Opened {
                connection,
                at,
                peer: Some(text),
                local: None,
                upstream: detail,
                backend: Some(backend),
            },
            2 => Event::Moved { connection, counters, backend: Some(backend) },
            3 => Event::Slow { connection, at, side },
            4 => Event::Flowing { connection, at, side },
            5 => Event::Closed { connection, at, reason: text, detail, counters },
            6 => Event::Switching { at, to: backend, connections: number },
            7 => Event::Switched { at, to: backend, connections: number, micros: connection },
            8 => Event::SwitchFailed { at, to: backend, moved_back: number, detail },
            9 => Event::Refused { at, clients: number, detail },
            10 => Event::Failed { at, detail },
            11 => Event::Blocked { at, connection: Some(connection), micros: number },
            _ => Event::Unblocked { at, connection: None, micros: number },
        }
    })
}

pub(super) fn here() -> impl Strategy<Value = Here> {
    let texts = proptest::collection::vec(text(), 0..16);
    (any::<[u64; 12]>(), text(), text(), texts, proptest::option::of(backend()), any::<bool>()).prop_map(
        |(numbers, machine, version, texts, backend, is_bye)| {
            let [epoch, next, at, live, opened, closed, refused, received, sent, malformed, shed, shed_bytes] =
                numbers;
            Here {
                epoch,
                next,
                at,
                is_bye,
                machine,
                version,
                backend,
                service: texts.first().cloned(),
                addresses: texts.into_iter().collect(),
                live,
                totals: Totals { opened, closed, refused, received, sent, malformed },
                shed,
                shed_bytes,
                publishes: Some([Published::Counts, Published::Peers, Published::Bytes][(at % 3) as usize]),
                obeys: Action::ALL.into_iter().take((epoch % 4) as usize).collect(),
            }
        },
    )
}

pub(super) fn ask() -> impl Strategy<Value = Ask> {
    let lease = (any::<u64>(), any::<u64>(), text());
    prop_oneof![
        any::<u64>().prop_map(|after| Ask::Page { after }),
        Just(Ask::Clock),
        lease.prop_map(|(connection, micros, who)| Ask::Lease { connection, micros, who })
    ]
}

fn state() -> impl Strategy<Value = ConnectionState> {
    (any::<u64>(), any::<u64>(), optional_text(), text(), counters(), any::<bool>()).prop_map(
        |(connection, opened, peer, local, counters, is_slow)| ConnectionState {
            connection,
            opened,
            upstream: peer.clone(),
            peer,
            local: Some(local),
            backend: None,
            counters,
            is_slow,
            is_upstream_slow: !is_slow,
        },
    )
}

pub(super) fn answer() -> impl Strategy<Value = Answer> {
    let page = (any::<[u64; 4]>(), proptest::collection::vec(state(), 0..9));
    let page = page.prop_map(|([epoch, next, after, up_to], connections)| Answer::Page {
        epoch,
        next,
        after,
        up_to,
        connections: connections.into_iter().collect(),
    });
    let clock = any::<u64>().prop_map(|at| Answer::Clock { at });
    let leased = any::<[u64; 2]>().prop_map(|[epoch, micros]| Answer::Leased { epoch, micros });
    prop_oneof![page, clock, leased, text().prop_map(|why| Answer::Refused { why })]
}

pub(super) fn order() -> impl Strategy<Value = Order> {
    (any::<u64>(), text(), backend(), any::<u64>(), 0..3).prop_map(|(epoch, who, to, connection, kind)| {
        match kind {
            0 => Order::Switch { epoch, who, to },
            1 => Order::Close { epoch, who, connection },
            _ => Order::Reset { epoch, who, connection },
        }
    })
}

pub(super) fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Accepted),
        text().prop_map(|why| Outcome::Refused { why }),
        Just(Outcome::UnknownConnection)
    ]
}
