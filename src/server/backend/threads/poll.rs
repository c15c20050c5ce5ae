//! The calls of a thread that serves a relayed connection: it waits for two sockets at once, in `ppoll`.
//!
//! The signal that interrupts a wait is blocked in such a thread and unblocked only inside `ppoll`. So a request that
//! comes between the check for requests and the wait ends that wait, and is not missed. The sockets never block.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::time::Instant;

use nix::poll::{PollFd, PollFlags};
use nix::sys::signal::{SigSet, Signal};

use crate::event::{PerSide, Side};
use crate::server::backend::shared::Shared;
use crate::server::backend::threads::room::wait_for_room;
use crate::server::backend::write_stalls::WriteStalls;
use crate::server::connection::read_buffer::ReadBuffer;
use crate::server::connection::sockets::Sockets;
use crate::server::connection::wants::SideSet;
use crate::server::connection::{
    Connection, DELIVERY_CHECK, Next, Wants, process_delivery, process_read, process_write,
};
use crate::server::net::connect::Connect;
use crate::server::net::socket::Socket;

/// After a read that filled the buffer, this number of reads follow without a wait: on one stream this saved a fifth
/// of the time.
const READS_WITHOUT_WAIT: u32 = 8;

/// Waits for the sockets of one connection.
pub(super) struct Poller {
    /// The signals that are blocked inside `ppoll`.
    blocked: SigSet,
    stalls: WriteStalls,
}

impl Poller {
    /// Prepares this thread and the sockets.
    ///
    /// # Errors
    /// The errors of `sigprocmask` and `ioctl`.
    pub(super) fn start(connection: &Connection) -> io::Result<Self> {
        let mut interrupt = SigSet::empty();
        interrupt.add(Signal::SIGURG);
        let mut blocked = SigSet::thread_get_mask()?;
        blocked.remove(Signal::SIGURG);
        interrupt.thread_block()?;
        for (_, socket) in connection.sockets.connected() {
            socket.set_nonblocking(true)?;
        }
        Ok(Self { blocked, stalls: WriteStalls::default() })
    }

    /// Waits until a wanted call is possible, and makes the possible ones. Returns early at a request.
    pub(super) fn call(
        &mut self,
        connection: &mut Connection,
        wants: Wants,
        buffer: &mut ReadBuffer<'_>,
        shared: &Shared,
    ) {
        if wants.connect {
            return self.connect(connection);
        }
        if let Some(side) = wants.delivery {
            return self.await_delivery(connection, side, wants.deadline);
        }
        let deadline = self.stalls.deadline(wants).into_iter().chain(wants.deadline).min();
        let mut ready = self.ready(&connection.sockets, wants, deadline);
        let watch = without_gone(wants.watch, &ready);
        if watch != wants.watch {
            ready = self.ready(&connection.sockets, Wants { watch, ..wants }, deadline);
        }
        for (side, events) in ready.iter().filter(|(_, events)| !events.is_empty()) {
            if wants.watch.contains(side) && events.contains(PollFlags::POLLERR) {
                connection.machine.was_reset(side);
            }
            if wants.write.contains(side) && !connection.machine.outgoing(side).is_empty() {
                write(connection, side);
                self.stalls.progress(side);
            }
            if wants.read.contains(side) {
                read(connection, side, buffer, shared);
            }
        }
        self.stalls.report(&mut connection.machine);
    }

    /// Goes on with the connect to the upstream, and waits for what comes next: its socket is ready, its time is up, or
    /// the client resets the connection. The signal that interrupts the wait also tells that its name is resolved.
    fn connect(&self, connection: &mut Connection) {
        let Some(deadline) = connection.advance_connect(Ok) else { return };
        let client = PollFd::new(connection.sockets.client.as_fd(), PollFlags::empty());
        let connecting = connection.sockets.connecting().and_then(Connect::socket);
        let events = match connecting {
            Some(socket) => {
                let mut polled = [client, PollFd::new(socket.as_fd(), PollFlags::POLLOUT)];
                self.wait(&mut polled, Some(deadline));
                polled[0].revents()
            }
            None => {
                let mut polled = [client];
                self.wait(&mut polled, Some(deadline));
                polled[0].revents()
            }
        };
        if events.is_some_and(|events| events.contains(PollFlags::POLLERR)) {
            connection.machine.was_reset(Side::Client);
        }
    }

