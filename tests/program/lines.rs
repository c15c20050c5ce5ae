//! Hostile bytes on the command line and in files, while standard output and standard error are a terminal: printed
//! text must obey the rules of drawn text.

use std::ffi::OsStr;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use portable_pty::CommandBuilder;
use serde_json::Value;

use crate::attacks::{attacks, joined};
use crate::found;
use crate::hostile::exchange;
use crate::pty::{PROGRAM, Shown, signal, start};
use crate::strict::{self, Form};

/// Other ways to read the same bytes.
const ENCODINGS: [&str; 14] = [
    "ibm037",
    "utf-32le",
    "utf-7",
    "gsm-packed",
    "latin-1",
    "windows-1252",
    "windows-874",
    "utf-16le",
    "utf-16be",
    "iso-2022-jp",
    "shift_jis",
    "gb18030",
    "x-user-defined",
    "guess",
];

fn program(args: &[&OsStr]) -> Shown {
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(args);
    start(command, 80, 24)
}

/// Bytes in a file of this name.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.bin"));
    fs::write(&path, bytes).unwrap();
    path
}

/// The text of a recording of lines, after checking that it is allowed.
#[track_caller]
fn printed(record: &[u8], form: Form, what: &str) -> String {
    strict::lines(record, form).unwrap_or_else(|refused| panic!("{what}: {refused}"))
}

/// The output of `decode` for a file, with these options.
#[track_caller]
fn decoded(options: &[&str], path: &Path, form: Form) -> String {
    let mut args = vec![OsStr::new("decode")];
    args.extend(options.iter().map(OsStr::new));
    let (status, record) = program(&[&args[..], &[path.as_os_str()]].concat()).end();
    let text = printed(&record, form, &format!("{options:?}"));
    assert_eq!(status, 0, "{options:?}: {text}");
    text
}

#[test]
fn a_decoded_file_is_shown_and_not_obeyed() {
    let sent = joined(&attacks());
    let path = file("text", &sent);
    let text = decoded(&[], &path, Form::Tabbed);
    // Line feeds and tabs stay, and all text between them is present.
    let shown: Vec<_> = text.split(['\n', '\t']).collect();
    let given: Vec<_> = sent.split(|byte| matches!(byte, b'\n' | b'\t')).collect();
    assert_eq!(shown.len(), given.len());
    for (shown, given) in shown.into_iter().zip(given) {
        found::read_all(shown, given);
    }
    // In other encodings these bytes are other characters: C1 in Latin-1, shifts in ISO-2022-JP, anything in UTF-16.
    for encoding in ENCODINGS {
        decoded(&["--encoding", encoding], &path, Form::Tabbed);
        decoded(&["--encoding", encoding, "--anatomy"], &path, Form::Painted);
        decoded(&["--encoding", encoding, "--malformed"], &path, Form::Painted);
    }
}

#[test]
fn the_anatomy_of_a_file_has_every_byte() {
    let sent = joined(&attacks());
    let text = decoded(&["--anatomy"], &file("anatomy", &sent), Form::Painted);
    let mut bytes = String::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (offset, hex) = (words.next().unwrap(), words.next().unwrap());
        // Explanations of malformed sequences are indented and do not begin with an offset.
        if !line.starts_with("        ") && offset.parse() == Ok(bytes.len() / 2) {
            bytes.push_str(hex);
        }
    }
    let all: String = sent.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(bytes == all, "{bytes}");
}

#[test]
fn what_a_file_decodes_to_is_told_and_not_obeyed() {
    let sent = joined(&attacks());
    let path = file("objects", &sent);
    let malformed = found::parts(&sent).iter().filter(|(_, part)| *part == found::Part::Malformed).count();
    assert_eq!(decoded(&["--malformed"], &path, Form::Plain).lines().count(), malformed);
    let objects = |options: &[&str]| -> Vec<Value> {
        let text = decoded(&[options, &["--json"]].concat(), &path, Form::Plain);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    assert_eq!(objects(&["--malformed"]).len(), malformed);
    let text: String = objects(&[]).iter().map(|object| object["text"].as_str().unwrap()).collect();
    assert_eq!(text, String::from_utf8_lossy(&sent));
    let text: String = objects(&["--anatomy"])
        .iter()
        .map(|object| object["character"].as_str().unwrap_or("\u{fffd}"))
        .collect();
    assert_eq!(text, String::from_utf8_lossy(&sent));
}

#[test]
fn what_is_reported_without_a_dashboard_is_not_obeyed() {
    let sent = joined(&attacks());
    let shown = program(&["--headless", "-l", "0"].map(OsStr::new));
    let address = shown.wait_for_bytes("an address", |bytes| {
        let text = str::from_utf8(bytes).ok()?;
        text.split_once("\"address\":\"")?.1.split_once('"')?.0.parse::<SocketAddr>().ok()
    });
    let mut client = TcpStream::connect(address).unwrap();
    exchange(&mut client, &sent);
    drop(client);
    shown.wait("\"event\":\"closed\"");
    signal(shown.pid(), Signal::SIGTERM);
    let (status, record) = shown.end();
    printed(&record, Form::Plain, "headless");
    assert_eq!(status, 0);
}

#[test]
fn what_cannot_be_done_is_quoted_and_not_obeyed() {
    // An argument cannot contain NUL, which terminates it.
    let named = attacks().into_iter().filter(|attack| !attack.bytes.contains(&0));
    for attack in named {
        let name = OsStr::from_bytes(&attack.bytes);
        let (status, record) = program(&["decode".as_ref(), name]).end();
        let text = printed(&record, Form::Plain, attack.name);
        assert_eq!((status, text.lines().count()), (1, 1), "{text}");
        let quoted = text.strip_prefix("bytewatch: ").unwrap().rsplit_once(" cannot be opened").unwrap().0;
        found::read_all(quoted, &attack.bytes);
    }
}

#[test]
fn wrong_usage_is_quoted_and_not_obeyed() {
    for attack in attacks().into_iter().filter(|attack| !attack.bytes.contains(&0)) {
        let name = OsStr::from_bytes(&attack.bytes);
        let option = [b"--", &attack.bytes[..]].concat();
        let given = [b"--for=", &attack.bytes[..]].concat();
        for args in [
            &[name][..],
            &[OsStr::from_bytes(&option)],
            &[OsStr::from_bytes(&given)],
            &["-l".as_ref(), name],
            &["-s".as_ref(), name],
            &["decode".as_ref(), "x".as_ref(), name],
        ] {
            let (status, record) = program(args).end();
            let text = printed(&record, Form::Plain, &format!("{} as {:?}", attack.name, args[0]));
            assert_eq!((status, text.lines().count()), (2, 1), "{text}");
        }
    }
}
