//! Reads the lines that the headless output prints.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use crate::event::codec;
use crate::event::{
    Address, BackendKind, ConnectionEvent, ConnectionId, Direction, Event, ServerEvent, Side, Stamped,
    StreamEvent, StreamId, Timestamp, UnixAddress, Utf8Scanner,
};
use crate::recording::read::conversation::Scan;
use crate::recording::read::input::Input;

/// The longest line that is believed in.
const LONGEST: usize = 64 << 20;
/// The first line begins within this number of bytes.
const START: usize = 64;
/// The number of lines whose faults are told one by one.
const TOLD: u64 = 5;
/// The largest number of streams whose characters are followed, and of connections whose opening is.
const MOST_STREAMS: usize = 1 << 18;

/// A file of lines.
#[derive(Debug)]
pub(super) struct Lines {
    scan: Scan,
    scanners: HashMap<StreamId, Utf8Scanner>,
    /// The live connections whose opening was told.
    opened: HashSet<ConnectionId>,
    /// Microseconds by which the times of lines are ahead of the clock that stamps events.
    ahead: i64,
    line: u64,
    wrong: u64,
}

/// What a line was.
#[derive(Debug)]
pub(super) enum NextLine {
    Event(Stamped),
    /// The first event of a connection whose opening is not in the file: what stands for that, and the event.
    Unopened(Box<[Stamped; 3]>),
    /// Nothing to be told.
    Nothing,
    /// No line of an event; the text says why.
    Wrong(String),
    /// There are no more lines; the text says what was wrong in all.
    End(Option<String>),
}

impl Lines {
    /// Whether the file may be one of lines. The input is as it was.
    pub(super) fn open(input: &mut Input<impl Read>, scan: Scan) -> Option<Self> {
        let start = input.peek(START);
        let start = start[..start.len().min(START)].iter().find(|byte| !byte.is_ascii_whitespace());
        (start == Some(&b'{')).then(|| Self {
            scan,
            scanners: HashMap::new(),
            opened: HashSet::new(),
            ahead: 0,
            line: 0,
            wrong: 0,
        })
    }

    /// Reads the next line.
    pub(super) fn next(&mut self, input: &mut Input<impl Read>) -> NextLine {
        let Some(line) = input.take_until(b'\n', LONGEST) else { return NextLine::End(self.summary()) };
        self.line += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            return NextLine::Nothing;
        }
        match codec::decode(&line) {
            Ok(Some(stamped)) => self.told(stamped),
            Ok(None) => NextLine::Nothing,
            Err(_) if !line.ends_with(b"\n") && line.len() < LONGEST => {
                NextLine::End(Some(format!("the file ends within line {}", self.line)))
            }
            Err(why) => {
                self.wrong += 1;
                if self.wrong > TOLD {
                    return NextLine::Nothing;
                }
                NextLine::Wrong(format!("line {} is no event of bytewatch: {why}", self.line))
            }
        }
    }

    fn told(&mut self, Stamped { at, mut event }: Stamped) -> NextLine {
        // The times of lines follow the wall clock, those of events do not.
        if let Event::Server(ServerEvent::ClockStepped { micros, .. }) = &event {
            self.ahead = self.ahead.saturating_add(*micros);
        }
        let at = Timestamp(at.0.saturating_add_signed(self.ahead.saturating_neg()));
        match &mut event {
            // The end of the recorded run is not that of what is read: another run may follow it in the file.
            Event::Server(ServerEvent::Stopped) => {
                self.opened.clear();
                return NextLine::Nothing;
            }
            Event::Stream(id, StreamEvent::Bytes { offset, data, summary, .. })
                if self.scan == Scan::Utf8 =>
            {
                if self.scanners.len() < MOST_STREAMS || self.scanners.contains_key(id) {
                    *summary = self.scanners.entry(*id).or_default().scan(*offset, data);
                }
            }
            Event::Connection(connection, ConnectionEvent::Closed { .. }) => {
                for side in Side::ALL {
                    for direction in Direction::ALL {
                        self.scanners.remove(&StreamId { connection: *connection, side, direction });
                    }
                }
            }
            Event::Connection(..) | Event::Stream(..) | Event::Switch(_) | Event::Server(_) => {}
        }
        let unopened = self.unopened(&event);
        let stamped = Stamped { at, event };
        match unopened {
            Some(id) => {
                let [opened, comment] = opening(at, id);
                NextLine::Unopened(Box::new([opened, comment, stamped]))
            }
            None => NextLine::Event(stamped),
        }
    }

    /// The connection of an event, if its opening was not told. Of very many live connections, it is not known.
    fn unopened(&mut self, event: &Event) -> Option<ConnectionId> {
        let (id, is_opening, is_close) = match event {
            Event::Connection(id, event) => (
                *id,
                matches!(event, ConnectionEvent::Opened { .. }),
                matches!(event, ConnectionEvent::Closed { .. }),
            ),
            Event::Stream(id, _) => (id.connection, false, false),
            Event::Switch(_) | Event::Server(_) => return None,
        };
        let has_room = self.opened.len() < MOST_STREAMS;
        let is_new = if is_close { !self.opened.remove(&id) } else { has_room && self.opened.insert(id) };
        (has_room && is_new && !is_opening).then_some(id)
    }

    fn summary(&self) -> Option<String> {
        (self.wrong > TOLD).then(|| format!("{} lines are no events of bytewatch: left out", self.wrong))
    }
}

/// What stands for the opening of a connection that the file does not tell of.
fn opening(at: Timestamp, id: ConnectionId) -> [Stamped; 2] {
    let unknown = Address::Unix(UnixAddress::Unnamed(None));
    let (peer, local, backend) = (unknown.clone(), unknown, BackendKind::Async);
    let opened = ConnectionEvent::Opened { peer, local, backend, upstream: None };
    let text = format!("no line says when connection {} was opened, by whom, and on which backend", id.0);
    let comment = ServerEvent::Comment { connection: Some(id), text };
    [Event::Connection(id, opened), Event::Server(comment)].map(|event| Stamped { at, event })
}
