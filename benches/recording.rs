//! What `--record` costs a relay at full rate, and whether everything is in the file.
//!
//! A client sends as fast as it can through `bytewatch relay` to an upstream that takes everything. In each round the relay
//! runs unrecorded, recorded, and unrecorded to an upstream that itself writes all bytes to a file with plain
//! writes, which shows what the disk allows. Only the ratios within a round count.
//!
//! `cargo bench --bench recording -- FOLDER MIB ROUNDS` records in that folder (that for temporary files, 2048, 9).

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::sys::time::TimeValLike as _;
use nix::unistd::Pid;

#[path = "support/turns.rs"]
mod turns;

use turns::{MedianRange, in_turns, ratios};

/// The size of a write of the client, and of the buffer of the upstream.
const PIECE: usize = 1 << 20;

/// What is measured in each round.
const CANDIDATES: [Candidate; 3] = [Candidate::Unrecorded, Candidate::Recorded, Candidate::PlainWriter];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Candidate {
    /// The relay alone.
    Unrecorded,
    /// The relay with `--record`.
    Recorded,
    /// The relay alone, before an upstream that writes what it receives to a file.
    PlainWriter,
}

impl Candidate {
    const fn name(self) -> &'static str {
        match self {
            Self::Unrecorded => "unrecorded",
            Self::Recorded => "recorded",
            Self::PlainWriter => "the upstream writes a file",
        }
    }
}

/// One run.
struct Run {
    /// MiB in a second.
    speed: f64,
    /// The processor time of the relay for a GiB, in seconds.
    processor: f64,
    /// The number of reads that are not in the recording.
    missed: u64,
}

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let number = |index: usize, default: usize| {
        words.get(index).map_or(Ok(default), |word| word.parse().map_err(io::Error::other))
    };
    let folder = words.first().map_or_else(std::env::temp_dir, PathBuf::from);
    let (mebibytes, rounds) = (number(1, 2_048)?, number(2, 9)?);
    let file = folder.join(format!("bytewatch-recording-{}.pcapng", std::process::id()));
    let measured = in_turns(rounds, CANDIDATES.len(), |candidate| {
        let run = run(CANDIDATES[candidate], &file, mebibytes);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => run,
        }
    });
    print(&folder, mebibytes, &measured?)
}

fn print(folder: &Path, mebibytes: usize, measured: &[Vec<Run>]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let rounds = measured[0].len();
    writeln!(
        out,
        "{mebibytes} MiB through a relay, files in {}, {rounds} rounds: median (least..greatest)\n",
        folder.display()
    )?;
    writeln!(
        out,
        "{:<28} {:>8}  {:<20} {:>18}  reads missed",
        "", "MiB/s", "by unrecorded", "CPU of relay, s/GiB"
    )?;
    let speeds = |runs: &[Run]| runs.iter().map(|run| run.speed).collect::<Vec<f64>>();
    for (candidate, runs) in CANDIDATES.iter().zip(measured) {
        let processor: Vec<f64> = runs.iter().map(|run| run.processor).collect();
        let missed: Vec<u64> = runs.iter().map(|run| run.missed).filter(|missed| *missed > 0).collect();
        writeln!(
            out,
            "{:<28} {:>8.0}  {:<20} {:>18}  {missed:?}",
            candidate.name(),
            MedianRange::of(&speeds(runs)).median,
            ratios(&speeds(runs), &speeds(&measured[0])).to_string(),
            MedianRange::of(&processor).to_string(),
        )?;
    }
    Ok(())
}

fn run(candidate: Candidate, file: &Path, mebibytes: usize) -> io::Result<Run> {
    let upstream = TcpListener::bind("127.0.0.1:0")?;
    let upstream_address = upstream.local_addr()?;
    let copy = if candidate == Candidate::PlainWriter { Some(File::create(file)?) } else { None };
    let used_before = processor_time_of_children()?;
    let record = (candidate == Candidate::Recorded).then_some(file);
    let mut relay = Relay::start(upstream_address, record)?;
    let taken = thread::spawn(move || take_all(&upstream, copy));
    let begun = Instant::now();
    let mut client = TcpStream::connect(relay.address)?;
    let bytes: Vec<u8> = (0..PIECE).map(|at| ((at * at) >> 7) as u8).collect();
    for _ in 0..mebibytes {
        client.write_all(&bytes)?;
    }
    client.shutdown(Shutdown::Write)?;
    let taken = taken.join().map_err(|_| io::Error::other("the upstream panicked"))??;
    let speed = mebibytes as f64 / begun.elapsed().as_secs_f64();
    if taken != (mebibytes * PIECE) as u64 {
        return Err(io::Error::other(format!("{taken} bytes arrived")));
    }
    // The relay ends the connection, and then itself.
    client.read_to_end(&mut Vec::new())?;
    relay.stop()?;
    let used = processor_time_of_children()? - used_before;
    let processor = used.as_secs_f64() * 1_024.0 / mebibytes as f64;
    let missed = if candidate == Candidate::Recorded { missed(file)? } else { 0 };
    Ok(Run { speed, processor, missed })
}

/// Takes everything that one client sends. Returns the number of bytes.
fn take_all(listener: &TcpListener, mut copy: Option<File>) -> io::Result<u64> {
    let (mut client, _) = listener.accept()?;
    let (mut buffer, mut taken) = (vec![0; PIECE], 0);
    loop {
        let length = client.read(&mut buffer)?;
        if length == 0 {
            return Ok(taken);
        }
        if let Some(copy) = &mut copy {
            copy.write_all(&buffer[..length])?;
        }
        taken += length as u64;
    }
}

/// A running relay, which is killed when it is dropped before it has stopped.
struct Relay {
    process: Child,
    address: SocketAddr,
}

impl Relay {
    fn start(upstream: SocketAddr, record: Option<&Path>) -> io::Result<Self> {
        let record = record.map(|file| [OsStr::new("--record"), file.as_os_str()]);
        let mut process = Command::new(env!("CARGO_BIN_EXE_bytewatch"))
            .args(["relay", &upstream.to_string(), "--listen", "127.0.0.1:0"])
            .args(["--headless", "--events", "listening,ended"])
            .args(record.into_iter().flatten())
            .env("BYTEWATCH_CONFIG", "none")
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(out) = &mut process.stdout {
            BufReader::new(out).read_line(&mut line)?;
        }
        let address = line.split("\"address\":\"").nth(1).and_then(|rest| rest.split('"').next());
        match address.and_then(|address| address.parse().ok()) {
            Some(address) => Ok(Self { process, address }),
            None => Err(io::Error::other(format!("the relay told no address: {line}"))),
        }
    }

    /// Lets it write the rest and end.
    fn stop(&mut self) -> io::Result<()> {
        kill(Pid::from_raw(self.process.id().cast_signed()), Signal::SIGINT)?;
        let status = self.process.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("the relay ended with {status}")))
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It has ended already, unless something failed.
        let _ = self.process.kill().and_then(|()| self.process.wait());
    }
}

/// The processor time of all processes that were waited for.
fn processor_time_of_children() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(micros.unsigned_abs()))
}

/// The number of reads and writes that a recording lacks. The last block tells it, in its last option before the end.
fn missed(file: &Path) -> io::Result<u64> {
    let mut file = File::open(file)?;
    file.seek(SeekFrom::End(-16))?;
    let mut bytes = [0; 8];
    file.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}
