//! The machine in virtual time: a driver of simulated sockets, with a handover at every step.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::tls_peers::SideTls;
use super::*;
use crate::event::PerSide;
use crate::event::{Address, CloseReason, Demand, Direction};
use crate::server::connection::close_timeouts::CloseTimeouts;
use crate::server::connection::read_buffer::{BufferPool, ReadBuffer};
use crate::server::connection::tap::Addresses;
use crate::server::connection::wants::Wants;
use crate::server::connection::{process_delivery, process_read, process_write};
use crate::server::feed::{EventReceiver, FEED_LIMIT, Overload, event_channel};
use crate::server::service::services::{Echo, Relay};

mod faults;
mod faults_of_actions;
mod holds;
mod orders;
mod proxied;
mod tls;
mod tls_peers;
mod tls_requests;

/// What comes from the peer of a simulated socket.
#[derive(Clone, Debug)]
enum Input {
    Bytes(Vec<u8>),
    Fin,
    Reset,
}

/// A socket whose peer is the test.
#[derive(Default)]
struct FakeSocket {
    incoming: VecDeque<Input>,
    /// The number of bytes that it takes at most from now on.
    room: usize,
    /// How many bytes the peer has not acknowledged.
    unacknowledged: usize,
    written: Vec<u8>,
    finished: bool,
    is_reset: bool,
}

impl FakeSocket {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self.incoming.front_mut() {
            None => Err(io::ErrorKind::WouldBlock.into()),
            Some(Input::Fin) => Ok(0),
            Some(Input::Reset) => {
                self.incoming.pop_front();
                self.is_reset = true;
                Err(io::ErrorKind::ConnectionReset.into())
            }
            Some(Input::Bytes(bytes)) => {
                let length = bytes.len().min(space.len());
                space[..length].copy_from_slice(&bytes[..length]);
                bytes.drain(..length);
                if bytes.is_empty() {
                    self.incoming.pop_front();
                }
                Ok(length)
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_reset || self.incoming.iter().any(|input| matches!(input, Input::Reset)) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let length = bytes.len().min(self.room);
        self.written.extend(&bytes[..length]);
        self.room -= length;
        if length == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(length) }
    }
}

struct World {
    machine: Machine,
    sockets: PerSide<FakeSocket>,
    now: Instant,
    feed: EventReceiver,
    buffer: ReadBuffer<'static>,
    steps: u32,
    /// What the close says beside its reason.
    detail: Option<String>,
}

fn world(is_relayed: bool) -> World {
    encrypted_world(is_relayed, PerSide::from_fn(|_| None))
}

/// A connection with the TLS of each side.
fn encrypted_world(is_relayed: bool, tls: PerSide<Option<&SideTls>>) -> World {
    let (queue, feed) = event_channel(FEED_LIMIT, Overload::Slow, Demand::EVERY_BYTE);
    let address = Address::from("127.0.0.1:1".parse::<SocketAddr>().unwrap());
    let addresses = Addresses { peer: address.clone(), local: address, upstream: None };
    let tap = Tap::open(queue, ConnectionId(1), addresses, BackendKind::Async, None);
    let client = tls.client.map(|tls| &tls.server);
    let upstream = tls.upstream.map(|tls| &tls.upstream);
    let machine = if is_relayed {
        Machine::relayed(ConnectionId(1), tap, Box::new(Relay), client, upstream)
    } else {
        Machine::new(ConnectionId(1), tap, Box::new(Echo), client)
    };
    let buffer = ReadBuffer::new(&Arc::new(BufferPool::new(64)));
    let sockets = PerSide::from_fn(|_| FakeSocket { room: usize::MAX, ..FakeSocket::default() });
    World { machine, sockets, now: Instant::now(), feed, buffer, steps: 0, detail: None }
}

fn relaying() -> World {
    connected(world(true))
}

fn connected(mut world: World) -> World {
    assert!(matches!(world.machine.next(), Next::Await(Wants { connect: true, .. })));
    let upstream = Address::from("127.0.0.1:2".parse::<SocketAddr>().unwrap());
    world.machine.connected(upstream, 1);
    world
}

impl World {
    fn incoming(&mut self, side: Side, inputs: impl IntoIterator<Item = Input>) {
        self.sockets[side].incoming.extend(inputs);
    }

