//! The upstream's side of a relayed connection, where it may differ from the client's.
//!
//! As long as the user neither holds nor sends anything, the upstream is sent what the client sent, and the client what
//! the upstream sent: it would only be in the file twice. From the first hold, or the first bytes of the user to the
//! upstream, on, a second conversation has what the upstream was sent and what it sent. It lies between the address of
//! the client and that of the upstream, and begins in the middle.
//!
//! The writes to the upstream are not events, but those of the user's bytes, which tell their offset. So the bytes of
//! the client wait here until the offset of what the user put in shows how many of them went before it.

use std::collections::VecDeque;

use bytes::Bytes;

use super::conversation::{Conversation, Packets};
use super::ending;
use super::endpoints::Endpoints;
use crate::event::held_bytes::Source;
use crate::event::{
    Address, CloseReason, ConnectionId, Direction, HeldBytes, HoldChange, PerDirection, Side, Timestamp,
    UnixAddress,
};

/// Bytes of the client wait for those of the user up to this number: more than a fault or a slow upstream keeps back.
const MOST_WAITING: usize = 4 << 20;

/// The upstream's side of one connection.
#[derive(Debug)]
pub(super) struct UpstreamSide {
    id: ConnectionId,
    client: Address,
    /// Its address; a made-up one until it is connected.
    address: Address,
    /// The offset behind what the client sent.
    from_client: u64,
    /// The number of bytes that the upstream sent and the client was sent, until the side may differ.
    from_upstream: u64,
    differing: Option<Box<Differing>>,
}

/// What is known from where the side may differ.
#[derive(Debug)]
struct Differing {
    conversation: Conversation,
    /// What goes to the upstream next.
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    /// The offset behind what the upstream was sent, as it is written, and behind what it sent.
    next: PerDirection<u64>,
    /// What is held of the client's bytes.
    held: Option<HeldBytes>,
    /// What is held of the upstream's bytes and comes behind bytes that are still on their way to the client.
    held_back: VecDeque<(u64, Bytes)>,
    /// The number of bytes to the client that are written already, because they were held; less than 0 while bytes are
    /// dropped that are not written yet.
    written_before: i64,
}

#[derive(Debug)]
enum Waiting {
    Bytes(Bytes),
    /// The client's conversation has them.
    Unknown(u64),
}

impl UpstreamSide {
    /// The side of a connection that is relayed for this client.
    pub(super) fn new(id: ConnectionId, client: Address) -> Self {
        let address = Address::Unix(UnixAddress::Unnamed(None));
        Self { id, client, address, from_client: 0, from_upstream: 0, differing: None }
    }

    /// Notes the address of the upstream.
    pub(super) fn connected(&mut self, upstream: Address) {
        self.address = upstream;
    }

    /// Takes notice of bytes on the client's side that were not made by the user.
    pub(super) fn passed(
        &mut self,
        packets: &mut Packets,
        at: Timestamp,
        direction: Direction,
        offset: u64,
        data: &Bytes,
    ) {
        let length = data.len() as u64;
        match direction {
            Direction::Received => {
                let gap = offset.saturating_sub(self.from_client);
                self.from_client = offset + length;
                if let Some(differing) = &mut self.differing {
                    if gap > 0 {
                        differing.waiting.push_back(Waiting::Unknown(gap));
                    }
                    differing.wait(packets, at, data.clone());
                }
            }
            Direction::Sent => match &mut self.differing {
                Some(differing) => differing.sent_to_client(packets, at, data),
                None => self.from_upstream += length,
            },
        }
    }

    /// Writes bytes that the user put in on the way to the upstream, whose stream they are at this offset of.
    pub(super) fn injected(&mut self, packets: &mut Packets, at: Timestamp, offset: u64, data: &[u8]) {
        let (from_client, is_first) = (self.from_client, self.differing.is_none());
        let differing = self.differ(at, offset);
        if is_first && let Some(on_the_way) = from_client.checked_sub(offset).filter(|bytes| *bytes > 0) {
            differing.waiting.push_front(Waiting::Unknown(on_the_way));
        }
        differing.flush(packets, at, offset);
        // Bytes that were on their way when the conversation began may have been too early in it.
        let place = offset.max(differing.next.sent);
        differing.conversation.remark(at, &format!("the user sends {} bytes to the upstream", data.len()));
        differing.conversation.data(packets, at, Direction::Sent, place, data);
        differing.next.sent = place + data.len() as u64;
    }

    /// Takes notice of what is held.
    pub(super) fn hold(&mut self, packets: &mut Packets, at: Timestamp, side: Side, change: &HoldChange) {
        let differing = self.differ(at, self.from_client);
        match side {
            Side::Client => differing.hold_client(packets, at, change),
            Side::Upstream => differing.hold_upstream(packets, at, change),
        }
    }

    /// Notes that the upstream has sent everything.
    pub(super) fn ended(&mut self, packets: &mut Packets, at: Timestamp) {
        if let Some(differing) = &mut self.differing {
            differing.conversation.finish(packets, at, Direction::Received);
        }
    }

    /// Ends the conversation, if there is one.
    pub(super) fn close(self, packets: &mut Packets, at: Timestamp, reason: CloseReason) {
        if let Some(mut differing) = self.differing {
            differing.flush(packets, at, u64::MAX);
            ending::close_upstream(&mut differing.conversation, packets, at, reason);
        }
    }

