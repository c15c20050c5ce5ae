//! The speed of searching a full history, beside ripgrep on a file of the same bytes, if it is installed.
//!
//! Both find and count all matches. The search runs in the slices that the dashboard gives it. What counts is the ratio of
//! the times and when the first hit is known; the times themselves depend on the machine.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use bytewatch::bytes::encoding::Encoding;
use bytewatch::bytes::pattern::Pattern;
use bytewatch::event::{ConnectionId, Direction, Origin, StreamId, Timestamp, Utf8Summary};
use bytewatch::model::search::{Scope, Search};
use bytewatch::model::stream::{NewChunk, Stream};

#[path = "support/turns.rs"]
mod turns;

use turns::{MedianRange, in_turns, ratios};

/// The size of the history.
const HISTORY: usize = 256 << 20;
/// The size of a read.
const READ: usize = 16 << 10;
/// The bytes of a slice.
const SLICE: usize = 64 << 10;
const ROUNDS: usize = 5;
/// What is searched for lies at intervals of about this many bytes.
const DISTANCE: usize = 1 << 20;

/// A pattern, and the arguments with which ripgrep searches for the same.
const PATTERNS: [(&str, &[&str]); 4] = [
    ("Needle-42", &["-F", "Needle-42"]),
    ("needle-42", &["-i", "-F", "needle-42"]),
    (r"re:N[a-z]+-\d{2}", &["-e", r"N[a-z]+-\d{2}"]),
    ("hex: 4e 65 ?? 64 6c 6? 2d", &["-e", r"(?s-u)Ne.dl[\x60-\x6f]-"]),
];

fn main() -> io::Result<()> {
    let bytes = corpus();
    let stream = stream(&bytes);
    let dir = std::env::temp_dir().join(format!("bytewatch-search-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let file = dir.join("bytes");
    fs::write(&file, &bytes)?;
    let result = table(&stream, &file);
    fs::remove_dir_all(&dir)?;
    result
}

/// Lines of random words, with what is searched for now and then; from a fixed seed, so that all runs measure the same.
fn corpus() -> Vec<u8> {
    let mut numbers = fastrand::Rng::with_seed(0x5ea2_c0de);
    let mut bytes = Vec::with_capacity(HISTORY + DISTANCE);
    let mut next = DISTANCE / 2;
    while bytes.len() < HISTORY {
        let length = numbers.usize(2..10);
        bytes.extend((0..length).map(|_| numbers.u8(b'a'..=b'z')));
        bytes.push(if numbers.u8(..) < 24 { b'\n' } else { b' ' });
        if bytes.len() >= next {
            bytes.extend(b"Needle-42 ");
            next += numbers.usize(1..2 * DISTANCE);
        }
    }
    bytes.truncate(HISTORY);
    bytes
}

fn stream(bytes: &[u8]) -> Stream {
    let mut stream = Stream::new(HISTORY);
    for (seq, data) in bytes.chunks(READ).enumerate() {
        let (at, offset) = (Timestamp(0), stream.total());
        let chunk = NewChunk { seq: seq as u64, at, wall_clock: at, offset, origin: Origin::Peer };
        stream.push(chunk, data.into(), &Utf8Summary::default());
    }
    stream
}

fn table(stream: &Stream, file: &Path) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let has_other = Command::new("rg").arg("--version").output().is_ok();
    let other = if has_other { "ripgrep" } else { "(ripgrep is not installed)" };
    writeln!(out, "searching {} MiB, ms (median of {ROUNDS}); ratio: ours by {other}\n", HISTORY >> 20)?;
    writeln!(
        out,
        "{:<28} {:>8} {:>10} {:>8} {:>8}  ratio (least..greatest)",
        "pattern", "hits", "first", "ours", "rg"
    )?;
    for (text, arguments) in PATTERNS {
        let mut first = Vec::new();
        let mut hits = 0;
        let candidates = if has_other { 2 } else { 1 };
        let figures = in_turns(ROUNDS, candidates, |candidate| {
            if candidate == 1 {
                return ripgrep(file, arguments, hits);
            }
            let searched = search(stream, text)?;
            first.push(searched.first);
            hits = searched.hits;
            Ok(searched.whole)
        })?;
        let median = |figures: &[f64]| MedianRange::of(figures).median;
        write!(out, "{text:<28} {hits:>8} {:>10.2} {:>8.1}", median(&first), median(&figures[0]))?;
        match figures.get(1) {
            Some(other) => writeln!(out, " {:>8.1}  {}", median(other), ratios(&figures[0], other))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// The times of one search, in ms.
struct Searched {
    first: f64,
    whole: f64,
    hits: u64,
}

fn search(stream: &Stream, text: &str) -> io::Result<Searched> {
    let start = Instant::now();
    let elapsed = || start.elapsed().as_secs_f64() * 1e3;
    let pattern = Pattern::parse(text, Encoding::UTF_8).map_err(io::Error::other)?;
    let mut search = Search::new(pattern, Scope::All);
    search.arrived(StreamId::client(ConnectionId(1), Direction::Received));
    let mut first = f64::NAN;
    while search.is_searching() {
        search.advance(SLICE, |_| Some(stream));
        if first.is_nan() && search.total() > 0 {
            first = elapsed();
        }
    }
    Ok(Searched { first, whole: elapsed(), hits: search.total() })
}

/// The time of ripgrep, which has to find as much.
fn ripgrep(file: &Path, arguments: &[&str], hits: u64) -> io::Result<f64> {
    let start = Instant::now();
    let output = Command::new("rg")
        .args(["--no-config", "--count-matches", "--text"])
        .args(arguments)
        .arg(file)
        .output()?;
    let whole = start.elapsed().as_secs_f64() * 1e3;
    let found: u64 = String::from_utf8_lossy(&output.stdout).trim().parse().map_err(io::Error::other)?;
    if found == hits || hits == 0 {
        Ok(whole)
    } else {
        Err(io::Error::other(format!("{arguments:?}: ripgrep finds {found}, and we find {hits}")))
    }
}
