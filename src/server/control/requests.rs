//! The requests that a connection can be given while it is served, and the way to wake its executor.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Waker;

use parking_lot::Mutex;

use crate::event::{Faults, ListenerId};
use crate::server::control::idle::{IdleClock, Paused};
use crate::server::control::interrupt::InterruptHandle;
use crate::server::control::orders::{Order, OrderQueue, QueueFull};

/// What a connection can be asked to do. The values are bits: several may be set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(in crate::server) enum Request {
    /// Release the connection, as it is, so that the other backend can serve it.
    HandOver = 1,
    /// Send the pending bytes, then FIN.
    Finish = 2,
    /// As `Finish`, with shorter timeouts: the program ends.
    Shutdown = 4,
    /// Send RST, now.
    Reset = 8,
    /// Confirm the adoption; set during a handover.
    ConfirmAdoption = 16,
    /// As `Finish`, if the idle timeout has expired.
    EndIdle = 32,
    /// Carry out the [orders](Control::take_orders) of the user.
    Orders = 64,
    /// Set the faults of the traffic that were given.
    SetFaults = 128,
}

/// A set of requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct Requests(u8);

impl Requests {
    pub(in crate::server) const fn has(self, request: Request) -> bool {
        self.0 & request as u8 != 0
    }

    /// Whether no request is pending.
    pub(in crate::server) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The thread or task that serves a connection, and how to wake it.
#[derive(Debug)]
pub(in crate::server) enum Executor {
    /// None: the connection is new, or between two backends.
    Detached,
    /// A thread, which may block in a system call.
    Thread(InterruptHandle),
    /// A task of the event loop.
    Task(Waker),
    /// None any more: the connection is closed, and no request reaches it.
    Closed,
}

/// The pending requests and the executor, shared by the executor and the threads that send requests.
#[derive(Debug)]
pub(in crate::server) struct Control {
    requests: AtomicU8,
    /// A signal is sent only under this lock, and a thread removes itself under it before the thread ends, so no
    /// signal goes to a thread that has ended.
    executor: Mutex<Executor>,
    asked: Mutex<Asked>,
    /// The listener that has accepted the connection.
    listener: ListenerId,
    /// `None` if there is no idle timeout.
    idle_clock: Option<Arc<IdleClock>>,
}

/// What the user has asked for. Boxed, because most connections have neither.
#[derive(Debug, Default)]
struct Asked {
    /// The faults that were asked for last, if any. The executor may still have to set them.
    faults: Option<Box<Faults>>,
    orders: OrderQueue,
}

impl Asked {
    fn faults(&self) -> Faults {
        self.faults.as_deref().copied().unwrap_or_default()
    }

    fn set_faults(&mut self, faults: Faults) {
        let none = Faults { seed: faults.seed, ..Faults::default() };
        self.faults = (faults != none).then(|| Box::new(faults));
    }
}

impl Control {
    pub(in crate::server) fn new(listener: ListenerId, idle_clock: Option<Arc<IdleClock>>) -> Self {
        let (executor, asked) = (Mutex::new(Executor::Detached), Mutex::default());
        Self { requests: AtomicU8::new(0), executor, asked, listener, idle_clock }
    }

    /// The listener that has accepted the connection.
    pub(in crate::server) const fn listener(&self) -> ListenerId {
        self.listener
    }

    /// The idle clock, if there is an idle timeout.
    pub(in crate::server) fn idle_clock(&self) -> Option<&IdleClock> {
        self.idle_clock.as_deref()
    }

    /// Stops the idle clock: the connection is closing.
    pub(in crate::server) fn stop_idle_clock(&self) {
        self.idle_clock().into_iter().for_each(IdleClock::stop);
    }

    /// Pauses the idle clock until the result is dropped: waiting for the server does not count as idle.
    pub(in crate::server) fn pause_idle_clock(&self) -> Option<Paused<'_>> {
        self.idle_clock().map(IdleClock::pause)
    }

    /// The pending requests.
    pub(in crate::server) fn requests(&self) -> Requests {
        Requests(self.requests.load(Ordering::Acquire))
    }

    /// Removes one request, which the executor now carries out.
    pub(in crate::server) fn acknowledge(&self, request: Request) {
        self.requests.fetch_and(!(request as u8), Ordering::AcqRel);
    }

    /// Adds a request and wakes the executor.
    ///
    /// # Errors
    /// The connection is closed already.
    pub(in crate::server) fn request(&self, request: Request) -> Result<(), ConnectionClosed> {
        let executor = self.executor.lock();
        if matches!(*executor, Executor::Closed) {
            return Err(ConnectionClosed);
        }
        self.requests.fetch_or(request as u8, Ordering::AcqRel);
        executor.wake();
        Ok(())
    }

    /// Gives the executor an order. [`Request::Orders`] has to follow.
    ///
    /// # Errors
    /// Too much waits already.
    pub(in crate::server) fn order(&self, order: Order) -> Result<(), QueueFull> {
        self.asked.lock().orders.push(order)
    }

    /// Takes the orders, oldest first. [`Request::Orders`] is acknowledged before, so that one that comes meanwhile is
    /// taken the next time.
    pub(in crate::server) fn take_orders(&self) -> Vec<Order> {
        self.asked.lock().orders.take()
    }

    /// Records the faults that a new connection begins with.
    pub(in crate::server) fn begin_faults(&self, faults: Faults) {
        self.asked.lock().set_faults(faults);
    }

    /// Asks for other faults of the traffic: what `change` makes of those that were asked for last. Their random numbers
    /// start from `seed`.
    ///
    /// # Errors
    /// The connection is closed already.
    pub(in crate::server) fn change_faults(
        &self,
        seed: u64,
        change: impl FnOnce(&mut Faults),
    ) -> Result<(), ConnectionClosed> {
        {
            let mut asked = self.asked.lock();
            let mut faults = Faults { seed, ..asked.faults() };
            change(&mut faults);
            asked.set_faults(faults);
        }
        self.request(Request::SetFaults)
    }

    /// The faults that are asked for, which the executor now sets; `None` if it has set them.
    pub(in crate::server) fn take_faults(&self) -> Option<Faults> {
        if !self.requests().has(Request::SetFaults) {
            return None;
        }
        // Acknowledged first: what is asked for in between is taken now, and the next time nothing changes.
        self.acknowledge(Request::SetFaults);
        Some(self.asked.lock().faults())
    }

    /// Whether a request is still to be carried out.
    pub(in crate::server) fn is_pending(&self, request: Request) -> bool {
        !matches!(*self.executor.lock(), Executor::Closed) && self.requests().has(request)
    }

    /// Wakes the executor again, in case it missed the first wake-up.
    pub(in crate::server) fn wake(&self) {
        self.executor.lock().wake();
    }

    /// Sets the executor that serves from now on.
    pub(in crate::server) fn attach(&self, executor: Executor) {
        *self.executor.lock() = executor;
    }

    /// Marks the connection as closed. Returns the requests that were not carried out.
    pub(in crate::server) fn end(&self) -> Requests {
        let mut executor = self.executor.lock();
        *executor = Executor::Closed;
        self.requests()
    }
}

impl Executor {
    fn wake(&self) {
        match self {
            Self::Thread(handle) => handle.interrupt(),
            Self::Task(waker) => waker.wake_by_ref(),
            Self::Detached | Self::Closed => {}
        }
    }
}

/// The connection is closed, so a request does not reach it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct ConnectionClosed;