    /// Begins the conversation, if it has not begun; `sent` is the offset from which on it has what the upstream is sent.
    fn differ(&mut self, at: Timestamp, sent: u64) -> &mut Differing {
        let (id, next) = (self.id, PerDirection { sent, received: self.from_upstream });
        let begin = || {
            let ends = Endpoints::of_upstream(id, &self.address, &self.client);
            let mut conversation = Conversation::new(ends, id, Side::Upstream, next);
            let PerDirection { received, sent } = next;
            conversation.remark(
                at,
                &format!(
                    "the upstream's side of connection {}, which may differ from now on: behind {sent} bytes to it and \
                     {received} from it, which the client's side has",
                    id.0
                ),
            );
            Box::new(Differing {
                conversation,
                waiting: VecDeque::new(),
                waiting_bytes: 0,
                next,
                held: None,
                held_back: VecDeque::new(),
                written_before: 0,
            })
        };
        self.differing.get_or_insert_with(begin)
    }
}

impl Differing {
    fn wait(&mut self, packets: &mut Packets, at: Timestamp, data: Bytes) {
        self.waiting_bytes += data.len();
        self.waiting.push_back(Waiting::Bytes(data));
        if self.waiting_bytes > MOST_WAITING {
            self.flush(packets, at, u64::MAX);
        }
    }

    /// Writes what waits, up to an offset of what the upstream is sent.
    fn flush(&mut self, packets: &mut Packets, at: Timestamp, until: u64) {
        while let Some(left) = until.checked_sub(self.next.sent).filter(|left| *left > 0)
            && let Some(first) = self.waiting.pop_front()
        {
            let (length, rest) = match first {
                Waiting::Unknown(bytes) => {
                    let length = bytes.min(left);
                    (length, (length < bytes).then_some(Waiting::Unknown(bytes - length)))
                }
                Waiting::Bytes(mut data) => {
                    let now = data.split_to(usize::try_from(left).unwrap_or(usize::MAX).min(data.len()));
                    self.conversation.data(packets, at, Direction::Sent, self.next.sent, &now);
                    self.waiting_bytes -= now.len();
                    (now.len() as u64, (!data.is_empty()).then_some(Waiting::Bytes(data)))
                }
            };
            self.next.sent += length;
            if let Some(rest) = rest {
                self.waiting.push_front(rest);
            }
        }
    }

    fn hold_client(&mut self, packets: &mut Packets, at: Timestamp, change: &HoldChange) {
        match change {
            HoldChange::Began { position, .. } => {
                self.held.get_or_insert_with(|| HeldBytes::new(*position));
            }
            HoldChange::Held { offset, data } => {
                self.take_back(data.len());
                if let Some(held) = &mut self.held {
                    held.push(*offset, data);
                }
            }
            HoldChange::Edited { position, removed, data, .. } => {
                let range = *position..position + removed;
                if let Some(held) =
                    self.held.as_mut().filter(|held| held.start() <= range.start && range.end <= held.end())
                {
                    held.replace(range, data);
                }
            }
            HoldChange::Released { bytes, .. } => {
                let mut left = usize::try_from(*bytes).unwrap_or(usize::MAX);
                while let Some(taken) = self.held.as_mut().and_then(|held| held.take(left)) {
                    left -= taken.bytes.len();
                    match taken.source {
                        Source::Received(_) => self.wait(packets, at, taken.bytes),
                        // Their write is an event of its own.
                        Source::User => {}
                    }
                }
            }
            HoldChange::Ended => self.held = None,
        }
    }

    /// Takes bytes back that were received last: they do not go on yet.
    fn take_back(&mut self, mut bytes: usize) {
        while bytes > 0
            && let Some(Waiting::Bytes(last)) = self.waiting.back_mut()
        {
            let length = bytes.min(last.len());
            last.truncate(last.len() - length);
            if last.is_empty() {
                self.waiting.pop_back();
            }
            self.waiting_bytes -= length;
            bytes -= length;
        }
    }

    fn hold_upstream(&mut self, packets: &mut Packets, at: Timestamp, change: &HoldChange) {
        match change {
            HoldChange::Held { offset, data } => {
                self.held_back.push_back((*offset, data.clone()));
                self.write_held(packets, at);
            }
            HoldChange::Edited { dropped, .. } => self.written_before -= dropped.cast_signed(),
            HoldChange::Began { .. } | HoldChange::Released { .. } | HoldChange::Ended => {}
        }
    }

    /// Writes held bytes of the upstream, once everything before them is written.
    fn write_held(&mut self, packets: &mut Packets, at: Timestamp) {
        while let Some((_, data)) = self.next_held() {
            self.write_received(packets, at, &data);
            self.written_before += (data.len() as u64).cast_signed();
        }
    }

    fn next_held(&mut self) -> Option<(u64, Bytes)> {
        let is_next = self.held_back.front().is_some_and(|(offset, _)| *offset <= self.next.received);
        if is_next { self.held_back.pop_front() } else { None }
    }

    /// Takes notice of bytes of the upstream that were sent to the client.
    fn sent_to_client(&mut self, packets: &mut Packets, at: Timestamp, data: &[u8]) {
        let before = match self.held_back.front() {
            Some((offset, _)) => offset.saturating_sub(self.next.received),
            None => 0,
        };
        let (first, rest) = data.split_at(usize::try_from(before).unwrap_or(usize::MAX).min(data.len()));
        self.write_received(packets, at, first);
        self.write_held(packets, at);
        let known = usize::try_from(self.written_before).unwrap_or(0).min(rest.len());
        self.written_before -= (known as u64).cast_signed();
        self.write_received(packets, at, &rest[known..]);
    }

    fn write_received(&mut self, packets: &mut Packets, at: Timestamp, data: &[u8]) {
        self.conversation.data(packets, at, Direction::Received, self.next.received, data);
        self.next.received += data.len() as u64;
    }
}