    /// Does what the machine wants, as far as the sockets allow, with a handover before each step. Returns the reason of
    /// the close, if the connection is closed.
    fn run(&mut self) -> Option<CloseReason> {
        loop {
            self.steps += 1;
            assert!(self.steps < 1_000_000, "it goes round in circles");
            self.machine.handed_over([BackendKind::Threads, BackendKind::Async][self.steps as usize % 2]);
            if self.machine.has_timer() {
                self.machine.timeout(self.now);
            }
            match self.machine.next() {
                Next::Close => {
                    let cause = self.machine.lifecycle.take_cause()?;
                    self.detail = cause.detail;
                    return Some(cause.reason);
                }
                Next::Deliver(side) => {
                    let sockets = &mut self.sockets;
                    process_delivery(&mut self.machine, None, side, |to, bytes| sockets[to].write(bytes));
                }
                Next::ShutDown(side) => {
                    self.sockets[side].finished = true;
                    self.machine.shut_down(side, Ok(()), self.now);
                }
                Next::Await(wants) => {
                    if !self.make_call(wants) {
                        return None;
                    }
                }
            }
        }
    }

    fn make_call(&mut self, wants: Wants) -> bool {
        if let Some(side) = wants.delivery {
            let is_delivered = self.sockets[side].unacknowledged == 0;
            if is_delivered {
                self.machine.delivered();
            }
            return is_delivered;
        }
        for side in Side::ALL {
            let socket = &mut self.sockets[side];
            if wants.write.contains(side) && (socket.room > 0 || socket.is_reset) {
                let result = socket.write(self.machine.outgoing(side));
                process_write(&mut self.machine, None, side, result);
                return true;
            }
            if wants.read.contains(side) && !socket.incoming.is_empty() {
                let result = socket.read(self.buffer.space());
                let sockets = &mut self.sockets;
                process_read(&mut self.machine, None, side, result, &mut self.buffer, |to, bytes| {
                    sockets[to].write(bytes)
                });
                return true;
            }
        }
        false
    }

    fn pass(&mut self, time: Duration) -> Option<CloseReason> {
        self.now += time;
        self.run()
    }
}

fn text(number: usize) -> Vec<u8> {
    (0..number).map(|index| (index % 251) as u8).collect()
}

#[test]
fn an_echo_ends_after_the_clients_end() {
    let mut world = world(false);
    world.incoming(Side::Client, [Input::Bytes(text(1_000)), Input::Fin]);
    world.sockets.client.room = 300;
    assert_eq!(world.run(), None);
    world.sockets.client.room = usize::MAX;
    assert_eq!(world.run(), Some(CloseReason::PeerFinished));
    assert_eq!(world.sockets.client.written, text(1_000));
    assert!(world.sockets.client.finished && !world.machine.resets());
}

#[test]
fn the_end_of_one_half_leaves_the_other_open() {
    for first in Side::ALL {
        let mut world = relaying();
        world.incoming(first, [Input::Bytes(text(200)), Input::Fin]);
        assert_eq!(world.run(), None);
        assert!(world.sockets[first.other()].finished, "the end is passed on at once");
        assert!(!world.sockets[first].finished);
        world.incoming(first.other(), [Input::Bytes(text(5_000)), Input::Fin]);
        let reason = match first {
            Side::Client => CloseReason::PeerFinished,
            Side::Upstream => CloseReason::UpstreamFinished,
        };
        assert_eq!(world.run(), Some(reason));
        assert_eq!(world.sockets[first.other()].written, text(200));
        assert_eq!(world.sockets[first].written, text(5_000));
        assert!(!world.machine.resets());
    }
}

#[test]
fn a_peer_that_does_not_read_stops_only_its_own_direction() {
    let mut world = relaying();
    world.sockets.client.room = 10;
    world.incoming(Side::Upstream, [Input::Bytes(text(1_000))]);
    world.incoming(Side::Client, [Input::Bytes(text(1_000))]);
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.upstream.written.len(), 1_000);
    assert_eq!(world.sockets.client.written.len(), 10);
    let left: usize = world
        .sockets
        .upstream
        .incoming
        .iter()
        .map(|input| if let Input::Bytes(bytes) = input { bytes.len() } else { 0 })
        .sum();
    assert!(left >= 1_000 - 64, "at most one read is kept: {left}");
    world.sockets.client.room = usize::MAX;
    assert_eq!(world.run(), None);
    assert_eq!(world.sockets.client.written, text(1_000));
}

#[test]
fn a_reset_follows_what_came_before_it() {
    for side in Side::ALL {
        let mut world = relaying();
        let to = side.other();
        world.sockets[to].room = 100;
        world.sockets[to].unacknowledged = 1;
        world.incoming(side, [Input::Bytes(text(500)), Input::Reset]);
        assert_eq!(world.run(), None, "it is not delivered yet");
        world.sockets[to].room = usize::MAX;
        assert_eq!(world.run(), None);
        assert_eq!(world.sockets[to].written, text(500));
        world.sockets[to].unacknowledged = 0;
        let reason = match side {
            Side::Client => CloseReason::PeerReset,
            Side::Upstream => CloseReason::UpstreamReset,
        };
        assert_eq!(world.run(), Some(reason));
        assert!(world.machine.resets() && !world.sockets[to].finished);
    }
}

