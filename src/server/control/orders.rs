//! What the user wants of a connection, in order, until the executor of the connection takes it.

use bytes::Bytes;

use crate::event::{MOST_TO_SEND, Release, Side};

/// What the user wants of a connection besides its close.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::server) enum Order {
    /// Send these bytes to this side.
    Send { to: Side, bytes: Bytes },
    /// Send FIN to this side.
    HalfClose(Side),
    /// Read nothing from this side any more.
    Pause(Side),
    /// Read from this side again.
    Resume(Side),
    /// Hold what is received from this side, from an offset on or from now on.
    Hold { from: Side, at: Option<u64> },
    /// Let what is held of this side go on.
    Release { from: Side, what: Release },
    /// Put other bytes in the place of held ones of this side.
    Replace { from: Side, position: u64, length: u64, bytes: Bytes },
}

impl Order {
    /// The side that it concerns.
    pub(in crate::server) const fn side(&self) -> Side {
        match self {
            Self::Send { to: side, .. }
            | Self::HalfClose(side)
            | Self::Pause(side)
            | Self::Resume(side)
            | Self::Hold { from: side, .. }
            | Self::Release { from: side, .. }
            | Self::Replace { from: side, .. } => *side,
        }
    }

    const fn length(&self) -> usize {
        match self {
            Self::Send { bytes, .. } | Self::Replace { bytes, .. } => bytes.len(),
            Self::HalfClose(_)
            | Self::Pause(_)
            | Self::Resume(_)
            | Self::Hold { .. }
            | Self::Release { .. } => 0,
        }
    }
}

/// The most orders that wait, so that those without bytes are bounded, too.
const MOST_ORDERS: usize = 4_096;

/// The orders that wait for the executor. An executor that is alive takes them at once; between two backends they wait.
/// Boxed, because most connections get none.
#[derive(Debug, Default)]
pub(in crate::server) struct OrderQueue(Option<Box<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    orders: Vec<Order>,
    bytes: usize,
}

/// Too much waits already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct QueueFull;

impl OrderQueue {
    /// Adds an order.
    ///
    /// # Errors
    /// Too much waits already.
    pub(in crate::server) fn push(&mut self, order: Order) -> Result<(), QueueFull> {
        let waiting = self.0.get_or_insert_default();
        let bytes = waiting.bytes + order.length();
        if bytes > MOST_TO_SEND || waiting.orders.len() >= MOST_ORDERS {
            return Err(QueueFull);
        }
        waiting.bytes = bytes;
        waiting.orders.push(order);
        Ok(())
    }

    /// Takes all orders, oldest first.
    pub(in crate::server) fn take(&mut self) -> Vec<Order> {
        self.0.take().map_or_else(Vec::new, |waiting| waiting.orders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_and_the_orders_that_wait_are_bounded() {
        let mut queue = OrderQueue::default();
        let send = |length| Order::Send { to: Side::Client, bytes: vec![7; length].into() };
        assert_eq!(queue.push(send(MOST_TO_SEND)), Ok(()));
        assert_eq!(queue.push(send(1)), Err(QueueFull));
        assert_eq!(queue.push(Order::Pause(Side::Client)), Ok(()));
        assert_eq!(queue.take(), [send(MOST_TO_SEND), Order::Pause(Side::Client)]);
        for _ in 0..MOST_ORDERS {
            assert_eq!(queue.push(Order::Pause(Side::Client)), Ok(()));
        }
        assert_eq!(queue.push(Order::Resume(Side::Client)), Err(QueueFull));
        assert_eq!(queue.take().len(), MOST_ORDERS);
        assert_eq!(queue.take(), []);
    }
}
