//! Errors in the form of Toxiproxy.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::harness::{Controlled, upstream};
use crate::modes::Mode;

#[test]
fn an_error_has_its_status_and_its_words() {
    let server = upstream("");
    let running = Controlled::relay(Mode::Async, &server);
    running.create("p", &server);
    running.toxic("p", "latency", "downstream", &json!({}));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let latency = "/proxies/p/toxics/latency_downstream";
    let cases = [
        ("GET", "/proxies/q", Value::Null, 404, "proxy not found"),
        ("POST", "/proxies/q", json!({}), 404, "proxy not found"),
        ("DELETE", "/proxies/q", Value::Null, 404, "proxy not found"),
        ("GET", "/proxies/q/toxics", Value::Null, 404, "proxy not found"),
        ("GET", "/proxies/p/toxics/x", Value::Null, 404, "toxic not found"),
        ("DELETE", "/proxies/p/toxics/x", Value::Null, 404, "toxic not found"),
        ("PATCH", "/proxies/p/toxics/x", json!({}), 404, "toxic not found"),
        ("POST", "/proxies", json!({"upstream": server}), 400, "missing required field: name"),
        ("POST", "/proxies", json!({"name": "q"}), 400, "missing required field: upstream"),
        ("POST", "/proxies", json!({"name": "p", "upstream": server}), 409, "proxy already exists"),
        ("POST", "/proxies", json!(["name"]), 400, "bad request body"),
        ("POST", "/proxies", json!({"name": "q", "upstream": "nowhere"}), 400, "it has no port"),
        ("POST", "/proxies", json!({"name": "q", "upstream": server, "listen": "x"}), 400, "'x'"),
        ("POST", "/proxies", json!({"name": "q", "upstream": server, "listen": taken}), 500, "in use"),
        ("POST", "/proxies/p", json!({"enabled": "yes"}), 400, "bad request body"),
        ("POST", "/populate", json!([{"name": "q"}]), 400, "missing required field: upstream at proxy 1"),
        ("POST", "/populate", json!({}), 400, "bad request body"),
        ("POST", "/proxies/p/toxics", json!({"type": "nothing"}), 400, "invalid toxic type"),
        ("POST", "/proxies/p/toxics", json!({"type": "latency"}), 409, "toxic already exists"),
        ("POST", "/proxies/p/toxics", json!({"type": "timeout", "stream": "x"}), 400, "stream was invalid"),
        ("POST", latency, json!({"attributes": {"latency": "x"}}), 400, "latency is a whole number"),
        ("POST", latency, json!({"attributes": {"latency": 1.5}}), 400, "latency is a whole number"),
        ("PUT", "/proxies", json!({}), 405, "method not allowed"),
        ("GET", "/reset", Value::Null, 405, "method not allowed"),
        ("GET", "/nowhere", Value::Null, 404, "page not found"),
        ("GET", "/", Value::Null, 404, "page not found"),
    ];
    for (method, path, body, status, words) in cases {
        let answer = running.request(method, path, (!body.is_null()).then_some(&body));
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        let error = answer.json();
        assert!(error["error"].as_str().unwrap().contains(words), "{method} {path} {body}: {error}");
        assert_eq!((&error["title"], &error["status"]), (&error["error"], &json!(status)));
    }
    assert_eq!(running.get("/proxies").as_object().unwrap().len(), 2, "nothing was created");
    assert_eq!(running.get("/version")["version"], json!("2.12.0"));
    running.program.stop();
}

/// What was created before an error is told with it.
#[test]
fn populating_stops_at_an_error() {
    let server = upstream("");
    let running = Controlled::relay(Mode::Threads, &server);
    let body = json!([
        {"name": "a", "listen": "127.0.0.1:0", "upstream": server},
        {"name": "b", "listen": "127.0.0.1:x", "upstream": server},
        {"name": "c", "listen": "127.0.0.1:0", "upstream": server},
    ]);
    let answer = running.post("/populate", &body, 400);
    assert_eq!(answer["proxies"].as_array().unwrap().len(), 1);
    assert!(answer["error"].as_str().unwrap().contains("127.0.0.1:x"), "{answer}");
    assert_eq!(running.request("GET", "/proxies/c", None).status, 404);
    running.program.stop();
}

/// A listener of `serve` has only the client's side.
#[test]
fn a_toxic_of_what_goes_upstream_needs_an_upstream() {
    let running = Controlled::echo(Mode::Async);
    let path = format!("/proxies/{}/toxics", running.program.listening[0]);
    let answer = running.post(&path, &json!({"type": "latency", "stream": "upstream"}), 400);
    assert!(answer["error"].as_str().unwrap().contains("no upstream"), "{answer}");
    running.post(&path, &json!({"type": "latency", "stream": "downstream"}), 200);
    running.program.stop();
}