#[test]
fn a_reset_waits_for_a_peer_that_does_not_read_for_two_seconds_only() {
    let mut world = relaying();
    world.sockets.upstream.room = 100;
    world.incoming(Side::Client, [Input::Bytes(text(500)), Input::Reset]);
    assert_eq!(world.run(), None);
    let Next::Await(wants) = world.machine.next() else { panic!("it is open") };
    assert!(wants.watch.contains(Side::Client));
    world.machine.was_reset(Side::Client);
    assert_eq!(world.pass(Duration::from_millis(1_500)), None);
    world.sockets.upstream.room = 100;
    assert_eq!(world.run(), None, "it has read again");
    assert_eq!(world.pass(Duration::from_millis(1_900)), None);
    assert_eq!(world.pass(Duration::from_millis(200)), Some(CloseReason::PeerReset));
    assert!(world.machine.resets());
}

#[test]
fn what_a_peer_sent_before_its_reset_is_read_also_if_a_write_meets_the_reset() {
    let mut world = relaying();
    world.incoming(Side::Upstream, [Input::Bytes(text(500)), Input::Reset]);
    // The write fails before the bytes are read, since the reset has arrived.
    let mut calls = 0;
    process_read(&mut world.machine, None, Side::Client, Ok(3), &mut world.buffer, |to, _| {
        calls += 1;
        world.sockets[to].write(b"abc")
    });
    assert_eq!(calls, 1);
    assert_eq!(world.run(), Some(CloseReason::UpstreamReset));
    assert_eq!(world.sockets.client.written, text(500));
}

#[test]
fn an_upstream_that_cannot_be_reached_resets_the_client() {
    let mut world = world(true);
    world.machine.not_connected("127.0.0.1:2: connection refused".to_owned());
    assert_eq!(world.run(), Some(CloseReason::UpstreamUnreachable));
    assert!(world.machine.resets());
}

/// The connect has taken the error from the socket, so the end of the stream follows what was sent before.
#[test]
fn what_an_upstream_sent_before_it_reset_behind_the_connect_arrives() {
    let mut world = relaying();
    world.machine.was_reset(Side::Upstream);
    world.incoming(Side::Upstream, [Input::Bytes(text(60)), Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::UpstreamReset));
    assert_eq!(world.sockets.client.written, text(60));
    assert!(world.machine.resets());
}

#[test]
fn a_client_that_resets_ends_the_connect() {
    let mut world = world(true);
    world.machine.failed(Side::Client, Call::Read, &io::ErrorKind::ConnectionReset.into());
    assert_eq!(world.run(), Some(CloseReason::PeerReset));
}

#[test]
fn a_relay_that_is_closed_ends_both_sides_after_their_pending_bytes() {
    let mut world = relaying();
    world.sockets.client.room = 10;
    world.incoming(Side::Upstream, [Input::Bytes(text(60))]);
    assert_eq!(world.run(), None);
    world.machine.finish(CloseTimeouts::CLOSE, world.now);
    assert_eq!(world.run(), None);
    assert!(world.sockets.upstream.finished && !world.sockets.client.finished);
    world.sockets.client.room = 50;
    assert_eq!(world.run(), None);
    assert!(world.sockets.client.finished);
    assert_eq!(world.sockets.client.written, text(60));
    world.incoming(Side::Client, [Input::Bytes(text(10)), Input::Fin]);
    assert_eq!(world.run(), None, "one peer has not ended");
    world.incoming(Side::Upstream, [Input::Fin]);
    assert_eq!(world.run(), Some(CloseReason::WeFinished));
    assert_eq!(world.sockets.upstream.written, b"", "what came after the close is discarded");
}

#[test]
fn whatever_the_peers_do_every_byte_comes_in_order() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut world = relaying();
        let mut sent = PerSide::from_fn(|_| Vec::<u8>::new());
        let mut open = PerSide::from_fn(|_| true);
        let mut reason = None;
        for step in 0..200 {
            let side = Side::ALL[random.usize(..2)];
            if open[side] {
                let bytes = text(random.usize(1..300));
                sent[side].extend(&bytes);
                world.incoming(side, [Input::Bytes(bytes)]);
                if step > 100 && random.u8(..) < 20 {
                    open[side] = false;
                    world.incoming(side, [Input::Fin]);
                }
            }
            world.sockets[side].room = random.usize(..400);
            reason = reason.or(world.run());
        }
        for side in Side::ALL {
            world.sockets[side].room = usize::MAX;
            if std::mem::take(&mut open[side]) {
                world.incoming(side, [Input::Fin]);
            }
        }
        reason = reason.or_else(|| world.run());
        assert!(
            matches!(reason, Some(CloseReason::PeerFinished | CloseReason::UpstreamFinished)),
            "seed {seed}: {reason:?}"
        );
        for side in Side::ALL {
            assert!(world.sockets[side.other()].written == sent[side], "seed {seed}, from {side}");
        }
    }
}
