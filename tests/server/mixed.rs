//! Clients of every kind at once, every byte compared, while the backend is switched again and again.
//!
//! `BYTEWATCH_MIXED=2000x60` makes it 2,000 connections for 60 seconds, with a switch every 500 ms.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytewatch::event::{BackendKind, Command};
use bytewatch::event::{CloseReason, ConnectionEvent, Event, ServerEvent, SwitchEvent};
use bytewatch::server::{Server, WakeOn};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::harness::{LIMIT, byte_at, config, pattern};

/// A client follows its behaviour until this moment, then completes the current message and closes.
#[derive(Clone, Copy)]
struct Until(Instant);

impl Until {
    fn over(self) -> bool {
        Instant::now() >= self.0
    }
}

#[derive(Default)]
struct Totals {
    connects: AtomicU64,
    bytes: AtomicU64,
}

#[derive(Clone, Copy)]
enum Kind {
    /// Sends and reads at the same time, without a pause.
    Stream,
    /// Sends, waits for the echo, pauses.
    Loop,
    /// Sends more than it reads.
    SlowReader,
    /// Connects, sends a little, closes, connects again.
    Churn,
    /// Sends one byte at the beginning and one at the end.
    Idle,
}

/// The number of clients of each kind, of every twenty.
const MIX: [(Kind, u64); 5] =
    [(Kind::Stream, 1), (Kind::Loop, 9), (Kind::SlowReader, 2), (Kind::Churn, 2), (Kind::Idle, 6)];

#[test]
fn clients_of_every_kind_notice_no_switch() {
    let (connections, seconds) = scale();
    let (server, mut feed) = Server::start(config(BackendKind::Async)).unwrap();
    let server: &'static Server = Box::leak(Box::new(server));
    let (address, end) = (server.addresses()[0], Instant::now() + Duration::from_secs(seconds));
    let clients = std::thread::spawn(move || drive(address, connections, Until(end)));
    let (mut events, waker) = (Vec::new(), feed.waker());
    let mut seen = Seen::default();
    let mut next = Instant::now() + Duration::from_millis(500);
    let mut to = BackendKind::Threads;
    while !seen.stopped {
        waker.wait(WakeOn::Event, next.min(Instant::now() + Duration::from_millis(100)));
        feed.drain(&mut events);
        events.drain(..).for_each(|stamped| seen.take(&stamped.event));
        if clients.is_finished() {
            server.command(Command::Stop);
        } else if Instant::now() >= next {
            next += Duration::from_millis(500);
            server.command(Command::Switch(to));
            to = to.other();
        }
    }
    let totals = clients.join().unwrap().unwrap_or_else(|error| panic!("{error}"));
    let (connects, bytes) = (totals.connects.load(Ordering::Relaxed), totals.bytes.load(Ordering::Relaxed));
    println!("{connects} connects, {bytes} bytes compared, {seen:?}");
    assert!(seen.switched >= seconds && seen.handed_over >= connections, "{seen:?}");
    assert_eq!((seen.opened, seen.closed, seen.switch_failed), (connects, connects, 0), "{seen:?}");
    assert_eq!((seen.received, seen.sent, seen.not_finished), (bytes, bytes, 0), "{seen:?}");
}

/// The number of connections, and the duration in seconds.
fn scale() -> (u64, u64) {
    let wanted = std::env::var("BYTEWATCH_MIXED").unwrap_or_else(|_| "300x5".to_owned());
    let (connections, seconds) = wanted.split_once('x').unwrap();
    (connections.parse().unwrap(), seconds.parse().unwrap())
}

#[derive(Debug, Default)]
struct Seen {
    opened: u64,
    closed: u64,
    not_finished: u64,
    handed_over: u64,
    switched: u64,
    longest_switch_micros: u64,
    switch_failed: u64,
    received: u64,
    sent: u64,
    stopped: bool,
}

impl Seen {
    fn take(&mut self, event: &Event) {
        match event {
            Event::Connection(_, ConnectionEvent::Opened { .. }) => self.opened += 1,
            Event::Connection(_, ConnectionEvent::HandedOver { .. }) => self.handed_over += 1,
            Event::Switch(SwitchEvent::Completed { micros, .. }) => {
                self.switched += 1;
                self.longest_switch_micros = self.longest_switch_micros.max(*micros);
            }
            Event::Switch(SwitchEvent::Failed { .. }) => self.switch_failed += 1,
            Event::Connection(_, ConnectionEvent::Closed { reason, received, sent, .. }) => {
                self.closed += 1;
                self.not_finished += u64::from(*reason != CloseReason::PeerFinished);
                self.received += received;
                self.sent += sent;
            }
            Event::Server(ServerEvent::Stopped) => self.stopped = true,
            _ => {}
        }
    }
}

