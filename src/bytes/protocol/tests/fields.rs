//! Details and evidence, and what must not be in them.

use super::data::{bytes, entries};
use super::{client, found, grow, name, so_far};
use crate::bytes::protocol::{Recognition, Speaker};

fn detail(bytes: &[u8]) -> String {
    found(client(bytes)).full_detail()
}

fn entry(client: &str) -> Vec<u8> {
    entries().into_iter().find(|entry| entry.client == client).unwrap().received()
}

#[test]
fn details_say_what_the_beginning_says() {
    let details = [
        ("redis (Python)", "HELLO"),
        ("mosquitto_pub -V mqttv5", "CONNECT, version 5, keep alive 60 s"),
        ("ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u6"),
        ("pyserial rfc2217://", "options, COM port"),
        ("kdig +tcp", "query, example.org A"),
        ("echoscu", "A-ASSOCIATE-RQ, ECHOSCU to ANY-SCP"),
        ("git ls-remote git://", "git-upload-pack"),
        ("rsyslogd @@(o)", "RFC 3164, with byte counts"),
        ("mllp_send --loose", "HL7 2.5, ADT^A01"),
        ("nghttp", "2 settings"),
        ("ldapsearch -x", "bind, version 3"),
        ("curl --socks4a", "4a, to example.org:80"),
        ("nc -X connect", "CONNECT to 10.1.1.1:80, HTTP/1.0"),
        ("haproxy send-proxy-v2", "127.0.0.1:57944 to 127.0.0.1:18555"),
        ("haproxy check send-proxy-v2", "of the proxy itself"),
        ("curl --haproxy-protocol", "127.0.0.1:53716 to 127.0.0.1:33291, then HTTP/1: GET, HTTP/1.1"),
        ("kafka-python-ng", "ApiVersions version 0, kafka-python-2.2.3"),
        ("PyMongo", "OP_MSG ismaster"),
        ("neo4j (Python)", "versions manifest, 5.0 to 5.8, 4.2 to 4.4, 3.0"),
        ("clickhouse-driver", "ClickHouse python-driver, version 20.10"),
        ("QuickFIX (quickfix-ssl)", "FIX.4.4, Logon"),
        ("pyzmq", "version 3.1, NULL"),
        ("pymavlink tcp:", "version 1, HEARTBEAT"),
        ("smpplib", "bind_transceiver, version 3.4"),
        ("python-oracledb (thin)", "CONNECT, version 319, at least 300"),
    ];
    for (client, wanted) in details {
        assert_eq!(detail(&entry(client)), wanted, "{client}");
    }
}

#[test]
fn greetings_say_which_server_it_is() {
    let details = [
        ("mysql (MariaDB client)", "server 5.5.5-10.11.19-MariaDB-0+deb12u1"),
        ("tarantool (Python)", "version 2.6.0, Binary"),
        ("python-mpd2", "version 0.23.5"),
        ("dlt-receive", "unit ECU1"),
        ("curl imap://", "IMAP4rev1"),
        ("s3270 (no prefix)", "options, TN3270E"),
    ];
    for (client, wanted) in details {
        let entry = entries().into_iter().find(|entry| entry.client == client).unwrap();
        assert_eq!(found(so_far(b"", &entry.sent(), Speaker::Server)).full_detail(), wanted, "{client}");
    }
}

