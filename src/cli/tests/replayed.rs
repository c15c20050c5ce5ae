//! The command line of `replay`.

use super::*;
use crate::commands::replay::{GapPolicy, ReplayForm, ReplayKinds, ReplayOptions, ReplayOutput, ReplayRole};
use crate::event::ConnectionId;
use crate::event::codec::LineKind;

/// The kinds of lines that are printed.
fn kinds(options: &ReplayOptions) -> ReplayKinds {
    match options.output {
        ReplayOutput::Print(ReplayForm::Lines(kinds)) => kinds,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_recording_is_played_to_a_server_or_to_clients() {
    let replayed = |line: &str| match command(line) {
        Ok(Command::Replay(options)) => options,
        other => panic!("{line}: {other:?}"),
    };
    let options = replayed("replay a.pcapng --to 6379");
    assert_eq!(options.role, ReplayRole::To(([127, 0, 0, 1], 6379).into()));
    assert_eq!((options.file, options.timeout), (Some("a.pcapng".into()), Duration::from_secs(5)));
    assert!(options.speed.is_none() && options.ignored.is_empty() && options.connection.is_none());
    assert_eq!(options.gaps, GapPolicy::Refuse);
    assert!(matches!(options.output, ReplayOutput::Dashboard { .. }));
    let plain = replayed("replay a --to 1 --plain");
    assert!(matches!(plain.output, ReplayOutput::Print(ReplayForm::Text)));
    let options = replayed(
        "replay - --listen 0 --speed 2.5 --connection 3 --ignore re:[0-9] --ignore x --allow-gaps --headless --timeout 1s",
    );
    assert_eq!(options.role, ReplayRole::Listen(([127, 0, 0, 1], 0).into()));
    assert!(options.file.is_none() && options.speed.is_some() && options.ignored.len() == 2);
    assert_eq!(options.connection, Some(ConnectionId(3)));
    assert_eq!((options.gaps, kinds(&options)), (GapPolicy::Allow, ReplayKinds::DEFAULT));
    let options = replayed("replay a --to 1 --headless --events bytes,difference");
    let kinds = kinds(&options);
    assert!(kinds.events.has(LineKind::Bytes) && !kinds.events.has(LineKind::Opened));
    assert!(kinds.differences && !kinds.deviations && !kinds.summary);
    for (line, why) in [
        ("replay --to 1", "FILE"),
        ("replay x", "--to"),
        ("replay x --to 1 --listen 1", "cannot be used with"),
        ("replay x --to 0", "no server has port 0"),
        ("replay x --to 1 --speed 0", "it is max, or goes from 0.01 to 10000"),
        ("replay x --to 1 --ignore re:(", "--ignore"),
        ("replay x --to 1 --plain --headless", "cannot be used with"),
        ("replay x --to 1 --events bytes", "--events needs --headless"),
        ("replay x --to 1 --headless --events nothing", "difference"),
    ] {
        let message = wrong(line);
        assert!(message.contains(why), "{line}: {message}");
    }
}
