//! The table of text output: bytes for each second of processor time of the whole process, as NDJSON without a dashboard, and
//! by `decode`.
//!
//! With another build of the program in `BYTEWATCH_OLD`, both run in turns, and the ratio of the two is printed.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::payload::{Corpus, LONGEST, Payload};
use crate::report::Report;
use crate::turns::{MedianRange, in_turns, ratios};
use crate::usage::{of_process, wait_until_idle};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bytewatch");
/// The variable with the path of another build.
const OLD: &str = "BYTEWATCH_OLD";
/// The time limit for the start of the program.
const LIMIT: Duration = Duration::from_secs(5);

/// What is printed.
#[derive(Clone, Copy, Debug)]
enum Output {
    /// The kinds of lines of a stream that the service `discard` takes; all if empty.
    Lines(&'static str),
    /// The options of `decode`, and the file it reads.
    Decoded(&'static [&'static str]),
}

/// The rows, each with the bytes in MiB of text and of random bytes.
const ROWS: [(Output, [usize; 2]); 7] = [
    (Output::Lines("bytes"), [512, 512]),
    (Output::Lines("decoded"), [128, 16]),
    (Output::Lines(""), [128, 16]),
    (Output::Decoded(&[]), [256, 64]),
    (Output::Decoded(&["--anatomy"]), [8, 4]),
    (Output::Decoded(&["--malformed"]), [64, 8]),
    (Output::Decoded(&["--malformed", "--json"]), [64, 8]),
];

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let rounds = report.options.pick(5, 1);
    let old = env::var_os(OLD).map(PathBuf::from);
    let programs: Vec<PathBuf> = [PathBuf::from(PROGRAM)].into_iter().chain(old).collect();
    report.line(format_args!(
        "PRINTED, output to /dev/null, {rounds} rounds; MB of input for a second of processor time, median (least..greatest)\n\
         {:<28} {:<7} {:>22}  by the build in {OLD}",
        "", "", "MB/s"
    ))?;
    let scratch = env::temp_dir().join(format!("bytewatch-printed-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    for (output, sizes) in ROWS {
        for (payload, size) in [Payload::Text, Payload::Random].into_iter().zip(sizes) {
            match row(&programs, output, payload, size << 20, rounds, &scratch) {
                Ok(row) => report.line(row)?,
                Err(error) => report.left_out(format_args!("printed {output:?}, {payload}"), error),
            }
        }
    }
    fs::remove_dir_all(&scratch)?;
    report.line("")
}

fn row(
    programs: &[PathBuf],
    output: Output,
    payload: Payload,
    size: usize,
    rounds: usize,
    scratch: &Path,
) -> io::Result<String> {
    let corpus = Corpus::new(payload);
    let file = scratch.join("input");
    if let Output::Decoded(_) = output {
        let mut out = File::create(&file)?;
        written(&corpus, size, |piece| out.write_all(piece))?;
    }
    let rates = in_turns(rounds, programs.len(), |candidate| {
        let program = programs[candidate].as_path();
        let used = match output {
            Output::Lines(kinds) => lines(program, kinds, &corpus, size)?,
            Output::Decoded(options) => decoded(program, options, &file)?,
        };
        Ok(size as f64 / 1e6 / used.as_secs_f64())
    })?;
    let name = match output {
        Output::Lines("") => "--headless, all events".to_owned(),
        Output::Lines(kinds) => format!("--headless --events {kinds}"),
        Output::Decoded(options) => format!("decode {}", options.join(" ")),
    };
    let ours = MedianRange::of(&rates[0]).to_string();
    let by_old = rates.get(1).map(|old| ratios(&rates[0], old).to_string());
    Ok(format!("{name:<28} {:<7} {ours:>22}  {}", payload.to_string(), by_old.unwrap_or_default()))
}

/// Passes on this number of bytes in pieces.
fn written(corpus: &Corpus, size: usize, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut sent = 0;
    while sent < size {
        let length = LONGEST.min(size - sent);
        take(corpus.message(corpus.after(corpus.start(0), sent), length))?;
        sent += length;
    }
    Ok(())
}

/// The processor time for the lines about a stream of this number of bytes.
fn lines(program: &Path, kinds: &str, corpus: &Corpus, size: usize) -> io::Result<Duration> {
    let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let mut command = Command::new(program);
    command.args(["--headless", "--service", "discard", "--listen"]).arg(address.to_string());
    if !kinds.is_empty() {
        command.args(["--events", kinds]);
    }
    let running = Running(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let pid = running.0.id();
    let mut stream = connect(address)?;
    wait_until_idle(pid)?;
    let before = of_process(pid)?;
    written(corpus, size, |piece| stream.write_all(piece))?;
    wait_until_idle(pid)?;
    Ok(of_process(pid)?.saturating_sub(before))
}

/// Connects once the program listens.
fn connect(address: std::net::SocketAddr) -> io::Result<TcpStream> {
    let began = Instant::now();
    loop {
        match TcpStream::connect(address) {
            Err(_) if began.elapsed() < LIMIT => thread::sleep(Duration::from_millis(10)),
            connected => return connected,
        }
    }
}

/// The processor time for decoding a file.
fn decoded(program: &Path, options: &[&str], file: &Path) -> io::Result<Duration> {
    let before = of_children()?;
    // The status says whether bytes are malformed.
    Command::new(program)
        .arg("decode")
        .args(options)
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    Ok(of_children()?.saturating_sub(before))
}

/// The processor time of all children that have ended.
fn of_children() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

/// A process that ends when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // A process that cannot be killed has ended.
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}
