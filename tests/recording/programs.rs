//! Sessions of real programs, recorded and played again by `real_replays.sh`, as far as the programs are installed.

use std::path::Path;
use std::process::Command;

use crate::program::PROGRAM;

#[test]
fn sessions_of_real_programs_are_played_both_ways() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recording/real_replays.sh");
    let output = Command::new("bash").arg(script).arg(PROGRAM).output().unwrap();
    let [table, said] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success(), "{table}{said}");
    for line in said.lines() {
        eprintln!("{line}");
    }
    let checked = table.lines().filter(|line| line.ends_with("same")).count();
    let skipped = said.lines().filter(|line| line.ends_with("skipped")).count();
    assert!(checked > 0 || skipped > 0, "{table}{said}");
}
