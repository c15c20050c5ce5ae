use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::{Beginning, ENOUGH, NAMES, Recognised, Recognition, SERVER_SPEAKS_FIRST, Speaker, recognise};

mod data;
mod documentation;
mod fields;
mod made;
mod progress;

use data::{Entry, entries};

/// What a beginning is, with more to come.
fn so_far(received: &[u8], sent: &[u8], first: Speaker) -> Recognition {
    recognise(Beginning { received, sent, first, more: true })
}

/// What a beginning is in the end.
fn at_end(received: &[u8], sent: &[u8], first: Speaker) -> Recognition {
    recognise(Beginning { received, sent, first, more: false })
}

/// What the client speaks, with more to come.
fn client(bytes: &[u8]) -> Recognition {
    so_far(bytes, b"", Speaker::Client)
}

fn found(recognition: Recognition) -> Recognised {
    match recognition {
        Recognition::Recognised(found) => found,
        other => panic!("{other:?}"),
    }
}

fn name(recognition: &Recognition) -> Option<&'static str> {
    match recognition {
        Recognition::Recognised(found) => Some(found.protocol),
        Recognition::Undecided | Recognition::UnknownText | Recognition::UnknownBinary => None,
    }
}

/// Follows a beginning as it grows, and checks that each answer agrees with the one before it.
struct Growing {
    last: Recognition,
}

impl Growing {
    const fn new() -> Self {
        Self { last: Recognition::Undecided }
    }

    fn next(&mut self, next: Recognition) {
        if let Recognition::Recognised(before) = &self.last {
            let Recognition::Recognised(after) = &next else { panic!("{before:?} became {next:?}") };
            agree(before, after);
        }
        self.last = next;
    }
}

fn agree(before: &Recognised, after: &Recognised) {
    assert_eq!(before.protocol, after.protocol, "{before:?}, {after:?}");
    assert!(after.sure || !before.sure, "{before:?}, {after:?}");
    assert!(!before.complete || before == after, "{before:?}, {after:?}");
    assert_eq!(before.evidence, after.evidence);
    if let Some(inner) = &before.within {
        agree(inner, after.within.as_ref().expect("what is carried stays"));
    }
}

/// Gives both directions byte by byte, that of the first speaker first, and returns the last answer.
fn grow(received: &[u8], sent: &[u8], first: Speaker) -> Recognition {
    let mut growing = Growing::new();
    match first {
        Speaker::Client => {
            (0..=received.len()).for_each(|length| growing.next(so_far(&received[..length], b"", first)));
            (0..=sent.len()).for_each(|length| growing.next(so_far(received, &sent[..length], first)));
        }
        Speaker::Server => {
            (0..=sent.len()).for_each(|length| growing.next(so_far(b"", &sent[..length], first)));
            (0..=received.len()).for_each(|length| growing.next(so_far(&received[..length], sent, first)));
        }
    }
    growing.last
}

impl Entry {
    fn check_name(&self, recognition: &Recognition) {
        assert_eq!(name(recognition), self.name.as_deref(), "{}: {recognition:?}", self.client);
    }
}

#[test]
fn every_client_is_recognised_by_name() {
    for entry in entries() {
        let (received, sent, first) = (entry.received(), entry.sent(), entry.first());
        entry.check_name(&at_end(&received, &sent, first));
        entry.check_name(&so_far(&received, &sent, first));
    }
}

#[test]
fn an_echo_makes_no_other_name() {
    for entry in entries().into_iter().filter(|entry| entry.who_first == "client") {
        let received = entry.received();
        entry.check_name(&grow(&received, &received, Speaker::Client));
        entry.check_name(&at_end(&received, &received, Speaker::Client));
    }
}

#[test]
fn a_client_byte_by_byte_is_never_something_else() {
    for entry in entries() {
        let last = grow(&entry.received(), &entry.sent(), entry.first());
        entry.check_name(&last);
    }
}

/// All that was not named is named right, or not at all, where the stream ends early.
#[test]
fn a_stream_that_ends_early_has_no_wrong_name() {
    for entry in entries() {
        let (received, sent) = (entry.received(), entry.sent());
        let (whole, first) =
            if entry.first() == Speaker::Client { (&received, true) } else { (&sent, false) };
        for length in 0..whole.len() {
            let cut = &whole[..length];
            let ended =
                if first { at_end(cut, b"", Speaker::Client) } else { at_end(b"", cut, Speaker::Server) };
            let named = name(&ended);
            assert!(
                named.is_none() || named == entry.name.as_deref(),
                "{}, {length}: {ended:?}",
                entry.client
            );
        }
    }
}

#[test]
fn what_has_a_name_is_sure_unless_the_data_say_so() {
    // A line that somebody may type, and a few bytes to which the server must answer first.
    let unsure = [
        "memcstat",
        "memccat",
        "cassandra-driver",
        "gearadmin --status",
        "curl socks5h with a password",
        "epmd -names",
        "s3270 (no prefix)",
    ];
    for entry in entries().into_iter().filter(|entry| entry.name.is_some()) {
        let found = found(so_far(&entry.received(), &entry.sent(), entry.first()));
        assert_eq!(found.sure, !unsure.contains(&entry.client.as_str()), "{}: {found:?}", entry.client);
    }
}

#[test]
fn no_two_clients_that_differ_have_the_same_name_by_chance() {
    // The test of names would pass if all of them were the same.
    let mut names: Vec<String> = entries().into_iter().filter_map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 70, "{}", names.len());
}

