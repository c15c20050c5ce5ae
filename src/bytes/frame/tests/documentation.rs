//! The table of protocols in the documentation, and the examples before it.

use std::fs;
use std::path::Path;

use crate::bytes::answers::pairs_of;
use crate::bytes::frame::simple::NAMES;
use crate::bytes::frame::tests::rule;
use crate::bytes::frame::{NAMED, Rule};

const BEGIN: &str = "| name | recognised as | what a message is | pairs | rule |\n|---|---|---|---|---|\n";

/// The table is that of the program. `BYTEWATCH_WRITE_FRAMING=1` writes it.
#[test]
fn the_rules_of_protocols_are_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/framing.md");
    let there = fs::read_to_string(&path).unwrap();
    let (before, _) = there.split_once(BEGIN).expect("the head of the table");
    let rows = NAMED.iter().map(|named| {
        let text = named.rule.replace('|', "\\|");
        let only = if named.only.is_some() { "; only what the client sends" } else { "" };
        let protocols = named.protocols.join(", ");
        let pairs = pairs_of(named.name).unwrap_or_default();
        format!("| `{}` | {protocols} | {}{only} | {pairs} | `{text}` |\n", named.name, named.about)
    });
    let wanted = format!("{before}{BEGIN}{}", rows.collect::<String>());
    if std::env::var_os("BYTEWATCH_WRITE_FRAMING").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap();
    assert!(there == wanted, "run this test with BYTEWATCH_WRITE_FRAMING=1");
}

/// Each simple rule has a row with an example that is one, and no row is about something else.
#[test]
fn every_simple_rule_is_documented_with_an_example() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/framing.md")).unwrap();
    let (before, _) = text.split_once(BEGIN).unwrap();
    let mut documented = Vec::new();
    let rules = before.split("## Rules").nth(1).and_then(|rules| rules.split("### Lengths").next()).unwrap();
    for line in rules.lines().filter(|line| line.starts_with("| `")) {
        for code in line.split('|').nth(1).unwrap().split('`').skip(1).step_by(2) {
            let name = code.split(':').next().unwrap();
            assert!(NAMES.contains(&name), "{code}");
            rule(code);
            documented.push(name.to_owned());
        }
    }
    for name in NAMES {
        assert!(documented.iter().any(|documented| documented == name), "{name}");
    }
    let examples = before.split("```text\n").skip(1).flat_map(|block| block.split("```").next());
    let examples: Vec<&str> = examples.flat_map(str::lines).collect();
    assert!(examples.len() > 4, "{examples:?}");
    examples.into_iter().for_each(|example| drop(example.parse::<Rule>().expect(example)));
}
