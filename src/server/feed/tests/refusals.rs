//! Refused clients.

use super::*;

#[test]
fn a_flood_of_refusals_is_one_event() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    for _ in 0..1_000 {
        queue.record_refused("no more descriptors", None);
    }
    assert_eq!(refusals(&mut feed), [(1_000, "no more descriptors".to_owned())]);
}

#[test]
fn refused_clients_are_named_if_they_have_one_address() {
    let (queue, mut feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    let refuse = |host: u8| queue.record_refused("denied", Some([10, 0, 0, host].into()));
    [1, 1, 1].into_iter().for_each(refuse);
    assert_eq!(refusals(&mut feed), [(3, "10.0.0.1 is denied".to_owned())]);
    [1, 2, 1].into_iter().for_each(refuse);
    assert_eq!(refusals(&mut feed), [(3, "denied".to_owned())]);
    refuse(2);
    assert_eq!(refusals(&mut feed), [(1, "10.0.0.2 is denied".to_owned())]);
}
