//! What real clients and servers sent.

use serde::Deserialize;

use crate::bytes::frame::tests::marks;
use crate::bytes::frame::{Mark, Rule};
use crate::bytes::protocol::{Beginning, Recognition, Speaker, recognise};

#[derive(Deserialize)]
struct Entry {
    client: String,
    first_hex: String,
    #[serde(default)]
    server_hex: String,
    who_first: String,
    /// The lengths of the first reads.
    reads: Vec<u64>,
}

fn entries() -> Vec<Entry> {
    serde_json::from_str(include_str!("../../../../tests/data/clients.json")).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(pair).collect()
}

/// The rule that the recognition chooses for one side of a connection.
fn chosen(entry: &Entry, speaker: Speaker) -> Option<Rule> {
    let (received, sent) = (bytes(&entry.first_hex), bytes(&entry.server_hex));
    let first = if entry.who_first == "server" { Speaker::Server } else { Speaker::Client };
    let beginning = Beginning { received: &received, sent: &sent, first, more: true };
    match recognise(beginning) {
        Recognition::Recognised(found) => Rule::for_recognised(&found, speaker),
        Recognition::Undecided | Recognition::UnknownText | Recognition::UnknownBinary => None,
    }
}

/// Where the messages of these clients end whose first byte is known. A head of which the end is not known has none.
const ENDS: &[(&str, &[u64])] = &[
    ("redis-cli (interactive, tty)", &[27]),
    ("redis (Python)", &[22]),
    ("asyncpg (Python)", &[8]),
    ("mosquitto_pub", &[14]),
    ("mosquitto_pub -V mqttv5", &[18]),
    ("curl mqtt://", &[26]),
    ("plink -telnet", &[3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 47]),
    ("pyserial rfc2217://", &[3, 6, 9, 12, 15, 25, 32, 39, 46]),
    ("kdig +tcp", &[31]),
    ("delv +tcp", &[54]),
    ("gdb target remote", &[1]),
    ("echoscu", &[211]),
    ("pynetdicom", &[287]),
    ("git ls-remote git://", &[55]),
    ("adb devices", &[16]),
    ("adb connect", &[143]),
    ("logger --tcp", &[]),
    ("rsyslogd @@", &[33]),
    ("rsyslogd @@(o)", &[43, 98]),
    ("gpspipe -r", &[36]),
    ("cgps", &[36]),
    ("memcstat", &[9]),
    ("memccat", &[9]),
    ("curl https://", &[517]),
    ("socat OPENSSL:", &[418]),
    ("check_nrpe", &[517]),
    ("curl --haproxy-protocol", &[44]),
    ("curl dict://", &[23, 37, 43]),
    ("curl smb://", &[51]),
    ("smbclient -L", &[230]),
    ("nghttp", &[24, 45, 59, 73]),
    ("grpcio (Python)", &[24, 69]),
    ("ldapsearch -x", &[14, 21]),
    ("ldapsearch (SASL)", &[64]),
    ("yaz-client", &[84]),
    ("nc -X connect", &[32]),
    ("mbpoll -r 100", &[12]),
    ("mllp_send --loose", &[]),
    ("PyVISA-py, terminations set", &[6]),
    ("PyVISA-py, defaults", &[7]),
    ("PyVISA-py HiSLIP", &[23]),
    ("swaks", &[6]),
    ("amqp-publish", &[8]),
    ("stomp.py", &[61]),
    ("kafka-python-ng", &[32, 68]),
    ("kazoo", &[49]),
    ("PyMongo", &[330]),
    ("hazelcast-python-client", &[3, 43]),
    ("python-tds", &[58]),
    ("asyncua", &[59]),
    ("c104", &[6, 12, 28, 50, 56]),
    ("pymcprotocol", &[21]),
    ("pycomm3", &[28]),
    ("pyLSV2", &[16]),
    ("doipclient", &[15]),
    ("pymavlink tcp:", &[17]),
    ("smpplib", &[25]),
    ("QuickFIX (quickfix-ssl)", &[81]),
    ("gearman", &[54]),
    ("gearadmin --status", &[8]),
    ("cvs pserver", &[19, 22, 24, 27, 44]),
    ("ii", &[11, 48]),
    ("ffprobe rtsp", &[]),
    ("pactl", &[296]),
    ("jdb -attach", &[14, 25]),
    ("epmd -names", &[3]),
    ("xfreerdp", &[39]),
    ("pyzmq", &[64]),
    ("pynng", &[8]),
    ("rpyc", &[14, 91]),
    ("multiprocessing.connection", &[21]),
    ("python-osc TCP (default)", &[18]),
    ("python-osc TCP mode 1.0", &[20]),
    ("curl http://", &[]),
    ("curl -T - (chunked PUT)", &[]),
    ("lp -h", &[]),
    ("sipsak -E tcp", &[]),
    ("Java HttpClient", &[]),
    ("websockets (Python)", &[]),
    ("chromium http", &[]),
    ("wget", &[]),
    ("ab", &[]),
];