#[test]
fn the_lists_of_names_are_those_of_the_clients() {
    let lower = NAMES.map(str::to_lowercase);
    assert!(lower.is_sorted() && lower.windows(2).all(|pair| pair[0] != pair[1]), "{NAMES:?}");
    let names: Vec<String> = entries().into_iter().filter_map(|entry| entry.name).collect();
    let others: Vec<&str> =
        NAMES.into_iter().filter(|name| !names.iter().any(|known| known == name)).collect();
    assert_eq!(others, ["IPP", "POP3", "SSL 2", "WebSocket"], "other tests have examples of these");
    let waiting = entries().into_iter().filter(|entry| entry.who_first == "server");
    let mut waiting: Vec<String> =
        waiting.map(|entry| entry.name.filter(|name| name != "Telnet").unwrap_or(entry.protocol)).collect();
    waiting.sort_by_key(|name| name.to_lowercase());
    assert_eq!(waiting, SERVER_SPEAKS_FIRST);
}

/// Random bytes; random bytes after a beginning that a client has; a beginning with a byte changed.
#[test]
fn random_and_mutated_beginnings_have_no_wrong_name() {
    let entries: Vec<Entry> = entries().into_iter().filter(|entry| entry.name.is_some()).collect();
    let mut random = fastrand::Rng::with_seed(1);
    for round in 0..12_000 {
        let entry = &entries[random.usize(..entries.len())];
        let mut bytes: Vec<u8> = (0..random.usize(1..200)).map(|_| random.u8(..)).collect();
        let wanted = match round % 3 {
            0 => None,
            1 => {
                // A few bytes of a client, then anything. What is named by so few bytes is that client's.
                let received = entry.received();
                let kept = random.usize(..received.len().min(24) + 1);
                bytes.splice(..0, received[..kept].iter().copied());
                entry.name.as_deref()
            }
            _ => {
                bytes = entry.received();
                if bytes.is_empty() {
                    continue;
                }
                let place = random.usize(..bytes.len());
                bytes[place] = random.u8(..);
                entry.name.as_deref()
            }
        };
        let recognition = grow_in_steps(&bytes, &mut random);
        if let Recognition::Recognised(found) = &recognition {
            let right = wanted == Some(found.protocol);
            assert!(right || !found.sure, "{} {:?}: {found:?} of {bytes:02x?}", entry.client, entry.name);
        }
    }
}

/// Gives bytes of the client in reads of random lengths.
fn grow_in_steps(bytes: &[u8], random: &mut fastrand::Rng) -> Recognition {
    let (mut growing, mut length) = (Growing::new(), 0);
    while length < bytes.len() {
        length = (length + random.usize(1..40)).min(bytes.len());
        growing.next(client(&bytes[..length]));
    }
    growing.next(at_end(bytes, b"", Speaker::Client));
    growing.last
}

proptest! {
    /// Whatever both sides say, and in whatever order it arrives, a name stays.
    #[test]
    fn a_name_stays(place in 0..1000_usize, other in 0..1000_usize, noise in proptest::collection::vec(any::<u8>(), 0..40), cuts in proptest::collection::vec((any::<bool>(), 1..30_usize), 1..60), server in any::<bool>()) {
        let entries = entries();
        let pick = |place: usize| &entries[place % entries.len()];
        let mut received = pick(place).received();
        received.extend_from_slice(&noise);
        let mut sent = pick(other).sent();
        sent.extend_from_slice(&noise);
        let first = if server { Speaker::Server } else { Speaker::Client };
        let (mut growing, mut here, mut there) = (Growing::new(), 0, 0);
        for (ours, length) in cuts {
            let (end, place) = if ours { (received.len(), &mut here) } else { (sent.len(), &mut there) };
            *place = (*place + length).min(end);
            growing.next(so_far(&received[..here], &sent[..there], first));
        }
    }
}

#[test]
fn more_than_enough_changes_nothing() {
    let mut bytes = b"GET /".to_vec();
    bytes.resize(ENOUGH + 100, b'x');
    assert_eq!(client(&bytes[..ENOUGH - 1]), Recognition::Undecided);
    assert_eq!(client(&bytes[..ENOUGH]), Recognition::UnknownText);
    bytes.extend_from_slice(b" HTTP/1.1\r\n\r\n");
    assert_eq!(client(&bytes), Recognition::UnknownText);
}

#[test]
fn nothing_is_undecided() {
    for first in [Speaker::Client, Speaker::Server] {
        assert_eq!(so_far(b"", b"", first), Recognition::Undecided);
        assert_eq!(at_end(b"", b"", first), Recognition::Undecided);
    }
}

/// All files of the tree that are text, from their beginning and from each of some lines.
#[test]
fn texts_of_the_tree_have_no_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "docs", "benches", "assets", "findings", "fuzz/fuzz_targets"] {
        collect(&root.join(folder), &mut files);
    }
    let mut read = 0;
    for path in files {
        let bytes = fs::read(&path).unwrap();
        let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(place, _)| place + 1);
        for start in [0].into_iter().chain(starts.step_by(7)).take(60) {
            let text = &bytes[start..bytes.len().min(start + ENOUGH)];
            for (received, sent, first) in [(text, &b""[..], Speaker::Client), (b"", text, Speaker::Server)] {
                let recognition = at_end(received, sent, first);
                let sure = matches!(&recognition, Recognition::Recognised(found) if found.sure);
                assert!(!sure, "{} at {start}: {recognition:?}", path.display());
            }
            read += 1;
        }
    }
    assert!(read > 5000, "the tree is read: {read}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
