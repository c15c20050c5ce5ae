use std::time::Duration;

use std::net::SocketAddr;

use super::*;
use crate::bytes::encoding::Encoding;
use crate::bytes::frame::Framing;
use crate::commands::decode;
use crate::event::{Address, BackendKind};
use crate::server::{ListenAddress, Network, Overload, PeerRules, ReplyTo, ServiceConfig, Template};
use crate::shell::{Glyphs, IfTaken, LineKind, Options, Output};

mod configured;
mod helped;
mod opened;
mod replayed;
mod replies;

fn command(line: &str) -> Result<Command, Exit> {
    let args = std::iter::once("bytewatch").chain(line.split_whitespace());
    parse(args.map(OsString::from), &Surroundings::empty())
}

fn serve(line: &str) -> Options {
    match command(line) {
        Ok(Command::Serve(options)) => *options,
        other => panic!("{line}: {other:?}"),
    }
}

fn decode(line: &str) -> decode::DecodeOptions {
    match command(line) {
        Ok(Command::Decode(options)) => options,
        other => panic!("{line}: {other:?}"),
    }
}

fn wrong(line: &str) -> String {
    match command(line) {
        Err(Exit::Usage { message, .. }) => message,
        other => panic!("{line}: {other:?}"),
    }
}

fn inet(text: &str) -> ListenAddress {
    text.parse::<SocketAddr>().unwrap().into()
}

