//! Messages that have ended and wait until their answers are looked for.

use crate::bytes::answers::BEGINNING;
use crate::bytes::frame::{Asked, Beginnings, MessageBeginning};

/// No more than this waits; beyond it, messages count as missed.
const MOST: usize = 8_192;

/// Something that was found in a stream.
#[derive(Clone, Debug)]
pub(super) enum Fresh {
    /// A message has ended.
    Message { number: u64, begun: Option<u64>, ended: u64, beginning: Box<[u8]> },
    /// Some message may have been missed.
    Lost { at: u64, stops: bool },
}

impl Fresh {
    /// When it was found.
    pub(super) const fn at(&self) -> u64 {
        match self {
            Self::Message { ended: at, .. } | Self::Lost { at, .. } => *at,
        }
    }
}

/// What was found since it was last taken, if that is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct FreshMessages {
    all: Option<Vec<Fresh>>,
    /// What was asked for since that was last taken; `None` where requests may have been missed.
    asked: Vec<Option<Asked>>,
    /// When the newest bytes came.
    pub(super) newest: u64,
}

impl FreshMessages {
    /// Keeps what is found from now on. Returns what keeps the beginnings that are needed for it.
    pub(super) fn keep(&mut self) -> Beginnings {
        self.all = Some(Vec::new());
        Beginnings::new(BEGINNING)
    }

    /// Takes what was found since the last time.
    pub(super) fn take(&mut self) -> Vec<Fresh> {
        self.all.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Takes what was asked for since the last time.
    pub(super) fn take_asked(&mut self) -> Vec<Option<Asked>> {
        std::mem::take(&mut self.asked)
    }

    /// Takes notice of a message that has ended.
    pub(super) fn message(&mut self, number: u64, beginning: MessageBeginning<'_>) {
        let MessageBeginning { begun, bytes, .. } = beginning;
        let ended = self.newest;
        if self.all.is_some() {
            self.asked.extend(Asked::of(bytes).map(Some));
        }
        self.add(|| Fresh::Message { number, begun, ended, beginning: bytes.into() });
    }

    /// Takes notice of a fault.
    pub(super) fn lost(&mut self, stops: bool) {
        let at = self.newest;
        if self.all.is_some() {
            self.asked.push(None);
        }
        self.add(|| Fresh::Lost { at, stops });
    }

    fn add(&mut self, fresh: impl FnOnce() -> Fresh) {
        let at = self.newest;
        let Some(all) = &mut self.all else { return };
        if all.len() < MOST {
            all.push(fresh());
        } else if all.len() == MOST {
            all.push(Fresh::Lost { at, stops: true });
        }
    }

    /// Memory that it takes beyond its own size, in bytes.
    pub(super) fn cost(&self) -> usize {
        let beginnings = self.all.iter().flatten().map(|fresh| match fresh {
            Fresh::Message { beginning, .. } => beginning.len(),
            Fresh::Lost { .. } => 0,
        });
        self.asked.capacity() * size_of::<Option<Asked>>()
            + beginnings.sum::<usize>()
            + self.all.as_ref().map_or(0, |all| all.capacity() * size_of::<Fresh>())
    }
}
