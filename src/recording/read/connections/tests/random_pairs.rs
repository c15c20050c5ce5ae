//! Random pairs of streams: shuffled, repeated with other cuts, with losses. What is delivered is compared with a table of
//! every single number, which knows what was captured before it was acknowledged.

use super::*;

const PAIRS: u64 = 20_000;

/// What is known of one number of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Nothing,
    Captured,
    Gap,
}

/// One direction as it really is.
struct Stream {
    data: Vec<u8>,
    initial: u32,
    /// What is still to be sent: ranges, the last of which is the end.
    to_send: Vec<(usize, usize)>,
    /// What the receiver has.
    has: Vec<bool>,
    known: Vec<Known>,
    /// The last acknowledged number, if it is unknown what it is.
    doubt: Option<usize>,
    end_captured: bool,
}

impl Stream {
    fn new(random: &mut fastrand::Rng) -> Self {
        let length = random.usize(0..2_000);
        let data: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
        let most = random.usize(1..300);
        let (mut at, mut to_send) = (0, Vec::new());
        while at < length {
            let end = (at + random.usize(1..=most)).min(length);
            to_send.push((at, end));
            // Again, with other cuts.
            if random.u8(..10) == 0 {
                let start = random.usize(..end);
                to_send.push((start, (start + random.usize(1..=2 * most)).min(end)));
            }
            at = end;
        }
        for index in 1..to_send.len() {
            if random.u8(..4) == 0 {
                to_send.swap(index, index - random.usize(1..=index.min(4)));
            }
        }
        to_send.reverse();
        let numbers = length + 1;
        Self {
            data,
            initial: if random.bool() { random.u32(..) } else { u32::MAX - random.u32(..1_000) },
            to_send,
            has: vec![false; length],
            known: vec![Known::Nothing; numbers],
            doubt: None,
            end_captured: false,
        }
    }

    fn number(&self, offset: usize) -> u32 {
        self.initial.wrapping_add(1).wrapping_add(offset as u32)
    }

    /// The offset of the first byte that the receiver does not have.
    fn prefix(&self) -> usize {
        self.has.iter().position(|has| !has).unwrap_or(self.has.len())
    }

    fn highest(&self) -> usize {
        self.known.iter().rposition(|known| *known != Known::Nothing).map_or(0, |at| at + 1)
    }

    fn captured(&mut self, start: usize, end: usize) {
        let next = self.known.iter().position(|known| *known == Known::Nothing).unwrap_or(self.known.len());
        if let Some(doubt) = self.doubt
            && end > next
            && start.max(next) > doubt
        {
            self.known[doubt] = Known::Gap;
            self.doubt = None;
        }
        for known in &mut self.known[start..end] {
            if *known == Known::Nothing {
                *known = Known::Captured;
            }
        }
        self.doubt = self.doubt.filter(|doubt| self.known[*doubt] == Known::Nothing);
    }

    fn acknowledged(&mut self, until: usize) {
        let is_sure = until <= self.highest() || self.end_captured;
        let sure = if is_sure { until } else { until - 1 };
        for known in &mut self.known[..sure] {
            if *known == Known::Nothing {
                *known = Known::Gap;
            }
        }
        self.doubt =
            (!is_sure && until > 0).then(|| until - 1).filter(|at| self.known[*at] == Known::Nothing);
    }
}

/// Lets both sides speak until they have said everything; 5 % of the segments are not captured.
fn speak(random: &mut fastrand::Rng, streams: &mut PerDirection<Stream>, mut see: impl FnMut(&Segment)) {
    let initial = PerDirection { received: streams.received.initial, sent: streams.sent.initial };
    see(&syn(Received, initial.received, None));
    see(&syn(Sent, initial.sent, Some(initial.received.wrapping_add(1))));
    while Direction::ALL.iter().any(|direction| !streams[*direction].to_send.is_empty()) {
        let direction = if random.bool() { Received } else { Sent };
        let is_captured = random.u8(..20) > 0;
        let acknowledged = streams[direction.other()].prefix();
        let number = streams[direction.other()].number(acknowledged);
        let stream = &mut streams[direction];
        let (start, end) = match random.u8(..3) {
            0 => (0, 0),
            _ => stream.to_send.pop().unwrap_or_default(),
        };
        stream.has[start..end].fill(true);
        if is_captured {
            see(&segment(direction, stream.number(start), Some(number), &stream.data[start..end]));
            stream.captured(start, end);
            streams[direction.other()].acknowledged(acknowledged);
        }
    }
    for direction in Direction::ALL {
        let stream = &mut streams[direction];
        let end = stream.data.len();
        see(&fin(segment(direction, stream.number(end), None, b"")));
        stream.end_captured = true;
    }
}

#[test]
fn every_byte_and_every_gap_of_random_pairs_is_right() {
    for seed in 0..PAIRS {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut streams = PerDirection { received: Stream::new(&mut random), sent: Stream::new(&mut random) };
        let mut connections = Connections::new(Scan::Nothing);
        let mut out = Vec::new();
        speak(&mut random, &mut streams, |segment| {
            connections.take(segment, Timestamp(0), &mut out);
        });
        connections.end(&mut out);
        let mut at: BTreeMap<Direction, usize> = BTreeMap::new();
        for Stamped { event, .. } in &out {
            let Event::Stream(id, event) = event else { continue };
            let (stream, at) = (&streams[id.direction], at.entry(id.direction).or_default());
            match event {
                StreamEvent::Bytes { offset, data, .. } => {
                    assert_eq!(*offset, *at as u64, "seed {seed}");
                    let range = *at..*at + data.len();
                    assert_eq!(data, &stream.data[range.clone()], "seed {seed}");
                    assert!(stream.known[range].iter().all(|known| *known == Known::Captured), "seed {seed}");
                    *at += data.len();
                }
                StreamEvent::Missed { bytes, .. } => {
                    let range = *at..*at + *bytes as usize;
                    assert!(stream.known[range].iter().all(|known| *known != Known::Captured), "seed {seed}");
                    *at += *bytes as usize;
                }
                other => panic!("{other:?}"),
            }
        }
        let (received, sent) = (streams.received.data.len() as u64, streams.sent.data.len() as u64);
        let closed = out.last().map(|stamped| words(&stamped.event)).unwrap();
        assert_eq!(
            closed,
            format!("#1 {} {received} {sent}", CloseReason::PeerFinished.word()),
            "seed {seed}"
        );
    }
}
