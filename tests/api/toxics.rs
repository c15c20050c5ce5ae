//! Toxics, seen on the traffic.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Controlled, ask, connect, rest, upstream};
use crate::modes::Mode;
use crate::program::of_kind;

/// A relay with one proxy, and the address of that.
fn relay(mode: Mode) -> (Controlled, String) {
    let server = upstream("");
    let running = Controlled::relay(mode, &server);
    let address = running.create("p", &server);
    (running, address)
}

fn latency_meets_live_and_new_connections(mode: Mode) {
    let (running, address) = relay(mode);
    let live = connect(&address);
    ask(&live, "a", "a");
    running.toxic("p", "latency", "downstream", &json!({"latency": 60, "jitter": 0}));
    for client in [&live, &connect(&address)] {
        let start = Instant::now();
        ask(client, "b", "b");
        assert!(start.elapsed() >= Duration::from_millis(60));
    }
    let toxic = running.get("/proxies/p/toxics/latency_downstream");
    let expected = json!({"name": "latency_downstream", "type": "latency", "stream": "downstream",
        "toxicity": 1, "attributes": {"latency": 60, "jitter": 0}});
    assert_eq!(toxic, expected);
    assert_eq!(running.get("/proxies/p/toxics"), json!([expected]));

    let path = "/proxies/p/toxics/latency_downstream";
    let changed = running.post(path, &json!({"attributes": {"latency": 90}}), 200);
    assert_eq!(changed["attributes"], json!({"latency": 90, "jitter": 0}));
    let start = Instant::now();
    ask(&live, "c", "c");
    assert!(start.elapsed() >= Duration::from_millis(90));
    running.act("DELETE", path);
    assert_eq!(running.get("/proxies/p/toxics"), json!([]));
    ask(&live, "d", "d");
    drop(live);
    let events = running.program.stop();
    let details: Vec<_> = of_kind(&events, "fault")
        .filter(|event| event["connection"] == 1)
        .map(|event| format!("{} {}", event["to"].as_str().unwrap(), event["detail"].as_str().unwrap()))
        .collect();
    assert_eq!(details, ["client 60ms", "client 90ms", "client off"]);
}

/// Both streams can have it, and several add up.
fn toxics_of_both_streams_add_up(mode: Mode) {
    let (running, address) = relay(mode);
    running.toxic("p", "latency", "upstream", &json!({"latency": 30}));
    running.toxic("p", "latency", "downstream", &json!({"latency": 30}));
    let more = json!({"name": "more", "type": "latency", "attributes": {"latency": 40}});
    running.post("/proxies/p/toxics", &more, 200);
    let start = Instant::now();
    ask(&connect(&address), "a", "a");
    assert!(start.elapsed() >= Duration::from_millis(100));
    running.act("POST", "/reset");
    assert_eq!(running.get("/proxies/p")["toxics"], json!([]));
    let events = running.program.stop();
    let of_listener: Vec<_> = of_kind(&events, "fault")
        .filter(|event| event["listener"] == address)
        .map(|event| format!("{} {}", event["to"].as_str().unwrap(), event["detail"].as_str().unwrap()))
        .collect();
    let expected = ["upstream 30ms", "client 30ms", "client 70ms", "client off", "upstream off"];
    assert_eq!(of_listener, expected, "told before any connection has them");
}

fn data_is_limited_to_the_byte(mode: Mode) {
    let (running, address) = relay(mode);
    running.toxic("p", "limit_data", "downstream", &json!({"bytes": 1_000}));
    let mut client = connect(&address);
    client.write_all(&[7; 5_000]).unwrap();
    assert_eq!(rest(&client), (vec![7; 1_000], "FIN"));
    // The other direction goes on.
    client.write_all(&[8; 5_000]).unwrap();
    drop(client);
    running.program.stop();
}

fn an_idle_connection_is_reset(mode: Mode) {
    let (running, address) = relay(mode);
    let live = connect(&address);
    ask(&live, "a", "a");
    running.toxic("p", "reset_peer", "downstream", &json!({"timeout": 30}));
    assert_eq!(rest(&live), (vec![], "RST"));
    let start = Instant::now();
    assert_eq!(rest(&connect(&address)), (vec![], "RST"));
    assert!(start.elapsed() >= Duration::from_millis(25), "its time counts from its own start");
    assert_eq!(running.program.event("closed", 1)["reason"], "we-reset");
    running.program.stop();
}

