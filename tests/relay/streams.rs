//! Many streams at once, some of them read slowly, while the backend changes ten times a second: every byte is
//! compared, and every stream ends with FIN.
//!
//! Only the slow streams may fill all sockets on their way. If hundreds of others did so, too, the system would run out
//! of memory for TCP (`tcp_mem`) and discard what it has accepted to receive. Then Linux 6.18 sometimes closes a window
//! below bytes that are under way and ignores the acknowledgements behind them: an echo that waits to write waits for
//! ever, although the relay has read everything.
//!
//! `BYTEWATCH_RELAY_STREAMS=600x8MiBx30` is what a release is tested with: streams, bytes of each, and seconds that the
//! slow readers take. The default is small enough for every run of the tests.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::harness::{LIMIT, Relay, of_kind};
use crate::modes::Mode;
use crate::stream::pattern;

/// One in this number of streams is read slowly.
const SLOW: usize = 8;
/// What a slow reader reads before it pauses.
const SIP: usize = 256 * 1024;
/// The length after which the compared bytes repeat: odd, so that no two chunks of a stream look the same.
const PERIOD: usize = 1_048_573;
const PIECE: usize = 64 * 1024;
/// The most bytes of a stream that is not slow which are under way at once.
const UNDER_WAY: usize = 512 * 1024;

/// How much is moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Plan {
    streams: usize,
    bytes: usize,
    seconds: u64,
}

/// The plan that the environment asks for, or a small one.
fn plan() -> Plan {
    let Ok(text) = std::env::var("BYTEWATCH_RELAY_STREAMS") else {
        // More bytes than the sockets on the way hold: else a slow reader would not keep its connection open.
        return Plan { streams: 32, bytes: 8 << 20, seconds: 3 };
    };
    let parts: Vec<&str> = text.split('x').collect();
    let [streams, bytes, seconds] = parts[..] else { panic!("not STREAMSxMiBxSECONDS: {text}") };
    Plan {
        streams: streams.parse().unwrap(),
        bytes: bytes.trim_end_matches("MiB").parse::<usize>().unwrap() << 20,
        seconds: seconds.parse().unwrap(),
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Echoes each connection, and answers FIN with FIN. Returns the address.
fn echo_upstream() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket2::SockRef::from(&listener).listen(4_096).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        runtime().block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    // The client notices if bytes are missing.
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                    let _ = write.shutdown().await;
                });
            }
        });
    });
    address
}

/// Bytes that are read as an endless cycle.
struct Cycle(Vec<u8>);

impl Cycle {
    fn new() -> Self {
        let mut bytes = pattern(13, 0, PERIOD);
        bytes.extend_from_within(..PIECE);
        Self(bytes)
    }

    /// At most [`PIECE`] bytes of a stream from an offset on.
    fn piece(&self, stream: usize, offset: usize, length: usize) -> &[u8] {
        let at = (stream * 7_919 + offset) % PERIOD;
        &self.0[at..at + length.min(PIECE)]
    }
}

/// Sends a stream and FIN, and compares what comes back until FIN.
async fn run_stream(address: SocketAddr, cycle: Arc<Cycle>, number: usize, plan: Plan) -> Result<(), Error> {
    let (mut read, mut write) = TcpStream::connect(address).await?.into_split();
    let sent = Arc::clone(&cycle);
    let is_slow = number.is_multiple_of(SLOW);
    let (has_read, mut is_read) = watch::channel(0);
    let sender = tokio::spawn(async move {
        let mut offset = 0;
        while offset < plan.bytes {
            let has_room = |read: &usize| is_slow || offset < *read + UNDER_WAY;
            is_read.wait_for(has_room).await.map_err(Error::other)?;
            let piece = sent.piece(number, offset, plan.bytes - offset);
            write.write_all(piece).await?;
            offset += piece.len();
        }
        // Dropping the half sends FIN as well, but hides its failure.
        write.shutdown().await.map(|()| write)
    });
    let (mut piece, mut offset, mut sip) = (vec![0; PIECE], 0, 0);
    let sips = u32::try_from(plan.bytes / SIP).unwrap_or(u32::MAX).max(1);
    let pause = Duration::from_secs(plan.seconds) / sips;
    loop {
        let length = read.read(&mut piece).await?;
        if length == 0 {
            break;
        }
        if piece[..length] != *cycle.piece(number, offset, length) {
            return Err(Error::other(format!("other bytes came back from offset {offset} on")));
        }
        (offset, sip) = (offset + length, sip + length);
        // A sender that has failed says so itself.
        let _ = has_read.send(offset);
        if is_slow && sip >= SIP {
            sip -= SIP;
            tokio::time::sleep(pause).await;
        }
    }
    // The sending half lives until here, so that dropping it does not end the connection before FIN came.
    let _sending = sender.await.map_err(Error::other)??;
    if offset == plan.bytes { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// Runs all streams; returns what failed, stream by stream.
fn run_streams(address: SocketAddr, plan: Plan) -> Vec<String> {
    let (cycle, limit) = (Arc::new(Cycle::new()), 2 * LIMIT + Duration::from_secs(4 * plan.seconds));
    runtime().block_on(async {
        let mut streams = JoinSet::new();
        for number in 0..plan.streams {
            let cycle = Arc::clone(&cycle);
            streams.spawn(async move {
                match tokio::time::timeout(limit, run_stream(address, cycle, number, plan)).await {
                    Ok(Ok(())) => None,
                    Ok(Err(error)) => Some(format!("stream {number}: {error}")),
                    Err(_) => Some(format!("stream {number} does not end")),
                }
            });
        }
        streams.join_all().await.into_iter().flatten().collect()
    })
}

#[test]
fn streams_survive_a_switch_every_100_ms() {
    let plan = plan();
    let options = ["-l", "127.0.0.1:0", "--switch-every", "100ms"];
    let relay = Relay::start(Mode::Async, echo_upstream(), &options);
    let began = Instant::now();
    let failed = run_streams(relay.listening[0].parse().unwrap(), plan);
    assert!(failed.is_empty(), "{} of {} streams failed: {failed:#?}", failed.len(), plan.streams);
    assert!(began.elapsed() >= Duration::from_secs(plan.seconds), "the slow readers took their time");
    for number in 1..=plan.streams as u64 {
        let closed = relay.event("closed", number);
        let expected = (&"peer-finished".into(), &plan.bytes.into(), &plan.bytes.into());
        assert_eq!((&closed["reason"], &closed["received"], &closed["sent"]), expected, "{closed}");
    }
    let events = relay.stop();
    let moved = of_kind(&events, "switched").map(|event| event["connections"].as_u64().unwrap());
    let moved: Vec<u64> = moved.collect();
    assert!(moved.len() >= 5, "only {} switches", moved.len());
    let handed_over: u64 = moved.iter().sum();
    assert!(handed_over >= plan.streams as u64, "only {handed_over} connections were handed over");
}
