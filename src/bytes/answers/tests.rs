//! Conversations with the pairs in them.

use crate::bytes::answers::pairer::MOST;
use crate::bytes::answers::table::TABLE;
use crate::bytes::answers::{Answered, BEGINNING, PairedMessage, Pairer, Said};
use crate::bytes::frame::{Asked, Beginnings, Framer, Mark, NAMED, Rule};
use crate::bytes::protocol::Speaker::{self, Client, Server};

/// What both sides say, in order of time.
type Conversation<'a> = &'a [(Speaker, &'a [u8])];

/// Which message of the server answers which of the client, and the last words of the pairer.
#[derive(PartialEq, Eq, Debug, Default)]
struct Pairs {
    answers: Vec<(u64, u64)>,
    /// Requests of the server, which the client answers.
    to_server: Vec<(u64, u64)>,
    ends: Option<&'static str>,
}

struct Stream {
    framer: Framer,
    beginnings: Beginnings,
    number: u64,
}

/// Reads a conversation, of which each part comes in reads of these lengths, again and again.
fn pairs(protocol: &str, conversation: Conversation<'_>, cuts: &[usize]) -> Pairs {
    let rule: Rule = protocol.parse().unwrap();
    let stream = || Stream { framer: Framer::new(&rule), beginnings: Beginnings::new(BEGINNING), number: 0 };
    let (mut client, mut server) = (stream(), stream());
    let mut pairer = Pairer::named(protocol).unwrap();
    let mut found = Pairs::default();
    let (mut lengths, mut now) = (cuts.iter().cycle(), 0);
    for &(speaker, mut bytes) in conversation {
        while !bytes.is_empty() {
            let (read, rest) = bytes.split_at(bytes.len().min(*lengths.next().unwrap()));
            bytes = rest;
            now += 1;
            let stream = match speaker {
                Client => &mut client,
                Server => &mut server,
            };
            let mut asked = Vec::new();
            stream.beginnings.push(&mut stream.framer, Some(now), read, &mut |mark, beginning| {
                let Mark::Message { .. } = mark else { panic!("{protocol}: {mark:?}") };
                stream.number += 1;
                asked.extend(Asked::of(beginning.bytes));
                let number = stream.number;
                let (begun, beginning) = (beginning.begun, beginning.bytes);
                let said = pairer.message(speaker, &PairedMessage { number, begun, ended: now, beginning });
                if let Some(answered) = said.answers {
                    let pairs = if speaker == Server { &mut found.answers } else { &mut found.to_server };
                    pairs.push((number, answered.number));
                }
                found.ends = found.ends.or(said.ends);
            });
            if speaker == Client {
                asked.into_iter().for_each(|asked| server.framer.ask(asked));
            }
        }
    }
    found
}

/// The pairs of a conversation, which are the same however it is cut.
fn read(protocol: &str, conversation: Conversation<'_>) -> Pairs {
    let whole = pairs(protocol, conversation, &[usize::MAX]);
    for cuts in [&[1][..], &[2], &[3], &[7], &[64], &[1, 5, 2, 11], &[13, 1, 1, 40]] {
        assert_eq!(pairs(protocol, conversation, cuts), whole, "{protocol} in reads of {cuts:?}");
    }
    whole
}

fn answers(protocol: &str, conversation: Conversation<'_>) -> Vec<(u64, u64)> {
    let Pairs { answers, ends, .. } = read(protocol, conversation);
    assert_eq!(ends, None, "{protocol}");
    answers
}

#[test]
fn every_paired_protocol_has_a_rule() {
    for paired in TABLE {
        assert!(NAMED.iter().any(|named| named.name == paired.name), "{}", paired.name);
    }
}

#[test]
fn redis_answers_in_order_and_pushes_are_no_answers() {
    let pipelined: Conversation<'_> = &[
        (Client, b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\nDBSIZE\r\n\r\n"),
        (Server, b"+PONG\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n$-1\r\n:7\r\n"),
    ];
    assert_eq!(answers("resp", pipelined), [(1, 1), (3, 2), (4, 3)]);
    let subscribed: Conversation<'_> = &[
        (Client, b"*1\r\n$4\r\nPING\r\n"),
        (Server, b"+PONG\r\n"),
        (Client, b"*2\r\n$9\r\nsubscribe\r\n$1\r\na\r\n"),
        (Server, b"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"),
    ];
    let found = read("resp", subscribed);
    assert_eq!(found.answers, [(1, 1)]);
    assert!(found.ends.unwrap().contains("without being asked"));
    assert!(read("resp", &[(Client, b"CLIENT REPLY OFF\r\n")]).ends.is_some());
    assert!(read("resp", &[(Server, b"+OK\r\n")]).ends.unwrap().contains("nobody asked"));
}

#[test]
fn interim_responses_of_http_answer_nothing() {
    let conversation: Conversation<'_> = &[
        (Client, b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"),
        (Server, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"),
        (Client, b"GET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n"),
        (Server, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        (Server, b"HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx"),
    ];
    assert_eq!(answers("http", conversation), [(3, 1), (4, 2), (5, 3)]);
}

#[test]
fn the_response_to_head_has_no_body() {
    let head: Conversation<'_> = &[
        (Client, b"HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\nHEAD /b HTTP/1.1\r\n\r\n"),
        (
            Server,
            b"HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        ),
        (Server, b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (Client, b"GET / HTTP/1.1\r\n\r\n"),
        (Server, b"HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx"),
    ];
    assert_eq!(answers("http", head), [(1, 1), (2, 2), (4, 3), (5, 4)]);
}

#[test]
fn behind_connect_and_an_upgrade_nothing_is_said() {
    let tunnel: Conversation<'_> = &[
        (Client, b"CONNECT a:1 HTTP/1.1\r\n\r\n"),
        (Server, b"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno"),
        (Client, b"CONNECT a:1 HTTP/1.1\r\n\r\n"),
        (Server, b"HTTP/1.1 200 Connection established\r\n\r\n"),
        (Server, b"anything\n\n"),
    ];
    let found = read("http", tunnel);
    assert_eq!((found.answers, found.ends), (vec![(1, 1), (2, 2)], Some("another protocol follows")));
    let upgraded: Conversation<'_> = &[
        (Client, b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
        (Server, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02hi"),
    ];
    let found = read("http", upgraded);
    assert_eq!((found.answers, found.ends), (vec![(1, 1)], Some("another protocol follows")));
    let sip: Conversation<'_> = &[(Client, b"OPTIONS sip:a SIP/2.0\r\n\r\n")];
    assert!(read("http", sip).ends.is_some());
}

#[test]
fn a_reply_of_smtp_ends_with_its_last_line_and_a_mail_has_one() {
    let conversation: Conversation<'_> = &[
        (Server, b"220-mail\r\n220 ready\r\n"),
        (Client, b"EHLO a\r\n"),
        (Server, b"250-mail\r\n250-SIZE 10\r\n250 HELP\r\n"),
        (Client, b"MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\n"),
        (Server, b"250 ok\r\n250 ok\r\n354 go on\r\n"),
        (Client, b"Subject: x\r\n\r\nQUIT\r\n.\r\nQUIT\r\n"),
        (Server, b"250 taken\r\n221 bye\r\n"),
    ];
    // The mail has the messages 5 to 7 of the client, and 8 is its end.
    assert_eq!(answers("smtp", conversation), [(5, 1), (6, 2), (7, 3), (8, 4), (9, 8), (10, 9)]);
    let tls: Conversation<'_> =
        &[(Server, b"220 a\r\n"), (Client, b"STARTTLS\r\n"), (Server, b"220 go\r\n"), (Client, b"x\r\n")];
    let found = read("smtp", tls);
    assert_eq!((found.answers, found.ends), (vec![(2, 1)], Some("TLS follows")));
    assert!(read("smtp", &[(Server, b"220 a\r\n421 closing\r\n")]).ends.is_some());
}

#[test]
fn preliminary_replies_of_ftp_answer_nothing() {
    let conversation: Conversation<'_> = &[
        (Server, b"220 ready\r\n"),
        (Client, b"FEAT\r\n"),
        (Server, b"211-Features:\r\n UTF8\r\n211 End\r\n"),
        (Client, b"RETR a\r\n"),
        (Server, b"150 opening\r\n226 done\r\n"),
    ];
    assert_eq!(answers("ftp", conversation), [(4, 1), (6, 2)]);
    assert!(read("ftp", &[(Server, b"220 a\r\n"), (Client, b"ABOR\r\n")]).ends.is_some());
}

#[test]
fn lines_of_a_mail_of_pop3_answer_nothing() {
    let conversation: Conversation<'_> = &[
        (Server, b"+OK ready\r\n"),
        (Client, b"LIST\r\nRETR 1\r\nLIST 1\r\nRETR 9\r\nQUIT\r\n"),
        (Server, b"+OK\r\n1 10\r\n.\r\n+OK\r\n+OK is a line\r\n..\r\n.\r\n+OK 1 10\r\n-ERR none\r\n+OK\r\n"),
    ];
    assert_eq!(answers("pop3", conversation), [(2, 1), (5, 2), (9, 3), (10, 4), (11, 5)]);
}

#[test]
fn tags_of_imap_pair_and_what_is_untagged_does_not() {
    let conversation: Conversation<'_> = &[
        (Server, b"* OK ready\r\n"),
        (Client, b"a1 NOOP\r\na2 SELECT in\r\n"),
        (Server, b"* 1 EXISTS\r\na2 OK done\r\n+ go\r\na1 NO why\r\na9 OK\r\n"),
    ];
    assert_eq!(answers("imap", conversation), [(3, 2), (5, 1)]);
}

