//! Borders and faults of single rules.

use crate::bytes::frame::tests::{fault, marks, messages, rule};
use crate::bytes::frame::{Fault, Framer, Mark, Reason};

/// Checks where the messages end, whole and cut at every place.
fn check(text: &str, parts: &[&[u8]]) {
    let bytes = parts.concat();
    assert_eq!(messages(&rule(text), &bytes), parts, "{text}");
}

#[test]
fn delimiters() {
    check("lf", &[b"a\n", b"\n", b"b\r\n"]);
    check("crlf", &[b"a\nb\r\n", b"\r\r\n", b"\r\n"]);
    check("nul", &[b"a\0", b"\0"]);
    check(r#"delimiter:"aab""#, &[b"aaab", b"xaab", b"aab"]);
    check(r#"delimiter:"abab""#, &[b"abab", b"ab aabab", b"abab"]);
    check("flag:7e", &[b"~a~", b"b~", b"~~c~"]);
    check("slip", &[b"\xc0\xdb\xdc\xc0", b"\xc0x\xc0"]);
    check("fixed:3", &[b"abc", b"def"]);
}

#[test]
fn lengths() {
    check("length:width=1", &[b"\x02ab", b"\x00", b"\x01c"]);
    check("length:width=2,le", &[b"\x01\x00a", b"\x00\x00"]);
    check("length:offset=1,width=3", &[b"x\0\0\x02ab", b"y\0\0\0"]);
    check("length:width=4,counts=itself", &[b"\0\0\0\x04", b"\0\0\0\x06ab"]);
    check("length:offset=2,width=2,counts=message", &[b"ab\0\x05c", b"ab\0\x04"]);
    check("length:offset=1,width=1,counts=rest,add=-1", &[b"a\x01", b"a\x03bc"]);
    let long = [b"\x80\x01".as_slice(), &[b'x'; 128]].concat();
    check("varint", &[b"\x01a", &long, b"\x00"]);
    check("varint:offset=1", &[b"\xc0\x00", b"\x30\x02ab"]);
    check(r#"decimal:ends=" ""#, &[b"5 hello", b"0 ", b"11 hello world"]);
    check("netstring", &[b"5:hello,", b"0:,"]);
    check("hex:width=4,counts=message,clamp", &[b"0000", b"0001", b"0006ab", b"000Aabcdef"]);
    check("ber", &[b"\x30\x02ab", b"\x30\x81\x01a", b"\x7f\x81\x01\x01x", b"\x05\x00"]);
    check(
        "websocket",
        &[b"\x81\x02hi", b"\x82\x80mask", b"\x81\x7e\x00\x01x", b"\x81\x7f\0\0\0\0\0\0\0\x01y"],
    );
    check("zmtp", &[b"\x04\x02ab", b"\x02\0\0\0\0\0\0\0\x01x", b"\x00\x00"]);
    check("fix", &[b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01", b"8=FIXT.1.1\x019=0\x0110=000\x01"]);
}

#[test]
fn starts_and_ends() {
    check("mllp", &[b"\x0bMSH|\r\x1c\r", b"\x0b\x1c\x1c\r"]);
    check("start-end:start=02,end=03", &[b"\x02ab\x03", b"\x02\x03"]);
    // An escape makes the next byte data.
    check("start-end:start=02,end=03,escape=10", &[b"\x02\x10\x03\x10\x10\x03", b"\x02\x03"]);
    // The end begins with the escape.
    check("start-end:start=1002,end=1003,escape=10", &[b"\x10\x02\x10\x10\x03\x10\x03", b"\x10\x02\x10\x03"]);
    check("gdb", &[b"+", b"$qSupported#37", b"-", b"$}\x03#00", b"\x03", b"%Stop:T05#00"]);
}

#[test]
fn bytes_outside_of_a_start_and_an_end_are_told() {
    let no_start = |at, byte| Mark::Fault(Fault { at, reason: Reason::NoStart(byte), stops: false });
    let found = marks(&rule("start-end:start=616162,end=2e"), b"aaab.xyaab1.");
    let wanted = [
        no_start(0, b'a'),
        Mark::Outside { end: 1 },
        Mark::Message { end: 5 },
        no_start(5, b'x'),
        Mark::Outside { end: 7 },
        Mark::Message { end: 12 },
    ];
    assert_eq!(found, wanted);
    let found = marks(&rule("gdb"), b"xx+$a#00");
    assert_eq!(found, [no_start(0, b'x'), Mark::Outside { end: 3 }, Mark::Message { end: 8 }]);
}

#[test]
fn telnet_has_commands_and_text() {
    check(
        "telnet",
        &[
            b"\xff\xfb\x1f",
            b"login: ",
            b"\xff\xfd\x03",
            b"\xff\xfa\x1f\0\x50\xff\xff\xf0\0\x18\xff\xf0",
            b"a\xff\xffb\r\n",
            b"\n",
            b"x\r\0",
            b"y\0z\r\n",
            b"prompt\xff\xf9",
            b"\xff\xf1",
            b"cut",
            b"\xff\xf4",
        ],
    );
    // Records with line feeds in them, as TN3270 has them.
    check("telnet", &[b"\xff\xfd\x19", b"\x05\n\xff\xff\r\0\n\xff\xef", b"\n\xff\xef"]);
}

#[test]
fn http_has_heads_and_bodies() {
    check(
        "http",
        &[
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            b"\r\nPOST / HTTP/1.1\r\ncontent-LENGTH:  3 \r\n\r\nabc",
            b"PUT / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3;x=y\r\na\r\n\r\n0A\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
            b"DELETE / HTTP/1.0\n\n",
        ],
    );
    check(
        "http",
        &[
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
            b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ],
    );
    // Without a length, a response goes on to the end; a message of SIP has no body.
    let open = b"HTTP/1.1 200 OK\r\n\r\nbody\n\nHTTP/1.1 200 OK\r\n\r\n";
    assert_eq!(marks(&rule("http"), open), []);
    check("http", &[b"SIP/2.0 200 OK\r\nVia: x\r\n\r\n", b"OPTIONS sip:a SIP/2.0\r\nl: 2\r\n\r\nhi"]);
    check("rtsp", &[b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", b"$\x00\x00\x02ab", b"PLAY * RTSP/1.0\r\n\r\n"]);
}

#[test]
fn http_gives_way_to_web_socket() {
    let upgrade = b"GET /chat HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n";
    check("http", &[upgrade, b"\x81\x82maskab", b"\x88\x80mask"]);
    check("http", &[upgrade, b"GET / HTTP/1.1\r\n\r\n"]);
    check("http", &[b"HTTP/1.1 101 Go\r\nupgrade: websocket\r\n\r\n", b"\x81\x01x", b"\x01\x00"]);
    check("http", &[b"CONNECT a:443 HTTP/1.1\r\n\r\n", b"CONNECT a:443 HTTP/1.1\r\n\r\n"]);
    let tunnel = b"CONNECT a:443 HTTP/1.1\r\n\r\n\x16\x03\x01\n\n\n\n";
    assert_eq!(marks(&rule("http"), tunnel), [Mark::Message { end: 26 }]);
}

#[test]
fn lines_with_payloads() {
    check(
        "nats",
        &[
            b"INFO {\"a\":1}\r\n",
            b"PUB a 5\r\n\r\n\r\nx\r\n",
            b"msg a 1 r 0\r\n\r\n",
            b"HPUB a 4 6\r\nheadab\r\n",
            b"PING\r\n",
        ],
    );
    check(
        "memcached",
        &[
            b"set k 0 0 2\r\n\r\n\r\n",
            b"get k\r\n",
            b"VALUE k 0 2 7\r\nab\r\n",
            b"END\r\n",
            b"ms k 2 T0\r\nab\r\n",
            b"VA 2 c1\r\nab\r\n",
        ],
    );
    check("memcached", &[b"\x80\x0a\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0x"]);
    check(
        "stomp",
        &[b"CONNECT\nhost:a\n\n\0", b"\n", b"SEND\ncontent-length:3\n\na\0b\0", b"\r\n", b"X\r\n\r\nbody\0"],
    );
    check("imap", &[b"a LOGIN {5}\r\nuser\n {3+}\r\nabc\r\n", b"* OK {x}\r\n", b"* 1 FETCH {0}\r\n)\r\n"]);
    check(
        "resp",
        &[
            b"*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\n",
            b"+OK\r\n",
            b"PING\r\n",
            b"*2\r\n*1\r\n:1\r\n%1\r\n+a\r\n$-1\r\n",
            b"*-1\r\n",
            b"*0\r\n",
            b"|1\r\n+k\r\n+v\r\n:5\r\n",
            b"$3\r\nabc\r\n",
            b"\r\n",
        ],
    );
}

#[test]
fn first_messages_and_choices() {
    check(
        "http2",
        &[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0\0\x01\x04\0\0\0\0\0x", b"\0\0\0\x04\x01\0\0\0\0"],
    );
    check("http2", &[b"\0\0\x01\x04\0\0\0\0\0x"]);
    check(
        "postgresql",
        &[b"\0\0\0\x08\x04\xd2\x16\x2f", b"\0\0\0\x09\0\x03\0\0\0", b"Q\0\0\0\x06x\0", b"X\0\0\0\x04"],
    );
    check("postgresql", &[b"N", b"R\0\0\0\x08\0\0\0\0", b"N\0\0\0\x05\0", b"S\0\0\0\x04"]);
    check("postgresql", &[b"S", b"\x16\x03\x03\0\x01x", b"\x17\x03\x03\0\0"]);
    check("amqp", &[b"AMQP\0\0\x09\x01", b"\x01\0\0\0\0\0\x02ab\xce", b"\x08\0\0\0\0\0\0\xce"]);
    check("gearman", &[b"status\n", b"\0REQ\0\0\0\x07\0\0\0\x01x", b"workers\r\n"]);
    check("syslog", &[b"<13>a\n", b"4 <1>b", b"<13>c\n"]);
    // What begins like the first message is not always one.
    check(r#"if "abc" lf then nul"#, &[b"ab\n\0", b"abc\n\0"]);
    check(r#"if "abc" lf then nul"#, &[b"abc x\n", b"y\0"]);
    check(r#"if "long beginning" lf else fixed:2"#, &[b"lo", b"ng", b"lo", b"long beginning\n", b"xx"]);
}

#[test]
fn faults_say_where_and_what() {
    let too_short = |length, least| Reason::TooShort { length, least };
    for (text, bytes, wanted) in [
        (
            "length:width=4",
            &b"\0\0\0\x01a\xff\xff\xff\xffb"[..],
            (5, Reason::TooLong { length: 0x1_0000_0003, limit: 1 << 24 }, true),
        ),
        ("length:offset=1,width=2,counts=message", b"x\0\x02", (1, too_short(2, 3), true)),
        ("length:width=1,add=-4", b"\x01", (0, too_short(-2, 1), true)),
        ("varint", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", (0, Reason::TooWide, true)),
        (r#"decimal:ends=" ""#, b"1x", (1, Reason::NoDigit(b'x'), true)),
        (r#"decimal:ends=" ""#, b" ", (0, Reason::NoDigit(b' '), true)),
        (r#"decimal:ends=" ""#, b"99999999999999999999 ", (0, Reason::TooWide, true)),
        ("hex:width=4", b"00g0", (2, Reason::NoDigit(b'g'), true)),
        ("ber", b"\x30\x80", (1, Reason::Indefinite, true)),
        ("ber", b"\x30\x00\x30\x89", (3, Reason::TooWide, true)),
        ("zmtp", b"\x08", (0, Reason::NoStart(8), true)),
        (
            "fix",
            b"8=FIX.4.4\x0135=0",
            (10, Reason::Malformed("behind the version of FIX, 9= has the length"), true),
        ),
        (
            "http",
            b"GET / HTTP/1.1\r\nContent-Length: -1\r\n",
            (16, Reason::Malformed("the Content-Length is not a number"), true),
        ),
        (
            "http",
            b"hello\r\n",
            (0, Reason::Malformed("this line begins no message of HTTP, SIP or RTSP"), true),
        ),
        (
            "http",
            b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            (44, Reason::Malformed("a chunk begins with its length in hex digits"), true),
        ),
        ("resp", b"*1\r\nx\r\n", (4, Reason::NoStart(b'x'), true)),
        (
            "nats",
            b"PUB a\r\n",
            (0, Reason::Malformed("this line has no number of the bytes that follow it"), true),
        ),
        ("lf limit=4", b"12345\n1234\n", (4, Reason::NoEnd { limit: 4 }, false)),
        ("nats limit=10", b"PUB a 9\r\n123456789\r\n", (0, Reason::TooLong { length: 20, limit: 10 }, false)),
    ] {
        assert_eq!(fault(&rule(text), bytes), wanted, "{text}");
        assert!(!wanted.1.to_string().contains('\n'));
    }
}

#[test]
fn framing_goes_on_behind_a_message_that_is_too_long() {
    let no_end = Mark::Fault(Fault { at: 5, reason: Reason::NoEnd { limit: 3 }, stops: false });
    let found = marks(&rule("lf limit=3"), b"a\n12345\nb\n");
    assert_eq!(
        found,
        [Mark::Message { end: 2 }, no_end, Mark::Message { end: 8 }, Mark::Message { end: 10 }]
    );
    // Without an end, it is told once, when it is sure.
    let found = marks(&rule("lf limit=3"), &[b'x'; 500]);
    assert_eq!(found, [Mark::Fault(Fault { at: 3, reason: Reason::NoEnd { limit: 3 }, stops: false })]);
}

#[test]
fn nothing_is_told_behind_a_fault_that_stops() {
    let found = marks(&rule("hex:width=2"), b"00zz000000");
    let wrong = Mark::Fault(Fault { at: 2, reason: Reason::NoDigit(b'z'), stops: true });
    assert_eq!(found, [Mark::Message { end: 2 }, wrong]);
}

#[test]
fn a_pause_ends_a_message() {
    let (mut framer, mut found) = (Framer::new(&rule("idle:200ms")), Vec::new());
    for (at, bytes) in [(0, "ab"), (199_999, "c"), (399_999, "d"), (400_000, "e"), (900_000, "f")] {
        framer.push(Some(at), bytes.as_bytes(), &mut |mark| found.push(mark));
    }
    assert_eq!(found, [Mark::Message { end: 3 }, Mark::Message { end: 5 }]);
    assert!(rule("idle:1s").needs_time() && !rule("lf").needs_time());
}

#[test]
fn the_end_of_a_message_is_known_before_it_comes() {
    let mut framer = Framer::new(&rule("length:width=2"));
    framer.push(None, b"\0\x05ab", &mut |mark| panic!("{mark:?}"));
    assert_eq!((framer.start(), framer.offset(), framer.due()), (0, 4, Some(7)));
}

#[test]
fn the_end_of_a_stream_ends_what_has_no_other_end() {
    let unfinished = |at, bytes| Mark::Fault(Fault { at, reason: Reason::Unfinished { bytes }, stops: true });
    for (text, bytes, wanted) in [
        ("lf", &b"a\n"[..], vec![]),
        ("lf", b"a\nbc", vec![unfinished(2, 2)]),
        ("length:width=1", b"\x05a", vec![unfinished(0, 2)]),
        ("http", b"HTTP/1.1 200 OK\r\n\r\nbody", vec![Mark::Message { end: 23 }]),
        ("http", b"HTTP/1.1 200 OK\r\n", vec![unfinished(0, 17)]),
        ("http", b"CONNECT a HTTP/1.1\r\n\r\n\x16\x03", vec![Mark::Outside { end: 24 }]),
        ("mllp", b"\x0ba\x1c\r\n", vec![Mark::Outside { end: 5 }]),
        ("slip", b"\xc0a\xc0\xc0", vec![Mark::Outside { end: 4 }]),
        ("slip", b"\xc0a", vec![unfinished(0, 2)]),
        ("idle:1s", b"ab", vec![Mark::Message { end: 2 }]),
        ("hex:width=2", b"zz", vec![]),
    ] {
        let (mut framer, mut found) = (Framer::new(&rule(text)), Vec::new());
        framer.push(None, bytes, &mut |_| {});
        framer.finish(&mut |mark| found.push(mark));
        assert_eq!(found, wanted, "{text}: {}", bytes.escape_ascii());
    }
}

#[test]
fn bytes_that_were_not_observed_are_skipped_within_a_message() {
    let (mut framer, mut found) = (Framer::new(&rule("length:width=2")), Vec::new());
    framer.push(None, b"\0\x05ab", &mut |mark| found.push(mark));
    framer.skip(2, &mut |mark| found.push(mark));
    framer.push(None, b"c\0\0\0\x01", &mut |mark| found.push(mark));
    assert_eq!(found, [Mark::Message { end: 7 }, Mark::Message { end: 9 }]);
    framer.skip(2, &mut |mark| found.push(mark));
    let missed = |at, stops| Mark::Fault(Fault { at, reason: Reason::Missed { bytes: 2 }, stops });
    assert_eq!(found[2..], [missed(11, true)]);

    let (mut framer, mut found) = (Framer::new(&rule("crlf")), Vec::new());
    framer.push(None, b"a\r", &mut |mark| found.push(mark));
    framer.skip(2, &mut |mark| found.push(mark));
    framer.push(None, b"\nb\r\n", &mut |mark| found.push(mark));
    assert_eq!(found, [missed(2, false), Mark::Message { end: 8 }]);
}

#[test]
fn a_stream_without_its_beginning_has_no_first_message() {
    let (mut framer, mut found) = (Framer::from_offset(&rule("fixed:8 then lf"), 100), Vec::new());
    framer.push(None, b"ab\ncdefghi\n", &mut |mark| found.push(mark));
    assert_eq!(found, [Mark::Message { end: 103 }, Mark::Message { end: 111 }]);
}