#[test]
fn the_messages_of_real_clients_end_where_they_should() {
    let entries = entries();
    let mut wrong = Vec::new();
    for (client, ends) in ENDS {
        let entry = entries.iter().find(|entry| entry.client == *client).expect(client);
        let rule = chosen(entry, Speaker::Client).unwrap_or_else(|| panic!("{client} has no rule"));
        let found = ends_of(entry, &rule);
        if found != *ends {
            wrong.push(format!("{client}: {rule}: {found:?}, not {ends:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the messages end of which the first byte is known.
fn ends_of(entry: &Entry, rule: &Rule) -> Vec<u64> {
    let mut bytes = bytes(&entry.first_hex);
    if entry.client == "hazelcast-python-client" {
        // The frames behind the first one were replaced by zeros, with the random bytes in it.
        bytes.truncate(43);
    }
    let known = bytes.len() as u64;
    let total = entry.reads.iter().sum::<u64>() as usize;
    bytes.resize(total.max(bytes.len()), b'x');
    let (mut ends, mut start) = (Vec::new(), 0);
    for mark in marks(rule, &bytes) {
        match mark {
            Mark::Message { end } if start < known => ends.push(end),
            Mark::Message { .. } => {}
            other if start < known => panic!("{}: {rule}: {other:?}", entry.client),
            Mark::Outside { .. } | Mark::Fault(_) => {}
        }
        if let Mark::Message { end } | Mark::Outside { end } = mark {
            start = end;
        }
    }
    ends
}

/// All clients that are recognised and have a rule are in the table.
#[test]
fn every_real_client_with_a_rule_is_tested() {
    let tested = |entry: &Entry| ENDS.iter().any(|(client, _)| *client == entry.client);
    let differs = |entry: &Entry| chosen(entry, Speaker::Client).is_some() != tested(entry);
    let entries = entries().into_iter().filter(|entry| !entry.first_hex.is_empty());
    let wrong: Vec<String> = entries.filter(differs).map(|entry| entry.client).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The greetings of servers are a message each, where all of them is known.
#[test]
fn the_greetings_of_real_servers_are_messages() {
    let mut tested = 0;
    for entry in entries().iter().filter(|entry| !entry.server_hex.is_empty()) {
        let Some(rule) = chosen(entry, Speaker::Server) else { continue };
        let mut bytes = bytes(&entry.server_hex);
        if entry.client == "nats-py" {
            bytes.extend_from_slice(b"}\r\n");
        }
        if entry.client == "dlt-receive" {
            bytes.resize(32, 0);
        }
        let found = marks(&rule, &bytes);
        assert_eq!(found, [Mark::Message { end: bytes.len() as u64 }], "{}: {rule}", entry.client);
        tested += 1;
    }
    assert_eq!(tested, 9);
}

/// A header of a proxy is a message before those of the protocol behind it.
#[test]
fn a_header_of_a_proxy_is_a_message() {
    let entry = |client: &str| entries().into_iter().find(|entry| entry.client == client).unwrap();
    let entry = entry("curl --haproxy-protocol");
    let rule = chosen(&entry, Speaker::Client).unwrap();
    assert_eq!(rule.to_string(), "if \"PROXY \" crlf then http");
    assert_eq!(chosen(&entry, Speaker::Server).unwrap().to_string(), "http");
    let second = [
        &b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\xe2\x58\x48\x7b"[..],
        b"*1\r\n$4\r\nPING\r\n",
    ];
    let received = second.concat();
    let beginning = Beginning { received: &received, sent: b"", first: Speaker::Client, more: true };
    let Recognition::Recognised(found) = recognise(beginning) else { panic!("{received:?}") };
    let rule = Rule::for_recognised(&found, Speaker::Client).unwrap();
    assert_eq!(marks(&rule, &received), [Mark::Message { end: 28 }, Mark::Message { end: 42 }]);
}
