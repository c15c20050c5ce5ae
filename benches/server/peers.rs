//! The table of other programs: a textbook's pair of servers, and the tools with which people listen on a port today,
//! plain and where possible with output to look at, beside ours.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytewatch::event::BackendKind;

use crate::bulk::{Back, pour};
use crate::load::{Clients, LoadModel, Plan};
use crate::payload::Corpus;
use crate::report::Report;
use crate::running::{self, Running};
use crate::turns::{in_turns, ratios};
use crate::watched::{OutputMode, Watched};

const CONNECTIONS: usize = 50;
const SIZE: usize = 1_024;

/// The path of the textbook's pair.
const TEXTBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/textbook");

/// A row.
#[derive(Clone, Copy, Debug)]
enum ServerKind {
    Bare(BackendKind),
    Watched(BackendKind),
    Textbook(&'static str),
    /// A program with its arguments, where `PORT` stands for the port.
    Tool(&'static str, &'static [&'static str]),
}

const SOCAT: &str = "TCP-LISTEN:PORT,bind=127.0.0.1,fork,reuseaddr,backlog=1024,nodelay";

/// The servers. All are compared with the first one, also itself: its row shows what a difference is worth here.
const ROWS: [(&str, ServerKind); 11] = [
    ("bytewatch async, nobody looks", ServerKind::Bare(BackendKind::Async)),
    ("bytewatch async, watched", ServerKind::Watched(BackendKind::Async)),
    ("bytewatch threads, nobody looks", ServerKind::Bare(BackendKind::Threads)),
    ("bytewatch threads, watched", ServerKind::Watched(BackendKind::Threads)),
    ("textbook threads.py", ServerKind::Textbook("threads.py")),
    ("textbook async.py", ServerKind::Textbook("async.py")),
    ("socat", ServerKind::Tool("socat", &[SOCAT, "PIPE"])),
    ("socat -v", ServerKind::Tool("socat", &["-v", SOCAT, "PIPE"])),
    ("socat -x", ServerKind::Tool("socat", &["-x", SOCAT, "PIPE"])),
    ("ncat", ServerKind::Tool("ncat", &NCAT)),
    ("ncat -x", ServerKind::Tool("ncat", &NCAT_X)),
];

const NCAT: [&str; 8] = ["-l", "-k", "-m", "1000", "-e", "/bin/cat", "127.0.0.1", "PORT"];
/// The recording goes where it costs least.
const NCAT_X: [&str; 10] =
    ["-l", "-k", "-m", "1000", "-x", "/dev/null", "-e", "/bin/cat", "127.0.0.1", "PORT"];

/// A server of any kind.
enum Server {
    Running(Running),
    Watched(Box<Watched>),
}

impl Server {
    fn start(kind: ServerKind) -> io::Result<Self> {
        Ok(match kind {
            ServerKind::Bare(backend) => Self::Running(running::bare(backend, "echo")?),
            ServerKind::Watched(backend) => {
                let mut watched = Watched::start(backend, "echo")?;
                watched.set_output(OutputMode::Dropped)?;
                Self::Watched(Box::new(watched))
            }
            ServerKind::Textbook(name) => {
                Self::Running(running::foreign_listening(&["python3", &format!("{TEXTBOOK}/{name}"), "0"])?)
            }
            ServerKind::Tool(program, words) => Self::Running(running::foreign_at(|port| {
                let port = port.to_string();
                std::iter::once(program)
                    .chain(words.iter().copied())
                    .map(|w| w.replace("PORT", &port))
                    .collect()
            })?),
        })
    }

    fn place(&self) -> (SocketAddr, u32) {
        match self {
            Self::Running(running) => (running.address, running.pid),
            Self::Watched(watched) => (watched.address, watched.pid),
        }
    }
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Load {
    Many,
    One,
}

/// Measures and prints the table.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn table(report: &mut Report) -> io::Result<()> {
    let (rounds, payload) = (report.options.pick(5, 2), report.options.payload);
    report.line(format_args!(
        "PEERS, {payload}, {rounds} pairs, each by the first, which has a second one of its kind beside it\n\
         {:<34} {:<26} {}",
        "",
        format!("{CONNECTIONS} x {SIZE} bytes, closed loop"),
        "one stream, as fast as it goes"
    ))?;
    let (_, first) = ROWS[0];
    for (name, kind) in ROWS {
        let program = match kind {
            ServerKind::Textbook(_) => "python3",
            ServerKind::Tool(program, _) => program,
            _ => "",
        };
        if !program.is_empty() && !running::is_installed(program) {
            report.left_out(name, format_args!("{program} is not installed"));
            continue;
        }
        let [many, one] = [Load::Many, Load::One].map(|load| {
            compare(report, (first, kind), load, rounds).unwrap_or_else(|error| format!("fails: {error}"))
        });
        report.line(format_args!("{name:<34} {many:<26} {one}"))?;
    }
    report.line("")
}

/// The ratio of the second candidate to the first.
fn compare(
    report: &mut Report,
    (first, kind): (ServerKind, ServerKind),
    load: Load,
    rounds: usize,
) -> io::Result<String> {
    let servers = [Server::start(first)?, Server::start(kind)?];
    let time = report.options.pick(Duration::from_secs(1), Duration::from_millis(500));
    let payload = report.options.payload;
    let corpus = Corpus::new(payload);
    let figures = in_turns(rounds, servers.len(), |number| {
        let (address, pid) = servers[number].place();
        match load {
            Load::Many => {
                let plan =
                    Plan { connections: CONNECTIONS, size: SIZE, payload, load_model: LoadModel::ClosedLoop };
                Ok(Clients::connect(address, plan)?.turn(time, pid)?.per_second)
            }
            Load::One => {
                let flow = pour(address, pid, &corpus, Back::Most, time)?;
                if flow.per_second > 0.0 {
                    Ok(flow.per_second)
                } else {
                    Err(io::Error::other("nothing comes back"))
                }
            }
        }
    });
    let [_, server] = servers;
    if let Server::Watched(watched) = server {
        report.ended(format_args!("peers {kind:?}"), watched.finish().as_deref());
    }
    let figures = figures?;
    Ok(ratios(&figures[1], &figures[0]).to_string())
}
