//! What the consumer demands changes while clients send without a pause.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytewatch::event::{BackendKind, ByteDemand, Demand, Event, StreamEvent, StreamId};
use bytewatch::server::{EventReceiver, Server, WakeOn};

use super::harness::{LIMIT, config};

const CLIENTS: usize = 4;
/// The length of what clients send again and again; a prime, so that no read has it.
const PERIOD: usize = 251;
/// The bytes to see of one demand.
const ENOUGH: u64 = 4 << 20;

fn pattern(offset: u64) -> u8 {
    (offset % PERIOD as u64) as u8
}

/// Sends the pattern and reads its echo until it is told to stop.
fn talk(address: SocketAddr, stop: &AtomicBool) {
    let client = TcpStream::connect(address).unwrap();
    let message: Vec<u8> = (0..100 * PERIOD as u64).map(pattern).collect();
    let mut sender = client.try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Acquire) {
                sender.write_all(&message).unwrap();
            }
            sender.shutdown(Shutdown::Write).unwrap();
        });
        let mut reader = &client;
        while reader.read(&mut [0; 65536]).unwrap() > 0 {}
    });
}

/// Tells the clients to stop, also when the test fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// What came since the last change of the demand.
#[derive(Default)]
struct Seen {
    /// Where each stream goes on, while every byte is demanded.
    next: HashMap<StreamId, u64>,
    bytes: u64,
    trimmed: u64,
    echoed: u64,
}

impl Seen {
    fn take(&mut self, event: &Event, demand: Demand) {
        match event {
            Event::Stream(id, StreamEvent::Bytes { offset, data, forwarded, .. }) => {
                if demand.bytes == ByteDemand::Every {
                    let next = self.next.entry(*id).or_insert(*offset);
                    assert_eq!(*next, *offset, "{id:?} has no gap");
                    *next += data.len() as u64;
                }
                let fits = data.iter().zip(*offset..).all(|(byte, at)| *byte == pattern(at));
                assert!(fits, "{id:?} at {offset} is what was sent");
                self.bytes += data.len() as u64;
                self.echoed += u64::from(forwarded.is_some());
            }
            Event::Stream(_, StreamEvent::Trimmed { .. }) => self.trimmed += 1,
            _ => {}
        }
    }
}

/// Demands this, and takes what happens from then on until it is enough.
fn follow(feed: &mut EventReceiver, demand: Demand, enough: impl Fn(&Seen) -> bool) -> Seen {
    feed.set_demand(demand);
    let since = feed.now().plus_micros(1);
    let (waker, mut seen, mut events) = (feed.waker(), Seen::default(), Vec::new());
    let limit = Instant::now() + LIMIT;
    while !enough(&seen) {
        assert!(
            Instant::now() < limit,
            "{} bytes, {} trimmed, {} echoed",
            seen.bytes,
            seen.trimmed,
            seen.echoed
        );
        // Like a dashboard, which lets events accumulate between two frames.
        waker.wait(WakeOn::Urgent, Instant::now() + Duration::from_millis(10));
        feed.drain(&mut events);
        let new = events.drain(..).filter(|stamped| stamped.at >= since);
        new.for_each(|stamped| seen.take(&stamped.event, demand));
    }
    seen
}

fn every_byte_is_there_from_when_it_is_demanded(backend: BackendKind) {
    let (server, mut feed) = Server::start(config(backend)).unwrap();
    let (address, stop) = (server.addresses()[0], AtomicBool::new(false));
    thread::scope(|scope| {
        let stop_clients = StopOnDrop(&stop);
        for _ in 0..CLIENTS {
            scope.spawn(|| talk(address, &stop));
        }
        for _ in 0..5 {
            let every = follow(&mut feed, Demand::EVERY_BYTE, |seen| seen.bytes >= ENOUGH);
            assert_eq!((every.trimmed, every.echoed), (0, 0));
            follow(&mut feed, Demand::newest(1_024), |seen| seen.trimmed > 0 && seen.echoed > 0);
        }
        drop(stop_clients);
        // Clients of a server that waits for its consumer come to their end once the consumer is gone.
        drop(feed);
    });
}

on_both_backends!(every_byte_is_there_from_when_it_is_demanded);
