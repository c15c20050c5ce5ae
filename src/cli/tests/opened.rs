//! The command line of `open`.

use super::*;
use crate::event::ConnectionId;
use crate::shell::open::OpenOutput;

#[test]
fn a_recording_is_opened() {
    let opened = |line: &str| match command(line) {
        Ok(Command::Open(options)) => options,
        other => panic!("{line}: {other:?}"),
    };
    let options = opened("open - --speed 2.5 --memory 1MiB");
    assert!(options.file.is_none() && options.speed.is_some() && options.connection.is_none());
    let OpenOutput::Dashboard { budget, .. } = options.output else { panic!() };
    assert_eq!((budget.history, budget.memory), (1 << 20, 1 << 20));
    let options = opened("open a.pcap --headless --events bytes --connection #3");
    assert_eq!((options.file, options.connection), (Some("a.pcap".into()), Some(ConnectionId(3))));
    for (line, why) in [
        ("open", "FILE"),
        ("open x --events bytes", "--events needs --headless"),
        ("open x --connection 0", "connections are counted from 1"),
        ("open x --speed 0", "0.01 to 10000"),
        ("open x --headless --speed 2", "cannot be used with"),
    ] {
        let message = wrong(line);
        assert!(message.contains(why), "{line}: {message}");
    }
}
