//! A beginning that grows is the same whether all checks are asked again, or only those that are left.

use proptest::prelude::*;

use super::data::entries;
use crate::bytes::protocol::checks::{ByFirstByte, CLIENT, CLIENT_CHECKS, SERVER, SERVER_CHECKS};
use crate::bytes::protocol::found::{Check, View};
use crate::bytes::protocol::{Beginning, Progress, Recognition, Speaker, conclude, recognise};

/// Follows both directions as they grow, and checks each answer against that without progress.
fn follow(received: &[u8], sent: &[u8], first: Speaker, steps: impl Iterator<Item = (usize, usize)>) {
    let mut progress = Progress::default();
    let mut last: Option<Recognition> = None;
    for (here, there) in steps {
        let beginning = Beginning { received: &received[..here], sent: &sent[..there], first, more: true };
        let conclusion = conclude(beginning, &mut progress);
        let whole = recognise(beginning);
        assert_eq!(conclusion.recognition, whole, "{here}, {there} of {received:02x?} and {sent:02x?}");
        if let Some(last) = &last {
            assert!(is_same(last, &whole), "{last:?} was final, and became {whole:?}");
        } else if conclusion.is_final {
            last = Some(whole);
        }
    }
    let ended = Beginning { received, sent, first, more: false };
    let conclusion = conclude(ended, &mut progress);
    let said = if first == Speaker::Client { received } else { sent };
    assert!(conclusion.is_final || said.is_empty());
    assert_eq!(conclusion.recognition, recognise(ended));
}

/// Whether two beginnings have the same protocol. Text may go on with bytes that are none.
fn is_same(before: &Recognition, after: &Recognition) -> bool {
    let is_named = |recognition| matches!(recognition, &Recognition::Recognised(_));
    before == after || !is_named(before) && !is_named(after)
}

#[test]
fn clients_byte_by_byte() {
    for entry in entries().into_iter().filter(|entry| entry.who_first != "nobody") {
        let (received, sent, first) = (entry.received(), entry.sent(), entry.first());
        match first {
            Speaker::Client => {
                let own = (1..=received.len()).map(|length| (length, 0));
                let other = (1..=sent.len()).map(|length| (received.len(), length));
                follow(&received, &sent, first, own.chain(other));
            }
            Speaker::Server => {
                let own = (1..=sent.len()).map(|length| (0, length));
                let other = (1..=received.len()).map(|length| (length, sent.len()));
                follow(&received, &sent, first, own.chain(other));
            }
        }
    }
}

#[test]
fn what_is_of_no_protocol_is_final_once_there_is_enough_of_it() {
    let conclusion = |length: usize, answer: &[u8]| {
        let text = "just some words ".repeat(10);
        let (received, sent) = (&text.as_bytes()[..length], answer);
        let beginning = Beginning { received, sent, first: Speaker::Client, more: true };
        conclude(beginning, &mut Progress::default())
    };
    let text =
        |is_final| crate::bytes::protocol::Conclusion { recognition: Recognition::UnknownText, is_final };
    assert_eq!(conclusion(10, b"just some "), text(false));
    assert_eq!(conclusion(100, b""), text(false), "the server may say what it is");
    assert_eq!(conclusion(100, b"just some "), text(true));
}

/// Checks that those which are passed over for the first byte find nothing in all bytes.
fn passed_over(all: &[Check], by_byte: &ByFirstByte, said: &[u8], view: View<'_>) {
    let Some(&byte) = said.first() else { return };
    let found = |checks: &[Check]| checks.iter().filter(|check| check(view).is_ok()).count();
    assert_eq!(found(by_byte.of(byte)), found(all), "{view:02x?}");
}

#[test]
fn no_check_is_passed_over_that_finds_its_protocol() {
    for entry in entries() {
        let (client, server) = (entry.received(), entry.sent());
        let view = View { client: &client, server: &server };
        passed_over(CLIENT_CHECKS, &CLIENT, &client, view);
        passed_over(SERVER_CHECKS, &SERVER, &server, view);
    }
}

proptest! {
    #[test]
    fn whatever_both_sides_say(place in 0..1000_usize, other in 0..1000_usize, noise in proptest::collection::vec(any::<u8>(), 0..90), cuts in proptest::collection::vec((any::<bool>(), 1..60_usize), 1..60), server in any::<bool>(), echo in any::<bool>()) {
        let entries = entries();
        let pick = |place: usize| &entries[place % entries.len()];
        let mut received = pick(place).received();
        received.extend_from_slice(&noise);
        let mut sent = if echo { received.clone() } else { pick(other).sent() };
        sent.extend_from_slice(&noise);
        let first = if server { Speaker::Server } else { Speaker::Client };
        let (mut here, mut there) = (0, 0);
        let steps: Vec<_> = cuts.into_iter().map(|(ours, length)| {
            let (end, place) = if ours { (received.len(), &mut here) } else { (sent.len(), &mut there) };
            *place = (*place + length).min(end);
            (here, there)
        }).collect();
        follow(&received, &sent, first, steps.into_iter());
    }
}
