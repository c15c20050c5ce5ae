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
    /// More bytes change nothing, or bytes before them were not observed; `None` if it is undecided.
    Settled(Option<Box<Recognition>>),
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
        if let State::Silent = self.state {
            self.state = State::Growing(Box::new(Growing::new(direction)));
        }
        let State::Growing(growing) = &mut self.state else { return Change::Same };
        let kept = &mut growing.kept[direction];
        let most = growing.most[direction];
        if kept.len() >= most {
            return Change::Same;
        }
        if kept.len() as u64 != offset {
            return self.lose();
        }
        kept.extend_from_slice(&data[..data.len().min(most - kept.len())]);
        let Conclusion { recognition, is_final } = growing.conclude(true);
        let is_same = recognition == growing.recognition;
        growing.recognition = recognition;
        growing.forget_first();
        match (is_final || growing.is_full(), is_same) {
            (true, _) => self.settle(),
            (false, true) => Change::Same,
            (false, false) => Change::Changed,
        }
    }

    /// Takes notice of bytes that were not observed: what comes behind them is not looked at.
    pub fn lose(&mut self) -> Change {
        match self.state {
            State::Settled(_) => Change::Same,
            State::Silent | State::Growing(_) => self.settle(),
        }
    }

    /// Takes notice of the end of the connection: nothing follows.
    pub fn end(&mut self) -> Change {
        if let State::Growing(growing) = &mut self.state {
            growing.recognition = growing.conclude(false).recognition;
        }
        self.lose()
    }

    /// What is known of the protocol.
    #[must_use]
    pub fn recognition(&self) -> &Recognition {
        match &self.state {
            State::Growing(growing) => &growing.recognition,
            State::Settled(Some(recognition)) => recognition,
            State::Silent | State::Settled(None) => &Recognition::Undecided,
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
        matches!(self.state, State::Settled(_))
    }

    /// Memory that it takes beyond its own size, in bytes.
    pub(super) fn cost(&self) -> usize {
        let texts = self.protocol().map_or(0, texts);
        match &self.state {
            State::Silent | State::Settled(None) => 0,
            State::Settled(Some(_)) => size_of::<Recognition>() + texts,
            State::Growing(growing) => {
                let kept: usize = growing.kept.iter().map(|(_, kept)| kept.capacity()).sum();
                size_of::<Growing>() + kept + texts
            }
        }
    }

    fn settle(&mut self) -> Change {
        let recognition = match std::mem::take(&mut self.state) {
            State::Growing(growing) => growing.recognition,
            State::Silent | State::Settled(_) => Recognition::Undecided,
        };
        let known = recognition != Recognition::Undecided;
        self.state = State::Settled(known.then(|| Box::new(recognition)));
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
