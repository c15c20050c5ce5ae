//! A program with an API, an HTTP client for it, and servers that the test plays.

use std::io::{ErrorKind, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use serde_json::{Value, json};

use crate::modes::Mode;
use crate::program::{EVENTS, PROGRAM, Program, limited, of_kind};

/// The running program, and where its API is.
pub(crate) struct Controlled {
    pub(crate) program: Program,
    pub(crate) api: String,
}

/// What the API answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
}

impl Answer {
    /// The body, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Controlled {
    /// Starts a relay to this upstream, with one listener.
    pub(crate) fn relay(mode: Mode, upstream: &str) -> Self {
        Self::run(mode, &["relay", upstream])
    }

    /// Starts an echo with one listener.
    pub(crate) fn echo(mode: Mode) -> Self {
        Self::run(mode, &["serve"])
    }

    /// Starts an echo with one more listener.
    pub(crate) fn echo_also_on(mode: Mode, address: &str) -> Self {
        Self::run(mode, &["serve", "-l", address])
    }

    fn run(mode: Mode, arguments: &[&str]) -> Self {
        let events = format!("{EVENTS},api-listening,listener-closed");
        let options = ["-l", "127.0.0.1:0", "--api", "127.0.0.1:0", "--events", &events];
        let program = Program::run(&mut Command::new(PROGRAM), mode, &[arguments, &options].concat());
        let api = program.wait("the address of the API", |events| {
            of_kind(events, "api-listening").find_map(|event| Some(event["address"].as_str()?.to_owned()))
        });
        Self { program, api }
    }

    /// Sends a request, and reads the answer.
    pub(crate) fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(Value::to_string).unwrap_or_default();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.api,
            body.len()
        );
        self.send(text.as_bytes())
    }

    /// Sends these bytes, and reads the answer, which may be none.
    pub(crate) fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = limited(TcpStream::connect(&self.api).unwrap());
        // The server may close before it has read everything.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
        }
        let answer = String::from_utf8(answer).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_lowercase(), text: text.to_owned() }
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.request("GET", path, None);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// Posts, and expects this status.
    pub(crate) fn post(&self, path: &str, body: &Value, status: u16) -> Value {
        let answer = self.request("POST", path, Some(body));
        assert_eq!(answer.status, status, "{path} {body}: {answer:?}");
        answer.json()
    }

    /// Sends a request without a body and without an answer.
    pub(crate) fn act(&self, method: &str, path: &str) {
        let answer = self.request(method, path, None);
        assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{method} {path}");
    }

    /// Creates a proxy on any port, and returns its address.
    pub(crate) fn create(&self, name: &str, upstream: &str) -> String {
        let body = json!({"name": name, "listen": "127.0.0.1:0", "upstream": upstream});
        self.post("/proxies", &body, 201)["listen"].as_str().unwrap().to_owned()
    }

    /// Adds a toxic to a proxy, for all connections.
    pub(crate) fn toxic(&self, proxy: &str, kind: &str, stream: &str, attributes: &Value) {
        let body = json!({"type": kind, "stream": stream, "attributes": attributes});
        self.post(&format!("/proxies/{proxy}/toxics"), &body, 200);
    }
}

/// Connects a client.
pub(crate) fn connect(address: &str) -> TcpStream {
    limited(TcpStream::connect(address).unwrap())
}

/// Fails if the address is listened on.
pub(crate) fn assert_refused(address: &str) {
    let error = TcpStream::connect(address).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

/// Sends a text, and expects this answer.
#[track_caller]
pub(crate) fn ask(stream: &TcpStream, text: &str, answer: &str) {
    let mut stream = stream;
    stream.write_all(text.as_bytes()).unwrap();
    let mut got = vec![0; answer.len()];
    stream.read_exact(&mut got).unwrap();
    assert_eq!(String::from_utf8_lossy(&got), answer);
}

/// Reads until the stream ends, and says how: with FIN, or with RST.
pub(crate) fn rest(mut stream: &TcpStream) -> (Vec<u8>, &'static str) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return (bytes, "FIN"),
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return (bytes, "RST"),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// A server that puts this prefix before what it sends back of each read. Returns its address.
pub(crate) fn upstream(prefix: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || answer(client, prefix));
        }
    });
    address
}

/// Answers until the client ends or is gone.
fn answer(mut client: TcpStream, prefix: &str) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = client.read(&mut piece) {
        if client.write_all(prefix.as_bytes()).and_then(|()| client.write_all(&piece[..length])).is_err() {
            return;
        }
    }
}
