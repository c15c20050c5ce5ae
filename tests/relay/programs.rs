//! Real clients and servers through the relay, as far as they are installed: the short form of `real_programs.sh`, and
//! `proxied_programs.sh`.

use std::path::Path;
use std::process::Command;

use crate::harness::PROGRAM;

#[test]
fn real_programs_notice_nothing() {
    for line in run("real_programs.sh", &["--short", PROGRAM]) {
        eprintln!("{line}");
    }
}

#[test]
fn real_programs_understand_proxy_headers() {
    for line in run("proxied_programs.sh", &[PROGRAM]) {
        eprintln!("{line}");
    }
}

/// Runs a script, and returns what it says about programs that are missing.
fn run(script: &str, arguments: &[&str]) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/relay").join(script);
    let output = Command::new("bash").arg(script).args(arguments).output().unwrap();
    let [table, said] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success(), "{table}{said}");
    let checked = table.lines().filter(|line| line.ends_with("same")).count();
    let skipped = said.lines().filter(|line| line.ends_with("skipped")).count();
    assert!(checked > 0 || skipped > 0, "{table}{said}");
    said.lines().map(str::to_owned).collect()
}
