//! The table of instruction counts: a guard against a slower program that needs no quiet machine.
//!
//! Valgrind counts the instructions of fixed scenarios, and they are compared with those in `instructions.txt` beside this
//! file. `BYTEWATCH_WRITE_INSTRUCTIONS=1` records them anew. They depend on the compiler and on the version of libraries, so
//! they are recorded anew when these change.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use bytewatch::event::codec::LineWriter;
use bytewatch::event::{
    ConnectionId, Direction, Event, Origin, StreamEvent, StreamId, Timestamp, Utf8Summary,
};

use crate::frame;
use crate::payload::{Corpus, Payload};
use crate::report::{Aggregate, Bound, Report};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");
/// The recorded counts.
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/server/instructions.txt");
/// The variable that records them anew.
const WRITE: &str = "BYTEWATCH_WRITE_INSTRUCTIONS";
/// How far a count may be from the recorded one.
const TOLERANCE: f64 = 0.05;
/// The frames of a scenario.
const FRAMES: usize = 60;
/// The bytes that are decoded.
const DECODED: usize = 256 << 10;

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    report.line("INSTRUCTIONS, counted by Valgrind, in millions; beside those that were recorded")?;
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        report.left_out("instructions", "valgrind is not installed (apt-get install valgrind)");
        return report.line("");
    }
    let scratch = env::temp_dir().join(format!("bytewatch-instructions-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let counted = scenarios(&scratch);
    fs::remove_dir_all(&scratch)?;
    let counted = counted?;
    let recorded = recorded();
    let mut by_recorded = Vec::new();
    for (name, count) in &counted {
        let ratio = recorded.get(*name).map(|recorded| *count as f64 / *recorded as f64);
        by_recorded.extend(ratio);
        let ratio = ratio.map_or("not recorded".to_owned(), |ratio| format!("{ratio:.3}"));
        report.line(format_args!("{name:<34} {:>9.1}  {ratio}", *count as f64 / 1e6))?;
    }
    if env::var_os(WRITE).is_some() {
        let lines: String = counted.iter().map(|(name, count)| format!("{count} {name}\n")).collect();
        fs::write(RECORDED, lines)?;
        return report.line(format_args!("written to {RECORDED}\n"));
    }
    let (least, most) = (Bound::AtLeast(1.0 - TOLERANCE), Bound::AtMost(1.0 + TOLERANCE));
    report.hold("instructions by recorded, not fewer", Aggregate::Each, least, "", &by_recorded);
    report.hold("instructions by recorded, not more", Aggregate::Each, most, "", &by_recorded);
    report.line("")
}

/// The recorded counts by name; none if there is no file.
fn recorded() -> BTreeMap<String, u64> {
    let text = fs::read_to_string(RECORDED).unwrap_or_default();
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.filter_map(|(count, name)| Some((name.to_owned(), count.parse().ok()?))).collect()
}

fn scenarios(scratch: &Path) -> io::Result<Vec<(&'static str, u64)>> {
    let this = env::current_exe()?;
    let frames =
        |rows: &str, frames: usize| count(Command::new(&this).args([frame::WORD, rows, &frames.to_string()]));
    let mut counted = Vec::new();
    for (name, rows) in [("60 frames, 50 connections", "50"), ("60 frames, 10,000 connections", "10000")] {
        counted.push((name, frames(rows, FRAMES)?.saturating_sub(frames(rows, 0)?)));
    }
    for (name, piece) in [("events of 16 KiB to NDJSON", 16 << 10), ("events of 64 B to NDJSON", 64)] {
        let file = scratch.join("events.ndjson");
        fs::write(&file, events(piece, 4096 * piece.min(256))?)?;
        counted.push((name, count(Command::new(PROGRAM).args(["open", "--headless"]).arg(&file))?));
    }
    for (name, payload, option) in [
        ("decode, text", Payload::Text, None),
        ("decode --anatomy, text", Payload::Text, Some("--anatomy")),
        ("decode --malformed, random", Payload::Random, Some("--malformed")),
    ] {
        let file = scratch.join("input");
        let corpus = Corpus::new(payload);
        let mut out = fs::File::create(&file)?;
        for piece in 0..DECODED / crate::payload::LONGEST {
            let at = corpus.after(corpus.start(0), piece * crate::payload::LONGEST);
            out.write_all(corpus.message(at, crate::payload::LONGEST))?;
        }
        counted.push((name, count(Command::new(PROGRAM).arg("decode").args(option).arg(&file))?));
    }
    Ok(counted)
}

/// Lines about the bytes of one stream, in pieces of this size.
fn events(piece: usize, size: usize) -> io::Result<String> {
    let corpus = Corpus::new(Payload::Text);
    let (mut out, mut writer) = (String::new(), LineWriter::default());
    for number in 0..size / piece {
        let at = corpus.after(corpus.start(0), number * piece);
        let event = StreamEvent::Bytes {
            offset: (number * piece) as u64,
            data: Bytes::copy_from_slice(corpus.message(at, piece)),
            summary: Utf8Summary::default(),
            origin: Origin::Peer,
            forwarded: None,
            place: None,
        };
        let stream = StreamId::client(ConnectionId(1), Direction::Received);
        let time = Timestamp(1_700_000_000_000_000 + number as u64);
        writer.write(&mut out, time, &Event::Stream(stream, event)).map_err(io::Error::other)?;
    }
    Ok(out)
}

/// The number of instructions of a program.
fn count(command: &mut Command) -> io::Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(command.get_program());
    let output = valgrind
        .args(command.get_args())
        .env("BYTEWATCH_CONFIG", "none")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let counted = text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    counted.ok_or_else(|| io::Error::other(format!("valgrind counted nothing: {text}")))
}
