//! Proxies: listeners that come and go while the program runs.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;

use crate::harness::{Controlled, ask, assert_refused, connect, rest, upstream};
use crate::modes::Mode;
use crate::program::{PROGRAM, of_kind};

fn a_proxy_comes_and_goes(mode: Mode) {
    let (first, second) = (upstream("1:"), upstream("2:"));
    let running = Controlled::relay(mode, &first);
    let own = running.program.listening[0].clone();
    assert_eq!(
        running.get("/proxies"),
        json!({&own: {"name": own, "listen": own, "upstream": first, "enabled": true, "toxics": []}})
    );
    let address = running.create("two", &second);
    let expected =
        json!({"name": "two", "listen": address, "upstream": second, "enabled": true, "toxics": []});
    assert_eq!(running.get("/proxies/two"), expected);
    assert_eq!(running.get("/proxies")["two"], expected);
    let stays = connect(&own);
    ask(&stays, "a", "1:a");
    let client = connect(&address);
    ask(&client, "b", "2:b");

    let disabled = running.post("/proxies/two", &json!({"enabled": false}), 200);
    assert_eq!((&disabled["enabled"], &disabled["listen"]), (&json!(false), &json!(address)));
    assert_eq!(rest(&client), (vec![], "FIN"));
    assert_refused(&address);
    ask(&stays, "c", "1:c");

    let enabled = running.request("PATCH", "/proxies/two", Some(&json!({"enabled": true})));
    assert_eq!((enabled.status, enabled.json()), (200, expected));
    let client = connect(&address);
    ask(&client, "d", "2:d");
    running.post("/proxies/two", &json!({"upstream": first}), 200);
    assert_eq!(rest(&client).1, "FIN");
    let client = connect(&address);
    ask(&client, "e", "1:e");

    running.act("DELETE", "/proxies/two");
    assert_eq!(rest(&client).1, "FIN");
    assert_refused(&address);
    assert_eq!(running.request("GET", "/proxies/two", None).status, 404);
    ask(&stays, "f", "1:f");
    drop(stays);
    let events = running.program.stop();
    let closed: Vec<_> = of_kind(&events, "listener-closed").map(|event| &event["address"]).collect();
    assert_eq!(closed, [&json!(address); 3]);
    assert_eq!(of_kind(&events, "listening").count(), 4);
}

