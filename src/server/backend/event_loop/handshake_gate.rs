//! One handshake at a time: its cryptography takes the loop 100 µs and more, and when hundreds begin at once, a client
//! that is connected would wait for all of them.
//!
//! A task that can go on with a handshake waits for its turn, in the order in which they come. It keeps the turn until
//! the loop has looked for events and all other tasks that are ready have run.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Gives turns to the handshakes of a loop.
#[derive(Default)]
pub(super) struct HandshakeGate {
    is_taken: Cell<bool>,
    waiting: RefCell<VecDeque<Rc<Ticket>>>,
}

/// The place of a task in the order.
struct Ticket {
    waker: RefCell<Waker>,
    /// Whether it is its turn.
    is_called: Cell<bool>,
}

/// What a task has of a turn. Dropping this gives the turn to the next one.
pub(super) struct HandshakeTurn<'a> {
    gate: &'a HandshakeGate,
    state: State,
}

enum State {
    None,
    Waiting(Rc<Ticket>),
    Taken,
}

impl HandshakeGate {
    /// No turn yet.
    pub(super) const fn turn(&self) -> HandshakeTurn<'_> {
        HandshakeTurn { gate: self, state: State::None }
    }

    fn call_next(&self) {
        while let Some(next) = self.waiting.borrow_mut().pop_front() {
            // The task behind any other ticket does not wait any more.
            if Rc::strong_count(&next) > 1 {
                next.is_called.set(true);
                next.waker.borrow().wake_by_ref();
                return;
            }
        }
        self.is_taken.set(false);
    }
}

impl HandshakeTurn<'_> {
    /// Whether it is this task's turn.
    pub(super) const fn is_taken(&self) -> bool {
        matches!(self.state, State::Taken)
    }

    /// Gives the turn to the next one.
    pub(super) fn give_up(&mut self) {
        *self = self.gate.turn();
    }

    /// Waits until it is this task's turn.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &self.state {
            State::Taken => return Poll::Ready(()),
            State::Waiting(ticket) if ticket.is_called.get() => {}
            State::Waiting(ticket) => {
                ticket.waker.borrow_mut().clone_from(cx.waker());
                return Poll::Pending;
            }
            State::None if self.gate.is_taken.replace(true) => {
                let waker = RefCell::new(cx.waker().clone());
                let ticket = Rc::new(Ticket { waker, is_called: Cell::new(false) });
                self.gate.waiting.borrow_mut().push_back(Rc::clone(&ticket));
                self.state = State::Waiting(ticket);
                return Poll::Pending;
            }
            State::None => {}
        }
        self.state = State::Taken;
        Poll::Ready(())
    }
}

impl Drop for HandshakeTurn<'_> {
    fn drop(&mut self) {
        let is_ours = match std::mem::replace(&mut self.state, State::None) {
            State::None => false,
            State::Waiting(ticket) => ticket.is_called.get(),
            State::Taken => true,
        };
        if is_ours {
            self.gate.call_next();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn poll(turn: &mut HandshakeTurn<'_>, woken: &Arc<Woken>) -> bool {
        turn.poll(&mut Context::from_waker(&Arc::clone(woken).into())).is_ready()
    }

    #[test]
    fn turns_come_in_order_and_one_at_a_time() {
        let (gate, woken) = (HandshakeGate::default(), [(); 3].map(|()| Arc::new(Woken::default())));
        let [mut first, mut second, mut third] = [(); 3].map(|()| gate.turn());
        assert!(poll(&mut first, &woken[0]) && poll(&mut first, &woken[0]));
        assert!(!poll(&mut second, &woken[1]) && !poll(&mut third, &woken[2]));
        drop(first);
        assert!(!poll(&mut third, &woken[2]));
        assert!(poll(&mut second, &woken[1]));
        drop(second);
        assert!(poll(&mut third, &woken[2]));
        assert_eq!(woken.map(|woken| woken.0.load(Ordering::Relaxed)), [0, 1, 1]);
        drop(third);
        assert!(poll(&mut gate.turn(), &Arc::default()));
    }

    #[test]
    fn who_does_not_wait_any_more_stops_nobody() {
        let (gate, woken) = (HandshakeGate::default(), Arc::new(Woken::default()));
        let [mut first, mut second, mut third, mut fourth] = [(); 4].map(|()| gate.turn());
        assert!(poll(&mut first, &woken));
        for turn in [&mut second, &mut third, &mut fourth] {
            assert!(!poll(turn, &woken));
        }
        drop(second);
        drop(first);
        drop(third);
        assert!(poll(&mut fourth, &woken), "the one before it was called, and has left");
        assert!(fourth.is_taken());
    }
}
