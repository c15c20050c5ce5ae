//! The speed of validating and counting a stream, beside validators that only return whether it is valid.
//!
//! All candidates take the same bytes in reads of the same size. Ours takes them as a socket returns them, cut
//! anywhere; for the validators they are cut at character borders, or they would fail. On malformed bytes only the
//! standard library's `utf8_chunks` continues after the first malformed part: there it is the other candidate.
//!
//! The ratio to the best of the others is what counts; gigabytes per second depend on the machine.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use bytewatch::bytes::utf8::{Counts, Decoder};

#[path = "support/turns.rs"]
mod turns;

use turns::{MedianRange, in_turns, ratios};

/// The size of the input, which stays in the cache as received bytes do.
const CORPUS: usize = 256 * 1024;
/// Read sizes, from a typed line to a full receive buffer.
const READS: [usize; 4] = [64, 1024, 16 * 1024, 64 * 1024];
const ROUNDS: usize = 9;
/// The duration of one candidate's turn in one round.
const TURN: Duration = Duration::from_millis(25);

const ASCII: &str =
    "GET /index.html HTTP/1.1\r\nHost: www.example.org\r\nAccept: text/html, */*;q=0.1\r\n\r\n";
const MIXED: &str = "Où est la bibliothèque? Größe und Maß 😀 mañana – “всё хорошо” 👍🏽, naïve café, 20 °C.\n";
const CJK: &str = "吾輩は猫である。名前はまだ無い。天地玄黃宇宙洪荒。나랏말이 중국과 달라서,\n";
const LATIN: &str = "Où est la bibliothèque? Größe und Maß, mañana, naïve café, à l'été, 20 °C.\n";

/// An input: its name and its bytes.
type Corpus = (&'static str, Vec<u8>);
/// A candidate: its name and a function that takes the reads and returns a number that depends on all of them.
type Candidate = (&'static str, fn(&[&[u8]]) -> u64);

const OURS: Candidate = ("ours", |reads| {
    let counts = count(reads);
    counts.well_formed + counts.malformed
});
const VALIDATORS: [Candidate; 3] = [
    ("basic", |reads| reads.iter().map(|read| u64::from(simdutf8::basic::from_utf8(read).is_ok())).sum()),
    ("compat", |reads| reads.iter().map(|read| u64::from(simdutf8::compat::from_utf8(read).is_ok())).sum()),
    ("std", |reads| reads.iter().map(|read| u64::from(str::from_utf8(read).is_ok())).sum()),
];
const LOSSY: [Candidate; 1] = [("utf8_chunks", |reads| {
    let chunks = reads.iter().flat_map(|read| read.utf8_chunks());
    chunks
        .map(|chunk| (chunk.valid().chars().count() + usize::from(!chunk.invalid().is_empty())) as u64)
        .sum()
})];

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "validating and counting a stream, GB/s (median of {ROUNDS}), and ns a read for ours; ratio: ours by the best \
         other's\n"
    )?;
    let well_formed = [("ascii", repeat(ASCII)), ("mixed", repeat(MIXED)), ("cjk", repeat(CJK))]
        .map(|(n, t)| (n, t.into_bytes()));
    table(&mut out, &VALIDATORS, &well_formed)?;
    let latin = repeat(LATIN).chars().map(|ch| u8::try_from(ch).unwrap_or(b'?')).collect();
    table(&mut out, &LOSSY, &[("latin-1", latin), ("random", random())])
}

fn repeat(text: &str) -> String {
    text.repeat(CORPUS / text.len())
}

/// Random bytes from a fixed seed, so that all runs measure the same input.
fn random() -> Vec<u8> {
    let mut numbers = fastrand::Rng::with_seed(0x9e37_79b9_7f4a_7c15);
    (0..CORPUS).map(|_| numbers.u8(..)).collect()
}

fn table(out: &mut impl Write, others: &[Candidate], corpora: &[Corpus]) -> io::Result<()> {
    write!(out, "{:<8} {:>6} {:>8} {:>8}", "bytes", "read", OURS.0, "ns")?;
    for (name, _) in others {
        write!(out, " {name:>12}")?;
    }
    writeln!(out, "  ratio (least..greatest)")?;
    for (name, bytes) in corpora {
        for read in READS {
            let figures = measure(bytes, read, others)?;
            let medians: Vec<f64> = figures.iter().map(|figures| MedianRange::of(figures).median).collect();
            let best = (1..medians.len()).max_by(|a, b| medians[*a].total_cmp(&medians[*b])).unwrap_or(0);
            // Bytes divided by GB/s are ns.
            write!(out, "{name:<8} {read:>6} {:>8.2} {:>8.0}", medians[0], read as f64 / medians[0])?;
            for median in &medians[1..] {
                write!(out, " {median:>12.2}")?;
            }
            writeln!(out, "  {}", ratios(&figures[0], &figures[best]))?;
        }
    }
    writeln!(out)
}

/// GB/s in each round: ours first, then the others.
fn measure(bytes: &[u8], read: usize, others: &[Candidate]) -> io::Result<Vec<Vec<f64>>> {
    let anywhere: Vec<&[u8]> = bytes.chunks(read).collect();
    let whole = whole_characters(bytes, read);
    in_turns(ROUNDS, 1 + others.len(), |candidate| {
        let other = candidate.checked_sub(1).map(|other| others[other]);
        Ok(other.map_or_else(|| speed(OURS.1, &anywhere), |(_, look)| speed(look, &whole)))
    })
}

fn speed(look: fn(&[&[u8]]) -> u64, reads: &[&[u8]]) -> f64 {
    let bytes: usize = reads.iter().map(|read| read.len()).sum();
    let (start, mut seen) = (Instant::now(), 0);
    while start.elapsed() < TURN {
        black_box(look(black_box(reads)));
        seen += bytes;
    }
    seen as f64 / start.elapsed().as_secs_f64() / 1e9
}

fn count(reads: &[&[u8]]) -> Counts {
    let (mut decoder, mut sum) = (Decoder::new(), Counts::default());
    for read in reads {
        decoder.count(read, &mut sum, |_, _| {});
    }
    decoder.end(&mut sum);
    sum
}

/// Cuts each read before a character that the read would split; malformed bytes are cut at the read's length.
fn whole_characters(bytes: &[u8], read: usize) -> Vec<&[u8]> {
    let (mut reads, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let full = rest.len().min(read);
        let back = (0..4).find(|back| str::from_utf8(&rest[..full - back]).is_ok()).unwrap_or(0);
        let (piece, behind) = rest.split_at(full - back);
        reads.push(piece);
        rest = behind;
    }
    reads
}
