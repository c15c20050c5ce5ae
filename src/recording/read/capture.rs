//! A file of packets, of either format.

use std::io::Read;

use crate::recording::read::input::Input;
use crate::recording::read::packet::Next;
use crate::recording::read::pcap::Pcap;
use crate::recording::read::pcapng::Pcapng;

/// A file of packets behind its header.
#[derive(Debug)]
pub(super) enum Capture {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl Capture {
    /// Recognises the format by the first bytes; `None` if it is neither. The input is then as it was.
    pub(super) fn open(input: &mut Input<impl Read>) -> Option<Self> {
        match Pcapng::open(input) {
            Some(pcapng) => Some(Self::Pcapng(pcapng)),
            None => Pcap::open(input).map(Self::Pcap),
        }
    }

    pub(super) fn next(&mut self, input: &mut Input<impl Read>) -> Next {
        match self {
            Self::Pcap(pcap) => pcap.next(input),
            Self::Pcapng(pcapng) => pcapng.next(input),
        }
    }

    /// Whether these bytes, which come next, are enough for the next packet or block.
    pub(super) fn is_whole(&self, buffered: &[u8]) -> bool {
        let length = match self {
            Self::Pcap(pcap) => pcap.next_length(buffered),
            Self::Pcapng(pcapng) => pcapng.next_length(buffered),
        };
        length.is_some_and(|length| length <= buffered.len() as u64)
    }
}