#[test]
fn values_of_memcached_belong_to_one_answer() {
    let conversation: Conversation<'_> = &[
        (Client, b"set a 0 0 2\r\nhi\r\nset b 0 0 1 noreply\r\nx\r\nget a b\r\nstats\r\ndelete a\r\n"),
        (
            Server,
            b"STORED\r\nVALUE a 0 2\r\nhi\r\nVALUE b 0 1\r\nx\r\nEND\r\nSTAT pid 1\r\nEND\r\nDELETED\r\n",
        ),
    ];
    assert_eq!(answers("memcached", conversation), [(1, 1), (4, 3), (6, 4), (7, 5)]);
    let quiet: Conversation<'_> =
        &[(Client, b"set b 0 0 1 noreply\r\nx\r\nget a\r\n"), (Server, b"SERVER_ERROR full\r\nEND\r\n")];
    assert_eq!(read("memcached", quiet).answers, []);
}

#[test]
fn each_query_of_postgresql_ends_with_ready() {
    let conversation: Conversation<'_> = &[
        (Client, b"\0\0\0\x08\x04\xd2\x16\x2f"),
        (Server, b"N"),
        (Client, b"\0\0\0\x09\0\x03\0\0\0"),
        (Server, b"R\0\0\0\x08\0\0\0\0S\0\0\0\x06a\0Z\0\0\0\x05I"),
        (Client, b"Q\0\0\0\x06;\0P\0\0\0\x04S\0\0\0\x04"),
        (Server, b"C\0\0\0\x04Z\0\0\0\x05I1\0\0\0\x04Z\0\0\0\x05I"),
    ];
    assert_eq!(answers("postgresql", conversation), [(1, 1), (4, 2), (6, 3), (8, 5)]);
}

