//! Servers that echo wrongly, and what the load generator finds.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use bytewatch::client::load;
use bytewatch::client::load::{ClientError, LoadModel, Mismatch, Pattern, Plan, Summary, Workload};

use super::{plan, run};

/// Starts a server that runs `serve` on each of its connections.
fn server(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(client));
        }
    });
    address
}

/// Echoes each read after `change` has edited it; `change` gets the offset of the read in the stream.
fn echo(mut client: TcpStream, mut change: impl FnMut(u64, &mut Vec<u8>)) -> io::Result<()> {
    let (mut space, mut offset) = (vec![0; 64 * 1024], 0);
    loop {
        let length = client.read(&mut space)?;
        if length == 0 {
            return Ok(());
        }
        let mut answer = space[..length].to_vec();
        change(offset, &mut answer);
        offset += length as u64;
        client.write_all(&answer)?;
    }
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Drops,
    Doubles,
    Alters,
    Swaps,
}

/// Applies the fault once, at `from` or soon after: where two adjacent bytes differ, so that it changes the stream.
/// Stores the offset of the first wrong byte.
fn faulty(fault: Fault, from: u64) -> (SocketAddr, Arc<AtomicU64>) {
    let place = Arc::new(AtomicU64::new(0));
    let recorded = Arc::clone(&place);
    let address = server(move |client| {
        let recorded = Arc::clone(&recorded);
        echo(client, move |offset, data| {
            let skip = from.saturating_sub(offset) as usize;
            if recorded.load(Ordering::SeqCst) > 0 || skip + 1 >= data.len() {
                return;
            }
            let Some(at) = (skip..data.len() - 1).find(|&at| data[at] != data[at + 1]) else { return };
            let wrong = match fault {
                Fault::Drops => {
                    data.remove(at);
                    at
                }
                Fault::Doubles => {
                    data.insert(at, data[at]);
                    at + 1
                }
                Fault::Alters => {
                    data[at] ^= 1;
                    at
                }
                Fault::Swaps => {
                    data.swap(at, at + 1);
                    at
                }
            };
            recorded.store(offset + wrong as u64, Ordering::SeqCst);
        })
    });
    (address, place)
}

#[test]
fn one_wrong_byte_in_100_megabytes_is_found_where_it_is() {
    const FROM: u64 = 99_999_000;
    for fault in [Fault::Drops, Fault::Doubles, Fault::Alters, Fault::Swaps] {
        for pattern in [Pattern::Text, Pattern::Random] {
            let (target, place) = faulty(fault, FROM);
            let plan = Plan {
                size: 64 * 1_024,
                pipeline: 4,
                pattern,
                // The fault ends the run long before that.
                time: Duration::from_secs(120),
                ..plan(target)
            };
            let found = run(&plan).stats.first_mismatch.unwrap();
            let place = place.load(Ordering::SeqCst);
            assert!(place >= FROM);
            assert_eq!((found.connection, found.offset), (1, place), "{fault:?} {found:?}");
            assert!(found.expected.is_some() && found.found.is_some() && found.expected != found.found);
        }
    }
}

#[test]
fn the_connection_that_is_wrong_is_named() {
    let connections = AtomicU64::new(0);
    let target = server(move |client| {
        let fifth = connections.fetch_add(1, Ordering::SeqCst) == 4;
        echo(client, |offset, data| {
            if fifth && offset == 0 {
                data[7] ^= 0x40;
            }
        })
    });
    // The clients connect one after another, so that the fifth accepted connection is the fifth connect.
    let plan =
        Plan { groups: vec![(Workload::Steady, 10)], ramp: Duration::from_millis(500), ..plan(target) };
    let summary = run(&plan);
    let found = summary.stats.first_mismatch.unwrap();
    assert_eq!((found.connection, found.offset), (5, 7));
    assert_eq!(summary.stats.errors.get(&ClientError::Mismatch), Some(&1));
    assert!(summary.stats.messages > 9, "the others go on");
    assert!(!summary.is_flawless());
}

#[test]
fn what_never_comes_back_is_missed() {
    let target = server(|client| {
        echo(client, |offset, data| {
            if offset == 0 {
                data.pop();
            }
        })
    });
    let summary = run(&plan(target));
    let found = summary.stats.first_mismatch.unwrap();
    assert_eq!((found.connection, found.offset, found.found), (1, 1_023, None));
    assert_eq!(summary.stats.errors.get(&ClientError::TimedOut), Some(&1));
}

#[test]
fn what_was_never_sent_is_noticed() {
    let target = server(|client| echo(client, |_, data| data.push(b'!')));
    let plan = Plan { groups: vec![(Workload::HalfClose, 1)], ..plan(target) };
    let found = run(&plan).stats.first_mismatch.unwrap();
    let end = Mismatch { connection: 1, offset: 1_024, expected: None, found: Some(b'!') };
    assert_eq!(found, end);
}

#[test]
fn a_server_that_hangs_up_is_found_out() {
    let target = server(|mut client| {
        client.read_exact(&mut [0; 1_000]).and_then(|()| client.read(&mut [0; 24])).map(drop)
    });
    let summary = run(&plan(target));
    assert_eq!(summary.stats.errors.get(&ClientError::ClosedEarly), Some(&1), "{:?}", summary.stats.errors);
    assert_eq!(summary.stats.first_mismatch.unwrap().found, None);
}

#[test]
fn an_address_without_a_server_is_an_error() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = load::run(&plan(free), &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

/// While the server stalls for a third of the measured time, messages of an open loop become due, and all of them wait;
/// a closed loop has one message in flight, which is one of thousands.
#[test]
fn an_open_loop_counts_a_stall_in_the_latency_of_every_delayed_message() {
    // The stall is the subject of the test, and its share of the measured time decides which percentiles it reaches.
    const STALL: Duration = Duration::from_secs(1);
    let stalling = || {
        server(|client| {
            let mut stalled = false;
            echo(client, |offset, _| {
                if offset > 20_000 && !stalled {
                    stalled = true;
                    thread::sleep(STALL);
                }
            })
        })
    };
    let plan = |load_model| Plan { load_model, size: 100, time: Duration::from_secs(3), ..plan(stalling()) };
    let open = run(&plan(LoadModel::OpenLoop(1_000.0)));
    assert!(open.is_flawless(), "{:?}", open.stats.errors);
    let closed = run(&plan(LoadModel::ClosedLoop));
    assert!(closed.is_flawless(), "{:?}", closed.stats.errors);
    let latency = |summary: &Summary, percent| summary.stats.latency.percentile(percent).unwrap();
    let (by_many, by_one) = (latency(&open, 80.0), latency(&closed, 99.0));
    assert!(by_many > by_one, "a fifth of those who were due waited for {by_many:?}, one for {by_one:?}");
}
