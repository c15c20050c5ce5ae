//! Clients of the API that send nonsense.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::json;

use crate::harness::{Controlled, ask};
use crate::modes::Mode;

#[test]
fn garbage_is_survived() {
    let running = Controlled::echo(Mode::Async);
    let client = running.program.connect();
    let deep = "[".repeat(100_000);
    let bodies = [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "\u{0}".to_owned(),
        format!("{{\"name\":{deep}"),
        deep,
        r#"{"name":"x","upstream":"127.0.0.1:1","listen":"127.0.0.1:99999999999999999999"}"#.to_owned(),
        r#"{"name":"\ud800","upstream":"127.0.0.1:1"}"#.to_owned(),
    ];
    for path in ["/proxies", "/populate", "/proxies/x/toxics"] {
        for body in &bodies {
            let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
            let text = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
            let answer = running.send(text.as_bytes());
            assert!(matches!(answer.status, 400 | 404), "{path} {answer:?}");
        }
    }
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
        b"POST /proxies HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /proxies HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        &[b'\n'; 100_000],
        &[b'A'; 1_000_000],
    ] {
        let mut stream = TcpStream::connect(&running.api).unwrap();
        // It may be closed before everything is written.
        let _ = stream.write_all(bytes);
    }
    assert_eq!(running.get("/proxies").as_object().unwrap().len(), 1);
    ask(&client, "still here", "still here");
    drop(client);
    running.program.stop();
}

#[test]
fn a_body_is_bounded() {
    let running = Controlled::echo(Mode::Threads);
    for body in ["Content-Length: 999999999999\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"] {
        let head = format!("POST /proxies HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{body}");
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
        let text = format!("{head}{}", chunk.repeat(20));
        // The rest of the body may reset the connection before the answer is read.
        let status = running.send(text.as_bytes()).status;
        assert!(matches!(status, 413 | 0), "{status}");
    }
    assert_eq!(running.get("/proxies").as_object().unwrap().len(), 1);
    running.program.stop();
}

/// A page in a browser can send requests to this machine.
#[test]
fn a_browser_is_refused() {
    let running = Controlled::echo(Mode::Async);
    for header in ["User-Agent: Mozilla/5.0 (X11)", "Origin: http://example.org"] {
        let text = format!("POST /reset HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n\r\n");
        assert_eq!(running.send(text.as_bytes()).status, 403);
    }
    running.program.stop();
}

/// Clients of the API that send nothing take no place of the others, up to a limit.
#[test]
fn silent_clients_do_not_stop_the_others() {
    let running = Controlled::echo(Mode::Async);
    let silent: Vec<_> = (0..50).map(|_| TcpStream::connect(&running.api).unwrap()).collect();
    let answer = running.request("GET", "/proxies", Some(&json!({})));
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: application/json"), "{}", answer.head);
    drop(silent);
    running.program.stop();
}