#[test]
fn numbers_pair_in_any_order_and_twice_the_same_says_nothing() {
    let dns = |id: u8, flags: u8| [0, 5, 0, id, flags, 0, 0];
    let asked = [dns(1, 1), dns(2, 1), dns(3, 1), dns(3, 1)].concat();
    let said = [dns(2, 0x81), dns(1, 0x81), dns(1, 0x81), dns(3, 0x81), dns(3, 0x81), dns(9, 0x81)].concat();
    assert_eq!(answers("dns", &[(Client, &asked), (Server, &said)]), [(1, 2), (2, 1)]);
    let modbus: Conversation<'_> = &[
        (Client, b"\0\x01\0\0\0\x02\x01\x03\0\x02\0\0\0\x02\x01\x03"),
        (Server, b"\0\x02\0\0\0\x02\x01\x83\0\x01\0\0\0\x02\x01\x83"),
    ];
    assert_eq!(answers("modbus", modbus), [(1, 2), (2, 1)]);
    let kafka: Conversation<'_> =
        &[(Client, b"\0\0\0\x08\0\x12\0\0\0\0\0\x07"), (Server, b"\0\0\0\x04\0\0\0\x07")];
    assert_eq!(answers("kafka", kafka), [(1, 1)]);
    let ldap: Conversation<'_> = &[
        (Client, b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0\x30\x05\x02\x01\x02\x63\0"),
        (Server, b"\x30\x05\x02\x01\x02\x64\0\x30\x05\x02\x01\x02\x65\0\x30\x05\x02\x01\x01\x61\0"),
    ];
    assert_eq!(answers("ldap", ldap), [(2, 2), (3, 1)]);
}

#[test]
fn both_sides_of_mqtt_acknowledge() {
    let conversation: Conversation<'_> = &[
        (Client, b"\x10\x02\0\0\x82\x04\0\x01\0\0\x32\x05\0\x01a\0\x07\x34\x05\0\x01a\0\x08\x30\x03\0\x01a"),
        (Server, b"\x20\x02\0\0\x90\x03\0\x01\0\x40\x02\0\x07\x50\x02\0\x08\x32\x05\0\x01b\0\x07"),
        (Client, b"\x62\x02\0\x08\x40\x02\0\x07\xc0\0"),
        (Server, b"\x70\x02\0\x08\xd0\0"),
    ];
    let found = read("mqtt", conversation);
    assert_eq!(found.answers, [(1, 1), (2, 2), (3, 3), (4, 4), (6, 6), (7, 8)]);
    assert_eq!((found.to_server, found.ends), (vec![(7, 5)], None));
}

