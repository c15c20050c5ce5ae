//! The first bytes of a connection, until its protocol is recognised.

use crate::bytes::protocol::{
    Beginning, Conclusion, ENOUGH, Progress, Recognised, Recognition, Speaker, conclude,
};
use crate::event::{Direction, PerDirection};

/// What the beginning of a connection is, and its bytes as long as more of them can change that.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    state: State,
}

#[derive(Clone, Debug, Default)]
enum State {
    /// Nothing was received or sent.
    #[default]
    Silent,
    /// More bytes may say more.
    Growing(Box<Growing>),
    /// More bytes change nothing, or bytes before them were not observed: this protocol was recognised.
    Named(Box<Recognition>),
    /// The same, and none was.
    Unnamed(&'static Recognition),
}

/// The beginning of a connection, as far as it has come.
#[derive(Clone, Debug)]
struct Growing {
    kept: PerDirection<Vec<u8>>,
    first: Speaker,
    progress: Progress,
    recognition: Recognition,
    /// How many bytes of each direction are looked at.
    most: PerDirection<usize>,
}

/// Of a first speaker whose bytes are of no protocol, this number is kept while the other side may say what is spoken.
const UNNAMED: usize = 256;

/// What more bytes have changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// Nothing.
    Same,
    /// What is known of the protocol.
    Changed,
    /// What is known of the protocol stays as it is from now on.
    Settled,
}

impl Opening {
    /// Adds bytes that were read from the client or written to it. `offset` is that of the first one.
    pub fn add(&mut self, direction: Direction, offset: u64, data: &[u8]) -> Change {
        match &mut self.state {
            State::Named(_) | State::Unnamed(_) => Change::Same,
            State::Silent if offset > 0 => self.lose(),
            State::Silent => {
                // The first bytes often suffice; then nothing is kept.
                let mut growing = Growing::new(direction);
                let conclusion = growing.add(direction, data);
                if conclusion.is_final {
                    return self.settle(conclusion.recognition);
                }
                self.state = State::Growing(Box::new(growing));
                self.take(conclusion)
            }
            State::Growing(growing) => {
                let kept = &growing.kept[direction];
                if kept.len() >= growing.most[direction] {
                    Change::Same
                } else if kept.len() as u64 != offset {
                    self.lose()
                } else {
                    let conclusion = growing.add(direction, data);
                    self.take(conclusion)
                }
            }
        }
    }

    fn take(&mut self, Conclusion { recognition, is_final }: Conclusion) -> Change {
        let State::Growing(growing) = &mut self.state else { return Change::Same };
        let is_same = recognition == growing.recognition;
        growing.forget_first();
        if is_final || growing.is_full() {
            return self.settle(recognition);
        }
        growing.recognition = recognition;
        if is_same { Change::Same } else { Change::Changed }
    }

    /// Takes notice of bytes that were not observed: what comes behind them is not looked at.
    pub fn lose(&mut self) -> Change {
        match self.state {
            State::Named(_) | State::Unnamed(_) => Change::Same,
            State::Silent => self.settle(Recognition::Undecided),
            State::Growing(ref mut growing) => {
                let recognition = std::mem::replace(&mut growing.recognition, Recognition::Undecided);
                self.settle(recognition)
            }
        }
    }

    /// Takes notice of the end of the connection: nothing follows.
    pub fn end(&mut self) -> Change {
        if let State::Growing(growing) = &mut self.state {
            let recognition = growing.conclude(false).recognition;
            return self.settle(recognition);
        }
        self.lose()
    }

    /// What is known of the protocol.
    #[must_use]
    pub fn recognition(&self) -> &Recognition {
        match &self.state {
            State::Growing(growing) => &growing.recognition,
            State::Named(recognition) => recognition,
            State::Unnamed(recognition) => recognition,
            State::Silent => &Recognition::Undecided,
        }
    }

    /// The protocol, if one was recognised.
    #[must_use]
    pub fn protocol(&self) -> Option<&Recognised> {
        match self.recognition() {
            Recognition::Recognised(found) => Some(found),
            Recognition::Undecided | Recognition::UnknownText | Recognition::UnknownBinary => None,
        }
    }

    /// Whether nothing is added any more.
    pub(super) const fn is_settled(&self) -> bool {
        matches!(self.state, State::Named(_) | State::Unnamed(_))
    }

    /// Memory that it takes beyond its own size, in bytes.
    pub(super) fn cost(&self) -> usize {
        let texts = self.protocol().map_or(0, texts);
        match &self.state {
            State::Silent | State::Unnamed(_) => 0,
            State::Named(_) => size_of::<Recognition>() + texts,
            State::Growing(growing) => {
                let kept: usize = growing.kept.iter().map(|(_, kept)| kept.capacity()).sum();
                size_of::<Growing>() + kept + texts
            }
        }
    }

    fn settle(&mut self, recognition: Recognition) -> Change {
        self.state = match recognition {
            Recognition::Recognised(_) => State::Named(Box::new(recognition)),
            Recognition::Undecided => State::Unnamed(&Recognition::Undecided),
            Recognition::UnknownText => State::Unnamed(&Recognition::UnknownText),
            Recognition::UnknownBinary => State::Unnamed(&Recognition::UnknownBinary),
        };
        Change::Settled
    }
}

impl Growing {
    /// The beginning of a connection whose first bytes go this way.
    fn new(direction: Direction) -> Self {
        Self {
            kept: PerDirection::default(),
            first: match direction {
                Direction::Received => Speaker::Client,
                Direction::Sent => Speaker::Server,
            },
            progress: Progress::default(),
            recognition: Recognition::Undecided,
            most: PerDirection { received: ENOUGH, sent: ENOUGH },
        }
    }

    /// Gives up most bytes of the first speaker, once they are of no protocol.
    fn forget_first(&mut self) {
        let direction = match self.first {
            Speaker::Client => Direction::Received,
            Speaker::Server => Direction::Sent,
        };
        if self.progress.is_first_done() && self.most[direction] == ENOUGH {
            self.most[direction] = UNNAMED;
            self.kept[direction].truncate(UNNAMED);
            self.kept[direction].shrink_to_fit();
        }
    }

    fn is_full(&self) -> bool {
        self.kept.iter().all(|(direction, kept)| kept.len() >= self.most[direction])
    }

    /// Adds bytes, as many as are looked at. The first ones of a direction are only kept if they do not suffice.
    fn add(&mut self, direction: Direction, data: &[u8]) -> Conclusion {
        let Self { kept, first, progress, most, .. } = self;
        let left = most[direction] - kept[direction].len();
        let data = &data[..data.len().min(left)];
        if !kept[direction].is_empty() {
            kept[direction].extend_from_slice(data);
            return self.conclude(true);
        }
        let mut bytes = PerDirection { received: kept.received.as_slice(), sent: &kept.sent };
        bytes[direction] = data;
        let PerDirection { received, sent } = bytes;
        let conclusion = conclude(Beginning { received, sent, first: *first, more: true }, progress);
        if !conclusion.is_final {
            kept[direction] = data.to_vec();
        }
        conclusion
    }

    fn conclude(&mut self, more: bool) -> Conclusion {
        let PerDirection { received, sent } = &self.kept;
        conclude(Beginning { received, sent, first: self.first, more }, &mut self.progress)
    }
}

/// Memory of the texts of a recognition, in bytes.
fn texts(found: &Recognised) -> usize {
    let within = found.within.as_ref().map_or(0, |within| size_of::<Recognised>() + texts(within));
    found.detail.capacity() + found.evidence.capacity() + within
}

#[cfg(test)]
mod tests;
