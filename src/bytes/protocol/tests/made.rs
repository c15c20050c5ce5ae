//! Beginnings that are made: hellos of TLS from a library, heads of HTTP, PROXY headers, greetings, texts.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::data::bytes;
use super::{Growing, at_end, client, found, grow, name, so_far};
use crate::bytes::protocol::proxy_header::{Addresses, Command, Malformed, ProxyHeader, Version, written};
use crate::bytes::protocol::{Recognition, Speaker};

fn hello(host: &str, protocols: &[&str], versions: &[&'static rustls::SupportedProtocolVersion]) -> Vec<u8> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut hello = Vec::new();
    connection.write_tls(&mut hello).unwrap();
    hello
}

#[test]
fn a_hello_of_tls_says_what_it_asks_for() {
    let (new, old) = (&rustls::version::TLS13, &rustls::version::TLS12);
    let cases = [
        (hello("example.org", &["h2"], &[new, old]), "TLS 1.3 ClientHello, SNI example.org, ALPN h2"),
        (
            hello("a.example", &["h2", "http/1.1"], &[new]),
            "TLS 1.3 ClientHello, SNI a.example, ALPN h2 http/1.1",
        ),
        (hello("a.example", &[], &[old]), "TLS 1.2 ClientHello, SNI a.example"),
        (hello("127.0.0.1", &[], &[new]), "TLS 1.3 ClientHello"),
    ];
    for (hello, wanted) in cases {
        let whole = grow(&hello, b"", Speaker::Client);
        let found = found(whole);
        assert_eq!((found.protocol, found.detail.as_str()), ("TLS", wanted));
        assert!(found.sure && found.complete);
        assert_eq!(super::found(client(&hello[..20])).detail, "ClientHello");
        // The same hello in records of 100 bytes.
        let records = hello[5..].chunks(100).flat_map(|part| {
            let length = u16::try_from(part.len()).unwrap().to_be_bytes();
            [&[0x16, 3, 1], &length[..], part].concat()
        });
        let records: Vec<u8> = records.collect();
        assert_eq!(super::found(grow(&records, b"", Speaker::Client)).detail, wanted);
    }
}

#[test]
fn a_hello_that_is_damaged_stays_tls_without_a_detail() {
    let mut hello = hello("example.org", &["h2"], &[&rustls::version::TLS13]);
    // The length of the session goes beyond the end of the hello.
    hello[43] = 0xff;
    hello[44 + 32] = 0xff;
    let found = found(client(&hello));
    assert_eq!(found.protocol, "TLS");
    assert!(!found.detail.contains("SNI"), "{}", found.detail);
}

#[test]
fn a_hello_in_the_form_of_ssl_2() {
    let mut old = bytes("802e 01 0002 0015 0000 0010");
    old.extend_from_slice(&[7; 0x15 + 0x10]);
    assert_eq!(found(client(&old)).protocol, "SSL 2");
    old[4] = 1;
    old[3] = 3;
    let newer = found(grow(&old, b"", Speaker::Client));
    assert_eq!((newer.protocol, newer.detail.as_str()), ("TLS", "TLS 1.0 ClientHello in the form of SSL 2"));
    old[1] = 0x2f;
    assert_eq!(name(&client(&old)), None);
}

#[test]
fn heads_of_http_say_who_asks_for_what() {
    let cases: [(&[u8], &str, &str); 6] = [
        (b"GET /a?b=c HTTP/1.1\r\nHost: h:80\r\nUser-Agent: curl/8.1\r\n\r\n", "HTTP/1", "GET, HTTP/1.1, host h:80, curl/8.1"),
        (b"GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: eA==\r\n\r\n", "WebSocket", "GET, HTTP/1.1, host h, then WebSocket"),
        (b"GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n", "HTTP/1", "GET, HTTP/1.1, upgrade to h2c"),
        (b"POST / HTTP/1.1\r\nContent-Type: application/ipp\r\n\r\n", "IPP", "POST, HTTP/1.1, then IPP"),
        (b"M-SEARCH * HTTP/1.1\nHost: h\n\n", "HTTP/1", "M-SEARCH, HTTP/1.1, host h"),
        (b"GET / HTTP/1.1\r\nno header\r\n\r\n", "HTTP/1", "GET, HTTP/1.1"),
    ];
    for (head, innermost, wanted) in cases {
        let found = found(grow(head, b"", Speaker::Client));
        assert_eq!((found.protocol, found.innermost()), ("HTTP/1", innermost));
        assert_eq!(found.full_detail(), wanted);
        assert!(found.complete);
    }
    for other in [&b"GET / HTTP/3\r\n\r\n"[..], b"GET /\r\n", b"GET  / HTTP/1.1\r\n", b"GET / HTTP/1.12\r\n"]
    {
        assert_eq!(client(other), Recognition::UnknownText, "{}", other.escape_ascii());
    }
}

#[test]
fn proxy_headers_are_parsed_with_their_fields() {
    let line = b"PROXY TCP6 2001:db8::1 ::1 65535 443\r\n";
    let header = ProxyHeader::parse(&[line, &b"hello"[..]].concat()).unwrap();
    let addresses = header.addresses.unwrap();
    assert_eq!(addresses.source, "[2001:db8::1]:65535".parse().unwrap());
    assert_eq!(addresses.destination, "[::1]:443".parse().unwrap());
    assert_eq!((header.version, header.length), (1, line.len()));
    for length in 0..line.len() {
        assert_eq!(ProxyHeader::parse(&line[..length]), Err(Malformed::Incomplete), "{length}");
    }
    let unknown = ProxyHeader::parse(b"PROXY UNKNOWN ffff f\r\n").unwrap();
    assert_eq!((unknown.command, unknown.addresses), (Command::Proxy, None));

    let binary = bytes(
        "0d0a0d0a000d0a515549540a 21 11 0019 0a000001 0a000002 d431 01bb 01 0002 6832 04 0000 02 0002 6f6b",
    );
    let header = ProxyHeader::parse(&binary).unwrap();
    let fields: Vec<(u8, &[u8])> = header.fields.iter().map(|field| (field.kind, &field.value[..])).collect();
    assert_eq!(fields, [(1, &b"h2"[..]), (4, b""), (2, b"ok")]);
    assert_eq!(header.addresses.unwrap().source, "10.0.0.1:54321".parse().unwrap());
    for length in 0..binary.len() {
        assert_eq!(ProxyHeader::parse(&binary[..length]), Err(Malformed::Incomplete), "{length}");
    }
}

#[test]
fn a_proxy_header_that_is_written_is_read() {
    let ends = |source: &str, destination: &str| {
        Addresses::of_one_family(source.parse().unwrap(), destination.parse().unwrap())
    };
    let mixed = ends("[::ffff:192.0.2.1]:1", "192.0.2.2:65535");
    assert_eq!(mixed, ends("192.0.2.1:1", "192.0.2.2:65535"));
    assert_eq!(ends("192.0.2.1:1", "[::1]:2").source, "[::ffff:192.0.2.1]:1".parse().unwrap());
    let long = format!("[{}]:65535", ["ffff"; 8].join(":"));
    for addresses in [Some(mixed), Some(ends(&long, &long)), Some(ends("192.0.2.1:1", "[fe80::1]:2")), None] {
        for version in [Version::V1, Version::V2] {
            let bytes = written(version, addresses);
            let header = ProxyHeader::parse(&bytes).unwrap();
            assert_eq!((header.length, header.addresses), (bytes.len(), addresses));
            assert_eq!(found(client(&bytes)).client, addresses.map(|addresses| addresses.source));
        }
    }
}

/// What HAProxy 2.6 sends with `proxy-v2-options crc32c,unique-id,ssl`, for a client of TCP and for one of a Unix domain
/// socket.
const OF_HAPROXY: [&str; 2] = [
    "0d0a0d0a000d0a515549540a 21 11 0026 7f000001 7f000001 e3ee 6d6b 03 0004 26dc2b60 05 0008 69642d3233383734 20 0005 0000000000",
    "0d0a0d0a000d0a515549540a 20 00 001a 03 0004 e3d4dc82 05 0008 69642d3233383734 20 0005 0000000000",
];

#[test]
fn the_fields_of_a_proxy_header_are_sent_on() {
    for header in OF_HAPROXY.map(bytes) {
        let parsed = ProxyHeader::parse(&header).unwrap();
        let kinds: Vec<u8> = parsed.fields.iter().map(|field| field.kind).collect();
        assert_eq!(kinds, [3, 5, 0x20]);
        // The bytes are the same ones, and so is their checksum.
        assert_eq!(parsed.sent_on(Version::V2).escape_ascii().to_string(), header.escape_ascii().to_string());
        assert_eq!(parsed.sent_on(Version::V1), written(Version::V1, parsed.addresses));
    }
    let start = "0d0a0d0a000d0a515549540a";
    let names = format!("{}{}", "2f61".repeat(54), "00".repeat(108));
    for unchanged in [
        format!("{start} 21 31 00d8 {names}"),
        format!("{start} 21 31 00df {names} 04 0000 01 0001 78"),
        format!("{start} 21 00 0003 ee 0000"),
    ] {
        let header = bytes(&unchanged);
        assert_eq!(ProxyHeader::parse(&header).unwrap().sent_on(Version::V2), header, "{unchanged}");
    }
    // A datagram becomes a connection, so the header has another checksum, which is right.
    let mut header = bytes(OF_HAPROXY[0]);
    header[13] = 0x12;
    header[31..35].copy_from_slice(&0xe90a_7381_u32.to_be_bytes());
    assert_eq!(ProxyHeader::parse(&header).unwrap().sent_on(Version::V2), bytes(OF_HAPROXY[0]));
}

#[test]
fn a_proxy_header_with_a_wrong_checksum_is_refused() {
    let header = bytes(OF_HAPROXY[0]);
    // Neither the signature, the command, the family nor a length.
    for place in (16..28).chain(31..35).chain(38..46) {
        let mut damaged = header.clone();
        damaged[place] ^= 1;
        assert_eq!(ProxyHeader::parse(&damaged), Err(Malformed::Invalid("its checksum is wrong")), "{place}");
    }
    for (rest, reason) in [
        ("0008 0a000001 0a000002 0001 0002 03 0001 00", "a field is longer than the header"),
        ("0010 0a000001 0a000002 0001 0002 03 0001 00", "its checksum is wrong"),
        (
            "001a 0a000001 0a000002 0001 0002 03 0004 00000000 03 0004 00000000",
            "it has more than one checksum",
        ),
    ] {
        let header = bytes(&format!("0d0a0d0a000d0a515549540a 21 11 {rest}"));
        assert_eq!(ProxyHeader::parse(&header), Err(Malformed::Invalid(reason)), "{rest}");
    }
    // The proxy's own connection is accepted whatever the rest of the header is.
    let mut own = bytes(OF_HAPROXY[1]);
    own[19] ^= 1;
    assert!(ProxyHeader::parse(&own).is_ok());
}

#[test]
fn what_is_no_proxy_header_is_refused() {
    let lines: [&[u8]; 9] = [
        b"PROXY TCP4 127.0.0.1 127.0.0.1 1\r\n",
        b"PROXY TCP4 ::1 ::1 1 2\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 1 65536\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 1 +2\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 01 2\r\n",
        b"PROXY TCP4  127.0.0.1 127.0.0.1 1 2\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\n",
        b"PROXY UDP4 127.0.0.1 127.0.0.1 1 2\r\n",
        b"PROXIES ARE FINE\r\n",
    ];
    for line in lines {
        assert!(matches!(ProxyHeader::parse(line), Err(Malformed::Invalid(_))), "{}", line.escape_ascii());
        assert_eq!(client(line), Recognition::UnknownText, "{}", line.escape_ascii());
    }
    let long = [&b"PROXY UNKNOWN "[..], &[b'x'; 100]].concat();
    assert!(matches!(ProxyHeader::parse(&long), Err(Malformed::Invalid(_))));
    // A field that is longer than the header, and a version that does not exist.
    for damaged in ["21 11 0010 0a000001 0a000002 d431 01bb 01 0002 68", "31 11 0000", "21 11 0004 00000000"]
    {
        let binary = [bytes("0d0a0d0a000d0a515549540a"), bytes(damaged)].concat();
        assert!(matches!(ProxyHeader::parse(&binary), Err(Malformed::Invalid(_))), "{damaged}");
        assert_eq!(found(client(&binary)).detail, "");
    }
}

#[test]
fn what_follows_a_proxy_header_is_recognised() {
    let header = b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n";
    let hello = [&header[..], &hello("example.org", &[], &[&rustls::version::TLS13])].concat();
    let found = found(grow(&hello, b"", Speaker::Client));
    assert_eq!(found.names().collect::<Vec<_>>(), ["PROXY v1", "TLS"]);
    assert_eq!(
        found.full_detail(),
        "10.0.0.1:1 to 10.0.0.2:2, then TLS: TLS 1.3 ClientHello, SNI example.org"
    );
    // The server greets after the header, which says what the client's line is.
    let mail = [&header[..], b"EHLO h\r\n"].concat();
    let found = super::found(grow(&mail, b"220 h ESMTP\r\n", Speaker::Client));
    assert_eq!(found.innermost(), "SMTP");
}

#[test]
fn greetings_are_told_apart() {
    let cases: [(&[u8], &[u8], Option<&str>); 16] = [
        (b"220 mail.example.org ESMTP Postfix (Debian)\r\n", b"", Some("SMTP")),
        (b"220-mail ESMTP Exim 4.96\r\n", b"", Some("SMTP")),
        (b"220 ftp.example.org ESMTP\r\n", b"", Some("SMTP")),
        (b"220 (vsFTPd 3.0.3)\r\n", b"", Some("FTP")),
        (b"220 ProFTPD Server (Debian) [::ffff:127.0.0.1]\r\n", b"", Some("FTP")),
        (b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n", b"", Some("FTP")),
        (b"220 dict.example.org dictd 1.13.0/rf <auth.mime> <1.2@h>\r\n", b"", Some("DICT")),
        (b"220 welcome\r\n", b"", None),
        (b"220 welcome\r\n", b"EHLO h\r\n", Some("SMTP")),
        (b"220 smtp.example.org FTP server\r\n", b"USER u\r\n", Some("FTP")),
        (b"220 welcome\r\n", b"QUIT\r\n", None),
        (b"+OK Dovecot ready.\r\n", b"", None),
        (b"+OK Dovecot ready.\r\n", b"CAPA\r\n", Some("POP3")),
        (b"+OK POP3 server ready <1896.697170952@h>\r\n", b"", Some("POP3")),
        (b"* OK hello\r\n", b"", Some("IMAP")),
        (b"200 OK\r\n", b"", None),
    ];
    for (greeting, received, wanted) in cases {
        let last = grow(received, greeting, Speaker::Server);
        assert_eq!(name(&last), wanted, "{}", greeting.escape_ascii());
        assert_eq!(name(&at_end(received, greeting, Speaker::Server)), wanted);
    }
}

#[test]
fn an_answer_makes_sure_what_a_few_bytes_may_be() {
    let cases: [(&[u8], &[u8], &[u8]); 4] = [
        (b"\x05\x01\x00", b"\x05\x00", b"\x05\x00"),
        (b"\x04\x01\x00\x50\x0a\x00\x00\x01u\x00", b"\x00\x5a", b"\x00\x5a\0\0\0\0\0\0"),
        (b"get key\r\n", b"END\r\n", b"END\r\n"),
        (b"\x00\x01n", b"\x00\x00\x11\x11", b"\x00\x00\x11\x11name a at port 1\n"),
    ];
    for (received, short, answer) in cases {
        assert!(!found(client(received)).sure);
        assert!(found(so_far(received, short, Speaker::Client)).sure);
        assert!(found(grow(received, answer, Speaker::Client)).sure);
        assert!(!found(so_far(received, b"what?\r\n", Speaker::Client)).sure);
    }
}

#[test]
fn typical_texts_have_no_name() {
    let texts: [&[u8]; 20] = [
        b"#include <stdio.h>\nint main(void) { return 0; }\n",
        b"fn main() {}\n",
        "Dass die Übung macht den Meister, wußte schon Großmutter.\r\n".as_bytes(),
        "Съешь же ещё этих мягких французских булок\n".as_bytes(),
        "いろはにほへと ちりぬるを\n".as_bytes(),
        "\u{feff}with a mark\n".as_bytes(),
        b"{\"event\":\"opened\",\"at\":\"2026-11-29T10:17:44.685790Z\"}\n",
        b"name,age\nalice,7\n",
        b"SGVsbG8sIHdvcmxkIQ==\n",
        b"2026-11-29 10:17:44 INFO started\n",
        b"<html><body>hi</body></html>\n",
        b"<13 items> are left\n",
        b"Nov 29 02:23:11 host program: message\n",
        b"GET READY FOR THE SHOW\n",
        b"version 2 is out\n",
        b"get the milk and the bread\n",
        b"CLIENT 7 wants a refund\r\nDEFINITELY\r\n",
        b"*important* words\n",
        b"Caf\xe9 au lait, s'il vous pla\xeet\n",
        b"a\r\n",
    ];
    for text in texts {
        for (received, sent, first) in [(text, &b""[..], Speaker::Client), (b"", text, Speaker::Server)] {
            assert_eq!(so_far(received, sent, first), Recognition::UnknownText, "{}", text.escape_ascii());
        }
        let mut growing = Growing::new();
        (0..=text.len()).for_each(|length| growing.next(client(&text[..length])));
    }
}

#[test]
fn what_is_no_text_is_binary() {
    for bytes in [&b"\x01\x02\x03\x04"[..], b"\0\0\0\0", b"text\0with\0zeros", b"\xfa\xfb"] {
        assert_eq!(at_end(bytes, b"", Speaker::Client), Recognition::UnknownBinary, "{bytes:02x?}");
    }
    assert_eq!(at_end(b"\xff\xfeh\0i\0", b"", Speaker::Client), Recognition::UnknownText);
}