/// Runs all clients on one thread. The first mismatch ends the test.
fn drive(address: SocketAddr, connections: u64, until: Until) -> Result<Totals, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let totals = Rc::new(Totals::default());
        let kinds: Vec<_> =
            MIX.iter().flat_map(|&(kind, share)| std::iter::repeat_n(kind, share as usize)).collect();
        let clients: Vec<_> = (0..connections)
            .map(|seed| {
                let (kind, totals) = (kinds[seed as usize % kinds.len()], Rc::clone(&totals));
                tokio::task::spawn_local(async move { client(kind, address, seed, until, &totals).await })
            })
            .collect();
        for (seed, client) in clients.into_iter().enumerate() {
            client.await.unwrap().map_err(|error| format!("client {seed}: {error}"))?;
        }
        Rc::into_inner(totals).ok_or_else(|| "a client is left".to_owned())
    })
}

async fn client(kind: Kind, address: SocketAddr, seed: u64, until: Until, totals: &Totals) -> io::Result<()> {
    let mut socket = connect(address, totals).await?;
    let mut offset = 0;
    match kind {
        Kind::Stream => offset = stream(&mut socket, seed, until, Duration::ZERO).await?,
        Kind::SlowReader => offset = stream(&mut socket, seed, until, Duration::from_millis(40)).await?,
        Kind::Loop => {
            while !until.over() {
                let length = 1 << ((seed + offset) % 15);
                offset = echo(&mut socket, seed, offset, length).await?;
                sleep(Duration::from_millis(5 + seed % 40)).await;
            }
        }
        Kind::Churn => {
            while !until.over() {
                offset = echo(&mut socket, seed, offset, 300).await?;
                finish(socket, totals, &mut offset).await?;
                sleep(Duration::from_millis(20)).await;
                socket = connect(address, totals).await?;
            }
        }
        Kind::Idle => {
            offset = echo(&mut socket, seed, offset, 1).await?;
            sleep(until.0.saturating_duration_since(Instant::now())).await;
            offset = echo(&mut socket, seed, offset, 1).await?;
        }
    }
    finish(socket, totals, &mut offset).await
}

async fn connect(address: SocketAddr, totals: &Totals) -> io::Result<TcpStream> {
    totals.connects.fetch_add(1, Ordering::Relaxed);
    within(TcpStream::connect(address)).await
}

/// Sends a message and compares its echo. Returns the offset of its end.
async fn echo(socket: &mut TcpStream, seed: u64, offset: u64, length: usize) -> io::Result<u64> {
    let message = pattern(seed, offset, length);
    within(socket.write_all(&message)).await?;
    let mut back = vec![0; length];
    within(socket.read_exact(&mut back)).await?;
    compare(seed, offset, &back)?;
    Ok(offset + length as u64)
}

/// Sends without a pause; reads a little, compares, and pauses.
async fn stream(socket: &mut TcpStream, seed: u64, until: Until, pause: Duration) -> io::Result<u64> {
    let (mut reader, mut writer) = socket.split();
    let send = async {
        let mut offset = 0;
        while !until.over() {
            let block = pattern(seed, offset, 8192);
            within(writer.write_all(&block)).await?;
            offset += block.len() as u64;
            // Yields to the other clients.
            sleep(Duration::from_millis(1)).await;
        }
        writer.shutdown().await?;
        Ok::<_, io::Error>(offset)
    };
    let read = async {
        let (mut offset, mut back) = (0, vec![0; 16 * 1024]);
        loop {
            let length = within(reader.read(&mut back)).await?;
            if length == 0 {
                return Ok::<_, io::Error>(offset);
            }
            compare(seed, offset, &back[..length])?;
            offset += length as u64;
            if !pause.is_zero() && !until.over() {
                sleep(pause).await;
            }
        }
    };
    let (sent, back) = tokio::try_join!(send, read)?;
    if sent == back { Ok(sent) } else { Err(io::Error::other(format!("{back} of {sent} bytes came back"))) }
}

/// Sends FIN, expects FIN and nothing before it.
async fn finish(mut socket: TcpStream, totals: &Totals, offset: &mut u64) -> io::Result<()> {
    // The stream client has sent its FIN already.
    let _ = socket.shutdown().await;
    let surplus = within(socket.read(&mut [0; 16])).await?;
    if surplus > 0 {
        return Err(io::Error::other(format!("{surplus} bytes too many after offset {offset}")));
    }
    totals.bytes.fetch_add(std::mem::take(offset), Ordering::Relaxed);
    Ok(())
}

fn compare(seed: u64, offset: u64, back: &[u8]) -> io::Result<()> {
    match (offset..).zip(back).find(|&(at, &byte)| byte != byte_at(seed, at)) {
        None => Ok(()),
        Some((at, byte)) => Err(io::Error::other(format!("offset {at}: {byte:#04x} is wrong"))),
    }
}

async fn within<T>(future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(LIMIT, future).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