/// The help command that the error of a wrong command line names.
fn help(line: &str) -> String {
    match command(line) {
        Err(Exit::Usage { help, .. }) => help,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn a_port_needs_no_option() {
    let listen = |line: &str| serve(line).server.listen.iter().map(ToString::to_string).collect::<Vec<_>>();
    for line in
        ["9000", "-p 9000", "--port 9000", "serve 9000", "serve -p 9000", "127.0.0.1:9000", "demo 9000"]
    {
        assert_eq!(listen(line), ["127.0.0.1:9000"], "{line}");
    }
    assert_eq!(listen("9000 --headless"), ["127.0.0.1:9000"]);
    assert_eq!(listen("--headless 9000 -b threads"), ["127.0.0.1:9000"]);
    assert_eq!(listen("[::1]:9000"), ["[::1]:9000"]);
    assert_eq!(listen("1 -p 2 -l 3 4"), ["127.0.0.1:1", "127.0.0.1:4", "127.0.0.1:3", "127.0.0.1:2"]);
    assert_eq!(serve("demo 9000").if_taken, IfTaken::Fail);
    assert_eq!(wrong("9000 -p 9000"), "127.0.0.1:9000 is given twice to listen on");
    assert_eq!(
        wrong("99999"),
        "it cannot listen on '99999': '99999' is not a port: a port goes from 0 to 65535"
    );
    assert!(wrong("::1").starts_with("it cannot listen on '::1': an IPv6 address stands in brackets"));
    assert!(wrong("serve relay").starts_with("it cannot listen on 'relay': it has no port"));
    assert_eq!(wrong("-p x"), "--port cannot be 'x': 'x' is not a port: a port goes from 0 to 65535");
    assert_eq!(wrong("9000 decode"), "the command decode comes first, options come after it");
}

#[test]
fn what_has_no_effect_is_refused() {
    for line in [
        "--as web",
        "serve --publish-what counts",
        "relay db:1 --obey close",
        "demo --bus-plain",
        "--bus-prefix x",
    ] {
        let option = line.split(' ').find_map(|word| word.strip_prefix("--")).unwrap();
        assert_eq!(wrong(line), format!("--{option} needs --publish"), "{line}");
    }
    assert!(serve("--publish nats://localhost --as web --obey close").publish.is_some());
    assert!(matches!(command("watch nats://localhost --headless --bus-plain"), Ok(Command::Watch(_))));
    assert_eq!(
        wrong("demo --fleet 3 --headless --publish nats://localhost"),
        "--publish cannot be used with --fleet"
    );
    assert_eq!(wrong("demo --fleet 3 --headless 9000"), "--listen cannot be used with --fleet");
    assert!(wrong("demo --fleet 17 --headless").contains("17"));
    assert!(matches!(command("demo --fleet 3 --headless --script hello"), Ok(Command::Fleet(_))));
}

#[test]
fn what_is_wrong_points_to_the_help_of_its_command() {
    for (line, own) in [
        ("--foo", "bytewatch --help"),
        ("sniff", "bytewatch --help"),
        ("help sniff", "bytewatch --help"),
        ("serve --foo", "bytewatch serve --help"),
        ("demo --speed 0", "bytewatch demo --help"),
        ("demo --reply x -s echo", "bytewatch demo --help"),
        ("load --bar", "bytewatch load --help"),
        ("load 9000 -k idle --rate 5", "bytewatch load --help"),
        ("compare -c x", "bytewatch compare --help"),
        ("decode --foo", "bytewatch decode --help"),
        ("decode one two", "bytewatch decode --help"),
    ] {
        assert_eq!(help(line), own, "{line}");
        // The command that the error names exists.
        let printed = command(own.strip_prefix("bytewatch ").unwrap());
        assert!(matches!(printed, Err(Exit::Help(_))), "{own}");
    }
}

#[test]
fn without_words_it_serves_with_the_dashboard() {
    for line in ["", "serve"] {
        let options = serve(line);
        assert_eq!(options.server.listen, [inet("127.0.0.1:7777")]);
        assert_eq!(options.server.backend, BackendKind::Async);
        assert_eq!(options.server.service, ServiceConfig::Echo);
        assert_eq!(options.server.read_size, 16 * 1024);
        assert_eq!((options.server.max_connections, options.server.idle_timeout), (None, None));
        assert_eq!(options.server.peer_rules, PeerRules::default());
        assert!(matches!(options.server.overload, Overload::Slow));
        assert!(matches!(options.output, Output::Dashboard));
        assert_eq!((options.switch_every, options.stop_after), (None, None));
        assert_eq!((options.budget.history, options.budget.memory), (64 << 10, 192 << 20));
    }
}

#[test]
fn every_option_arrives() {
    let options = serve(
        "serve -l 9000 --listen [::1]:0 -b threads --read-size 1KiB --max-connections 7 --overload shed \
         --allow 10.0.0.0/8 --deny 10.1.2.3 --allow ::1 --idle-timeout 30s --switch-every 500ms --for 2m --headless --events opened,closed --history 512 --memory 1GiB",
    );
    assert_eq!(options.server.listen, [inet("127.0.0.1:9000"), inet("[::1]:0")]);
    assert_eq!(options.server.backend, BackendKind::Threads);
    assert_eq!(options.server.read_size, 1024);
    assert_eq!(options.server.max_connections, Some(7));
    let [ten, one, own] = ["10.0.0.0/8", "10.1.2.3", "::1"].map(|text| Network::parse(text).unwrap());
    assert_eq!(options.server.peer_rules, PeerRules::new(vec![ten, own], vec![one]));
    assert_eq!(options.server.idle_timeout, Some(Duration::from_secs(30)));
    assert!(matches!(options.server.overload, Overload::Shed));
    assert_eq!(options.switch_every, Some(Duration::from_millis(500)));
    assert_eq!(options.stop_after, Some(Duration::from_secs(120)));
    assert_eq!((options.budget.history, options.budget.memory), (512, (1 << 30) - (64 << 20)));
    let Output::Headless(kinds) = options.output else { panic!("headless") };
    let wanted: Vec<_> = LineKind::ALL.into_iter().filter(|kind| kinds.has(*kind)).collect();
    assert_eq!(wanted, [LineKind::Opened, LineKind::Closed]);
}

#[test]
fn ascii_can_be_asked_for() {
    for line in ["--ascii", "serve --ascii -l 0", "demo --ascii"] {
        assert_eq!(serve(line).looks.glyphs, Glyphs::Ascii, "{line}");
    }
    assert_eq!(serve("").looks.glyphs, Glyphs::OfLocale);
}

#[test]
fn times_and_sizes_have_units() {
    assert_eq!(values::time("500ms"), Ok(Duration::from_millis(500)));
    assert_eq!(values::time("2s"), Ok(Duration::from_secs(2)));
    assert_eq!(values::time("1m"), Ok(Duration::from_secs(60)));
    assert_eq!(values::time("1h"), Ok(Duration::from_secs(3600)));
    for bad in
        ["", "5", "s", "0s", "-1s", "1.5s", "2 s", "2S", "99999999999999999999s", "9999999999999999999h"]
    {
        assert!(values::time(bad).is_err(), "{bad}");
    }
    assert_eq!(values::size("512"), Ok(512));
    assert_eq!(values::size("512B"), Ok(512));
    assert_eq!(values::size("64KiB"), Ok(65_536));
    assert_eq!(values::size("3MiB"), Ok(3 << 20));
    assert_eq!(values::size("1GiB"), Ok(1 << 30));
    for bad in ["", "0", "0KiB", "-1", "64k", "64KB", "1.5MiB", "18446744073709551615GiB"] {
        assert!(values::size(bad).is_err(), "{bad}");
    }
    assert!(values::read_size("16MiB").is_ok());
    assert!(values::read_size("17MiB").is_err());
}

#[test]
fn wrong_usage_is_one_line() {
    for line in [
        "-l nonsense",
        "-s ecko",
        "-b fibers",
        "--read-size 0",
        "--max-connections 0",
        "--for soon",
        "--switch-every 0s",
        "--history lots",
        "--overload panic",
        "--events opened",
        "--headless --events opned",
        "relay",
        "--no-such-option",
        "decode one two",
        "decode --anatomie",
        "decode --encoding utf-9",
        "decode --encoding",
        "-l",
    ] {
        let message = wrong(line);
        assert!(
            !message.is_empty() && !message.contains('\n') && !message.contains("Usage"),
            "{line}: {message}"
        );
    }
    assert_eq!(
        wrong("-s ecko"),
        "--service cannot be 'ecko': it is one of echo, discard, reply; did you mean echo?"
    );
    assert_eq!(wrong("--headles"), "there is no option '--headles' here; did you mean --headless?");
    assert_eq!(wrong("--no-such-option"), "there is no option '--no-such-option' here");
    assert_eq!(wrong("decode one two"), "'two' is one word too many");
    assert_eq!(
        wrong("sniff"),
        "there is no command 'sniff': it is serve, relay, demo, load, compare, decode, open, replay, watch, config, completions, man, help, a port to listen on, or none"
    );
    assert!(wrong("serv").ends_with("; did you mean serve?"));
    assert_eq!(wrong("--headless --headless"), "--headless is given twice");
    assert_eq!(wrong("-l 9 -b async decode"), "the command decode comes first, options come after it");
    assert_eq!(wrong("-b"), "--backend needs a value, one of async, threads");
    assert_eq!(wrong("-l"), "--listen needs a value");
    assert!(wrong("--for soon").starts_with("--for cannot be 'soon': a time is a number"));
    for option in ["--for", "--switch-every"] {
        for long in ["9999999999999999999999h", "876001h", "18446744073709551615ms"] {
            let message = wrong(&format!("{option} {long}"));
            assert!(message.contains("less than a century"), "{message}");
        }
    }
    assert!(wrong("--max-connections 99999999999999999999").contains("no machine holds so many"));
    let unknown = wrong("decode --encoding utf-9");
    assert!(unknown.contains("Latin-1") && unknown.contains("--encoding list"), "{unknown}");
    assert!(!wrong("-s \u{1b}[2J").contains('\u{1b}'));
}

#[test]
fn what_cannot_be_is_refused_before_anything_starts() {
    assert_eq!(wrong("-l 9 -l 10 -l 127.0.0.1:9"), "127.0.0.1:9 is given twice to listen on");
    assert_eq!(serve("-l 0 -l 0").server.listen.len(), 2, "any free one, twice");
    assert_eq!(wrong("-l unix:x -l unix:x,mode=660"), "unix:x is given twice to listen on");
    assert_eq!(
        wrong("-l unix:x,mode=8"),
        "--listen cannot be 'unix:x,mode=8': '8' is not a mode: a mode is octal, from 000 to 777, like 660"
    );
    assert!(wrong("demo -l unix:x").contains("need a TCP address"));
    assert!(wrong("--history 257MiB").contains("--memory, which is 256MiB unless"));
    assert!(wrong("--memory 63KiB").contains("--history"));
    assert_eq!(serve("--history 1GiB --memory 1GiB").budget.history, 1 << 30);
}

#[test]
fn decode_knows_its_forms() {
    use decode::{EncodingChoice, Form, Notation, Scope};
    for (line, form) in [
        ("decode", Form::Text),
        ("decode --json", Form::JsonObjects),
        ("decode --malformed", Form::Malformed(Notation::Line)),
        ("decode --malformed --json", Form::Malformed(Notation::Json)),
        ("decode --anatomy", Form::Anatomy(Scope::All, Notation::Line)),
        ("decode --anatomy --json", Form::Anatomy(Scope::All, Notation::Json)),
        ("decode --anatomy --malformed", Form::Anatomy(Scope::Malformed, Notation::Line)),
        ("decode --anatomy --malformed --json", Form::Anatomy(Scope::Malformed, Notation::Json)),
    ] {
        assert_eq!(decode(line).form, form, "{line}");
    }
    assert_eq!(decode("decode").encoding, EncodingChoice::Known(Encoding::UTF_8));
    assert_eq!(decode("decode --encoding LATIN1").encoding, EncodingChoice::Known(Encoding::LATIN_1));
    assert_eq!(decode("decode -e guess").encoding, EncodingChoice::Guess);
    assert_eq!(decode("decode -e list").encoding, EncodingChoice::List);
    assert_eq!(decode("decode -").file, None);
    assert_eq!(decode("decode x.bin").file, Some("x.bin".into()));
    assert_eq!(decode("decode").strictness, decode::Strictness::Lenient);
    assert_eq!(decode("decode --strict").strictness, decode::Strictness::Strict);
}

fn load(line: &str) -> crate::commands::load::LoadOptions {
    match command(line) {
        Ok(Command::Load(options)) => options,
        other => panic!("{line}: {other:?}"),
    }
}

fn target(text: &str) -> Address {
    text.parse::<SocketAddr>().unwrap().into()
}

#[test]
fn a_load_has_fifty_steady_clients_by_default() {
    use crate::client::load::{LoadModel, Pattern, Workload};
    let plan = load("load 9000").plan;
    assert_eq!(plan.target, target("127.0.0.1:9000"));
    assert_eq!((plan.groups, plan.size, plan.pipeline), (vec![(Workload::Steady, 50)], 1_024, 1));
    assert_eq!((plan.load_model, plan.pattern), (LoadModel::ClosedLoop, Pattern::Text));
    assert_eq!((plan.time, plan.ramp), (Duration::from_secs(10), Duration::ZERO));
    let plan =
        load("load [::1]:7 -k steady,idle=1000,churn -c 7 --rate 300 -s 64 --for 2s --ramp 1s -p random")
            .plan;
    assert_eq!(plan.groups, [(Workload::Steady, 4), (Workload::Idle, 1_000), (Workload::Churn, 3)]);
    assert_eq!((plan.load_model, plan.pattern, plan.size), (LoadModel::OpenLoop(300.0), Pattern::Random, 64));
    assert_eq!((plan.time, plan.ramp), (Duration::from_secs(2), Duration::from_secs(1)));
}

#[test]
fn a_load_that_makes_no_sense_is_refused() {
    for (line, part) in [
        ("load", "<TARGET> is missing"),
        ("load 9000 -k steady=5 -c 7", "--connections has nothing to count"),
        ("load 9000 -k steady,idle,churn -c 2", "less than one for each kind"),
        ("load 9000 -k idle --rate 5", "--rate is for steady clients"),
        ("load 9000 -k lazy", "--kind cannot be 'lazy': it is one of steady, bursty"),
        ("load 9000 -k resset=5", "reset; did you mean reset?"),
        ("load 9000 -s 1GiB", "one message has 16MiB at most"),
        ("load unix:", "unix:PATH"),
        ("load unix:@x --source 127.0.0.2", "--source is for a TCP address"),
        ("load :80", "127.0.0.1:80 is this machine"),
        ("load 9000 -c 0", "1 or more"),
        ("load 9000 --rate 5 --pipeline 2", "--pipeline"),
        ("load 9000 --file x -p random", "--pattern"),
        ("load 9000 -p nonsense", "random, ascii, text, malformed"),
    ] {
        let message = wrong(line);
        assert!(message.contains(part) && !message.contains('\n'), "{line}: {message}");
    }
}

#[test]
fn a_comparison_has_three_sizes_by_default() {
    let compare = |line: &str| match command(line) {
        Ok(Command::Compare(options)) => options,
        other => panic!("{line}: {other:?}"),
    };
    let options = compare("compare");
    assert_eq!((options.connections, options.rounds, options.size), (vec![10, 100, 1_000], 5, 1_024));
    assert_eq!((options.targets.len(), options.time), (0, Duration::from_secs(1)));
    let options = compare("compare -c 5 -t a=9000 --target b=[::1]:7 --rounds 9 --json");
    assert_eq!((options.connections, options.rounds), (vec![5], 9));
    assert_eq!(options.targets[0], ("a".to_owned(), target("127.0.0.1:9000")));
    assert_eq!(options.targets[1], ("b".to_owned(), target("[::1]:7")));
    for line in ["compare -t async=9000", "compare -t a=9000 -t a=9001", "compare -t 9000", "compare -c 5,0"]
    {
        assert!(!wrong(line).contains('\n'), "{line}");
    }
}

#[test]
fn a_demo_serves_and_plays() {
    use crate::shell::demo::lesson::{Lesson, LessonSource, Speed};
    let options = serve("demo");
    assert_eq!(options.lesson, Some(Lesson { choice: LessonSource::Default, speed: Speed::AS_WRITTEN }));
    assert_eq!(options.if_taken, IfTaken::TakeAnother);
    assert_eq!(options.server.listen, [inet("127.0.0.1:7777")]);
    let options = serve("demo -l 7777 -b threads --script slow-reader --speed 20 --headless");
    let choice = LessonSource::Named("slow-reader".to_owned());
    assert_eq!(options.lesson, Some(Lesson { choice, speed: Speed::parse("20").unwrap() }));
    assert_eq!(options.if_taken, IfTaken::Fail);
    assert_eq!(options.server.backend, BackendKind::Threads);
    let options = serve("");
    assert_eq!((options.lesson, options.if_taken), (None, IfTaken::Fail));
    assert!(matches!(command("demo --script list"), Ok(Command::Lessons)));
    assert_eq!(
        wrong("demo --speed 101"),
        "--speed cannot be '101': it goes from 0.25 to 100, with two digits behind the point"
    );
    assert!(wrong("--script x").contains("no option '--script'"));
}