    /// Waits until the deadline for events of the sides from which something is wanted. A signal ends the wait early.
    fn ready(
        &self,
        sockets: &Sockets<Socket>,
        wants: Wants,
        deadline: Option<Instant>,
    ) -> PerSide<PollFlags> {
        let polled = |side| {
            let mut events = PollFlags::empty();
            events.set(PollFlags::POLLIN, wants.read.contains(side));
            events.set(PollFlags::POLLOUT, wants.write.contains(side));
            PollFd::new(sockets.get(side).unwrap_or(&sockets.client).as_fd(), events)
        };
        let mut polled = Side::ALL.map(polled);
        // `poll` reports errors even if no event is asked for. A socket that needs no call is left
        // out: the end of both its directions would be reported again and again.
        let asked = match Side::ALL.map(|side| wants.concerns(side)) {
            [true, true] => &mut polled[..],
            [true, false] => &mut polled[..1],
            [false, true] => &mut polled[1..],
            [false, false] => &mut [],
        };
        self.wait(asked, deadline);
        let [client, upstream] = polled.map(|polled| polled.revents().unwrap_or(PollFlags::POLLIN));
        PerSide { client, upstream }
    }

    /// Waits for events until the deadline. After a signal or an error nothing is ready; the requests are checked then.
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    fn wait(&self, polled: &mut [PollFd<'_>], deadline: Option<Instant>) {
        use nix::sys::time::TimeSpec;
        let limit = deadline.map(|at| TimeSpec::from_duration(at.saturating_duration_since(Instant::now())));
        let _ = nix::poll::ppoll(polled, limit, Some(self.blocked));
    }

    /// Waits for events until the deadline. This system has no `ppoll`: a signal that comes just before the wait is
    /// missed, so the wait is short.
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    fn wait(&self, polled: &mut [PollFd<'_>], deadline: Option<Instant>) {
        let left = deadline.map_or(SHORT, |at| at.saturating_duration_since(Instant::now()).min(SHORT));
        let _ = nix::poll::poll(polled, nix::poll::PollTimeout::try_from(left).unwrap_or(SHORT_TIMEOUT));
    }

    /// Checks whether the peer of a side has everything that was written to it, and waits a little if it has not.
    fn await_delivery(&self, connection: &mut Connection, side: Side, deadline: Option<Instant>) {
        let unsent = connection.sockets.get(side).map_or(Ok(0), Socket::unsent);
        // A socket that cannot tell is not waited for.
        if unsent.unwrap_or(0) == 0 {
            return connection.machine.delivered();
        }
        let check = Instant::now() + DELIVERY_CHECK;
        self.wait(&mut [], Some(deadline.map_or(check, |deadline| deadline.min(check))));
    }
}

/// The watched sides without those of which a Unix socket only reports that the peer is gone, as long as it is polled;
/// all of them if anything else has happened.
fn without_gone(watch: SideSet, ready: &PerSide<PollFlags>) -> SideSet {
    let is_gone = |side| watch.contains(side) && ready[side] == PollFlags::POLLHUP;
    let mut rest = SideSet::default();
    for side in Side::ALL.into_iter().filter(|&side| watch.contains(side) && !is_gone(side)) {
        rest.insert(side);
    }
    let is_alone = Side::ALL.into_iter().all(|side| ready[side].is_empty() || is_gone(side));
    if is_alone { rest } else { watch }
}

/// Makes one read, or several while each fills the buffer and nothing else is to be done.
fn read(connection: &mut Connection, side: Side, buffer: &mut ReadBuffer<'_>, shared: &Shared) {
    for _ in 0..READS_WITHOUT_WAIT {
        let Connection { sockets, sampler, machine, registration } = &mut *connection;
        let Some(mut socket) = sockets.get(side) else { return };
        let space = buffer.space();
        let size = space.len();
        let (result, sampler) = match side {
            Side::Client => (sampler.receive(socket, space), Some(sampler)),
            Side::Upstream => (socket.read(space), None),
        };
        let has_filled = result.as_ref().is_ok_and(|&length| length == size);
        let room = wait_for_room(shared, &result, registration.control());
        process_read(machine, sampler, side, result, buffer, |to, bytes| {
            let mut socket = sockets.get(to).ok_or(io::ErrorKind::NotConnected)?;
            socket.write(bytes)
        });
        drop(room);
        let goes_on = matches!(machine.next(), Next::Await(wants) if wants.read.contains(side));
        if !has_filled || !goes_on || machine.has_timer() || !registration.control().requests().is_empty() {
            return;
        }
    }
}

/// Delivers what the transport of a side has decrypted, and writes the answer as far as its socket takes it.
pub(super) fn deliver(connection: &mut Connection, side: Side) {
    let Connection { sockets, sampler, machine, .. } = connection;
    let sampler = Some(sampler).filter(|_| side == Side::Client);
    process_delivery(machine, sampler, side, |to, bytes| {
        let mut socket = sockets.get(to).ok_or(io::ErrorKind::NotConnected)?;
        socket.write(bytes)
    });
}

/// Makes one write, of all pending bytes or some of them.
fn write(connection: &mut Connection, side: Side) {
    let Connection { sockets, sampler, machine, .. } = connection;
    if let Some(mut socket) = sockets.get(side) {
        let result = socket.write(machine.outgoing(side));
        process_write(machine, Some(sampler), side, result);
    }
}
