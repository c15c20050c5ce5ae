//! One scripted client: its output queue, and whether it reads.

use crate::client::engine::Output;

/// The limit on queued bytes while the server does not read.
const MAX_QUEUED: usize = 4 << 20;

/// Whether the client reads.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum ReadState {
    /// The client reads and drops what comes back.
    #[default]
    On,
    /// The client does not read.
    Paused,
}

/// The state of the client's sending side.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum WriteHalf {
    #[default]
    Open,
    /// FIN follows the queued bytes.
    Closing,
    /// FIN is sent.
    Closed,
    /// RST is next, whatever is queued.
    Reset,
}

/// A client that is connected, or connecting.
#[derive(Default, Debug)]
pub(super) struct ScriptedClient {
    unsent: Vec<u8>,
    messages: Vec<Vec<u8>>,
    /// The index of the next message.
    next_message: usize,
    reading: ReadState,
    write_half: WriteHalf,
}

impl ScriptedClient {
    pub(super) fn send(&mut self, bytes: &[u8]) {
        if self.write_half == WriteHalf::Open && self.unsent.len() + bytes.len() <= MAX_QUEUED {
            self.unsent.extend_from_slice(bytes);
        }
    }

    /// Sets the messages to send, starting at the first.
    pub(super) fn set_messages(&mut self, messages: Vec<Vec<u8>>) {
        (self.messages, self.next_message) = (messages, 0);
    }

    /// Sends the next message, unless the last one is still queued: a blocking call could not send it either.
    pub(super) fn send_next(&mut self) {
        if self.messages.is_empty() || !self.unsent.is_empty() {
            return;
        }
        self.next_message %= self.messages.len();
        self.unsent.extend_from_slice(&self.messages[self.next_message]);
        self.next_message += 1;
    }

    pub(super) const fn set_reading(&mut self, reading: ReadState) {
        self.reading = reading;
    }

    pub(super) fn finish(&mut self) {
        self.messages.clear();
        if self.write_half == WriteHalf::Open {
            self.write_half = WriteHalf::Closing;
        }
    }

    pub(super) const fn reset(&mut self) {
        self.write_half = WriteHalf::Reset;
    }

    /// What the client does next on its sending side.
    pub(super) fn output(&self) -> Output<'_> {
        match self.write_half {
            WriteHalf::Reset => Output::Reset,
            _ if !self.unsent.is_empty() => Output::Bytes(&self.unsent),
            WriteHalf::Closing => Output::Fin,
            WriteHalf::Open | WriteHalf::Closed => Output::Nothing,
        }
    }

    pub(super) fn sent(&mut self, length: usize) {
        self.unsent.drain(..length);
    }

    pub(super) const fn finished(&mut self) {
        self.write_half = WriteHalf::Closed;
    }

    /// The number of bytes that the client reads at most now.
    pub(super) const fn read_limit(&self) -> usize {
        match self.reading {
            ReadState::On => usize::MAX,
            ReadState::Paused => 0,
        }
    }
}
