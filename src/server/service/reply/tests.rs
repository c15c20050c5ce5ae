//! Tests of the service `reply`.

use super::*;
use crate::server::service::template::Template;

fn service(template: &str, to: &ReplyTo) -> Reply {
    Reply::new(Template::parse(template).unwrap().fill("127.0.0.1:5000", 7), to, b"")
}

fn answers(template: &str, reads: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut service = service(template, &ReplyTo::Read);
    let bytes = |answer| match answer {
        Answer::Bytes(Side::Client, bytes) => bytes,
        Answer::Nothing => Vec::new(),
        other => panic!("{other:?}"),
    };
    reads.iter().map(|read| bytes(service.received(Side::Client, read))).collect()
}

fn reply(template: &str, reads: &[&[u8]]) -> Vec<String> {
    answers(template, reads).into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
}

#[test]
fn the_template_is_filled_in() {
    let template = "#{connection} {peer}: {bytes} bytes, «{text}»\n";
    assert_eq!(reply(template, &[b"hi"]), ["#7 127.0.0.1:5000: 2 bytes, «hi»\n"]);
}

#[test]
fn what_is_not_a_placeholder_stays() {
    assert_eq!(reply("{ {} {texts} {text", &[b"x"]), ["{ {} {texts} {text"]);
    assert_eq!(reply("{{text}}", &[b"x"]), ["{x}"]);
    assert_eq!(reply("", &[b"x"]), [""]);
}

#[test]
fn escapes_are_their_bytes() {
    let template = r#"OK\r\n\t\\\"\x06\xff\u{20ac} {bytes}"#;
    assert_eq!(answers(template, &[b"x"]), [b"OK\r\n\t\\\"\x06\xff\xe2\x82\xac 1"]);
    assert_eq!(reply(r"{text}\n", &[b"a"]), ["a\n"]);
    // A brace that is written as an escape begins no name, and braces of an escape are its own.
    assert_eq!(reply(r"\x7btext} \u{7b}bytes} \u{41}", &[b"a"]), ["{text} {bytes} A"]);
}

#[test]
fn what_was_typed_before_there_were_escapes_stays_the_same() {
    let json = r#"{"ok":true,"n":{"a":[{}]}}"#;
    assert_eq!(reply(json, &[b"x"]), [json]);
    assert_eq!(reply("{nosuch} {Text}", &[b"x"]), ["{nosuch} {Text}"]);
}

#[test]
fn a_wrong_escape_is_refused() {
    for wrong in [r"\q", r"a\", r"\x0", r"\u{110000}", r"\{text}"] {
        let message = Template::parse(wrong).expect_err(wrong);
        assert!(!message.contains('\n'), "{wrong}: {message}");
    }
}

#[test]
fn a_character_cut_by_a_read_is_answered_once_it_is_whole() {
    assert_eq!(reply("[{text}]", &[b"a\xe2", b"\x82\xac", b"\xff"]), ["[a]", "[€]", "[\u{fffd}]"]);
}

#[test]
fn what_was_read_cannot_add_placeholders() {
    assert_eq!(reply("{text}", &[b"{peer}"]), ["{peer}"]);
}

#[test]
fn an_answer_is_bounded_whatever_is_read() {
    for template in
        ["{text}".repeat(1000), "x{bytes}{text}".repeat(500), "{text}".into(), "{peer}\n".repeat(9000)]
    {
        let mut service = service(&template, &ReplyTo::Read);
        let read = service.max_read().min(16 << 20);
        for input in [b"\xf0\x9f\x92".to_vec(), vec![0xff; read], vec![b'a'; read], vec![0xe2; read]] {
            let input = &input[..input.len().min(read)];
            if let Answer::Bytes(_, bytes) = service.received(Side::Client, input) {
                assert!(bytes.capacity() <= MAX_ANSWER, "{}", bytes.capacity());
            }
        }
    }
    let mut longest = service(&"{text}".repeat(200_000), &ReplyTo::Read);
    assert_eq!(longest.max_read(), 1, "whatever the template");
}

/// What is answered to each of these reads.
fn replies(to: &ReplyTo, template: &str, reads: &[&[u8]]) -> Vec<String> {
    let mut service = service(template, to);
    let text = |answer| match answer {
        Answer::Bytes(Side::Client, bytes) => String::from_utf8(bytes).unwrap(),
        Answer::Nothing => String::new(),
        other => panic!("{other:?}"),
    };
    reads.iter().map(|read| text(service.received(Side::Client, read))).collect()
}

#[test]
fn messages_are_answered_when_they_end() {
    let lines = ReplyTo::Message("lf".parse().unwrap());
    let reads: [&[u8]; 5] = [b"a\xe2", b"\x82", b"\xac\nb\n", b"\n\xff\nrest", b"\n"];
    assert_eq!(
        replies(&lines, "{bytes} {text}", &reads),
        ["", "", "5 a€\n2 b\n", "1 \n2 \u{fffd}\n", "5 rest\n"]
    );
    assert_eq!(replies(&lines, "ok", &[b"\n\n\n"]), ["okokok"]);
}

#[test]
fn the_text_of_a_long_message_is_cut() {
    let blocks = ReplyTo::Message("fixed:200000".parse().unwrap());
    let euros = "€".repeat(200_000);
    let reads: Vec<_> = euros.as_bytes()[..200_000].chunks(7_000).collect();
    let text = replies(&blocks, "{bytes} {text}", &reads).concat();
    assert_eq!(text, format!("200000 {}", "€".repeat(MAX_TEXT / 3)), "and no half character");
}

#[test]
fn the_first_read_alone_is_answered() {
    assert_eq!(replies(&ReplyTo::Once, "{bytes}", &[b"one", b"two", b"three"]), ["3", "", ""]);
}

#[test]
fn the_answer_to_many_messages_is_bounded() {
    let lines = ReplyTo::Message("lf".parse().unwrap());
    for template in ["ok".to_owned(), "{text}".repeat(9), "x{bytes}{text}".repeat(3), "y".repeat(500)] {
        let mut service = service(&template, &lines);
        let most = service.max_read();
        assert!(most > 500, "{most}");
        for byte in [b'\n', 0xff, b'a', b'\n'] {
            let input = vec![byte; most];
            if let Answer::Bytes(_, bytes) = service.received(Side::Client, &input) {
                assert!(bytes.capacity() <= MAX_ANSWER, "{}", bytes.capacity());
            }
        }
    }
}
