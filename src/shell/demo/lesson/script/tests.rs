use proptest::prelude::*;

use super::*;

fn wrong(text: &str) -> String {
    Script::parse(text).expect_err(text).to_string()
}

fn name(text: &str) -> ClientName {
    ClientName::new(text).unwrap()
}

#[test]
fn a_lesson_has_a_title_and_steps() {
    let text = "# A first look\n\n  # more\nwait 2s\n  say  Hello, # you!  \nsay\nclient ann\ntalk ann 700ms \"a\", e2, 82 ac\n";
    let script = Script::parse(text).unwrap();
    assert_eq!(script.title, "A first look");
    let messages = vec![b"a".to_vec(), b"\xe2".to_vec(), b"\x82\xac".to_vec()];
    let expected = [
        Step::Wait(Duration::from_secs(2)),
        Step::Say("Hello, # you!".to_owned()),
        Step::Say(String::new()),
        Step::Client(name("ann")),
        Step::Talk(name("ann"), Duration::from_millis(700), messages),
    ];
    assert_eq!(script.steps, expected);
    assert_eq!(Script::parse("").unwrap().title, "");
    assert_eq!(Script::parse("wait 1s\n# late").unwrap().title, "");
    assert_eq!(Script::parse("\u{feff}# first\r\nwait 1s\r\n").unwrap().title, "first");
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (text, message) in [
        ("\n\nsned ann 00", "line 3: there is no step 'sned'; there are wait, say, client, send"),
        ("wait", "line 1: a time is a number and ms"),
        ("wait 0s", "line 1: it has to be more than nothing"),
        ("wait 1s 2s", "line 1: a time is"),
        ("client", "line 1: a name is missing"),
        ("client ann bob", "line 1: 'ann bob' is no name"),
        ("client \u{1b}[2J", "line 1: '\u{1b}[2J' is no name"),
        ("client ann\nsend ann", "line 2: there are no bytes"),
        ("client ann\nsend ann \"x\", \"y\"", "line 2: a comma stands between messages"),
        ("client ann\ntalk ann \"x\"", "line 2: a time is"),
        ("client ann\ntalk ann 1s", "line 2: there are no bytes"),
        ("crowd many 20 steady", "line 1: a crowd has a name, a number"),
        ("crowd many 20 lazy 1KiB", "line 1: there is no kind 'lazy': there are steady, bursty"),
        ("crowd many 0 steady 1KiB", "line 1: it has to be 1 or more"),
        ("crowd many 1 steady 17MiB", "line 1: a message has 16MiB at most"),
        ("crowd many 1 idle 1B rate 5", "line 1: a rate is for steady clients"),
        ("crowd many 1 steady 1B rate", "line 1: a crowd has"),
        ("switch fibers", "line 1: there is no backend 'fibers': there are async, threads, other"),
        ("hurt much", "line 1: nothing hurts like 'much': there are hang, work, slow-reader, idle, burst"),
        ("hurt", "line 1: nothing hurts like ''"),
        ("heal all", "line 1: nothing hurts like 'all'"),
        ("press", "line 1: a key is missing"),
        ("press 3 Entre", "line 1: there is no key 'Entre'"),
        ("wait 1s\nrepeat 3", "line 2: nothing stands behind repeat"),
    ] {
        let said = wrong(text);
        assert!(said.starts_with(message) && !said.contains('\n'), "{text}: {said}");
    }
}

#[test]
fn a_step_for_a_client_that_is_not_connected_is_an_error() {
    for step in
        ["send a 00", "talk a 1s 00", "quiet a", "deaf a", "hears a", "finish a", "reset a", "select a"]
    {
        let message = "a is not connected: client a has to come first";
        assert_eq!(wrong(step), format!("line 1: {message}"));
        assert_eq!(wrong(&format!("client a\nfinish a\n{step}")), format!("line 3: {message}"));
        assert!(Script::parse(&format!("client a\n{step}")).is_ok());
    }
    assert_eq!(wrong("client a\nclient a"), "line 2: a is connected already");
    assert!(Script::parse("client a\nreset a\nclient a").is_ok());
    assert_eq!(wrong("end many"), "line 1: there is no crowd many");
    assert_eq!(wrong("client a\nend a"), "line 2: there is no crowd a");
    assert_eq!(wrong("crowd a 1 idle 1B\ncrowd a 1 idle 1B"), "line 2: the crowd a is there already");
}

#[test]
fn what_repeats_can_do_so() {
    assert!(Script::parse("client a\nwait 1s\nsend a 00\nclient b\nfinish b\nrepeat").is_ok());
    assert_eq!(wrong("wait 1s\nclient b\nrepeat"), "line 2: the second time round, b is connected already");
    assert!(
        wrong("client a\nwait 1s\nfinish a\nrepeat").starts_with("line 3: the second time round, a is not")
    );
    assert_eq!(wrong("say x\nrepeat"), "line 2: repeat needs a wait before it");
    assert_eq!(wrong("wait 1s\nrepeat\nsay x"), "line 2: repeat is the last step, and this is not the last");
}

/// Words of the language of lessons, and words that are none.
fn fragments() -> impl Strategy<Value = String> {
    let words = STEPS.split(", ").map(str::to_owned).collect::<Vec<_>>();
    let others = [
        "a",
        "b",
        "1s",
        "700ms",
        "\"x",
        "\"\\u{e9}\"",
        "e2",
        "82 ac",
        ",",
        "*",
        "*3",
        "\\",
        "steady",
        "rate",
        "20",
        "256B",
        "threads",
        "hang",
        "Enter",
        "^C",
        "^",
        "F1",
        "\n",
        "\n",
        "\n",
        " ",
        "#",
        "é",
        "😀",
    ];
    prop_oneof![
        prop::sample::select(words),
        prop::sample::select(others.map(str::to_owned).to_vec()),
        "\\PC{0,8}",
    ]
}

proptest! {
    #[test]
    fn any_text_is_a_lesson_or_one_line(parts in prop::collection::vec(fragments(), 0..40), glue in "[ \n]") {
        if let Err(error) = Script::parse(&parts.join(&glue)) {
            prop_assert!(error.line >= 1);
            prop_assert!(!error.to_string().contains('\n'));
        }
    }

    #[test]
    fn any_bytes_are_sent_as_they_are(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
        let hex: String = bytes.iter().map(|byte| format!(" {byte:02x}")).collect();
        let quoted: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        let script = Script::parse(&format!("client a\nsend a{hex}\nsend a \"{quoted}\"")).unwrap();
        let expected = Step::Send(name("a"), bytes);
        prop_assert_eq!(&script.steps[1..], [expected.clone(), expected]);
    }
}