fn nothing_comes_through_a_timeout(mode: Mode) {
    let (running, address) = relay(mode);
    running.toxic("p", "timeout", "downstream", &json!({"timeout": 100}));
    let mut client = connect(&address);
    let start = Instant::now();
    client.write_all(b"lost").unwrap();
    assert_eq!(rest(&client), (vec![], "FIN"));
    assert!(start.elapsed() >= Duration::from_millis(90));
    running.act("DELETE", "/proxies/p/toxics/timeout_downstream");
    running.toxic("p", "timeout", "upstream", &json!({"timeout": 0}));
    let mut client = connect(&address);
    client.write_all(b"late").unwrap();
    client.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
    assert!(client.read(&mut [0; 9]).is_err(), "nothing comes back");
    client.set_read_timeout(Some(crate::program::LIMIT)).unwrap();
    running.act("DELETE", "/proxies/p/toxics/timeout_upstream");
    ask(&client, "", "late");
    running.program.stop();
}

fn a_close_comes_late(mode: Mode) {
    let (running, address) = relay(mode);
    running.toxic("p", "slow_close", "downstream", &json!({"delay": 120}));
    let client = connect(&address);
    ask(&client, "a", "a");
    let start = Instant::now();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(rest(&client), (vec![], "FIN"));
    assert!(start.elapsed() >= Duration::from_millis(120));
    running.program.stop();
}

/// 40,000 bytes at 100 kB/s take 0.4 s, and slices lose nothing.
fn bytes_come_slowly_and_in_slices(mode: Mode) {
    let (running, address) = relay(mode);
    running.toxic("p", "bandwidth", "downstream", &json!({"rate": 100}));
    running.toxic(
        "p",
        "slicer",
        "upstream",
        &json!({"average_size": 1_000, "size_variation": 0, "delay": 10}),
    );
    let client = connect(&address);
    let bytes: Vec<u8> = (0..40_000_u32).map(|index| (index * 7 / 3) as u8).collect();
    let start = Instant::now();
    let sent = bytes.clone();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = &client;
            writer.write_all(&sent).unwrap();
            client.shutdown(Shutdown::Write).unwrap();
        });
        assert!(rest(&client) == (bytes, "FIN"));
    });
    assert!(start.elapsed() >= Duration::from_millis(300));
    running.program.stop();
}

/// A share of the connections gets a toxic; each decides once.
fn toxicity_is_a_share_of_the_connections(mode: Mode) {
    let (running, address) = relay(mode);
    for (toxicity, expected) in [(0.0, 0..=0), (1.0, 40..=40), (0.5, 5..=35)] {
        let body = json!({"type": "limit_data", "toxicity": toxicity, "attributes": {"bytes": 1}});
        running.post("/proxies/p/toxics", &body, 200);
        let met = (0..40).filter(|_| {
            let mut client = connect(&address);
            client.write_all(b"ab").unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            rest(&client).0.len() == 1
        });
        let met = met.count();
        assert!(expected.contains(&met), "{met} of 40 with {toxicity}");
        running.act("DELETE", "/proxies/p/toxics/limit_data_downstream");
    }
    running.program.stop();
}

/// The toxics of a proxy are those of its own connections, and stay while it is disabled.
fn toxics_belong_to_their_proxy(mode: Mode) {
    let (running, address) = relay(mode);
    running.toxic("p", "limit_data", "downstream", &json!({"bytes": 1}));
    let own = running.program.connect();
    ask(&own, "abc", "abc");
    running.post("/proxies/p", &json!({"enabled": false}), 200);
    running.post("/proxies/p", &json!({"enabled": true}), 200);
    let mut client = connect(&address);
    client.write_all(b"abc").unwrap();
    assert_eq!(rest(&client), (b"a".to_vec(), "FIN"));
    drop((own, client));
    running.program.stop();
}

in_each_mode!(
    latency_meets_live_and_new_connections,
    toxics_of_both_streams_add_up,
    data_is_limited_to_the_byte,
    an_idle_connection_is_reset,
    nothing_comes_through_a_timeout,
    a_close_comes_late,
    bytes_come_slowly_and_in_slices,
    toxicity_is_a_share_of_the_connections,
    toxics_belong_to_their_proxy,
);
