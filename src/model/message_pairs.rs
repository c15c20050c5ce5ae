//! Which messages of a connection answer which.

use std::collections::VecDeque;

use super::fresh_messages::Fresh;
use super::message_index::MessageIndex;
use crate::bytes::answers::{PairedMessage, Pairer, Said};
use crate::bytes::protocol::Speaker;
use crate::event::PerDirection;
use crate::event::ids::Direction;

/// What is known is kept of this many messages of each direction.
const MOST: usize = 16_384;

/// Which messages of a connection answer which.
#[derive(Clone, Debug)]
pub struct MessagePairs {
    pairer: Pairer,
    said: PerDirection<SaidOfMessages>,
}

/// What is known of the newest messages of one direction.
#[derive(Clone, Debug, Default)]
struct SaidOfMessages {
    /// The number of the first of them.
    first: u64,
    said: VecDeque<Said>,
}

impl MessagePairs {
    /// Nothing is known yet.
    pub(super) fn new(pairer: Pairer) -> Self {
        Self { pairer, said: PerDirection::default() }
    }

    /// What is known of the message with this number.
    #[must_use]
    pub fn said(&self, direction: Direction, number: u64) -> Said {
        let said = self.said[direction].of(number).copied().unwrap_or_default();
        // Whether an answer comes is not known any more.
        Said { asks: said.asks && !self.pairer.has_ended(), ..said }
    }

    /// Takes notice of bytes that are not known.
    pub(super) const fn lose(&mut self) {
        self.pairer.lose(false);
    }

    /// Takes notice of the messages that have ended in both directions, in order of time.
    pub(super) fn add(&mut self, received: Vec<Fresh>, sent: Vec<Fresh>) {
        let mut received = received.into_iter().peekable();
        let mut sent = sent.into_iter().peekable();
        loop {
            // Of two at the same time, the request is before the answer.
            let direction = match (received.peek(), sent.peek()) {
                (Some(one), Some(other)) if other.at() < one.at() => Direction::Sent,
                (None, Some(_)) => Direction::Sent,
                (Some(_), _) => Direction::Received,
                (None, None) => return,
            };
            let next = if direction == Direction::Sent { sent.next() } else { received.next() };
            match next {
                Some(Fresh::Lost { stops, .. }) => self.pairer.lose(stops),
                Some(Fresh::Message { number, begun, ended, beginning }) => {
                    let message = PairedMessage { number, begun, ended, beginning: &beginning };
                    self.message(direction, &message);
                }
                None => {}
            }
        }
    }

    fn message(&mut self, direction: Direction, message: &PairedMessage<'_>) {
        let (speaker, others) = match direction {
            Direction::Received => (Speaker::Client, Direction::Sent),
            Direction::Sent => (Speaker::Server, Direction::Received),
        };
        let said = self.pairer.message(speaker, message);
        if let Some(answered) = said.answers
            && let Some(asked) = self.said[others].of_mut(answered.number)
        {
            asked.asks = false;
        }
        self.said[direction].push(message.number, said);
    }

    /// Memory that it takes beyond its own size, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        let said = self.said.iter().map(|(_, said)| said.said.capacity() * size_of::<Said>());
        size_of::<Self>() + self.pairer.cost() + said.sum::<usize>()
    }

    /// Forgets messages that are not kept any more.
    pub(super) fn trim(&mut self, direction: Direction, messages: &MessageIndex) {
        self.said[direction].trim_before(messages.first_kept());
    }
}

impl SaidOfMessages {
    fn of(&self, number: u64) -> Option<&Said> {
        self.said.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    fn of_mut(&mut self, number: u64) -> Option<&mut Said> {
        self.said.get_mut(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    fn push(&mut self, number: u64, said: Said) {
        if self.first + self.said.len() as u64 != number {
            self.said.clear();
        }
        if self.said.is_empty() {
            self.first = number;
        }
        self.said.push_back(said);
        if self.said.len() > MOST {
            self.said.pop_front();
            self.first += 1;
        }
    }

    fn trim_before(&mut self, number: u64) {
        while self.first < number && self.said.pop_front().is_some() {
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests;