fn a_unix_socket_is_listened_on_again(mode: Mode) {
    let name = format!("bytewatch-api-{}-{mode:?}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let address = format!("unix:{}", path.to_str().unwrap());
    let running = Controlled::echo_also_on(mode, &format!("{address},mode=640"));
    let proxy = format!("/proxies/{}", address.replace('/', "%2F"));
    let mode_of_file = || fs::metadata(&path).map(|file| file.permissions().mode() & 0o777).ok();
    for _ in 0..2 {
        assert_eq!(mode_of_file(), Some(0o640));
        let mut client = UnixStream::connect(&path).unwrap();
        client.write_all(b"a").unwrap();
        client.read_exact(&mut [0]).unwrap();
        let disabled = running.post(&proxy, &json!({"enabled": false}), 200);
        assert_eq!((&disabled["enabled"], &disabled["listen"]), (&json!(false), &json!(address)));
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        assert_eq!(mode_of_file(), None);
        assert!(UnixStream::connect(&path).is_err());
        assert_eq!(running.post(&proxy, &json!({"enabled": true}), 200)["enabled"], true);
    }
    running.program.stop();
    assert_eq!(mode_of_file(), None);
}

fn a_proxy_may_begin_disabled(mode: Mode) {
    let server = upstream("");
    let running = Controlled::relay(mode, &server);
    let body = json!({"name": "late", "listen": "localhost:0", "upstream": server, "enabled": false});
    assert_eq!(running.post("/proxies", &body, 201)["enabled"], json!(false));
    running.act("POST", "/reset");
    let proxy = running.get("/proxies/late");
    assert_eq!(proxy["enabled"], json!(true));
    ask(&connect(proxy["listen"].as_str().unwrap()), "x", "x");
    running.program.stop();
}

fn populating_again_changes_nothing(mode: Mode) {
    let (first, second) = (upstream("1:"), upstream("2:"));
    let running = Controlled::relay(mode, &first);
    let body = json!([
        {"name": "one", "listen": "127.0.0.1:0", "upstream": first},
        {"name": "two", "listen": "127.0.0.1:0", "upstream": second, "enabled": false},
    ]);
    let populated = running.post("/populate", &body, 201);
    let listens = |populated: &serde_json::Value| {
        let proxies = populated["proxies"].as_array().unwrap();
        proxies.iter().map(|proxy| proxy["listen"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let addresses = listens(&populated);
    let client = connect(&addresses[0]);
    ask(&client, "a", "1:a");
    running.toxic("one", "latency", "downstream", &json!({"latency": 1}));
    let again = running.post("/populate", &body, 201);
    assert_eq!(listens(&again)[0], addresses[0]);
    assert_eq!(again["proxies"][0]["toxics"][0]["name"], json!("latency_downstream"));
    ask(&client, "b", "1:b");

    let other = json!([{"name": "one", "listen": addresses[0], "upstream": second}]);
    let replaced = running.post("/populate", &other, 201);
    assert_eq!(replaced["proxies"][0]["toxics"], json!([]));
    assert_eq!(rest(&client).1, "FIN");
    ask(&connect(&addresses[0]), "c", "2:c");
    running.program.stop();
}

/// A listener that stays refuses no client while others come and go.
fn other_listeners_refuse_nobody(mode: Mode) {
    let server = upstream("");
    let running = Controlled::relay(mode, &server);
    let (own, over) = (running.program.listening[0].clone(), AtomicBool::new(false));
    thread::scope(|scope| {
        let served = scope.spawn(|| {
            let mut served = 0;
            while !over.load(Ordering::Relaxed) {
                ask(&connect(&own), "x", "x");
                served += 1;
            }
            served
        });
        for _ in 0..20 {
            let address = running.create("other", &server);
            ask(&connect(&address), "y", "y");
            running.act("DELETE", "/proxies/other");
        }
        if mode == Mode::Switching {
            running.program.wait_for_switches(3);
        }
        over.store(true, Ordering::Relaxed);
        assert!(served.join().unwrap() > 0);
    });
    running.program.stop();
}

/// `serve` answers itself, and relays where a proxy says so.
fn a_server_relays_for_a_proxy(mode: Mode) {
    let server = upstream("up:");
    let running = Controlled::echo(mode);
    let own = running.program.listening[0].clone();
    assert_eq!(running.get(&format!("/proxies/{own}"))["upstream"], json!("echo"));
    let address = running.create("relayed", &server);
    ask(&connect(&address), "x", "up:x");
    let echo = running.create("echo", "echo");
    ask(&connect(&echo), "x", "x");
    running.post(&format!("/proxies/{own}"), &json!({"enabled": false}), 200);
    assert_refused(&own);
    running.post(&format!("/proxies/{own}"), &json!({"enabled": true}), 200);
    ask(&connect(&own), "z", "z");
    running.program.stop();
}

#[test]
fn other_machines_are_warned_of() {
    let run = |api: &str| {
        let options = ["-l", "127.0.0.1:0", "--headless", "--for", "50ms", "--api", api];
        let output = Command::new(PROGRAM).args(options).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let warning = run("0.0.0.0:0");
    assert!(warning.contains("other machines can control this program"), "{warning}");
    assert!(!run("127.0.0.1:0").contains("other machines"));
    assert!(!run("0").contains("other machines"), "a port alone is one of 127.0.0.1");
}

in_each_mode!(
    a_proxy_comes_and_goes,
    a_unix_socket_is_listened_on_again,
    a_proxy_may_begin_disabled,
    populating_again_changes_nothing,
    other_listeners_refuse_nobody,
    a_server_relays_for_a_proxy,
);