/// Secrets and private data that a protocol carries in clear are left out.
#[test]
fn secrets_are_in_no_detail_and_no_evidence() {
    const SECRET: &str = "Sesame77";
    let with = |begin: &[u8], end: &[u8]| [begin, SECRET.as_bytes(), end].concat();
    let connect = |user: &[u8]| {
        let mut packet = vec![0x10, 0, 0, 4, b'M', b'Q', b'T', b'T', 4, 0xc2, 0, 60, 0, 1, b'c'];
        packet.extend_from_slice(&[0, 8]);
        packet.extend_from_slice(user);
        packet.extend_from_slice(&[0, 8]);
        packet.extend_from_slice(SECRET.as_bytes());
        packet[1] = u8::try_from(packet.len() - 2).unwrap();
        packet
    };
    let mut smpp = bytes("00000000 00000009 00000000 00000001 75 00");
    smpp.extend_from_slice(SECRET.as_bytes());
    smpp.extend_from_slice(&bytes("00 00 34 00 00 00"));
    smpp[3] = u8::try_from(smpp.len()).unwrap();
    let mut rdp = with(&bytes("0300 0000 00 e0 0000 0000 00"), b"\r\n\x01\0\x08\0\x03\0\0\0");
    rdp.splice(11..11, *b"Cookie: mstshash=");
    let length = u8::try_from(rdp.len()).unwrap();
    (rdp[3], rdp[4]) = (length, length - 5);
    let mut x11 = bytes("6c 00 0b00 0000 1200 1000 0000");
    x11.extend_from_slice(b"MIT-MAGIC-COOKIE-1\0\0Sesame77Sesame77");
    let secret = [
        ("HTTP/1", with(b"GET / HTTP/1.1\r\nAuthorization: Bearer ", b"\r\nCookie: a=Sesame77\r\n\r\n")),
        ("HTTP/1", with(b"GET /?token=", b" HTTP/1.1\r\nHost: h\r\n\r\n")),
        ("HTTP/1", with(b"GET http://u:", b"@h/ HTTP/1.1\r\nHost: u:Sesame77@h\r\n\r\n")),
        ("HTTP/1", with(b"CONNECT u:", b"@h:80 HTTP/1.1\r\n\r\n")),
        ("SIP", with(b"REGISTER sip:", b"@h SIP/2.0\r\n")),
        ("RTSP", with(b"DESCRIBE rtsp://u:", b"@h/ RTSP/1.0\r\n")),
        ("STOMP", with(b"CONNECT\nlogin:u\npasscode:", b"\n\n\0")),
        ("STOMP", with(b"STOMP\npasscode:", b"\n\n\0")),
        ("MQTT", connect(b"Sesame77")),
        ("CVS", with(b"BEGIN AUTH REQUEST\n/r\n", b"\nA:Sesame77\nEND AUTH REQUEST\n")),
        ("RESP", with(b"*2\r\n$4\r\nAUTH\r\n$8\r\n", b"\r\n")),
        ("IRC", with(b"PASS ", b"\r\nNICK Sesame77\r\nUSER Sesame77 0 * :Sesame77\r\n")),
        ("SMPP", smpp),
        ("RDP", rdp),
        ("X11", x11),
        ("SOCKS 4", with(&bytes("04 01 0050 0a000001"), b"\0")),
        ("LSV2", with(b"\0\0\0\x11A_LGFILE\0", b"\0")),
        ("git", with(b"0040git-upload-pack /", b"\0host=h\0")),
        ("memcached", with(b"set ", b" 0 0 8\r\nSesame77\r\n")),
        ("PostgreSQL", with(b"\0\0\0\x17\0\x03\0\0user\0", b"\0\0")),
        ("FIX", with(b"8=FIX.4.4\x019=60\x0135=A\x01553=u\x01554=", b"\x01")),
        ("NRPE", with(&bytes("0004 0001 00000000 0000 0000 00000020"), b"!arg\0")),
    ];
    for (protocol, bytes) in secret {
        for length in 0..=bytes.len() {
            if let Recognition::Recognised(found) = client(&bytes[..length]) {
                assert_eq!(found.protocol, protocol);
                let told = format!("{found:?}");
                assert!(!told.contains(SECRET), "{told}");
            }
        }
        assert_eq!(found(client(&bytes)).protocol, protocol);
    }
}

#[test]
fn evidence_says_which_fields_led_there() {
    let evidence = |client: &str| found(super::client(&entry(client))).evidence;
    assert_eq!(evidence("curl https://"), "16 03 01, length 512, ClientHello of 508 bytes");
    assert_eq!(evidence("asyncpg (Python)"), "length 8, code 80877103");
    assert_eq!(evidence("curl http://"), "request line GET ... HTTP/1.1");
    assert_eq!(evidence("amqp-publish"), "begins with 41 4d 51 50 00 00 09 01");
    assert_eq!(evidence("jdb -attach"), "begins with JDWP-Handshake");
}

