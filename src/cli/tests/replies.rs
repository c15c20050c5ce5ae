//! What `--reply` and `--reply-to` mean.

use super::*;

#[test]
fn what_is_replied_to_can_be_said() {
    let to = |line: &str| match serve(line).server.service {
        ServiceConfig::Reply(_, to) => to,
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(to("--reply ok --reply-to once"), ReplyTo::Once);
    assert_eq!(to("-s reply --reply-to read"), ReplyTo::Read);
    assert_eq!(to("--reply ok --reply-to message"), ReplyTo::Message(Framing::Auto));
    assert_eq!(to("--reply ok --reply-to message --frame lf"), ReplyTo::Message("lf".parse().unwrap()));
    for (line, said) in [
        ("--reply-to once", "--reply-to needs --reply, or --service reply"),
        ("-s discard --reply-to message", "--reply-to needs --reply, or --service reply"),
        (
            "--reply ok --reply-to message --frame none",
            "--reply-to message needs a rule that tells messages apart: --frame is none",
        ),
        (
            "--reply ok --reply-to message --frame idle:1s",
            "--reply-to message cannot be used with --frame idle:1000ms: such a message ends only with the next one",
        ),
        ("--reply ok --reply-to each", "--reply-to cannot be 'each': it is one of read, message, once"),
    ] {
        assert_eq!(wrong(line), said, "{line}");
    }
}

#[test]
fn a_reply_text_chooses_the_service() {
    let reply = |text: &str| ServiceConfig::Reply(Template::parse(text).unwrap(), ReplyTo::Read);
    assert_eq!(serve("--reply ok").server.service, reply("ok"));
    assert_eq!(serve("-s reply --reply ok").server.service, reply("ok"));
    assert_eq!(serve(r"--reply \x06\r\n").server.service, reply("\u{6}\r\n"));
    assert_eq!(
        wrong(r"--reply a\q"),
        r#"--reply cannot be 'a\q': '\q' is not an escape here; the escapes are \n \r \t \\ \" \xNN \u{…}"#
    );
    assert!(matches!(serve("-s reply").server.service, ServiceConfig::Reply(..)));
    let greeted = serve(r"-s discard --greet 220\r\n").server;
    assert_eq!(greeted.greeting, Some(Template::parse("220\r\n").unwrap()));
    assert_eq!(greeted.service, ServiceConfig::Discard);
    assert_eq!(serve("-s discard").server.service, ServiceConfig::Discard);
    assert!(wrong("-s echo --reply ok").contains("echo"));
}
