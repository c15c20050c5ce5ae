//! The bytes of a relayed connection in NDJSON: each stream once, as the client sees it.

use std::io::Write as _;

use serde_json::Value;

use crate::harness::{Pair, Relay, Upstream, of_kind};
use crate::modes::Mode;
use crate::stream::{Ending, assert_received, expect, pattern, read_all, send_and_finish};

/// The bytes of one direction of a connection, put together from the events.
fn stream(events: &[Value], connection: u64, direction: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for event in of_kind(events, "bytes") {
        if event["connection"] != connection || event["direction"] != direction {
            continue;
        }
        assert!(event.get("side").is_none(), "equal streams are printed once: {event}");
        assert_eq!(event["offset"], bytes.len(), "{event}");
        let hex = event["hex"].as_str().unwrap();
        let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        bytes.extend(pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()));
        assert_eq!(event["length"], hex.len() / 2);
    }
    bytes
}

fn both_streams_are_printed_once(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::in_full(mode, upstream.address);
    let Pair { client, upstream } = relay.pair(&upstream);
    let [up, down] = [pattern(9, 0, 300_000), pattern(10, 0, 400_000)];
    send_and_finish(&client, up.clone());
    send_and_finish(&upstream, down.clone());
    std::thread::scope(|scope| {
        scope.spawn(|| assert_received(&read_all(&upstream), &up, Ending::Fin));
        assert_received(&read_all(&client), &down, Ending::Fin);
    });
    let closed = relay.event("closed", 1);
    assert_eq!((&closed["received"], &closed["sent"]), (&up.len().into(), &down.len().into()));
    let events = relay.stop();
    assert!(stream(&events, 1, "received") == up);
    assert!(stream(&events, 1, "sent") == down);
    let end = events.last().unwrap();
    assert_eq!((&end["received"], &end["sent"]), (&up.len().into(), &down.len().into()));
}

fn what_passes_is_decoded(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::in_full(mode, upstream.address);
    let Pair { mut client, mut upstream } = relay.pair(&upstream);
    client.write_all("Grüße".as_bytes()).unwrap();
    expect(&upstream, "Grüße".as_bytes());
    upstream.write_all(b"caf\xe9!").unwrap();
    expect(&client, b"caf\xe9!");
    drop((client, upstream));
    relay.event("closed", 1);
    let events = relay.stop();
    let decoded = |direction: &str| {
        let event = of_kind(&events, "decoded").find(|event| event["direction"] == direction);
        event.unwrap_or_else(|| panic!("nothing decoded was {direction}")).clone()
    };
    assert_eq!(decoded("received")["text"], "Grüße");
    assert_eq!(decoded("sent")["malformed"][0]["bytes"], "e9");
}

fn the_events_of_a_connection_are_in_order(mode: Mode) {
    let upstream = Upstream::new();
    let relay = Relay::in_full(mode, upstream.address);
    let Pair { client, upstream } = relay.pair(&upstream);
    send_and_finish(&client, b"question".to_vec());
    assert_received(&read_all(&upstream), b"question", Ending::Fin);
    send_and_finish(&upstream, b"answer".to_vec());
    assert_received(&read_all(&client), b"answer", Ending::Fin);
    relay.event("closed", 1);
    let events = relay.stop();
    let own = events.iter().filter(|event| event["connection"] == 1);
    let kinds: Vec<_> = own.map(|event| event["event"].as_str().unwrap()).collect();
    let at = |kind: &str| {
        kinds.iter().position(|found| *found == kind).unwrap_or_else(|| panic!("{kind}: {kinds:?}"))
    };
    let places = ["opened", "connected", "bytes", "closed"].map(at);
    assert!(places.is_sorted() && places[0] == 0, "{kinds:?}");
    let ended = of_kind(&events, "input-ended").map(|event| event["side"].as_str());
    assert_eq!(ended.collect::<Vec<_>>(), [None, Some("upstream")]);
    assert_eq!(places[3], kinds.len() - 1, "{kinds:?}");
}

in_each_mode!(both_streams_are_printed_once, what_passes_is_decoded, the_events_of_a_connection_are_in_order);