/// What other programs and other commands of the same protocols begin with: the client's bytes, the answer where that is
/// needed, the name, the detail.
const FORMS: [[&str; 4]; 19] = [
    ["800c000300000000000000030001000000000000000000006b6579", "", "memcached", "binary, get"],
    ["800b00000000000000000000000100000000000000000000", "", "memcached", "binary, version"],
    [
        "80010003080000000000001000000000000000000000000000000000000000006b657976616c7565",
        "",
        "memcached",
        "binary, set",
    ],
    ["64656c657465206b65790d0a", "4e4f545f464f554e440d0a", "memcached", "text, delete"],
    ["696e6372206b657920310d0a", "4e4f545f464f554e440d0a", "memcached", "text, incr"],
    ["636173206b65792030203020352035350d0a76616c75650d0a", "", "memcached", "text, cas"],
    ["000e78adb54d00000600050001610000", "", "EPMD", "ALIVE2"],
    ["00027a61", "7701", "EPMD", "PORT2"],
    ["00027a61", "7700adb54d00000600050001610000", "EPMD", "PORT2"],
    ["100100aa00000000a200000000000070001000000683f2f8", "", "TDS", "LOGIN7"],
    [
        "001f 5b01 2000 0001 0000 0000 0000 012a 07 6578616d706c65 036f7267 00 0010 0001",
        "",
        "DNS",
        "query, *.example.org TXT",
    ],
    [
        "001e 9025 0120 0001 0000 0000 0000 07 50207120612062 045f697070 00 0021 0001",
        "",
        "DNS",
        "query, P q a b._ipp SRV",
    ],
    [
        "0041 3763 2800 0001 0000 0002 0000 07 6578616d706c65 03 6f7267 00 0006 0001 01 61 c00c 0001",
        "",
        "DNS",
        "update, example.org SOA",
    ],
    [
        "3c31333e323032362d31312d33305431393a33323a34332e3239343335312b30303a303020766d20",
        "",
        "syslog",
        "RFC 3164 with a date of RFC 3339",
    ],
    ["2b245153746172744e6f41636b4d6f6465236230", "", "GDB", "remote, QStartNoAckMode"],
    ["000100000005012b0e0100", "", "Modbus", "unit 1, function 43"],
    ["54000000000000ffff03000c00040001040000640000a80200", "", "MELSEC", "4E, network 0, command 0401"],
    ["30050201014200", "", "LDAP", "unbind"],
    ["50494e470d0a", "2b504f4e470d0a", "RESP", "PING"],
];

fn check_form([received, sent, protocol, detail]: [&str; 4]) {
    let (received, sent) = (bytes(received), bytes(sent));
    let whole = so_far(&received, &sent, Speaker::Client);
    assert_eq!(name(&whole), Some(protocol), "{}", received.escape_ascii());
    let found = found(whole);
    assert_eq!((found.full_detail().as_str(), found.sure), (detail, true), "{}", received.escape_ascii());
    assert_eq!(name(&grow(&received, &sent, Speaker::Client)), Some(protocol), "{detail}");
}

#[test]
fn other_forms_of_a_protocol_have_its_name() {
    FORMS.into_iter().for_each(check_form);
    let texts = ["766d", "75", "", ""].map(|text| format!("{text:0<60}{:02x}", text.len() / 2)).concat();
    check_form([&format!("0200020000000000 {texts:0<1008}"), "", "TDS", "login, version 5.0"]);
    let random = (0..1528_u32).map(|number| format!("{:02x}", number.wrapping_mul(2_654_435_761) >> 24));
    check_form([&format!("03 00000000 09007c02 {}", random.collect::<String>()), "", "RTMP", "handshake"]);
}

#[test]
fn what_could_be_another_protocol_has_no_name() {
    for [received, sent] in [
        ["00027a61", ""],
        ["00027a61", "0102"],
        ["64656c65746520610d0a", "4f4b0d0a"],
        ["70696e670d0a", "706f6e67"],
    ] {
        let recognition = so_far(&bytes(received), &bytes(sent), Speaker::Client);
        assert_eq!(name(&recognition), None, "{received} {sent}");
    }
}
