//! The programs that read recordings.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

/// Returns whether a program is installed. If not, says what to do.
pub(crate) fn has(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&paths).any(|folder| folder.join(program).is_file());
    if !is_there {
        let package = match program {
            "capinfos" | "mergecap" | "editcap" => "wireshark-common",
            other => other,
        };
        eprintln!("{program} is not installed, so this test is skipped: apt-get install {package}");
    }
    is_there
}

/// Runs a program that has nothing to complain about, and returns what it prints.
pub(crate) fn run(program: &str, words: &[&str], file: &Path) -> String {
    let Output { status, stdout, stderr } = Command::new(program).args(words).arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&stderr);
    let said: Vec<_> = said.lines().filter(|line| !is_harmless(line)).collect();
    assert!(status.success() && said.is_empty(), "{program} {words:?}: {status}, {said:?}");
    String::from_utf8_lossy(&stdout).into_owned()
}

/// Whether a line on standard error has nothing to do with the file.
fn is_harmless(line: &str) -> bool {
    line.starts_with("Running as user") || line.starts_with("reading from file")
}

/// What Wireshark remarks about a file, beside chats, comments, and what each FIN is called.
pub(crate) fn remarks(file: &Path) -> Vec<String> {
    let printed = run(
        "tshark",
        &["-q", "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-z", "expert", "-r"],
        file,
    );
    let (mut section, mut remarks) = (String::new(), Vec::new());
    for line in printed.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        match words.as_slice() {
            [name, count] if count.starts_with('(') => section = (*name).to_owned(),
            [number, ..] if number.parse::<u64>().is_ok() => {
                let is_end = line.contains("the connection closing");
                if !matches!(section.as_str(), "Chats" | "Comments") && !is_end {
                    remarks.push(line.trim().to_owned());
                }
            }
            _ => {}
        }
    }
    remarks
}

/// Both directions of a conversation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Streams {
    pub(crate) from_client: Vec<u8>,
    pub(crate) to_client: Vec<u8>,
}

/// The bytes of one conversation, as "Follow TCP stream" shows them.
pub(crate) fn follow(file: &Path, number: usize) -> Streams {
    let printed = run("tshark", &["-q", "-z", &format!("follow,tcp,raw,{number}"), "-r"], file);
    let mut streams = Streams::default();
    let data = printed.lines().skip_while(|line| !line.starts_with("Node 1")).skip(1);
    for line in data.take_while(|line| !line.starts_with('=')) {
        let bytes = unhex(line.trim());
        if line.starts_with('\t') { &mut streams.to_client } else { &mut streams.from_client }.extend(bytes);
    }
    streams
}

/// The bytes of all conversations, by the address of the client, in the order of their packets.
pub(crate) fn all_streams(file: &Path, server_port: &str) -> BTreeMap<String, Streams> {
    let fields = ["tcp.srcport", "tcp.dstport", "tcp.payload"].map(|field| ["-e", field]).concat();
    let words = [&["-T", "fields"], fields.as_slice(), &["-Y", "tcp.len > 0", "-r"]].concat();
    let mut all: BTreeMap<String, Streams> = BTreeMap::new();
    for line in run("tshark", &words, file).lines() {
        let [from, to, data] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if to == server_port {
            all.entry(from.to_owned()).or_default().from_client.extend(unhex(data));
        } else {
            all.entry(to.to_owned()).or_default().to_client.extend(unhex(data));
        }
    }
    all
}

/// The comments of all packets, in their order.
pub(crate) fn comments(file: &Path) -> Vec<String> {
    let printed = run("tshark", &["-T", "fields", "-e", "frame.comment", "-Y", "frame.comment", "-r"], file);
    printed.lines().map(str::to_owned).collect()
}

/// The number of packets with these flags.
pub(crate) fn count(file: &Path, filter: &str) -> usize {
    run("tshark", &["-Y", filter, "-r"], file).lines().count()
}

fn unhex(digits: &str) -> Vec<u8> {
    let digit =
        |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_else(|_| panic!("{digits}"));
    (0..digits.len()).step_by(2).map(digit).collect()
}