#[test]
fn zookeeper_mongodb_and_others_pair_by_their_numbers() {
    let zookeeper: Conversation<'_> = &[
        (Client, b"\0\0\0\x04\0\0\0\0\0\0\0\x04\0\0\0\x01"),
        (Server, b"\0\0\0\x04\0\0\0\0\0\0\0\x04\xff\xff\xff\xff\0\0\0\x04\0\0\0\x01"),
    ];
    assert_eq!(answers("zookeeper", zookeeper), [(1, 1), (3, 2)]);
    let mongodb: Conversation<'_> = &[
        (Client, b"\x15\0\0\0\x07\0\0\0\0\0\0\0\xdd\x07\0\0\x02\0\0\0\0\x15\0\0\0\x08\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0"),
        (Server, b"\x10\0\0\0\x63\0\0\0\x08\0\0\0\xdd\x07\0\0"),
    ];
    assert_eq!(answers("mongodb", mongodb), [(1, 2)]);
    let cassandra: Conversation<'_> = &[
        (Client, b"\x04\0\0\x05\x01\0\0\0\0"),
        (Server, b"\x84\0\xff\xff\x0c\0\0\0\0\x84\0\0\x05\x02\0\0\0\0"),
    ];
    assert_eq!(answers("cassandra", cassandra), [(2, 1)]);
    let smpp: Conversation<'_> = &[
        (Client, b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01"),
        (Server, b"\0\0\0\x10\x80\0\0\x15\0\0\0\0\0\0\0\x01"),
    ];
    assert_eq!(answers("smpp", smpp), [(1, 1)]);
    let jdwp: Conversation<'_> = &[
        (Client, b"JDWP-Handshake\0\0\0\x0b\0\0\0\x01\0\x01\x01"),
        (Server, b"JDWP-Handshake\0\0\0\x0b\0\0\0\x05\0\x40\x64\0\0\0\x0b\0\0\0\x01\x80\0\0"),
    ];
    assert_eq!(answers("jdwp", jdwp), [(3, 2)]);
    let diameter: Conversation<'_> = &[
        (Client, b"\x01\0\0\x14\x80\0\x01\x01\0\0\0\0\0\0\0\x01\0\0\0\x02"),
        (Server, b"\x01\0\0\x14\0\0\x01\x01\0\0\0\0\0\0\0\x01\0\0\0\x02"),
    ];
    assert_eq!(answers("diameter", diameter), [(1, 1)]);
}

fn message(number: u64, beginning: &[u8]) -> PairedMessage<'_> {
    PairedMessage { number, begun: Some(number * 10 - 3), ended: number * 10, beginning }
}

#[test]
fn the_time_is_from_the_last_byte_of_a_request_to_the_first_of_its_answer() {
    let mut pairer = Pairer::named("resp").unwrap();
    let asked = pairer.message(Client, &message(1, b"PING\r\n"));
    assert_eq!(asked, Said { asks: true, ..Said::default() });
    let said = pairer.message(Server, &message(3, b"+PONG\r\n"));
    assert_eq!(said.answers, Some(Answered { number: 1, after: Some(17) }));
    // Answered before it was asked as a whole.
    pairer.message(Client, &message(4, b"PING\r\n"));
    assert_eq!(pairer.message(Server, &message(4, b"+PONG\r\n")).answers.unwrap().after, Some(0));
}

#[test]
fn too_many_requests_end_the_pairs() {
    for (name, ask) in [("resp", &b"PING\r\n"[..]), ("dns", b"\0\x05\0\x01\x01\0\0")] {
        let mut pairer = Pairer::named(name).unwrap();
        for number in 1..=MOST as u64 {
            let mut ask = ask.to_vec();
            if name == "dns" {
                ask[2..4].copy_from_slice(&(number as u16).to_be_bytes());
            }
            assert!(pairer.message(Client, &message(number, &ask)).asks, "{name}");
        }
        let said = pairer.message(Client, &message(9_999, ask));
        assert_eq!((said.asks, said.ends.unwrap().contains("4096")), (false, true), "{name}");
        assert_eq!(pairer.message(Server, &message(1, b"+PONG\r\n")), Said::default());
        assert!(pairer.has_ended() && pairer.cost() < 1 << 20);
    }
}

#[test]
fn lost_bytes_end_what_is_counted_and_leave_what_is_numbered() {
    let mut counted = Pairer::named("resp").unwrap();
    let mut numbered = Pairer::named("dns").unwrap();
    counted.lose(false);
    numbered.lose(false);
    assert_eq!((counted.has_ended(), numbered.has_ended()), (true, false));
    numbered.lose(true);
    assert!(numbered.has_ended());
}

#[test]
fn the_header_of_a_proxy_is_no_request() {
    let mut pairer = Pairer::named("http").unwrap();
    assert_eq!(pairer.message(Client, &message(1, b"PROXY TCP4 a b 1 2\r\n")), Said::default());
    assert!(pairer.message(Client, &message(2, b"GET / HTTP/1.1\r\n\r\n")).asks);
}
