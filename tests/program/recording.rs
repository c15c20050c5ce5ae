//! A recording in the dashboard.

use std::fs;
use std::path::PathBuf;

use crate::pty::{Shown, show_with, wait_for};

/// Two connections, ten seconds apart.
const LINES: &str = r#"{"event":"opened","at":"2026-11-29T10:17:45.000000Z","connection":1,"peer":"10.0.0.1:45160","local":"10.0.0.2:80","backend":"async"}
{"event":"bytes","at":"2026-11-29T10:17:45.100000Z","connection":1,"direction":"received","offset":0,"length":5,"hex":"68656c6c6f"}
{"event":"closed","at":"2026-11-29T10:17:45.200000Z","connection":1,"reason":"peer-finished","received":5,"sent":0}
{"event":"opened","at":"2026-11-29T10:17:55.300000Z","connection":2,"peer":"10.0.0.1:45161","local":"10.0.0.2:80","backend":"async"}
{"event":"bytes","at":"2026-11-29T10:17:55.400000Z","connection":2,"direction":"received","offset":0,"length":5,"hex":"776f726c64"}
nonsense
"#;

struct Kept(PathBuf);

impl Kept {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bytewatch-{}-{name}.ndjson", std::process::id()));
        fs::write(&path, LINES).unwrap();
        Self(path)
    }

    fn show(&self, more: &[&str]) -> Shown {
        let open = ["open", self.0.to_str().unwrap(), "--config", "none"];
        show_with(&[&open, more].concat(), 120, 36)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_recording_is_shown_and_nothing_acts_on_it() {
    let file = Kept::new("shown");
    let mut shown = file.show(&[]);
    shown.sees(&["OPEN bytewatch-", "10.0.0.1:45160", "10.0.0.1:45161", "line 6 is no event"]);
    shown.press("e");
    shown.sees(&["this is a recording"]);
    shown.quit();
}

#[test]
fn a_recording_can_be_played() {
    let file = Kept::new("played");
    let mut shown = file.show(&["--speed", "0.01"]);
    shown.sees(&["playing 0.01x", "10.0.0.1:45160"]);
    assert!(!shown.wait_for_contents("the screen", |screen| Some(screen.contains("45161"))));
    shown.press("p");
    shown.sees(&["paused"]);
    for _ in 0..10 {
        shown.press("+");
    }
    shown.press("J");
    shown.sees(&["10.0.0.1:45161"]);
    shown.press("K");
    wait_for("the second connection is gone", || {
        (!shown.wait_for_contents("the screen", |screen| Some(screen.contains("45161")))).then_some(())
    });
    shown.press("L");
    shown.sees(&["10.0.0.1:45161", "line 6 is no event"]);
    shown.quit();
}
