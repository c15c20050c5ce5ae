//! Messages that end at certain bytes.

use memchr::{memchr, memchr2, memmem};

use crate::bytes::frame::literal::Literal;
use crate::bytes::frame::mark::Reason;
use crate::bytes::frame::rule::StartEnd;
use crate::bytes::frame::step::{Kind, Step, offset};

/// Looks for some bytes that may be cut.
#[derive(Clone, Debug)]
pub(super) struct Search {
    finder: memmem::Finder<'static>,
    /// The newest bytes without what is looked for, which may be its beginning.
    tail: Vec<u8>,
}

impl Search {
    pub(super) fn new(wanted: &Literal) -> Self {
        Self { finder: memmem::Finder::new(wanted.bytes()).into_owned(), tail: Vec::new() }
    }

    /// The place behind the first occurrence. Without one, the search goes on in the next bytes.
    pub(super) fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        let wanted = self.finder.needle();
        if let [byte] = wanted {
            return memchr(*byte, bytes).map(|place| place + 1);
        }
        let longest = wanted.len() - 1;
        let before = self.tail.len();
        if before > 0 {
            self.tail.extend_from_slice(bytes.get(..longest).unwrap_or(bytes));
            if let Some(place) = self.finder.find(&self.tail) {
                self.tail.clear();
                return Some(place + wanted.len() - before);
            }
        }
        if let Some(place) = self.finder.find(bytes) {
            self.tail.clear();
            return Some(place + wanted.len());
        }
        if bytes.len() >= longest {
            self.tail.clear();
            self.tail.extend_from_slice(&bytes[bytes.len() - longest..]);
        } else {
            if before == 0 {
                self.tail.extend_from_slice(bytes);
            }
            self.tail.drain(..self.tail.len().saturating_sub(longest));
        }
        None
    }

    /// Forgets the bytes so far, and goes on behind these.
    fn restart(&mut self, tail: &[u8]) {
        self.tail.clear();
        self.tail.extend_from_slice(tail);
    }

    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        self.find(bytes).map_or(Step::More, Step::message)
    }
}

/// Ends at a flag behind something else.
pub(super) fn flag(flag: u8, content: &mut bool, bytes: &[u8]) -> Step {
    let mut from = 0;
    if !*content {
        from = bytes.iter().take_while(|byte| **byte == flag).count();
        *content = from < bytes.len();
    }
    let Some(place) = bytes.get(from..).and_then(|rest| memchr(flag, rest)) else { return Step::More };
    *content = false;
    Step::message(from + place + 1)
}

/// Where between a start and an end the bytes are.
#[derive(Clone, Debug)]
pub(super) struct Between {
    place: Place,
    start: Search,
    end: Search,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// At the start, of which this many bytes have come.
    Start(usize),
    /// Among bytes that no start came before.
    Outside,
    /// Behind a start.
    Inside,
    /// Behind an escape.
    Escaped,
}

impl Between {
    pub(super) fn new(rule: &StartEnd) -> Self {
        Self { place: Place::Start(0), start: Search::new(&rule.start), end: Search::new(&rule.end) }
    }

    /// Whether the bytes since the last border are not part of a message.
    pub(super) const fn is_outside(&self) -> bool {
        matches!(self.place, Place::Outside)
    }

    pub(super) fn step(&mut self, rule: &StartEnd, bytes: &[u8]) -> Step {
        let mut from = 0;
        if let Place::Start(matched) = self.place {
            match self.begin(rule.start.bytes(), matched, bytes) {
                Ok(behind) => from = behind,
                Err(fault) => return fault,
            }
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let end = match (self.place, rule.escape) {
            (Place::Start(_), _) => return Step::More,
            (Place::Outside, _) => {
                let Some(end) = self.start.find(rest) else { return Step::More };
                self.place = Place::Inside;
                let at = offset(end) - offset(rule.start.bytes().len());
                return Step::Border { kind: Kind::Outside, at, resume: end };
            }
            (Place::Inside | Place::Escaped, None) => self.end.find(rest),
            (Place::Inside | Place::Escaped, Some(escape)) => self.escaped(escape, rule.end.bytes(), rest),
        };
        let Some(end) = end else { return Step::More };
        self.place = Place::Start(0);
        Step::message(from + end)
    }

    /// Reads the start at the beginning of a message, and returns the place behind what was read of it.
    fn begin(&mut self, start: &[u8], matched: usize, bytes: &[u8]) -> Result<usize, Step> {
        let wanted = &start[matched..];
        let same = bytes.iter().zip(wanted).take_while(|(byte, wanted)| byte == wanted).count();
        if same == wanted.len() {
            self.place = Place::Inside;
        } else if same == bytes.len() {
            self.place = Place::Start(matched + same);
        } else {
            let first = start.get(..matched).and_then(|start| start.first()).unwrap_or(&bytes[0]);
            self.place = Place::Outside;
            self.start.restart(&start[..matched]);
            let reason = Reason::NoStart(*first);
            return Err(Step::Fault { at: -offset(matched), resume: 0, reason, stops: false });
        }
        Ok(same)
    }

    /// The place behind the end, if an escape makes the next byte data. The end is one byte, or an escape and a byte.
    fn escaped(&mut self, escape: u8, end: &[u8], bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if matches!(self.place, Place::Escaped) {
                self.place = Place::Inside;
                at += 1;
                if end.len() == 2 && bytes[at - 1] == end[1] {
                    return Some(at);
                }
                continue;
            }
            at += memchr2(escape, end[0], &bytes[at..])? + 1;
            if bytes[at - 1] != escape {
                return Some(at);
            }
            self.place = Place::Escaped;
        }
        None
    }
}
