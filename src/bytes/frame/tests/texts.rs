//! Rules as text.

use crate::bytes::frame::NAMED;
use crate::bytes::frame::rule::Rule;
use crate::bytes::frame::tests::rule;

/// Each of these is written as it is read.
#[test]
fn a_text_of_a_rule_is_written_again() {
    for text in [
        "lf",
        "crlf",
        "nul",
        "slip",
        "hdlc",
        "mllp",
        "telnet",
        "gdb",
        "http",
        "ber",
        "varint",
        "websocket",
        "flag:55",
        "fixed:1036",
        "idle:200ms",
        r#"delimiter:"\r\n.\r\n""#,
        "delimiter:000001",
        r#"delimiter:", | then ""#,
        "length:width=4",
        "length:offset=2,width=2,le,counts=message,add=-2",
        "varint:offset=1",
        r#"decimal:ends=":",add=1"#,
        "hex:width=4,counts=message,clamp",
        "start-end:start=1002,end=1003,escape=10",
        r#""AMQP\x00" then length:offset=3,width=4,add=1"#,
        r#"if "PROXY " crlf then if 14|15|16|17 length:offset=3,width=2 else http"#,
        "fixed:64 then zmtp",
        "lf limit=64KiB",
        "fixed:8 then length:width=8 limit=1MiB",
        "crlf limit=1000",
    ] {
        assert_eq!(rule(text).to_string(), text);
    }
}

#[test]
fn other_texts_mean_the_same() {
    for (text, same) in [
        ("delimiter:0a", "lf"),
        ("delimiter:0D0A", "crlf"),
        (r#"delimiter:"\x00""#, "nul"),
        ("flag:c0", "slip"),
        ("start-end:end=1c0d,start=0b", "mllp"),
        ("length:width=2,be,offset=0,counts=rest,add=0", "length:width=2"),
        ("  lf   limit=16MiB ", "lf"),
        ("idle:2s", "idle:2000ms"),
        ("mqtt", "varint:offset=1"),
        ("modbus", "length:offset=4,width=2"),
        ("fixed:4 then jdwp", r#"fixed:4 then "JDWP-Handshake" then length:width=4,counts=itself"#),
        (r#"if "x" dns else lf"#, r#"if "x" length:width=2 else lf"#),
        (r#"if "x" lf else ldap"#, r#"if "x" lf else if 14|15|16|17 length:offset=3,width=2 else ber"#),
    ] {
        assert_eq!(rule(text), rule(same), "{text}");
        assert_eq!(rule(text).to_string(), same);
    }
}

#[test]
fn a_wrong_text_is_explained_in_one_line() {
    for (text, part) in [
        ("", "a rule is one like lf, crlf, length:width=4"),
        ("crfl", "did you mean crlf?"),
        ("mqqt", "did you mean mqtt?"),
        ("nonsense", "there is no rule 'nonsense': a rule is one like"),
        ("lf:5", "lf takes nothing like '5'"),
        ("delimiter", "delimiter has one value, as in delimiter:0d0a"),
        ("delimiter:xyz", "delimiter is hex digits like 0d0a or text like"),
        (r#"delimiter:"abc"#, "delimiter is hex digits like 0d0a or text like"),
        (r#"delimiter:"\q""#, r"'\q' is not an escape here"),
        (r#"delimiter:"""#, "delimiter has 1 to 64 bytes, not 0"),
        ("flag:7e7e", "flag is a single byte, as in flag:7e"),
        ("fixed:0", "fixed: it has to be more than nothing"),
        ("fixed:x", "fixed: a size is a number"),
        ("idle:5", "idle: a time is a number and ms, s, m or h"),
        ("length", "length needs a width in bytes, as in length:width=4"),
        ("length:width=9", "width is a number from 1 to 8, not '9'"),
        ("length:width=4,offset=65", "offset is a number from 0 to 64, not '65'"),
        ("length:width=4,be,le", "either be, with its high byte first, or le"),
        ("length:width=4,counts=all", "counts is rest, itself or message, not 'all'"),
        ("length:width=4,add=x", "add is a number from -4294967296 to 4294967296, not 'x'"),
        ("length:width=4,bytes=5", "length does not take 'bytes=5' there; it takes offset=N, width=1 to 8"),
        ("length:width=4,width=4", "length does not take 'width=4' there"),
        ("decimal", "decimal needs either a width, as in decimal:width=4, or an end"),
        ("hex:width=4,ends=20", "hex needs either a width"),
        (r#"hex:ends="a""#, "ends has 1 to 4 bytes and does not begin with a digit"),
        ("start-end:start=02", "start-end needs both"),
        ("start-end:start=02,end=03,escape=03", "the end is another byte, or the escape and another byte"),
        ("start-end:start=02,end=1010,escape=10", "the end is another byte, or the escape and another byte"),
        ("lf crlf", "'crlf' is not expected here"),
        ("lf then", "behind then and else stands a rule"),
        ("then lf", "'lf' is not expected here"),
        ("if 00 lf", "a choice is written: if BYTES RULE else RULE"),
        ("if 00 lf else fixed:4 then lf", "then stands before all of if and else"),
        ("if 00 telnet else lf", "telnet does not go together with if"),
        ("if 00 lf else idle:1s", "idle:1s does not go together with if and else"),
        ("if 00 amqp else lf", "amqp is more than one rule"),
        ("if 00 lf else jdwp", "jdwp has a first message of its own"),
        ("lf limit=0", "limit: it has to be more than nothing"),
    ] {
        let message = text.parse::<Rule>().expect_err(text);
        assert!(message.contains(part) && !message.contains('\n'), "{text}: {message}");
    }
}

#[test]
fn every_named_rule_is_one() {
    for named in NAMED {
        let text = rule(named.rule).to_string();
        assert_eq!(text, named.rule, "{}", named.name);
        assert_eq!(rule(named.name), rule(named.rule), "{}", named.name);
    }
    let mut names: Vec<_> = NAMED.iter().map(|named| named.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), NAMED.len());
}
