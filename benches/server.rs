//! What watching costs: the server with its dashboard drawing, beside the same server with nobody looking, and that
//! beside the shortest echo that one can write. All under the same load, in turns, pair by pair.
//!
//! Ratios count; messages a second belong to the machine. `cargo bench --bench server -- 50` does only the rows with 50
//! connections.

use std::cell::RefCell;
use std::io::{self, Write};
use std::time::Duration;

use bytewatch::model::BackendKind;

#[path = "support/load.rs"]
mod load;
#[path = "support/peers.rs"]
mod peers;
#[path = "support/turns.rs"]
mod turns;

use load::{Clients, Turn};
use peers::Peer;
use turns::{Spread, in_turns, ratios};

const CONNECTIONS: [usize; 4] = [1, 50, 1_000, 10_000];
const SIZES: [usize; 3] = [64, 1_024, 16 * 1_024];
const ROUNDS: usize = 5;
/// One contender's turn in one round.
const TURN: Duration = Duration::from_millis(800);

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [serve, word] = args.as_slice()
        && serve == "serve"
    {
        return peers::serve(word);
    }
    raise_descriptors();
    let only: Option<usize> = args.first().and_then(|arg| arg.parse().ok());
    let mut out = io::stdout().lock();
    writeln!(out, "echo, closed loop, {ROUNDS} pairs: median (least..greatest)\n")?;
    writeln!(
        out,
        "{:8} {:>11} {:>6}  {:>12}  {:22} {:22} bare by short",
        "backend", "connections", "bytes", "bare, msg/s", "watched by bare", "its p99 by bare's"
    )?;
    let chosen = CONNECTIONS.into_iter().filter(|connections| only.is_none_or(|only| only == *connections));
    for connections in chosen {
        for backend in BackendKind::ALL {
            for size in SIZES {
                row(&mut out, backend, connections, size)?;
            }
        }
    }
    Ok(())
}

/// One row: three servers under the same load.
fn row(out: &mut impl Write, backend: BackendKind, connections: usize, size: usize) -> io::Result<()> {
    let peers = [Peer::Bare(backend), Peer::Watched(backend), Peer::Short(backend)];
    let servers = peers.into_iter().map(Peer::start).collect::<io::Result<Vec<_>>>()?;
    let latencies = RefCell::new(vec![Vec::new(); peers.len()]);
    let failure = RefCell::new(None);
    let mut contenders = Vec::new();
    for (who, server) in servers.iter().enumerate() {
        let (address, latencies, failure) = (server.address, &latencies, &failure);
        // Only those of one contender at a time: descriptors are scarce.
        let talk = move || Clients::connect(address, connections, size)?.turn(TURN);
        let turn = move || match talk() {
            Ok(Turn { per_second, p99 }) => {
                latencies.borrow_mut()[who].push(p99);
                per_second
            }
            Err(error) => {
                failure.borrow_mut().get_or_insert(error);
                f64::NAN
            }
        };
        contenders.push(Box::new(turn) as Box<dyn FnMut() -> f64>);
    }
    let figures = in_turns(ROUNDS, &mut contenders);
    drop(contenders);
    if let Some(error) = failure.take() {
        return Err(error);
    }
    let latencies = latencies.into_inner();
    let bare = Spread::of(&figures[0]).median;
    let (watched, short) = (ratios(&figures[1], &figures[0]), ratios(&figures[0], &figures[2]));
    let p99 = ratios(&latencies[1], &latencies[0]);
    writeln!(
        out,
        "{backend:8} {connections:>11} {size:>6}  {bare:>12.0}  {:22} {:22} {short}",
        watched.to_string(),
        p99.to_string()
    )
}

/// As many descriptors as the system allows: each connection takes one.
fn raise_descriptors() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // Where it fails, connecting says so.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}
